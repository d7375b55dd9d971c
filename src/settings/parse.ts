import { ExrError } from '../errors.ts'

/**
 * The one form of a setting's or an option's error. What was typed (a flag, a variable) is shown as it was typed, a
 * value given to the library as JSON, so that text and number differ.
 */
export function unexpected(expected: string, name: string, received: unknown): ExrError {
  const isTyped = typeof received === 'string' && /^(-|[A-Z])/.test(name)
  const shown = isTyped ? received : typeof received === 'bigint' ? `${received}n` : toJson(received)
  return new ExrError('ERR_OPTION_INVALID', `Expected ${expected} for ${name} but received ${shown.slice(0, 200)}`)
}

function toJson(value: unknown): string {
  return JSON.stringify(value) ?? String(value)
}

/** True and false in the spellings that events, shells and forms use. Throws ERR_OPTION_INVALID. */
export function parseFlag(value: unknown, name: string): boolean {
  const word = String(value).trim().toLowerCase()
  if (['true', '1', 'yes', 'on', 'y', 't'].includes(word)) return true
  if (['false', '0', 'no', 'off', 'n', 'f'].includes(word)) return false
  throw unexpected('true or false', name, value)
}

/** A whole number, both bounds inclusive, as a number or as text. Throws ERR_OPTION_INVALID. */
export function parseWhole(value: unknown, name: string, min: number, max = Number.MAX_SAFE_INTEGER): number {
  const number = toNumber(value)
  if (Number.isInteger(number) && number >= min && number <= max) return number
  const bounds = max === Number.MAX_SAFE_INTEGER ? `from ${min}` : `from ${min} to ${max}`
  throw unexpected(min === max ? String(min) : `a whole number ${bounds}`, name, value)
}

/** A finite number of at least `min`, as a number or as text. Throws ERR_OPTION_INVALID. */
export function parseNumber(value: unknown, name: string, min = Number.NEGATIVE_INFINITY): number {
  const number = toNumber(value)
  if (Number.isFinite(number) && number >= min) return number
  throw unexpected(Number.isFinite(min) ? `a number of ${min} or more` : 'a number', name, value)
}

function toNumber(value: unknown): number {
  if (typeof value === 'number') return value
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN
}

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 }

/** A number of bytes, both bounds inclusive; text may have a unit of 1024: `128M`, `128MiB`. Throws ERR_OPTION_INVALID. */
export function parseBytes(value: unknown, name: string, min: number, max: number): number {
  const match = typeof value === 'string' ? /^\s*(\d+)\s*([kmgt]?)(?:i?b)?\s*$/i.exec(value) : null
  const bytes = match === null ? value : Number(match[1]) * UNITS[(match[2] ?? '').toLowerCase()]!
  try {
    return parseWhole(bytes, name, min, max)
  } catch {
    throw unexpected(`a size from ${min} to ${max} bytes, such as 16M`, name, value)
  }
}

const DURATION_UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** A length of time in milliseconds; text has a unit: `500ms`, `30s`, `10m`, `1h`, `90d`. Throws ERR_OPTION_INVALID. */
export function parseDuration(value: string, name: string): number {
  const [, number, unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)\s*$/i.exec(value) ?? []
  if (number === undefined) throw unexpected('a time such as 30s, 10m or 1h', name, value)
  return Number(number) * DURATION_UNITS[unit.toLowerCase()]!
}

/** Permissions of a file in octal, such as 640; the owner may always read and write. Throws ERR_OPTION_INVALID. */
export function parseMode(value: unknown, name: string): number {
  const text = String(value).trim()
  const mode = /^(?:0o?)?[0-7]{3}$/.test(text) ? Number.parseInt(text.replace(/^0o?/, ''), 8) : -1
  if (mode < 0 || (mode & 0o600) !== 0o600) throw unexpected('octal permissions such as 600 or 640', name, value)
  return mode
}

/** Comma-separated text, without the spaces around its items and without empty ones. */
export function parseList(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean)
}

/** One of some words. Throws ERR_OPTION_INVALID. */
export function parseChoice<Word extends string>(value: unknown, name: string, words: readonly Word[]): Word {
  const known = words.find((word) => word === value)
  if (known !== undefined) return known
  throw unexpected(`${words.slice(0, -1).join(', ')} or ${words.at(-1)}`, name, value)
}
