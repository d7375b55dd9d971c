import { availableParallelism } from 'node:os'
import { ExrError } from '../errors.ts'
import { toIsolation, type VastSettings, vastCatalogUrl, vastSettings } from '../settings/config.ts'
import { memoryLimitBytes } from '../settings/memory.ts'
import type { S3Settings } from '../source/s3-client.ts'
import { s3SettingsFrom } from '../source/s3-settings.ts'
import type { Isolation } from '../workers/index.ts'
import { readSecrets, type Secrets } from './secrets.ts'

export type { VastSettings } from '../settings/config.ts'

/** Everything the function may be told, checked and frozen. Secrets come before the environment. */
export interface FunctionSettings {
  readonly host: string
  readonly port: number
  /** `duckdb:path`, a path, or `vast://bucket/schema`; null stores nothing. */
  readonly catalogUrl: string | null
  readonly s3: S3Settings
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
  /** What a header, and the chunk tables, may have at most; a file with more is recorded and not stored. */
  readonly maxHeaderBytes: number
  /** Memory that all work under way may reserve. */
  readonly memoryBudgetBytes: number
  /** What the embedded catalog's buffers may take. */
  readonly catalogMemoryBytes: number
  /** Workers that inspect files with large headers. */
  readonly workers: number
  /** Where native code and large headers are read. */
  readonly isolation: Isolation
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
  secrets: Secrets = readSecrets(env['EXR_SECRETS_DIR'] ?? '/secrets'),
): FunctionSettings {
  const text = (...names: string[]) => {
    for (const name of names) {
      const value = secrets.get(name) ?? env[name]
      if (value !== undefined && value !== '') return value
    }
    return undefined
  }
  const list = (name: string) =>
    (text(name) ?? '')
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean)
  const whole = (name: string, fallback: number, min: number, max: number) => {
    const value = Number(text(name) ?? fallback)
    if (Number.isInteger(value) && value >= min && value <= max) return value
    throw invalid(`a whole number from ${min} to ${max}`, name, text(name))
  }
  const bytes = whole
  const memoryLimit = memoryLimitBytes()
  const flag = (name: string, fallback: boolean) => {
    const value = (text(name) ?? String(fallback)).toLowerCase()
    if (['1', 'true', 'yes', 'on'].includes(value)) return true
    if (['0', 'false', 'no', 'off'].includes(value)) return false
    throw invalid('true or false', name, value)
  }
  const vast = vastSettings(text)
  return Object.freeze({
    host: text('HOST') ?? '0.0.0.0',
    port: whole('PORT', 8080, 0, 65_535),
    catalogUrl: text('EXR_CATALOG') ?? vastCatalogUrl(vast),
    s3: s3SettingsFrom(text),
    vast,
    allowedBuckets: list('EXR_ALLOWED_BUCKETS'),
    allowedEndpoints: list('EXR_ALLOWED_ENDPOINTS'),
    allowedFolders: list('EXR_ALLOWED_FOLDERS'),
    concurrency: whole('EXR_CONCURRENCY', 64, 1, 4_096),
    deadlineMs: whole('EXR_DEADLINE_MS', 50_000, 100, 600_000),
    maxBodyBytes: whole('EXR_MAX_BODY_BYTES', 1024 * 1024, 1_024, 64 * 1024 * 1024),
    maxRecords: whole('EXR_MAX_RECORDS', 1_000, 1, 100_000),
    requestTimeoutMs: whole('EXR_REQUEST_TIMEOUT_MS', 15_000, 100, 600_000),
    shutdownMs: whole('EXR_SHUTDOWN_MS', 25_000, 100, 600_000),
    firstReadBytes: bytes('EXR_FIRST_READ_BYTES', 65_536, 256, 16 * MIB),
    maxHeaderBytes: bytes('EXR_MAX_HEADER_BYTES', defaultHeaderBytes(memoryLimit), 64 * 1024, 2 ** 31),
    memoryBudgetBytes: bytes('EXR_MEMORY_BUDGET', Math.floor(memoryLimit / 4), MIB, 2 ** 40),
    catalogMemoryBytes: bytes('EXR_CATALOG_MEMORY', Math.floor(memoryLimit / 8), 64 * MIB, 2 ** 40),
    workers: whole('EXR_JOBS', defaultWorkers(memoryLimit), 1, 256),
    isolation: toIsolation(text('EXR_ISOLATION'), 'EXR_ISOLATION') ?? 'process',
    batchFiles: whole('EXR_BATCH_FILES', 256, 1, 10_000),
    batchWaitMs: whole('EXR_BATCH_WAIT_MS', 20, 0, 60_000),
    debugRoute: flag('EXR_DEBUG_ROUTE', false),
    logLevel: toPinoLevel(text('VAST_LOG_LEVEL', 'LOG_LEVEL') ?? 'info'),
    sinkUrl: text('K_SINK') ?? null,
    sinkOverrides: overrides(text('K_CE_OVERRIDES')),
    functionName: text('K_NAME', 'K_SERVICE') ?? 'exr-inspector',
    otlpEndpoint: text('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT') ?? null,
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
  throw invalid('DEBUG, INFO, WARNING, ERROR or CRITICAL', 'VAST_LOG_LEVEL', level)
}

/** Knative's form: `{"extensions": {"name": "value"}}`. */
function overrides(json: string | undefined): Record<string, string> {
  if (json === undefined) return {}
  try {
    const { extensions = {} } = JSON.parse(json) as { extensions?: Record<string, unknown> }
    return Object.fromEntries(Object.entries(extensions).map(([name, value]) => [name.toLowerCase(), String(value)]))
  } catch (error) {
    throw new ExrError('ERR_OPTION_INVALID', 'Expected JSON with an extensions object for K_CE_OVERRIDES.', {
      cause: error,
    })
  }
}

function invalid(expected: string, name: string, received: string | undefined): ExrError {
  return new ExrError('ERR_OPTION_INVALID', `Expected ${expected} for ${name} but received ${received}`)
}
