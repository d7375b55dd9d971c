import { existsSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { ExrError } from '../../errors.ts'
import { openError } from './errors.ts'

export interface SessionOptions {
  readonly readOnly: boolean
  /** DuckDB's buffer pool, such as `256MB`. */
  readonly memoryLimit: string
  readonly threads: number | null
  /** Size of the journal at which a commit rewrites the file. */
  readonly checkpointBytes: number
}

/** A database file opened once in this process, shared by all who read it. */
interface OpenFile {
  readonly instance: Promise<DuckDBInstance>
  users: number
}

/**
 * DuckDB's file lock is per process, and opening the file again inside the process would give it away:
 * every open goes through this list.
 */
const openFiles = new Map<string, OpenFile>()

/** An open database file. */
export interface Session {
  readonly path: string
  connect(): Promise<DuckDBConnection>
  /** Ends the session; the file is closed when its last session ends. May be called twice. */
  close(): Promise<void>
}

/** Opens a database file. Throws ERR_CATALOG_OPEN, _LOCKED, _CORRUPT or _NEWER. */
export async function openSession(path: string, options: SessionOptions): Promise<Session> {
  const key = canonicalPath(path)
  const known = openFiles.get(key)
  if (known && !options.readOnly) {
    throw new ExrError(
      'ERR_CATALOG_LOCKED',
      `Cannot open catalog ${key} for writing: this process has it open already. Share that catalog or close it first.`,
      { details: { path: key } },
    )
  }
  const file = known ?? { instance: openInstance(key, options), users: 0 }
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
    return { path: key, connect: () => instance.connect(), close }
  } catch (error) {
    await close()
    throw error
  }
}

async function openInstance(path: string, options: SessionOptions): Promise<DuckDBInstance> {
  if (options.readOnly && !existsSync(path)) {
    throw new ExrError('ERR_CATALOG_OPEN', `No catalog at ${path}. Make one with: exr-inspector ingest <folder>`, {
      details: { path },
    })
  }
  const config: Record<string, string> = {
    access_mode: options.readOnly ? 'READ_ONLY' : 'READ_WRITE',
    memory_limit: options.memoryLimit,
    checkpoint_threshold: `${options.checkpointBytes}B`,
    // Queries reach this file and nothing else.
    enable_external_access: 'false',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  }
  if (options.threads !== null) config['threads'] = String(options.threads)
  let instance: DuckDBInstance | null = null
  try {
    instance = await DuckDBInstance.create(path, config)
    const connection = await instance.connect()
    await connection.run("SET GLOBAL TimeZone = 'UTC'; SET lock_configuration = true")
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
