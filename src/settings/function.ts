import { availableParallelism } from 'node:os'
import { ExrError } from '../errors.ts'
import { toIsolation, type VastSettings, vastCatalogUrl, vastSettings } from './config.ts'
import { defaultWriterMemoryBytes, memoryLimitBytes } from './memory.ts'
import { parseMode, unexpected } from './parse.ts'
import { SettingsReader } from './reader.ts'
import { type S3Variables, s3SettingsFrom } from './s3.ts'
import { readSecrets, type Secrets } from './secrets.ts'
import { VARIABLES } from './variables.ts'

export type { VastSettings } from './config.ts'

/** Everything the function may be told, checked and frozen. Secrets come before the environment. */
export interface FunctionSettings {
  readonly host: string
  readonly port: number
  /** `duckdb:path`, a path, or `vast://bucket/schema`; null stores nothing. */
  readonly catalogUrl: string | null
  readonly s3: S3Variables
  readonly vast: VastSettings
  /** Buckets whose objects are read; empty for all. */
  readonly allowedBuckets: readonly string[]
  /** Host names that an event may name as an endpoint; empty refuses every endpoint and key in an event. */
  readonly allowedEndpoints: readonly string[]
  /** Folders whose files may be read by path; empty for none. */
  readonly allowedFolders: readonly string[]
  /** Events worked on at once; the rest wait. */
  readonly concurrency: number
  /** From an event's arrival to its answer, waiting included. */
  readonly deadlineMs: number
  readonly maxBodyBytes: number
  /** Objects that one request may name, over all its events. */
  readonly maxRecords: number
  /** From the first byte of a request to the last of its body. */
  readonly requestTimeoutMs: number
  /** From the wish to stop to the end of the process, whatever is connected. */
  readonly shutdownMs: number
  /** Length of the first read of a file or object. */
  readonly firstReadBytes: number
  /** Which chunks to look at: `table`, `leaders` or `all`. */
  readonly check: string
  /** Limits of headers as `name=amount` texts. */
  readonly limits: readonly string[]
  /** What a header, and the chunk tables, may have at most; a file with more is recorded and not stored. */
  readonly maxHeaderBytes: number
  /** Memory that all work under way may reserve. */
  readonly memoryBudgetBytes: number
  /** What the embedded catalog's buffers may take. */
  readonly catalogMemoryBytes: number
  /** Permissions of the files of a new embedded catalog. */
  readonly catalogMode: number
  /** Workers that inspect files with large headers. */
  readonly workers: number
  /** Where native code and large headers are read. */
  readonly isolation: 'process' | 'thread'
  readonly batchFiles: number
  readonly batchWaitMs: number
  /** `POST /debug/inspect` answers with the payload. */
  readonly debugRoute: boolean
  readonly logLevel: string
  /** Where results go as events for the next function; null for nowhere. */
  readonly sinkUrl: string | null
  /** Attributes to put on top of every output event. */
  readonly sinkOverrides: Readonly<Record<string, string>>
  readonly functionName: string
  /** Base URL of an OpenTelemetry collector; null leaves tracing off. */
  readonly otlpEndpoint: string | null
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Settings from mounted secrets over the environment over defaults.
 * Throws ERR_OPTION_INVALID, naming the variable and never its value where that may be secret.
 */
export function functionSettings(
  env: Environment,
  secrets: Secrets = readSecrets(env['EXR_SECRETS_DIR'] || VARIABLES.EXR_SECRETS_DIR.value),
): FunctionSettings {
  const lookup = (name: string) => secrets.get(name) ?? env[name]
  const read = new SettingsReader(lookup)
  const memory = memoryLimitBytes()
  const vast = vastSettings(read)
  return Object.freeze({
    host: read.text('HOST')!,
    port: read.number('PORT'),
    catalogUrl: read.text('EXR_CATALOG') ?? vastCatalogUrl(vast),
    s3: s3SettingsFrom(lookup),
    vast,
    allowedBuckets: read.list('EXR_ALLOWED_BUCKETS'),
    allowedEndpoints: read.list('EXR_ALLOWED_ENDPOINTS'),
    allowedFolders: read.list('EXR_ALLOWED_FOLDERS'),
    concurrency: read.number('EXR_CONCURRENCY'),
    deadlineMs: read.number('EXR_DEADLINE_MS'),
    maxBodyBytes: read.number('EXR_MAX_BODY_BYTES'),
    maxRecords: read.number('EXR_MAX_RECORDS'),
    requestTimeoutMs: read.number('EXR_REQUEST_TIMEOUT_MS'),
    shutdownMs: read.number('EXR_SHUTDOWN_MS'),
    firstReadBytes: read.number('EXR_FIRST_READ_BYTES'),
    check: read.text('EXR_CHECK') ?? 'leaders',
    limits: read.list('EXR_LIMITS'),
    maxHeaderBytes: read.number('EXR_MAX_HEADER_BYTES', defaultHeaderBytes(memory)),
    memoryBudgetBytes: read.number('EXR_MEMORY_BUDGET', Math.floor(memory / 4)),
    catalogMemoryBytes: read.number('EXR_CATALOG_MEMORY', defaultWriterMemoryBytes()),
    catalogMode: parseMode(read.text('EXR_CATALOG_MODE'), 'EXR_CATALOG_MODE'),
    workers: read.number('EXR_JOBS', defaultWorkers(memory)),
    isolation: toIsolation(read.text('EXR_ISOLATION'), 'EXR_ISOLATION') ?? 'process',
    batchFiles: read.number('EXR_BATCH_FILES'),
    batchWaitMs: read.number('EXR_BATCH_WAIT_MS'),
    debugRoute: read.flag('EXR_DEBUG_ROUTE'),
    logLevel: toPinoLevel(read.text('VAST_LOG_LEVEL')!),
    sinkUrl: sinkUrl(read.text('K_SINK')),
    sinkOverrides: overrides(read.text('K_CE_OVERRIDES')),
    functionName: read.text('K_NAME')!,
    otlpEndpoint: read.text('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') ?? null,
  })
}

const MIB = 2 ** 20

/** A part of the memory that leaves room for what a header costs on its way to the catalog. 1 to 64 MiB. */
function defaultHeaderBytes(memoryLimit: number): number {
  return Math.min(64 * MIB, Math.max(MIB, Math.floor(memoryLimit / 128)))
}

/** One for each 768 MiB, which a worker, the catalog and this process share; no more than cores. */
function defaultWorkers(memoryLimit: number): number {
  return Math.max(1, Math.min(availableParallelism(), Math.floor(memoryLimit / (768 * MIB))))
}

/** The platform's level names are Python's. */
function toPinoLevel(level: string): string {
  const levels: Record<string, string> = { critical: 'fatal', warning: 'warn' }
  const lower = level.toLowerCase()
  const known = levels[lower] ?? lower
  if (['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'].includes(known)) return known
  throw unexpected('DEBUG, INFO, WARNING, ERROR or CRITICAL', 'VAST_LOG_LEVEL', level)
}

function sinkUrl(url: string | undefined): string | null {
  if (url === undefined) return null
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url
  throw new ExrError('ERR_OPTION_INVALID', 'Expected an http:// or https:// URL for K_SINK.')
}

/** Knative's form: `{"extensions": {"name": "value"}}`. */
function overrides(json: string | undefined): Record<string, string> {
  if (json === undefined) return {}
  try {
    const { extensions = {} } = JSON.parse(json) as { extensions?: Record<string, unknown> }
    const named = Object.entries(extensions).map(([name, value]) => [name.toLowerCase(), String(value)] as const)
    for (const [name] of named) if (!/^[a-z0-9]+$/.test(name)) throw new TypeError(`${name} is no name of an attribute`)
    return Object.fromEntries(named)
  } catch (error) {
    throw new ExrError('ERR_OPTION_INVALID', 'Expected JSON with an extensions object for K_CE_OVERRIDES.', {
      cause: error,
    })
  }
}
