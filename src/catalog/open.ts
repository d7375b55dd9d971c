import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { ExrError } from '../errors.ts'
import { throwIfAborted } from './abort.ts'
import type { Catalog } from './catalog.ts'
import { openSession, type Session, type SessionOptions } from './duckdb/session.ts'
import { DuckDbCatalog } from './duckdb.ts'
import { CATALOG_VERSION } from './migrations/index.ts'

export interface OpenCatalogOptions {
  /** Read only: nothing is created or changed, and other processes may read at the same time. Default false. */
  readonly readOnly?: boolean
  /** Create missing tables and bring older ones up to date when opening to write. Default true. */
  readonly migrate?: boolean
  /** How long to wait for another process to let go of the catalog, in milliseconds. Default 0. */
  readonly waitMs?: number
  /** Memory DuckDB may use for its buffers, such as `1GB`. More speeds up queries over large catalogs. Default `256MB`. */
  readonly memoryLimit?: string
  /** DuckDB's threads. Default: one per core. */
  readonly threads?: number
  /**
   * Bytes of journal after which DuckDB moves it into the file. A checkpoint rewrites the end of every table, so many
   * small ones are slow; a large journal takes longer to read after a crash (256 MiB: seconds). Default 256 MiB.
   */
  readonly checkpointBytes?: number
  /** Fold the case of paths, for shares that ignore it. Default false. */
  readonly foldCase?: boolean
  /** How to reach VAST DataBase, for `vast://` catalogs. */
  readonly vast?: VastConnection
  readonly signal?: AbortSignal
}

const DEFAULT_CHECKPOINT_BYTES = 256 * 2 ** 20

/** Endpoint and keys of a VAST DataBase; bucket and schema come from the URL. */
export interface VastConnection {
  readonly endpoint: string | null
  readonly accessKey: string | null
  readonly secretKey: string | null
  readonly region: string
}

/**
 * Opens a catalog: a path or `duckdb:path` for the embedded one. The file is created when it is not there, unless
 * `readOnly`. Throws ERR_OPTION_INVALID for a URL that is neither, ERR_CATALOG_OPEN, ERR_CATALOG_LOCKED (names the
 * process that holds it), ERR_CATALOG_CORRUPT, ERR_CATALOG_NEWER or ERR_CATALOG_SCHEMA.
 */
export async function openCatalog(url: string, options: OpenCatalogOptions = {}): Promise<Catalog> {
  const path = duckdbPath(url)
  const readOnly = options.readOnly ?? false
  const session = await openWaiting(
    path,
    {
      readOnly,
      memoryLimit: options.memoryLimit ?? '256MB',
      threads: options.threads ?? null,
      checkpointBytes: options.checkpointBytes ?? DEFAULT_CHECKPOINT_BYTES,
    },
    options.waitMs ?? 0,
    options.signal,
  )
  const catalog = new DuckDbCatalog(session, {
    readOnly,
    toolVersion: toolVersion(),
    foldCase: options.foldCase ?? false,
  })
  try {
    const version = await catalog.version()
    if (options.migrate ?? true) {
      if (!readOnly) await catalog.ensureSchema(options.signal)
      else if (version < CATALOG_VERSION) throw olderError(session.path, version)
    }
    return catalog
  } catch (error) {
    await catalog.close()
    throw error
  }
}

/** The path of an embedded catalog's URL. */
function duckdbPath(url: string): string {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(url)?.[1]?.toLowerCase()
  if (scheme === 'vast') {
    throw new ExrError(
      'ERR_FEATURE_UNAVAILABLE',
      `Cannot open ${url}: this build has no VAST DataBase catalog. Give a path for an embedded one.`,
    )
  }
  const path = scheme === 'duckdb' ? url.slice('duckdb:'.length) : url
  if (path === '' || path === ':memory:' || (scheme !== undefined && scheme !== 'duckdb')) {
    throw new ExrError(
      'ERR_OPTION_INVALID',
      `Expected a path, duckdb:<path> or vast://<bucket>/<schema> for the catalog but received ${url || 'nothing'}`,
    )
  }
  return path
}

async function openWaiting(
  path: string,
  options: SessionOptions,
  waitMs: number,
  signal: AbortSignal | undefined,
): Promise<Session> {
  const deadline = Date.now() + waitMs
  for (let delayMs = 25; ; delayMs = Math.min(delayMs * 2, 1000)) {
    try {
      return await openSession(path, options)
    } catch (error) {
      const left = deadline - Date.now()
      if (!(error instanceof ExrError) || error.code !== 'ERR_CATALOG_LOCKED' || left <= 0) throw error
      throwIfAborted(signal)
      await sleep(Math.min(delayMs, left), undefined, signal ? { signal } : {}).catch(() => throwIfAborted(signal))
    }
  }
}

function olderError(path: string, version: number): ExrError {
  const found = version === 0 ? 'has no tables' : `has schema version ${version}, older than ${CATALOG_VERSION}`
  return new ExrError(
    'ERR_CATALOG_SCHEMA',
    `Catalog ${path} ${found}. Bring it up to date with: exr-inspector catalog migrate --catalog ${path}`,
    { details: { path } },
  )
}

function toolVersion(): string {
  const manifest = createRequire(import.meta.url)('#package') as { version: string }
  return manifest.version
}
