import { existsSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { DuckDBInstance } from '../../duckdb-api.ts'
import { ExrError } from '../../errors.ts'
import type { CatalogSnapshot } from '../catalog.ts'
import { type Holder, holderIn } from '../holder.ts'
import type { OwnNames } from '../statement.ts'
import { Changes } from './changes.ts'
import { acknowledgedCommit } from './commit-record.ts'
import { openError, snapshotError } from './errors.ts'
import { copyState } from './snapshot.ts'
import { removeLeftSpills, spillFolder } from './spill-folder.ts'

interface SessionOptions {
  readonly readOnly: boolean
  /** DuckDB's buffer pool. */
  readonly memoryBytes: number
  readonly threads: number | null
  /** Size of the journal at which a commit rewrites the file. */
  readonly checkpointBytes: number
}

/** What the file is called inside DuckDB. */
export const DATABASE = 'exr'

/**
 * Rows a thread scans at a time. DuckDB's own 122,880 leaves the vectors of 100,000 files to one thread; only ATTACH
 * can set another size, which is why the file is not simply opened (npm run bench similarity).
 */
export const ROW_GROUP_SIZE = 32_768

/** A database file opened once in this process, shared by all who read it. */
interface OpenFile {
  readonly instance: Promise<DuckDBInstance>
  readonly changes: Changes
  users: number
}

/**
 * DuckDB's file lock is per process, and opening the file again inside the process would give it away:
 * every open goes through this list.
 */
const openFiles = new Map<string, OpenFile>()

/** By path, and for as long as the process runs: a file that is opened again in the middle of a write is the same one. */
const changesByPath = new Map<string, Changes>()

/** An open database file. */
export interface Session {
  readonly path: string
  /** Set where what is open is a copy, because another process writes to the file. */
  readonly snapshot: CatalogSnapshot | null
  /** Writes of all who share the file. */
  readonly changes: Changes
  /** What is known of the last commit; see `acknowledgedCommit`. */
  acknowledged(): string | null | undefined
  connect(): Promise<DuckDBConnection>
  /** Ends the session; the file is closed when its last session ends. May be called twice. */
  close(): Promise<void>
}

/**
 * Opens a database file, or for reading a snapshot of it while another process writes to it. Throws ERR_CATALOG_OPEN,
 * _LOCKED, _CORRUPT or _NEWER.
 */
export async function openSession(path: string, options: SessionOptions): Promise<Session> {
  const key = canonicalPath(path)
  try {
    return await openShared(key, options)
  } catch (error) {
    const isWritten = error instanceof ExrError && error.code === 'ERR_CATALOG_LOCKED' && options.readOnly
    const snapshot = isWritten ? await openSnapshot(key, options, holderIn(String(error.cause))) : null
    if (snapshot === null) throw error
    return snapshot
  }
}

/** Null when the file was written while it was copied. */
async function openSnapshot(path: string, options: SessionOptions, writer: Holder | null): Promise<Session | null> {
  const copy = await copyState(path).catch((error: Error) => {
    throw snapshotError(error, path, writer)
  })
  if (copy === null) return null
  try {
    const instance = await openInstance(path, options, copy.path)
    let close = () => {
      close = () => {}
      instance.closeSync()
    }
    return {
      path,
      snapshot: { takenAt: copy.takenAt, writer },
      changes: new Changes(),
      acknowledged: () => copy.acknowledged,
      connect: () => connectTo(instance),
      close: async () => close(),
    }
  } finally {
    copy.remove()
  }
}

async function openShared(key: string, options: SessionOptions): Promise<Session> {
  const known = openFiles.get(key)
  if (known && !options.readOnly) {
    throw new ExrError(
      'ERR_CATALOG_LOCKED',
      `Cannot open catalog ${key} for writing: this process has it open already. Share that catalog or close it first.`,
      { details: { path: key } },
    )
  }
  const file = known ?? { instance: openInstance(key, options), changes: changesAt(key), users: 0 }
  openFiles.set(key, file)
  file.users++
  let open = true
  const close = async () => {
    if (!open) return
    open = false
    if (--file.users > 0) return
    openFiles.delete(key)
    const instance = await file.instance.catch(() => null)
    instance?.closeSync()
  }
  try {
    const instance = await file.instance
    return {
      path: key,
      snapshot: null,
      changes: file.changes,
      acknowledged: () => acknowledgedCommit(key),
      connect: () => connectTo(instance),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** What was known of the file before says nothing any more: another process may have written to it. */
function changesAt(path: string): Changes {
  const changes = changesByPath.get(path) ?? new Changes()
  changesByPath.set(path, changes)
  changes.begin()()
  return changes
}

const instanceOf = new WeakMap<DuckDBConnection, DuckDBInstance>()

/** A connection whose names are looked up in the catalog's file. */
async function connectTo(instance: DuckDBInstance): Promise<DuckDBConnection> {
  const connection = await instance.connect()
  instanceOf.set(connection, instance)
  await connection.run(`USE ${DATABASE}`)
  return connection
}

/** The views and functions that the catalog's file itself brings along. */
export async function ownNames(connection: DuckDBConnection): Promise<OwnNames> {
  return { views: await ownViews(connection), macros: await ownMacros(connection) }
}

/** The views among them, by name, with their queries in DuckDB's wording. */
export async function ownViews(connection: DuckDBConnection): Promise<OwnNames['views']> {
  const reader = await connection.runAndReadAll(
    'SELECT lower(view_name), sql FROM duckdb_views() WHERE database_name = current_database() AND NOT internal',
  )
  const rows = reader.getRows() as [string, string][]
  // DuckDB's own wording: CREATE VIEW name (columns) AS query;
  const query = /^CREATE VIEW (?:[\w.]|"(?:[^"]|"")*")+ ?(?:\((?:[^()"]|"(?:[^"]|"")*")*\) )?AS /
  return new Map(rows.map(([name, sql]) => [name, sql.replace(query, '')]))
}

