import { DEFAULT_LIMITS } from '../header/index.ts'
import type { HeaderLimits } from '../header/model.ts'
import { parseBytes, parseFlag, parseWhole, unexpected } from '../settings/parse.ts'
import { FIRST_READ_BYTES } from '../source/source.ts'
import { parseSampling, type Sampling } from './sampling.ts'

/**
 * What to inspect and how. Names may also be written in snake_case, as events do, and values may be text:
 * "true", 1, "yes" and "on" all mean true. Null, undefined and "" mean the default.
 */
export interface InspectOptions {
  /** List header attributes and ask OpenImageIO for its view. Default true. */
  readonly meta?: boolean
  /** Pixel statistics. Default false. */
  readonly stats?: boolean
  /** Deep sample statistics. Default false. */
  readonly deepStats?: boolean
  /** Hashes of the pixels: true for XXH3-128, or the name of an algorithm. Default false. */
  readonly hash?: boolean | 'xxh3-128' | 'sha-256'
  /** Which pixels the statistics look at: `full`, a number n for every nth row or tile, or a share. Default full. */
  readonly sample?: string | number
  /** Check against a policy. Default false. */
  readonly validate?: boolean
  /** Policy file for `validate`. */
  readonly policyPath?: string
  /** Version of the payload; 1 is the only one. */
  readonly schemaVersion?: 1
  /** Add the exact bytes of every attribute, base64. Default false. */
  readonly raw?: boolean
  /** Add `timings_us`. Default false. */
  readonly timings?: boolean
  /** Fold case in path identity, for shares that ignore it. Default false. */
  readonly foldCase?: boolean
  /** Length of the first read in bytes, 256 to 16 MiB. Default 65,536. */
  readonly firstReadBytes?: number
  /**
   * How far to look for chunks: at the offset `table`s and the file's size; at the `leaders` of the last chunk and of
   * those inside bytes that were read anyway; or at `all` leaders, one small read each where the file is local. A file
   * that lacks chunks is always looked at as far as it can be. Default `leaders`.
   */
  readonly check?: CheckOption
  /** What a header may claim at most. Missing ones keep the codec's defaults. */
  readonly limits?: Partial<HeaderLimits>
}

/** The values of the option `check`. */
export const CHECK_OPTIONS = ['table', 'leaders', 'all'] as const
export type CheckOption = (typeof CHECK_OPTIONS)[number]

/** Every option checked and filled in. Plain data, so it may cross to another thread. */
export interface ResolvedInspectOptions {
  readonly meta: boolean
  readonly stats: boolean
  readonly deepStats: boolean
  readonly hash: 'xxh3-128' | 'sha-256' | null
  readonly sample: Sampling
  readonly validate: boolean
  readonly policyPath: string | null
  readonly schemaVersion: 1
  readonly raw: boolean
  readonly timings: boolean
  readonly foldCase: boolean
  readonly firstReadBytes: number
  readonly check: CheckOption
  readonly limits: Partial<HeaderLimits>
}

const resolved = new WeakSet<object>()
const MIN_FIRST_READ = 256
const MAX_FIRST_READ = 16 * 1024 * 1024

type Parsers = {
  readonly [Name in keyof ResolvedInspectOptions]: (value: unknown, name: string) => ResolvedInspectOptions[Name]
}

const PARSERS: Parsers = {
  meta: (value, name) => toBoolean(value, name, true),
  stats: (value, name) => toBoolean(value, name, false),
  deepStats: (value, name) => toBoolean(value, name, false),
  hash: toAlgorithm,
  sample: (value) => (isUnset(value) ? { method: 'full' } : isSampling(value) ? value : parseSampling(String(value))),
  validate: (value, name) => toBoolean(value, name, false),
  policyPath: toText,
  schemaVersion: (value, name) => toInteger(value, name, 1, 1, 1) as 1,
  raw: (value, name) => toBoolean(value, name, false),
  timings: (value, name) => toBoolean(value, name, false),
  foldCase: (value, name) => toBoolean(value, name, false),
  firstReadBytes: (value, name) => toInteger(value, name, FIRST_READ_BYTES.file, MIN_FIRST_READ, MAX_FIRST_READ),
  check: toCheck,
  limits: toLimits,
}

