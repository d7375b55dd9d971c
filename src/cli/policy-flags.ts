import { ExrError } from '../errors.ts'

/** `--validate [policy]` and `--policy <name|file>` of commands that do something else first. */
interface PolicyFlags {
  readonly validate?: true | string
  readonly policy?: string
}

/** What to judge by; and the locations, because `--validate beauty.exr` means the file. */
interface PolicyWish {
  readonly validate: boolean
  readonly policyPath?: string
  readonly args: readonly string[]
}

/** Tells a policy from a location that follows `--validate`. Throws ERR_OPTION_INVALID for two policies. */
export function policyWish(args: readonly string[], { validate, policy }: PolicyFlags): PolicyWish {
  if (validate === undefined) return { validate: false, args, ...(policy !== undefined && { policyPath: policy }) }
  if (validate === true) return { validate: true, args, ...(policy !== undefined && { policyPath: policy }) }
  const isPolicy = /\.(?:ya?ml|json)$/i.test(validate) || /^[a-z][a-z0-9-]*$/.test(validate)
  if (!isPolicy)
    return { validate: true, args: [validate, ...args], ...(policy !== undefined && { policyPath: policy }) }
  if (policy !== undefined && policy !== validate) {
    throw new ExrError('ERR_OPTION_INVALID', `Expected one policy but received ${validate} and ${policy}.`)
  }
  return { validate: true, policyPath: validate, args }
}
