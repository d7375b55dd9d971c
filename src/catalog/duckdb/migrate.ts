import type { DuckDBConnection } from '@duckdb/node-api'
import { ExrError } from '../../errors.ts'
import { CATALOG_VERSION, MIGRATIONS } from '../migrations/index.ts'
import type { AppliedMigration } from '../migrations/migration.ts'
import { inTransaction } from './transaction.ts'

const CREATE_MIGRATIONS = `CREATE TABLE IF NOT EXISTS schema_migrations (
  version INTEGER NOT NULL, name VARCHAR NOT NULL, applied_at TIMESTAMPTZ NOT NULL, tool_version VARCHAR
)`

/**
 * Version of the schema, 0 for an empty database. Throws ERR_CATALOG_NEWER when a later release wrote it, and
 * ERR_CATALOG_SCHEMA when the database holds something else.
 */
export async function readVersion(connection: DuckDBConnection, path: string): Promise<number> {
  const tables = (
    await connection.runAndReadAll('SELECT table_name FROM duckdb_tables() WHERE database_name = current_database()')
  ).getRows()
  if (tables.length === 0) return 0
  if (!tables.some(([name]) => name === 'schema_migrations')) {
    throw new ExrError(
      'ERR_CATALOG_SCHEMA',
      `${path} is a DuckDB database but not a catalog: it has tables (${tables.slice(0, 3).join(', ')}) and no ` +
        'schema_migrations. Give another path for the catalog.',
      { details: { path } },
    )
  }
  const reader = await connection.runAndReadAll('SELECT coalesce(max(version), 0) FROM schema_migrations')
  const version = Number(reader.getRows()[0]?.[0])
  if (version > CATALOG_VERSION) {
    throw new ExrError(
      'ERR_CATALOG_NEWER',
      `Catalog ${path} has schema version ${version}, and this release knows versions up to ${CATALOG_VERSION}. ` +
        'Upgrade exr-inspector, or migrate the catalog back with the newer release.',
      { details: { path } },
    )
  }
  return version
}

/** Takes every step from the catalog's version to `target` in one transaction. */
export async function migrateTo(
  connection: DuckDBConnection,
  path: string,
  target: number,
  toolVersion: string,
): Promise<AppliedMigration[]> {
  if (!Number.isInteger(target) || target < 0 || target > CATALOG_VERSION) {
    throw new ExrError(
      'ERR_OPTION_INVALID',
      `Expected a schema version from 0 to ${CATALOG_VERSION} for target but received ${target}`,
    )
  }
  return inTransaction(connection, async () => {
    const from = await readVersion(connection, path)
    if (from === 0 && target > 0) await connection.run(CREATE_MIGRATIONS)
    const applied: AppliedMigration[] = []
    for (const { version, name, up } of MIGRATIONS.slice(from, target)) {
      for (const statement of up) await connection.run(statement)
      await connection.run('INSERT INTO schema_migrations VALUES ($1, $2, now(), $3)', [version, name, toolVersion])
      applied.push({ version, name, direction: 'up' })
    }
    for (const { version, name, down } of MIGRATIONS.slice(target, from).reverse()) {
      for (const statement of down) await connection.run(statement)
      await connection.run('DELETE FROM schema_migrations WHERE version = $1', [version])
      applied.push({ version, name, direction: 'down' })
    }
    if (target === 0 && from > 0) await connection.run('DROP TABLE schema_migrations')
    return applied
  })
}
