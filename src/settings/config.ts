import { availableParallelism } from 'node:os'
import { parseBytes, parseChoice, parseDuration, parseMode, parseWhole } from './parse.ts'
import { SettingsReader } from './reader.ts'
import { VARIABLES } from './variables.ts'

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
  /** What an embedded catalog may keep in memory; null where nobody said. */
  readonly catalogMemoryBytes: number | null
  /** How long to wait for another process that has an embedded catalog open; null where nobody said. */
  readonly catalogWaitMs: number | null
  /** Permissions of the files of a new embedded catalog. */
  readonly catalogMode: number
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
  /** How long a search through SQL may take. */
  readonly searchTimeoutMs: number
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
  readonly catalogMemory?: string | undefined
  readonly wait?: string | undefined
}

const DEFAULT_CATALOG = 'exr-catalog.duckdb'

/** Reads EXR_CATALOG, EXR_JOBS, EXR_ISOLATION, EXR_DEBUG and the VAST_* variables. Throws ERR_OPTION_INVALID naming the flag or variable. */
export function readConfig(env: Readonly<Record<string, string | undefined>>, flags: ConfigFlags = {}): Config {
  const read = new SettingsReader((name) => env[name])
  const vast = vastSettings(read)
  const { min, max } = VARIABLES.EXR_JOBS
  const memory = VARIABLES.EXR_CATALOG_MEMORY
  return Object.freeze({
    catalog: flags.catalog ?? read.text('EXR_CATALOG') ?? vastCatalogUrl(vast) ?? DEFAULT_CATALOG,
    vast,
    jobs:
      flags.jobs === undefined
        ? read.number('EXR_JOBS', availableParallelism())
        : parseWhole(flags.jobs, '--jobs', min, max),
    isolation: toIsolation(flags.isolate, '--isolate') ?? toIsolation(read.text('EXR_ISOLATION'), 'EXR_ISOLATION'),
    catalogMemoryBytes:
      flags.catalogMemory === undefined
        ? read.isSet('EXR_CATALOG_MEMORY')
          ? read.number('EXR_CATALOG_MEMORY')
          : null
        : parseBytes(flags.catalogMemory, '--catalog-memory', memory.min, memory.max),
    catalogWaitMs:
      flags.wait === undefined
        ? durationOf(read.text('EXR_CATALOG_WAIT'), 'EXR_CATALOG_WAIT')
        : durationOf(flags.wait, '--wait'),
    catalogMode: parseMode(read.text('EXR_CATALOG_MODE'), 'EXR_CATALOG_MODE'),
    debug: read.flag('EXR_DEBUG'),
  })
}

function durationOf(text: string | undefined, name: string): number | null {
  return text === undefined ? null : parseDuration(text, name)
}

/** VAST DataBase settings; endpoint and keys fall back to those of the object store. Throws ERR_OPTION_INVALID naming the variable. */
export function vastSettings(read: SettingsReader): VastSettings {
  const url = read.text('VAST_TRINO_URL')
  const trino = {
    user: read.text('VAST_TRINO_USER')!,
    password: read.text('VAST_TRINO_PASSWORD') ?? null,
    catalog: read.text('VAST_TRINO_CATALOG')!,
  }
  return {
    endpoint: read.text('VAST_DB_ENDPOINT') ?? null,
    accessKey: read.text('VAST_DB_ACCESS_KEY') ?? null,
    secretKey: read.text('VAST_DB_SECRET_KEY') ?? null,
    region: read.text('VAST_DB_REGION')!,
    bucket: read.text('VAST_DB_BUCKET') ?? null,
    schema: read.text('VAST_DB_SCHEMA')!,
    dataEndpoints: read.list('VAST_DB_DATA_ENDPOINTS'),
    search: parseChoice(read.text('VAST_DB_SEARCH')!, 'VAST_DB_SEARCH', ['scan', 'trino', 'engine']),
    searchTimeoutMs: read.number('VAST_DB_SEARCH_TIMEOUT_MS'),
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
  return value === undefined || value === '' ? null : parseChoice(value, name, ['process', 'thread'] as const)
}
