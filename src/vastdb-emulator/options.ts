import { ExrError } from '../errors.ts'
import { type Logger, silentLogger } from '../log.ts'
import type { FaultRule } from './faults.ts'

/** One request as it arrived, for comparing clients. Keys and signatures are blanked. */
export interface RecordedRequest {
  readonly method: string
  /** Path and query as they were sent. */
  readonly url: string
  /** Names in lower case. The signature is `***`; the rest of `authorization` is kept. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** Status of the answer. */
  readonly status: number
}

/** How an emulator is started; everything has a default. */
export interface EmulatorOptions {
  /** Address to listen on; loopback unless told. */
  readonly host?: string
  /** 0 picks a free port. */
  readonly port?: number
  /** Directory of the store, or null to keep everything in memory. */
  readonly dataDirectory?: string | null
  readonly buckets?: readonly string[]
  readonly accessKey?: string
  readonly secretKey?: string
  /** The `Server` header is `vast <version>`; four numbers, which decide what clients dare to use. */
  readonly version?: string
  /** Milliseconds without a request after which an open transaction is rolled back. */
  readonly transactionTimeoutMs?: number
  /** How far a request's clock may be off, in milliseconds. */
  readonly maxClockSkewMs?: number
  /** Largest piece of a query response that is written at once, in bytes. */
  readonly chunkBytes?: number
  readonly faults?: readonly FaultRule[]
  readonly faultSeed?: number
  readonly onRequest?: (request: RecordedRequest) => void
  readonly logger?: Logger
}

export type ResolvedOptions = Readonly<Required<Omit<EmulatorOptions, 'onRequest'>>> &
  Pick<EmulatorOptions, 'onRequest'>

const DEFAULTS: Omit<ResolvedOptions, 'onRequest'> = {
  host: '127.0.0.1',
  port: 9090,
  dataDirectory: null,
  buckets: ['vastdb'],
  accessKey: 'test',
  secretKey: 'test',
  version: '5.5.0.1',
  transactionTimeoutMs: 10 * 60 * 1000,
  maxClockSkewMs: 15 * 60 * 1000,
  chunkBytes: 64 * 1024,
  faults: [],
  faultSeed: 1,
  logger: silentLogger,
}

/** Options with every default filled in. Throws ERR_OPTION_INVALID. */
export function resolveOptions(options: EmulatorOptions): ResolvedOptions {
  for (const name of Object.keys(options)) {
    if (!(name in DEFAULTS) && name !== 'onRequest') throw invalid('a known option', name, 'no meaning')
  }
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
  const resolved: ResolvedOptions = { ...DEFAULTS, ...given }
  const { port, version, buckets, chunkBytes } = resolved
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw invalid('0 to 65535', 'port', port)
  if (!/^\d+\.\d+\.\d+\.\d+$/.test(version)) throw invalid('four numbers such as 5.5.0.1', 'version', version)
  if (buckets.length === 0 || !buckets.every((name) => /^[A-Za-z0-9._~-]+$/.test(name))) {
    throw invalid('names of letters, digits and ._~-', 'buckets', buckets.join(', '))
  }
  if (!resolved.accessKey || !resolved.secretKey) throw invalid('a key', 'accessKey and secretKey', 'none')
  if (!(resolved.transactionTimeoutMs > 0)) {
    throw invalid('a time above 0', 'transactionTimeoutMs', resolved.transactionTimeoutMs)
  }
  if (!Number.isSafeInteger(resolved.faultSeed)) throw invalid('a whole number', 'faultSeed', resolved.faultSeed)
  if (!(chunkBytes >= 1)) throw invalid('at least 1', 'chunkBytes', chunkBytes)
  return Object.freeze(resolved)
}

function invalid(expected: string, name: string, found: unknown): ExrError {
  return new ExrError('ERR_OPTION_INVALID', `Expected ${expected} for ${name} but received ${found}`)
}
