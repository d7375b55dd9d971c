import { existsSync } from 'node:fs'
import { ExrError } from '../errors.ts'
import { loadPart } from '../parts.ts'
import { defaultCatalogMemoryBytes, defaultWriterMemoryBytes, memoryLimitBytes } from '../settings/memory.ts'
import { parseBytes } from '../settings/parse.ts'
import { toolVersion } from '../settings/version.ts'
import { retry } from '../workers/retry.ts'
import type { Catalog } from './catalog.ts'
import type { Compacted } from './duckdb/compact.ts'
import { setFileMode } from './file-mode.ts'
import { CATALOG_VERSION } from './migrations/index.ts'
import { parseVastUrl } from './vast/address.ts'
import type { VastConnection } from './vast/connection.ts'

export type { Compacted } from './duckdb/compact.ts'
export type { VastConnection } from './vast/connection.ts'

/** How a catalog is opened; everything has a default. */
export interface OpenCatalogOptions {
  /**
   * Read only: nothing is created or changed, and other processes may read at the same time. While another process
   * writes, what is read is a copy of the state of its last commit (`catalog.snapshot`). Default false.
   */
  readonly readOnly?: boolean
  /** Create missing tables and bring older ones up to date when opening to write. Default true. */
  readonly migrate?: boolean
  /**
   * How long to wait, in milliseconds: to write, for other processes to let go of the catalog; to read, for a moment in
   * which the one that writes leaves the file alone, so that it can be copied. Default 0 to write, 5,000 to read.
   */
  readonly waitMs?: number
  /** Memory DuckDB may use for its buffers: bytes, or text such as `1GB`. More speeds up queries over large catalogs. Default: an eighth of the machine's, at most 512 MiB to read and 256 MiB to write; a batch that
   * does not fit has it doubled, to half of the machine's at most. */
  readonly memoryLimit?: string | number
  /** Bytes to begin with where `memoryLimit` is not set and its default is more: for who writes small batches. Doubled like it. */
  readonly firstMemoryBytes?: number
  /**
   * Permissions of the files of a new embedded catalog, such as 0o600; those of one that is there stay. Sets the umask of
   * this process for good, as programs may do and libraries may not. Default: the umask as it is.
   */
  readonly fileMode?: number
  /** DuckDB's threads. Default: one per core. */
  readonly threads?: number
  /**
   * Bytes of journal after which DuckDB moves it into the file. A checkpoint rewrites the end of every table, so many
   * small ones are slow; a large journal takes longer to read after a crash (256 MiB: seconds),
   * and rows stay in memory until it has moved. Default: a quarter of the memory, 256 MiB at most.
   */
  readonly checkpointBytes?: number
  /** Fold the case of paths, for shares that ignore it. Default false. */
  readonly foldCase?: boolean
  /** How to reach VAST DataBase, for `vast://` catalogs. */
  readonly vast?: VastConnection
  readonly signal?: AbortSignal
}

const LARGEST_CHECKPOINT_BYTES = 256 * 2 ** 20

const READING_WAIT_MS = 5_000

/**
 * Opens a catalog: a path or `duckdb:path` for the embedded one, `vast://bucket/schema` for one in a VAST DataBase.
 * What is not there is created, unless `readOnly`. Throws ERR_OPTION_INVALID for another URL or missing connection
 * settings, ERR_CATALOG_OPEN, ERR_CATALOG_LOCKED (names the process that holds it), ERR_CATALOG_CORRUPT,
 * ERR_CATALOG_NEWER, ERR_CATALOG_SCHEMA, ERR_FEATURE_UNAVAILABLE where DuckDB is not
 * installed, or the ERR_VASTDB_* code of a server that cannot be reached.
 */
export async function openCatalog(url: string, options: OpenCatalogOptions = {}): Promise<Catalog> {
  const catalog = schemeOf(url) === 'vast' ? await connectVast(url, options) : await openDuckDb(url, options)
  try {
    if (options.migrate ?? true) {
      if (!options.readOnly) await catalog.ensureSchema(options.signal)
      else await checkVersion(catalog)
    } else await catalog.version()
    return catalog
  } catch (error) {
    await catalog.close()
    throw error
  }
}

/**
 * Writes the file of an embedded catalog anew, smaller, and puts it in the place of the old one at once; see
 * `compactFile`. The catalog must not be open. Throws ERR_CATALOG_LOCKED while anyone writes it, ERR_DISK_FULL, ERR_ABORTED, ERR_FEATURE_UNAVAILABLE for a VAST
 * DataBase, which keeps its own files in order.
 */
