import { chmodSync, existsSync, rmSync, statSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { DuckDBInstance } from '../../duckdb-api.ts'
import { ExrError } from '../../errors.ts'
import { defaultCatalogMemoryBytes } from '../../settings/memory.ts'
import { throwIfAborted } from '../abort.ts'
import { writeError } from './errors.ts'
import { deleteUnused, STORED_TABLES } from './row-tables.ts'
import { ROW_GROUP_SIZE } from './session.ts'
import { interruptOn } from './transaction.ts'
import { compactValues, valueFilePath } from './value-file.ts'
import { vectorFilePath } from './vector-index.ts'

/** Bytes of a catalog on disk before and after, large values included. */
export interface Compacted {
  readonly bytesBefore: number
  readonly bytesAfter: number
}

/**
 * Writes a catalog's file anew without what deletions and updates left in it, and puts it in the place of the old one at
 * once: ended at any moment, the old or the new one is there, whole. Nobody may write meanwhile, which DuckDB's lock sees to; the
 * journal has moved into the file before. What was left by one that was killed is removed.
 */
export async function compactFile(path: string, signal: AbortSignal | undefined): Promise<Compacted> {
  const bytesBefore = bytesOf(path)
  const [copy, values] = [`${path}.compact`, `${valueFilePath(path)}.compact`]
  for (const left of [copy, `${copy}.wal`, values]) rmSync(left, { force: true })
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${defaultCatalogMemoryBytes()}B`,
    temp_directory: `${copy}.tmp`,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  })
  const connection = await instance.connect()
  const stopListening = interruptOn(connection, signal)
  try {
    // To read, and so locked against all who would write, until the new file is in its place.
    await connection.run(`ATTACH ${literal(path)} AS old (TYPE duckdb, READ_ONLY)`)
    if (existsSync(`${path}.wal`)) throw writtenMeanwhile(path)
    await connection.run(`ATTACH ${literal(copy)} AS new (TYPE duckdb, ROW_GROUP_SIZE ${ROW_GROUP_SIZE})`)
    await connection.run("SET TimeZone = 'UTC'")
    await connection.run('COPY FROM DATABASE old TO new')
    await checkCopy(connection, path)
    for (const unused of deleteUnused('new.')) await connection.run(unused)
    await connection.run('CHECKPOINT new')
    await connection.run('DETACH new')
    throwIfAborted(signal)
    const named = await connection.runAndReadAll(
      'SELECT file_offset, stored_bytes FROM old.large_values ORDER BY file_offset',
    )
    const places = named
      .getRows()
      .map(([offset, storedBytes]) => ({ offset: Number(offset), storedBytes: Number(storedBytes) }))
    // The same places in both, so that either file of values goes with either file of rows.
    const hasValues = await compactValues(path, values, places)
    chmodSync(copy, statSync(path).mode & 0o777)
    await sync(copy)
    throwIfAborted(signal)
    if (hasValues) await rename(values, valueFilePath(path))
    await rename(copy, path)
    // Rows have other places now; the next search makes it anew.
    rmSync(vectorFilePath(path), { force: true })
    await sync(dirname(path))
  } catch (error) {
    throw writeError(error, path)
  } finally {
    stopListening()
    connection.closeSync()
    instance.closeSync()
    for (const left of [copy, `${copy}.wal`, values]) rmSync(left, { force: true })
  }
  return { bytesBefore, bytesAfter: bytesOf(path) }
}

/** Throws when a table of the copy has other rows than that of the catalog. */
async function checkCopy(connection: DuckDBConnection, path: string): Promise<void> {
  for (const { name } of STORED_TABLES) {
    const reader = await connection.runAndReadAll(
      `SELECT (SELECT count(*) FROM old.${name}), (SELECT count(*) FROM new.${name})`,
    )
    const [before, after] = reader.getRows()[0]!
    if (before === after) continue
    throw new ExrError(
      'ERR_CATALOG_WRITE',
      `Compacting ${path} gave a copy with ${after} rows of ${name} and not ${before}. The catalog is as it was; report it.`,
      { details: { path } },
    )
  }
}

function writtenMeanwhile(path: string): ExrError {
  return new ExrError('ERR_CATALOG_LOCKED', `Another process wrote to catalog ${path} just now. Try again.`, {
    details: { path },
  })
}

/** Blocks that are there: a file of values may have holes. */
function bytesOf(path: string): number {
  return [path, `${path}.wal`, valueFilePath(path)].reduce((sum, name) => {
    const found = statSync(name, { throwIfNoEntry: false })
    return sum + (found ? Math.min(found.size, found.blocks * 512) : 0)
  }, 0)
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
