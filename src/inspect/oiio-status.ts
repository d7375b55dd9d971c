import { nativeStatus } from '../oiio/index.ts'

/** Whether OpenImageIO can be asked on this thread. */
export type OiioStatus =
  | { readonly ok: true; readonly version: string }
  | { readonly ok: false; readonly error: string }

let known: OiioStatus | undefined

/** Looked up once: it does not change while a process runs. */
export function oiioStatus(): OiioStatus {
  if (known === undefined) {
    const status = nativeStatus()
    known = status.ok ? { ok: true, version: status.oiioVersion } : { ok: false, error: status.error }
  }
  return known
}