export async function compactCatalog(url: string, options: OpenCatalogOptions = {}): Promise<Compacted> {
  if (schemeOf(url) === 'vast') {
    throw new ExrError(
      'ERR_FEATURE_UNAVAILABLE',
      `Catalog ${url} has no file to compact: a VAST DataBase keeps its own in order.`,
    )
  }
  if (!existsSync(duckdbPath(url))) {
    throw new ExrError('ERR_CATALOG_OPEN', `There is no catalog ${url} to compact.`, { details: { path: url } })
  }
  const catalog = await openCatalog(url, options)
  const path = catalog.url.replace(/^duckdb:/, '')
  // The journal moves into the file.
  await catalog.close()
  const { compactFile } = await loadPart(() => import('./duckdb/compact.ts'))
  return compactFile(path, options.signal)
}

/** Loads the code of the catalog at a place, and opens nothing. Throws ERR_FEATURE_UNAVAILABLE where DuckDB is not installed. */
export async function loadCatalog(url: string): Promise<void> {
  await (schemeOf(url) === 'vast' ? loadVast() : loadDuckDb())
}

const loadVast = () => import('./vast.ts')
const loadDuckDb = () => loadPart(() => Promise.all([import('./duckdb/session.ts'), import('./duckdb.ts')]))

/** The client of VAST DataBase is loaded only for catalogs there. */
async function connectVast(url: string, options: OpenCatalogOptions): Promise<Catalog> {
  const address = parseVastUrl(url)
  const { connectVastCatalog } = await loadVast()
  const nowhere: VastConnection = { endpoint: null, accessKey: null, secretKey: null, region: 'us-east-1' }
  return connectVastCatalog(address, options.vast ?? nowhere, {
    readOnly: options.readOnly ?? false,
    toolVersion: toolVersion(),
    foldCase: options.foldCase ?? false,
  })
}

async function openDuckDb(url: string, options: OpenCatalogOptions): Promise<Catalog> {
  const readOnly = options.readOnly ?? false
  const path = duckdbPath(url)
  const givenBytes =
    options.memoryLimit === undefined ? null : parseBytes(options.memoryLimit, 'memoryLimit', 2 ** 20, 2 ** 50)
  const usualBytes = givenBytes ?? (readOnly ? defaultCatalogMemoryBytes() : defaultWriterMemoryBytes())
  const memoryBytes = givenBytes ?? Math.min(usualBytes, options.firstMemoryBytes ?? usualBytes)
  const settings = {
    readOnly,
    memoryBytes,
    threads: options.threads ?? null,
    checkpointBytes: options.checkpointBytes ?? Math.min(LARGEST_CHECKPOINT_BYTES, Math.floor(usualBytes / 4)),
  }
  const [{ openSession }, { DuckDbCatalog }] = await loadDuckDb()
  if (!readOnly && options.fileMode !== undefined) setFileMode(path, options.fileMode)
  const session = await retry(() => openSession(path, settings), {
    maxTries: Number.POSITIVE_INFINITY,
    maxTimeMs: options.waitMs ?? (readOnly ? READING_WAIT_MS : 0),
    baseMs: 25,
    longestWaitMs: 1000,
    mayRetry: (error) => error instanceof ExrError && error.code === 'ERR_CATALOG_LOCKED',
    signal: options.signal,
  })
  // Whoever set a limit means it; the default gives way where it is too little, up to half of what there is.
  const mostBytes = givenBytes ?? Math.max(memoryBytes, Math.floor(memoryLimitBytes() / 2))
  let largerBytes = memoryBytes
  const reopen = () => {
    largerBytes = Math.min(mostBytes, largerBytes * 2)
    return openSession(path, { ...settings, memoryBytes: largerBytes })
  }
  return new DuckDbCatalog(session, reopen, {
    readOnly,
    toolVersion: toolVersion(),
    foldCase: options.foldCase ?? false,
  })
}

async function checkVersion(catalog: Catalog): Promise<void> {
  const version = await catalog.version()
  if (version < CATALOG_VERSION) throw olderError(catalog.url.replace(/^duckdb:/, ''), version)
}

function schemeOf(url: string): string | undefined {
  return /^([a-z][a-z0-9+.-]+):/i.exec(url)?.[1]?.toLowerCase()
}

/** The path of an embedded catalog's URL. */
function duckdbPath(url: string): string {
  const scheme = schemeOf(url)
  const path = scheme === 'duckdb' ? url.slice('duckdb:'.length) : url
  if (path === '' || path === ':memory:' || (scheme !== undefined && scheme !== 'duckdb')) {
    throw new ExrError(
      'ERR_OPTION_INVALID',
      `Expected a path, duckdb:<path> or vast://<bucket>/<schema> for the catalog but received ${url || 'nothing'}`,
    )
  }
  return path
}

function olderError(path: string, version: number): ExrError {
  const migrate = `exr-inspector catalog migrate --catalog ${path}`
  const message =
    version === 0
      ? `There is no catalog ${path}, or it has no tables. Make it with: ${migrate}, or name another with --catalog`
      : `Catalog ${path} has schema version ${version}, older than ${CATALOG_VERSION}. Bring it up to date with: ${migrate}`
  return new ExrError('ERR_CATALOG_SCHEMA', message, { details: { path } })
}