/** By file that is open. */
const macrosOf = new WeakMap<DuckDBInstance, ReadonlySet<string>>()

/**
 * The functions of a file are those it was opened with: nothing here makes one, and others cannot write to it. DuckDB lists
 * them among thousands of its own, which takes 20 ms of CPU: far more than most queries.
 */
async function ownMacros(connection: DuckDBConnection): Promise<ReadonlySet<string>> {
  const instance = instanceOf.get(connection)
  const known = instance === undefined ? undefined : macrosOf.get(instance)
  if (known !== undefined) return known
  const reader = await connection.runAndReadAll(
    'SELECT DISTINCT lower(function_name) FROM duckdb_functions() WHERE database_name = current_database()',
  )
  const macros = new Set((reader.getRows() as [string][]).map(([name]) => name))
  if (instance !== undefined) macrosOf.set(instance, macros)
  return macros
}

/** `file` is what is opened, a copy where it is not the catalog's own; errors name the catalog. */
async function openInstance(path: string, options: SessionOptions, file = path): Promise<DuckDBInstance> {
  if (options.readOnly && !existsSync(path)) {
    throw new ExrError('ERR_CATALOG_OPEN', `No catalog at ${path}. Make one with: exr-inspector ingest <folder>`, {
      details: { path },
    })
  }
  if (!options.readOnly) removeLeftSpills(file)
  const config: Record<string, string> = {
    memory_limit: `${options.memoryBytes}B`,
    temp_directory: spillFolder(file, options.readOnly),
    checkpoint_threshold: `${options.checkpointBytes}B`,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  }
  if (options.threads !== null) config['threads'] = String(options.threads)
  let instance: DuckDBInstance | null = null
  try {
    instance = await DuckDBInstance.create(':memory:', config)
    const connection = await instance.connect()
    const access = options.readOnly ? 'READ_ONLY' : `ROW_GROUP_SIZE ${ROW_GROUP_SIZE}`
    await connection.run(`ATTACH '${file.replaceAll("'", "''")}' AS ${DATABASE} (TYPE duckdb, ${access})`)
    await connection.run(
      // Queries reach this file and nothing else.
      "SET GLOBAL TimeZone = 'UTC'; SET enable_external_access = false; SET lock_configuration = true",
    )
    connection.closeSync()
    return instance
  } catch (error) {
    instance?.closeSync()
    throw openError(error, path, options.readOnly)
  }
}

/** One name per file, whatever links lead to its folder or to it. */
function canonicalPath(path: string): string {
  const absolute = resolve(path)
  if (existsSync(absolute)) return realpathSync(absolute)
  const folder = dirname(absolute)
  return existsSync(folder) ? join(realpathSync(folder), basename(absolute)) : absolute
}
