import { ExrError, toPlainError } from '../errors.ts'
import { VALIDATION_UNSEEN } from '../inspect/build-payload.ts'
import type { ResolvedInspectOptions } from '../inspect/options.ts'
import type { Payload } from '../inspect/payload.ts'
import type { Policy } from '../policy/index.ts'
import type { ComparePlate } from './plates.ts'
import type { PolicyFileOptions } from './policy-file.ts'

type Wish = Pick<ResolvedInspectOptions, 'validate' | 'policyPath'>

/** Where policies come from, and how a file whose pixels were read is compared with its plate. */
interface ValidationOptions extends PolicyFileOptions {
  readonly compare?: ComparePlate
}

/** The engine of policies takes a third of a second to load, so only those load it that ask for a validation. */
const engine = () => import('../policy/index.ts')

/** Policies read lately, so that a batch reads its policy once; a changed file is seen within a minute. */
const policies = new Map<string, { readonly policy: Promise<Policy>; readonly readAtMs: number }>()
const KEPT_MS = 60_000
const MOST_KEPT = 32

/**
 * The payload with what the policy of its options says of it, and of what was read of it: pixel rules are not checked
 * unless statistics were asked for too. A policy that cannot be used is among `errors`. Throws ERR_ABORTED.
 */
export async function withValidation(payload: Payload, wish: Wish, options: ValidationOptions = {}): Promise<Payload> {
  if (!wish.validate) return payload
  const errors = payload.errors.filter(({ message }) => message !== VALIDATION_UNSEEN.message)
  try {
    const policy = await policyOf(wish, options)
    const { factsOf, needsOf, validateFile } = await engine()
    const needs = needsOf(policy)
    const sidecars = needs.sidecars ? await (await import('./sidecars.ts')).readSidecars(payload) : undefined
    // Without statistics nobody asked for pixels.
    const compare = needs.plates && 'parts' in payload.stats ? options.compare : undefined
    const plates = compare && (await (await import('./plates.ts')).readPlates(payload, policy, compare))
    const beside = { ...(sidecars && { sidecars }), ...(plates && { plates }) }
    const validation = { ...validateFile({ ...factsOf({ ...payload, errors }), ...beside }, policy) }
    return { ...payload, validation, errors }
  } catch (error) {
    if (error instanceof ExrError && error.code === 'ERR_ABORTED') throw error
    const { code, message } = toPlainError(error, 'ERR_INTERNAL')
    return { ...payload, errors: [...errors, { code, message, severity: 'error' }] }
  }
}

/** Throws ERR_POLICY_INVALID when the options ask for a policy that cannot be used: before any file is read. */
export async function checkPolicy(wish: Wish, options: PolicyFileOptions = {}): Promise<void> {
  if (wish.validate) await policyOf(wish, options)
}

function policyOf({ policyPath }: Wish, options: PolicyFileOptions): Promise<Policy> {
  const name = policyPath ?? 'core'
  const key = JSON.stringify([name, options.s3, options.folders])
  const known = policies.get(key)
  if (known !== undefined && Date.now() - known.readAtMs < KEPT_MS) return known.policy
  if (policies.size >= MOST_KEPT) policies.clear()
  const policy = import('./policy-file.ts').then(({ openPolicy }) => openPolicy(name, options))
  policies.set(key, { policy, readAtMs: Date.now() })
  // A policy that could not be read is asked for again.
  policy.catch(() => policies.delete(key))
  return policy
}
