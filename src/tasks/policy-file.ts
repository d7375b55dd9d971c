import { dirname, posix, resolve } from 'node:path'
import { type ErrorCode, ExrError } from '../errors.ts'
import { loadPolicy, type Policy, type ReadPolicy } from '../policy/index.ts'
import { openSource } from '../source/open.ts'
import type { S3Settings } from '../source/s3-settings.ts'
import { isS3Url } from '../source/s3-url.ts'

/** Largest policy file that is read. */
const MAX_BYTES = 4 * 1024 * 1024

/** Troubles of the way to a policy, which say nothing of the policy: another try may not meet them. */
const PASSES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'ERR_SOURCE_UNAVAILABLE',
  'ERR_SOURCE_CREDENTIALS',
  'ERR_SOURCE_READ',
  'ERR_SOURCE_CHANGED',
  'ERR_ABORTED',
])

export interface PolicyFileOptions {
  readonly s3?: S3Settings
  /** Folders that local policies must lie in. Default: anywhere. */
  readonly folders?: readonly string[]
  readonly signal?: AbortSignal
}

/**
 * The policy of a built-in name, a path or an `s3://` URL, with all it extends; what a policy extends is looked for
 * beside it. Throws ERR_POLICY_INVALID, with what went wrong when a file cannot be read; storage that
 * fails keeps its own code.
 */
export function openPolicy(nameOrLocation: string, options: PolicyFileOptions = {}): Promise<Policy> {
  return loadPolicy(nameOrLocation, reader(options))
}

function reader({ s3, folders, signal }: PolicyFileOptions): ReadPolicy {
  return async (name, from) => {
    const location = besides(name, from)
    try {
      const settings = { ...(s3 !== undefined && { s3 }), ...(folders !== undefined && { folders }) }
      const { source } = await openSource(location, settings)
      try {
        const bytes = await source.read(0, MAX_BYTES + 1, signal)
        if (bytes.length > MAX_BYTES) throw new Error(`it has more than ${MAX_BYTES} bytes`)
        return { location, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
      } finally {
        await source.close()
      }
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause)
      const why = message.replace(`Cannot read ${location}: `, '')
      const code = cause instanceof ExrError && PASSES.has(cause.code) ? cause.code : 'ERR_POLICY_INVALID'
      throw new ExrError(code, `Cannot read the policy ${location}: ${why}`, {
        cause,
        details: { path: location },
      })
    }
  }
}

function besides(name: string, from: string | null): string {
  if (isS3Url(name)) return name
  if (from !== null && isS3Url(from)) {
    const at = from.indexOf('/', 's3://'.length)
    return `${from.slice(0, at)}/${posix.join(posix.dirname(from.slice(at + 1)), name)}`
  }
  return resolve(from === null ? '.' : dirname(from), name)
}
