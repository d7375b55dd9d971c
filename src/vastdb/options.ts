import { type Logger, silentLogger } from '../log.ts'
import { optionError } from './errors.ts'
import { MAX_TRIES } from './retry.ts'

/** Whom to trust on HTTPS. */
export interface TlsOptions {
  /** PEM of the certificate authority that signed the server's certificate; several may follow each other. */
  readonly ca?: string | Uint8Array
  /** False accepts any certificate. Only for a laboratory. Default true. */
  readonly rejectUnauthorized?: boolean
}

/** How long a request may wait, in milliseconds. */
export interface TimeoutOptions {
  /** Longest wait for a connection, in milliseconds. Default 10,000. */
  readonly connectMs?: number
  /** Longest wait for the first byte of an answer. Default 300,000. */
  readonly headersMs?: number
  /** Longest silence in the middle of an answer; a busy server sends keep-alives. Default 60,000. */
  readonly bodyMs?: number
}

/** How often and how long a request is tried. */
export interface RetryOptions {
  /** Tries in all, the first included. Default 10; 1 turns retries off. */
  readonly maxTries?: number
  /** No try starts later than this after the first one, in milliseconds. Default 60,000. */
  readonly maxTimeMs?: number
  /** The wait before try n is drawn from 0 to `baseMs * 2^(n-1)`. Default 1,000. */
  readonly baseMs?: number
}

/** How VAST DataBase is reached; all but endpoint and keys have defaults. */
export interface ConnectOptions {
  /** `http://host:port` or `https://host`, without a path. */
  readonly endpoint: string
  readonly accessKey: string
  readonly secretKey: string
  /** Region in the request signature. Default empty, which servers accept. */
  readonly region?: string
  /**
   * Endpoints that share the splits of a select. One split is read per entry at a time; repeat an entry for more.
   * The last number of an IPv4 address may be a range: `http://10.0.0.1-16`. Default: `endpoint`.
   */
  readonly dataEndpoints?: readonly string[]
  readonly tls?: TlsOptions
  readonly timeouts?: TimeoutOptions
  readonly retry?: RetryOptions
  /** Sockets per endpoint. Default 16. */
  readonly maxSockets?: number
  /** A transaction that stays open is refreshed this often, in milliseconds. 0 never does. Default 60,000. */
  readonly keepAliveMs?: number
  /** Largest single message accepted inside an answer, in bytes. Default 1 GiB. Memory grows only with bytes received. */
  readonly maxMessageBytes?: number
  readonly userAgent?: string
  /** Fails everything this session does, now and later. */
  readonly signal?: AbortSignal
  readonly logger?: Logger
}

/** Every option checked and filled in. */
export interface Config {
  readonly endpoint: URL
  readonly dataEndpoints: readonly URL[]
  readonly accessKey: string
  readonly secretKey: string
  readonly region: string
  readonly tls: TlsOptions
  readonly timeouts: Required<TimeoutOptions>
  readonly retry: Required<RetryOptions>
  readonly maxSockets: number
  readonly keepAliveMs: number
  readonly maxMessageBytes: number
  readonly userAgent: string
  readonly signal: AbortSignal | undefined
  readonly logger: Logger
}

const DEFAULT_TIMEOUTS = { connectMs: 10_000, headersMs: 300_000, bodyMs: 60_000 }
const DEFAULT_RETRY = { maxTries: MAX_TRIES, maxTimeMs: 60_000, baseMs: 1_000 }
const KNOWN = new Set<string>([
  'endpoint',
  'accessKey',
  'secretKey',
  'region',
  'dataEndpoints',
  'tls',
  'timeouts',
  'retry',
  'maxSockets',
  'keepAliveMs',
  'maxMessageBytes',
  'userAgent',
  'signal',
  'logger',
] satisfies (keyof ConnectOptions)[])

