import { statSync } from 'node:fs'
import { TABLES } from '../../tables/index.ts'
import type { CatalogInfo } from '../catalog.ts'
import { CATALOG_VERSION } from '../migrations/index.ts'
import { queryError } from './errors.ts'
import { readVersion } from './migrate.ts'
import { countRows, rowTable } from './row-tables.ts'
import type { Session } from './session.ts'
import { valueFilePath } from './value-file.ts'

export async function readInfo(session: Session, url: string): Promise<CatalogInfo> {
  const connection = await session.connect()
  try {
    const reader = await connection.runAndReadAll(
      'SELECT table_name FROM duckdb_tables() WHERE database_name = current_database()',
    )
    const present = new Set(reader.getRows().map(([name]) => name))
    const rows: Record<string, number> = {}
    const version = await readVersion(connection, session.path)
    for (const { name } of TABLES) {
      const table = rowTable(name, version)
      if (!present.has(table)) continue
      rows[name] = Number((await connection.runAndReadAll(countRows(name, version))).getRows()[0]?.[0])
    }
    const engine = (await connection.runAndReadAll('SELECT version()')).getRows()[0]?.[0]
    return {
      url,
      engine: `DuckDB ${engine}`,
      version,
      latestVersion: CATALOG_VERSION,
      sizeBytes: fileBytes(session.path) + fileBytes(`${session.path}.wal`) + fileBytes(valueFilePath(session.path)),
      rows,
    }
  } catch (error) {
    throw queryError(error, session.path)
  } finally {
    connection.closeSync()
  }
}

function fileBytes(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