/**
 * Checks options once into a frozen object; one that was already checked comes back as it is.
 * Throws ERR_OPTION_INVALID, naming the option, for an unknown name or a value of the wrong kind.
 */
export function resolveInspectOptions(options: unknown = {}): ResolvedInspectOptions {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw unexpected('an object', 'options', options)
  }
  if (resolved.has(options)) return options as ResolvedInspectOptions
  const given = new Map<string, unknown>()
  for (const [name, value] of Object.entries(options)) {
    const key = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
    if (!Object.hasOwn(PARSERS, key)) throw unexpected(`one of ${Object.keys(PARSERS).join(', ')}`, 'option name', name)
    given.set(key, value)
  }
  const entries = Object.entries(PARSERS).map(([name, parse]) => [name, parse(given.get(name), name)])
  const result = Object.freeze(Object.fromEntries(entries) as ResolvedInspectOptions)
  resolved.add(result)
  return result
}

/** True and false in the spellings that events, shells and forms use. */
function toBoolean(value: unknown, name: string, fallback: boolean): boolean {
  return isUnset(value) ? fallback : parseFlag(value, name)
}

function toAlgorithm(value: unknown, name: string): ResolvedInspectOptions['hash'] {
  if (value === 'xxh3-128' || value === 'sha-256') return value
  return toBoolean(value, name, false) ? 'xxh3-128' : null
}

/** Options that were checked before may come back as they were. */
function isSampling(value: unknown): value is Sampling {
  return typeof value === 'object' && value !== null && 'method' in value
}

function toInteger(value: unknown, name: string, fallback: number, min: number, max: number): number {
  return isUnset(value) ? fallback : parseWhole(value, name, min, max)
}

function toText(value: unknown, name: string): string | null {
  if (isUnset(value)) return null
  if (typeof value === 'string') return value
  throw unexpected('text', name, value)
}

function toCheck(value: unknown, name: string): CheckOption {
  if (isUnset(value)) return 'leaders'
  const known = CHECK_OPTIONS.find((option) => option === value)
  if (known !== undefined) return known
  throw unexpected(`one of ${CHECK_OPTIONS.join(', ')}`, name, value)
}

const LIMIT_NAMES = Object.keys(DEFAULT_LIMITS) as (keyof HeaderLimits)[]
/**
 * Limits from `name=amount` texts, such as `header-bytes=128M`; names in kebab-case, snake_case or camelCase.
 * Throws ERR_OPTION_INVALID for an unknown name or another form.
 */
export function parseLimits(texts: readonly string[]): Partial<HeaderLimits> {
  const entries = texts.map((text) => {
    const [name = '', amount = '', ...rest] = text.split('=')
    if (amount === '' || rest.length > 0) throw unexpected('name=amount, such as header-bytes=128M', '--limit', text)
    return [name.trim(), amount]
  })
  return toLimits(Object.fromEntries(entries), '--limit')
}

function toLimits(value: unknown, name: string): Partial<HeaderLimits> {
  if (isUnset(value)) return Object.freeze({})
  if (typeof value !== 'object') throw unexpected('an object', name, value)
  const limits: Record<string, number> = {}
  for (const [key, limit] of Object.entries(value as object)) {
    const camel = key.replace(/[-_]([a-z])/g, (_, letter: string) => letter.toUpperCase())
    const known = LIMIT_NAMES.find((candidate) => candidate === camel)
    // Named as whoever wrote the flag or the option spells them.
    const isFlag = name === '--limit'
    const spelled = (limit: string) =>
      isFlag ? limit.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`) : limit
    if (known === undefined) throw unexpected(`one of ${LIMIT_NAMES.map(spelled).join(', ')}`, name, key)
    if (!isUnset(limit))
      limits[known] = parseBytes(limit, isFlag ? `--limit ${spelled(known)}` : `${name}.${known}`, 1, 2 ** 31)
  }
  return Object.freeze(limits as Partial<HeaderLimits>)
}

function isUnset(value: unknown): value is undefined | null | '' {
  return value === undefined || value === null || value === ''
}

/** Whether pixels are to be looked at, given or resolved. */
export function wantsPixels({
  stats,
  deepStats,
  hash,
}: Pick<InspectOptions, 'stats' | 'deepStats'> & { readonly hash?: InspectOptions['hash'] | null }): boolean {
  return stats === true || deepStats === true || Boolean(hash)
}