/** Throws ERR_OPTION_INVALID; the message never shows a key. */
export function toConfig(options: ConnectOptions): Config {
  refuseUnknown(options, KNOWN, 'connect')
  const endpoint = toEndpoint(options.endpoint, 'endpoint')
  const dataEndpoints = expandEndpoints(options.dataEndpoints ?? []).map((each) => toEndpoint(each, 'dataEndpoints'))
  return Object.freeze({
    endpoint,
    dataEndpoints: dataEndpoints.length > 0 ? dataEndpoints : [endpoint],
    accessKey: toKey(options.accessKey, 'accessKey'),
    secretKey: toKey(options.secretKey, 'secretKey'),
    region: options.region ?? '',
    tls: pick(options.tls, { rejectUnauthorized: true }, ['ca', 'rejectUnauthorized'], 'tls'),
    timeouts: positive(pick(options.timeouts, DEFAULT_TIMEOUTS, Object.keys(DEFAULT_TIMEOUTS), 'timeouts'), 'timeouts'),
    retry: positive(pick(options.retry, DEFAULT_RETRY, Object.keys(DEFAULT_RETRY), 'retry'), 'retry'),
    maxSockets: toCount(options.maxSockets ?? 16, 'maxSockets', 1),
    keepAliveMs: toCount(options.keepAliveMs ?? 60_000, 'keepAliveMs', 0),
    maxMessageBytes: toCount(options.maxMessageBytes ?? 1024 ** 3, 'maxMessageBytes', 1024),
    userAgent: options.userAgent ?? 'exr-inspector-vastdb',
    signal: options.signal,
    logger: options.logger ?? silentLogger,
  })
}

function refuseUnknown(options: object, known: ReadonlySet<string>, where: string): void {
  const unknown = Object.keys(options).find((name) => !known.has(name))
  if (unknown !== undefined) throw optionError(`${where} option`, `one of ${[...known].join(', ')}`, unknown)
}

/** Throws ERR_OPTION_INVALID unless `value` is a whole number of at least `least`. */
export function toCount(value: number, name: string, least: number): number {
  if (!Number.isSafeInteger(value) || value < least)
    throw optionError(name, `a whole number of at least ${least}`, value)
  return value
}

function pick<T extends object>(given: Partial<T> | undefined, defaults: T, known: string[], where: string): T {
  refuseUnknown(given ?? {}, new Set(known), where)
  const set = Object.entries(given ?? {}).filter(([, value]) => value !== undefined)
  return { ...defaults, ...Object.fromEntries(set) }
}

function positive<T extends Record<string, number>>(values: T, where: string): T {
  for (const [name, value] of Object.entries(values)) toCount(value, `${where}.${name}`, 1)
  return values
}

function toKey(value: unknown, name: string): string {
  if (typeof value === 'string' && value !== '' && !/[\s]/.test(value)) return value
  throw optionError(name, 'a non-empty string without spaces', typeof value === 'string' ? '(hidden)' : typeof value)
}

function toEndpoint(value: unknown, name: string): URL {
  const expected = 'an http:// or https:// address without path, query or user'
  if (typeof value !== 'string' || !URL.canParse(value)) throw optionError(name, expected, hideUser(value))
  const url = new URL(value)
  const plain = url.pathname === '/' && url.search === '' && url.username === '' && url.password === ''
  if (!/^https?:$/.test(url.protocol) || !plain) throw optionError(name, expected, hideUser(value))
  return url
}

function hideUser(value: unknown): unknown {
  return typeof value === 'string' ? value.replace(/\/\/[^/@]*@/, '//(hidden)@') : typeof value
}

/** `http://10.0.0.1-3` becomes three addresses; anything else stays as it is. */
function expandEndpoints(endpoints: readonly string[]): string[] {
  return endpoints.flatMap((endpoint) => {
    const match = /^(https?:\/\/\d+\.\d+\.\d+\.)(\d+)-(\d+)(:\d+)?\/?$/.exec(endpoint)
    if (!match) return [endpoint]
    const [, head = '', first = '', last = '', port = ''] = match
    const count = Number(last) - Number(first) + 1
    if (count < 1 || Number(last) > 255) throw optionError('dataEndpoints', 'a rising range of addresses', endpoint)
    return Array.from({ length: count }, (_, i) => `${head}${Number(first) + i}${port}`)
  })
}
