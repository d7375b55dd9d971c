import { availableParallelism } from 'node:os'
import { ExrError } from '../errors.ts'

/** Settings of one process: flags win over the environment, the environment over defaults. Frozen. */
export interface Config {
  /** Path of an embedded catalog, or the URL of another one. */
  readonly catalog: string
  /** How to reach VAST DataBase, for `vast://` catalogs. */
  readonly vast: VastSettings
  /** Workers at a time. */
  readonly jobs: number
  /** Where native code reads files: child processes or threads; null where nobody said. */
  readonly isolation: 'process' | 'thread' | null
  /** Show stack traces and Node's own warnings. */
  readonly debug: boolean
}

/** Endpoint, keys and names of a VAST DataBase. */
export interface VastSettings {
  readonly endpoint: string | null
  readonly accessKey: string | null
  readonly secretKey: string | null
  readonly region: string
  readonly bucket: string | null
  readonly schema: string
  /** Endpoints that share the reading of whole tables; empty for `endpoint` alone. */
  readonly dataEndpoints: readonly string[]
  /** How similar files are searched: on this machine, through Trino, or by the cluster's SQL engine. */
  readonly search: 'scan' | 'trino' | 'engine'
  /** A Trino with the VAST connector; null for none. */
  readonly trino: TrinoSettings | null
}

export interface TrinoSettings {
  readonly url: string
  readonly user: string
  readonly password: string | null
  /** Name of the catalog that the VAST connector serves. */
  readonly catalog: string
}

/** Flags that a command line may set; undefined where the user said nothing. */
export interface ConfigFlags {
  readonly catalog?: string | undefined
  readonly jobs?: string | number | undefined
  readonly isolate?: string | undefined
}

const DEFAULT_CATALOG = 'exr-catalog.duckdb'
const MAX_JOBS = 256

/** Reads EXR_CATALOG, EXR_JOBS, EXR_ISOLATION, EXR_DEBUG and the VAST_* variables. Throws ERR_OPTION_INVALID naming the flag or variable. */
export function readConfig(env: Readonly<Record<string, string | undefined>>, flags: ConfigFlags = {}): Config {
  const jobs = flags.jobs ?? (env['EXR_JOBS'] || undefined)
  const vast = vastSettings((...names) => names.map((name) => env[name]).find(Boolean))
  return Object.freeze({
    catalog: flags.catalog ?? (env['EXR_CATALOG'] || vastCatalogUrl(vast) || DEFAULT_CATALOG),
    vast,
    jobs: jobs === undefined ? availableParallelism() : toJobs(jobs, flags.jobs === undefined ? 'EXR_JOBS' : '--jobs'),
    isolation: toIsolation(flags.isolate, '--isolate') ?? toIsolation(env['EXR_ISOLATION'], 'EXR_ISOLATION'),
    debug: !['', '0', 'false', undefined].includes(env['EXR_DEBUG']),
  })
}

/**
 * VAST DataBase settings; `text` gives the first of some variables that is set. Endpoint and keys fall back to those
 * of the object store. Throws ERR_OPTION_INVALID naming the variable.
 */
export function vastSettings(text: (...names: string[]) => string | undefined): VastSettings {
  const url = text('VAST_TRINO_URL')
  const search = text('VAST_DB_SEARCH') ?? (url === undefined ? 'scan' : 'trino')
  if (search !== 'scan' && search !== 'trino' && search !== 'engine') {
    throw new ExrError('ERR_OPTION_INVALID', `Expected scan, trino or engine for VAST_DB_SEARCH but received ${search}`)
  }
  const trino = {
    user: text('VAST_TRINO_USER') ?? 'exr-inspector',
    password: text('VAST_TRINO_PASSWORD') ?? null,
    catalog: text('VAST_TRINO_CATALOG') ?? 'vast',
  }
  return {
    endpoint: text('VAST_DB_ENDPOINT', 'S3_ENDPOINT') ?? null,
    accessKey: text('VAST_DB_ACCESS_KEY', 'S3_ACCESS_KEY') ?? null,
    secretKey: text('VAST_DB_SECRET_KEY', 'S3_SECRET_KEY') ?? null,
    region: text('VAST_DB_REGION') ?? 'us-east-1',
    bucket: text('VAST_DB_BUCKET') ?? null,
    schema: text('VAST_DB_SCHEMA') ?? 'exr_metadata',
    dataEndpoints: (text('VAST_DB_DATA_ENDPOINTS') ?? '')
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean),
    search,
    trino: url === undefined ? null : { url, ...trino },
  }
}

/** The catalog that the settings name, or null when they name no bucket. */
export function vastCatalogUrl({ bucket, schema }: VastSettings): string | null {
  return bucket === null ? null : `vast://${bucket}/${schema}`
}

/** `process` or `thread`; null where nothing is said. Throws ERR_OPTION_INVALID naming the flag or variable. */
export function toIsolation(text: string | undefined, name: string): 'process' | 'thread' | null {
  const value = text?.trim().toLowerCase()
  if (value === undefined || value === '') return null
  if (value === 'process' || value === 'thread') return value
  throw new ExrError('ERR_OPTION_INVALID', `Expected process or thread for ${name} but received ${text}`)
}

function toJobs(value: string | number, name: string): number {
  const jobs = Number(value)
  if (Number.isInteger(jobs) && jobs >= 1 && jobs <= MAX_JOBS) return jobs
  throw new ExrError(
    'ERR_OPTION_INVALID',
    `Expected a whole number of threads from 1 to ${MAX_JOBS} for ${name} but received ${value}`,
  )
}
