import { ExrError } from '../errors.ts'
import type { HeaderLimits } from './model.ts'

/** What a header may claim unless the caller says otherwise: bytes, and how many of each. */
export const DEFAULT_LIMITS: HeaderLimits = Object.freeze({
  headerBytes: 64 * 1024 * 1024,
  attributes: 65_536,
  totalAttributes: 1_048_576,
  channels: 65_536,
  parts: 65_536,
  tableBytes: 64 * 1024 * 1024,
})

/** Defaults filled in. Throws ERR_OPTION_INVALID for an unknown name or a bound that is not a positive number. */
export function resolveLimits(limits: Partial<HeaderLimits> | undefined): HeaderLimits {
  if (limits === undefined) return DEFAULT_LIMITS
  for (const [name, value] of Object.entries(limits)) {
    if (!(name in DEFAULT_LIMITS)) {
      throw new ExrError(
        'ERR_OPTION_INVALID',
        `Unknown limit ${name}; known are ${Object.keys(DEFAULT_LIMITS).join(', ')}`,
      )
    }
    if (!(value > 0)) {
      throw new ExrError('ERR_OPTION_INVALID', `Expected a positive number for limit ${name} but received ${value}`)
    }
  }
  return { ...DEFAULT_LIMITS, ...limits }
}

/** As the flag `--limit` spells it: `header-bytes`. */
export function limitName(name: keyof HeaderLimits): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/** The flag that raises a limit, such as `--limit header-bytes=128M`; `needed` is what the file was seen to ask for. */
export function limitFlag(name: keyof HeaderLimits, needed: number): string {
  let value = 1024
  while (value < needed) value *= 2
  return `--limit ${limitName(name)}=${value >= MEBI ? `${value / MEBI}M` : value}`
}

const MEBI = 1024 * 1024
