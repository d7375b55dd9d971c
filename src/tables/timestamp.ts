import { ExrError } from '../errors.ts'

const ISO = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/

/**
 * Microseconds since the Unix epoch of an ISO 8601 time with a zone; digits beyond microseconds are cut off.
 * Null stays null. Throws ERR_CATALOG_WRITE for anything else.
 */
export function timestampUs(text: string | null | undefined): bigint | null {
  if (text === null || text === undefined) return null
  const match = ISO.exec(text)
  const seconds = match ? Date.parse(match[1]! + match[3]!) : Number.NaN
  if (!match || Number.isNaN(seconds)) {
    throw new ExrError('ERR_CATALOG_WRITE', `Expected an ISO 8601 time with a zone but received ${text}`)
  }
  return BigInt(seconds) * 1000n + BigInt((match[2] ?? '').slice(0, 6).padEnd(6, '0'))
}

/** The ISO 8601 form, UTC, always with microseconds. */
export function isoFromUs(us: bigint): string {
  const rest = ((us % 1_000_000n) + 1_000_000n) % 1_000_000n
  const date = new Date(Number((us - rest) / 1000n))
  return `${date.toISOString().slice(0, -4)}${rest.toString().padStart(6, '0')}Z`
}

/** The moment, or now if it has not come yet: clocks of other machines may be ahead, and a date may be made up. */
export function notInFuture(us: bigint): bigint {
  const nowUs = BigInt(Date.now()) * 1000n
  return us < nowUs ? us : nowUs
}
