import { toPlainError } from '../errors.ts'
import { readDerived, readDerivedAsync } from './derived.ts'
import { nativeStatus } from './index.ts'
import type { DerivedPart, DerivedSource, NativeSpec } from './types.ts'

/** What OpenImageIO says of one source, or why it could not be asked. Plain data: it may cross to another process. */
export type SpecAnswer =
  | { readonly available: true; readonly version: string; readonly spec: NativeSpec<DerivedPart> }
  | { readonly available: false; readonly error: string }

/** Whoever asks OpenImageIO: this process, or a child process that may crash without harm. */
export type AskOiio = (source: DerivedSource, signal?: AbortSignal) => Promise<SpecAnswer>

let known: { readonly version: string } | { readonly error: string } | undefined

/** Asks on the calling thread, in order. Never throws: what cannot be asked is an answer. */
export function askOiioSync(sources: readonly DerivedSource[]): SpecAnswer[] {
  const status = oiioStatus()
  if ('error' in status) return sources.map(() => ({ available: false, error: status.error }))
  try {
    return readDerived(sources).map((spec) => ({ available: true, version: status.version, spec }))
  } catch (error) {
    const { message } = toPlainError(error, 'ERR_NATIVE_READ')
    return sources.map(() => ({ available: false, error: message }))
  }
}

/** Asks on a libuv thread of this process. Throws ERR_ABORTED. */
export const askOiioHere: AskOiio = async (source, signal) => {
  const status = oiioStatus()
  if ('error' in status) return { available: false, error: status.error }
  const [spec] = await readDerivedAsync([source], signal ?? null)
  return { available: true, version: status.version, spec: spec! }
}

/** Looked up once: it does not change while a process runs. */
function oiioStatus(): { readonly version: string } | { readonly error: string } {
  if (known === undefined) {
    const status = nativeStatus()
    known = status.ok ? { version: status.oiioVersion } : { error: status.error }
  }
  return known
}
