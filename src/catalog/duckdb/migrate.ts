import type { DuckDBConnection } from '@duckdb/node-api'
import { ExrError } from '../../errors.ts'
import { type CellType, type ColumnType, sqlType, tableNamed } from '../../tables/index.ts'
import { throwIfAborted } from '../abort.ts'
import { CATALOG_VERSION, contentOnceOf, MIGRATIONS, viewsOf } from '../migrations/index.ts'
import {
  type AppliedMigration,
  type Backfill,
  type FrozenType,
  type MigrateOptions,
  type Migration,
  needsRecount,
} from '../migrations/migration.ts'
import { appendRows } from './append-rows.ts'
import { regroupFrames } from './frames.ts'
import { dropFileNumbers, numberFiles, putContentBack, takeContentOut } from './move-content.ts'
import { nameFilesById, nameFilesByNumber } from './move-rows.ts'
import { putInSets, takeFromSets } from './move-sets.ts'
import { putVectorsBack, takeVectorsOut } from './move-vectors.ts'
import { recount } from './recount.ts'
import { type ContentInSets, isInSets, rowTable } from './row-tables.ts'
import { inTransaction } from './transaction.ts'
import { plainValue } from './values.ts'

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

/** Rows that a backfill reads at once: memory is that of a batch, however many rows there are. */
const ROWS_AT_ONCE = 65_536

/** Takes every step from the catalog's version to `target` in one transaction. */
export async function migrateTo(
  connection: DuckDBConnection,
  path: string,
  target: number,
  { toolVersion, onProgress, signal }: MigrateOptions & { readonly toolVersion: string },
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
    for (const view of Object.keys(viewsOf(from)).reverse()) await connection.run(`DROP VIEW IF EXISTS ${view}`)
    const applied: AppliedMigration[] = []
    const ahead = MIGRATIONS.slice(from, target)
    const filled = new Set<Backfill>()
    for (const migration of ahead) {
      throwIfAborted(signal)
      const { version, name } = migration
      for (const { table } of migration.contentOnce ?? []) {
        for (const step of backfills(MIGRATIONS.slice(from, version - 1), table)) {
          await fill(connection, step, table, { onProgress, signal })
          filled.add(step)
        }
      }
      await stepForward(connection, migration, { onProgress, signal })
      await connection.run('INSERT INTO schema_migrations VALUES ($1, $2, now(), $3)', [version, name, toolVersion])
      applied.push({ version, name, direction: 'up' })
    }
    for (const migration of MIGRATIONS.slice(target, from).reverse()) {
      throwIfAborted(signal)
      const { version, name } = migration
      await stepBack(connection, migration, { onProgress })
      await connection.run('DELETE FROM schema_migrations WHERE version = $1', [version])
      applied.push({ version, name, direction: 'down' })
    }
    for (const [view, query] of Object.entries(viewsOf(target))) await connection.run(`CREATE VIEW ${view} AS ${query}`)
    // DuckDB takes no column for a table whose rows the same transaction has changed: rows come after all columns.
    for (const step of backfills(ahead)) {
      if (filled.has(step)) continue
      await fill(connection, step, rowTable(step.table, target), { onProgress, signal })
    }
    throwIfAborted(signal)
    const files = rowTable('files', target)
    if (ahead.some(({ regroupsFrames }) => regroupsFrames)) {
      onProgress?.({ doing: 'deciding frames over the names of folders', rows: 0 })
      await regroupFrames(connection, null, undefined, files)
    }
    throwIfAborted(signal)
    if (needsRecount(MIGRATIONS, from, target)) {
      onProgress?.({ doing: 'making the digests of files', rows: 0 })
      await recount(connection, files)
    }
    throwIfAborted(signal)
    if (target === 0 && from > 0) await connection.run('DROP TABLE schema_migrations')
    return applied
  })
}

/** What existing rows get from these steps, those of one table or of all. */
function backfills(migrations: readonly Migration[], of?: string): Backfill[] {
  return migrations.flatMap(({ backfill = [] }) => backfill.filter(({ table }) => of === undefined || table === of))
}

async function stepForward(connection: DuckDBConnection, migration: Migration, options: MigrateOptions): Promise<void> {
  const { version, tables = {}, columns = {}, once = [], contentOnce = [], numberedRows = [], sql } = migration
  for (const [table, definitions] of Object.entries(tables)) {
    const list = Object.entries(definitions).map(([name, type]) => `${name} ${frozenSql(type)}`)
    await connection.run(`CREATE TABLE ${table} (${list.join(', ')})`)
  }
  for (const [table, added] of Object.entries(columns)) {
    for (const [name, type] of Object.entries(added)) {
      await connection.run(`ALTER TABLE ${rowTable(table, version - 1)} ADD COLUMN ${name} ${frozenSql(type)}`)
    }
  }
  for (const vectors of once) await takeVectorsOut(connection, vectors, options)
  if (contentOnce.length > 0 && contentOnceOf(version - 1).length === 0) await numberFiles(connection)
  for (const content of contentOnce) await takeContentOut(connection, content, options)
  for (const content of inSets(migration)) await putInSets(connection, content, options)
  for (const numbered of numberedRows) {
    throwIfAborted(options.signal)
    options.onProgress?.({ doing: `writing ${numbered.rows}`, rows: 0 })
    await nameFilesByNumber(connection, numbered)
  }
  for (const statement of sql?.up ?? []) await connection.run(statement)
}

async function stepBack(
  connection: DuckDBConnection,
  migration: Migration,
  { onProgress }: MigrateOptions,
): Promise<void> {
  const { version, tables = {}, columns = {}, once = [], contentOnce = [], numberedRows = [], sql } = migration
  for (const statement of sql?.down ?? []) await connection.run(statement)
  for (const numbered of numberedRows) {
    onProgress?.({ doing: `writing ${numbered.table}`, rows: 0 })
    await nameFilesById(connection, numbered)
  }
  for (const content of inSets(migration)) {
    onProgress?.({ doing: `taking the content of ${content.table} from its sets`, rows: 0 })
    await takeFromSets(connection, content)
  }
  for (const content of contentOnce) {
    onProgress?.({ doing: `putting the content of ${content.table} back`, rows: 0 })
    await putContentBack(connection, content)
  }
  if (contentOnce.length > 0 && contentOnceOf(version - 1).length === 0) await dropFileNumbers(connection)
  for (const vectors of once) {
    onProgress?.({ doing: `putting the vectors of ${vectors.table} back`, rows: 0 })
    await putVectorsBack(connection, vectors)
  }
  for (const [table, added] of Object.entries(columns)) {
    for (const name of Object.keys(added).reverse()) {
      await connection.run(`ALTER TABLE ${rowTable(table, version - 1)} DROP COLUMN ${name}`)
    }
  }
  for (const table of Object.keys(tables).reverse()) await connection.run(`DROP TABLE ${table}`)
}

/** The tables whose content a migration puts in sets. */
function inSets({ version, contentSets = [] }: Migration): ContentInSets[] {
  return contentOnceOf(version)
    .filter(isInSets)
    .filter((once) => contentSets.some(({ table }) => table === once.table))
}

/** Reads batch after batch into a table of changes; all of them are made at once: an UPDATE for each would take a minute for a hundred thousand. */
async function fill(
  connection: DuckDBConnection,
  { table, reads, writes, values }: Backfill,
  rows: string,
  { onProgress, signal }: MigrateOptions,
): Promise<void> {
  const [[last]] = (await connection.runAndReadAll(`SELECT max(rowid) FROM ${rows}`)).getRows() as [[bigint | null]]
  if (last === null) return
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE backfill AS SELECT ${writes.join(', ')}, rowid AS row_id FROM ${rows} LIMIT 0`,
  )
  const types = writes.map((name) => tableNamed(table).columns.find((column) => column.name === name)!.type as CellType)
  const select = `SELECT ${['rowid', ...reads].join(', ')} FROM ${rows}`
  let read = 0
  for (let start = 0; start <= last; start += ROWS_AT_ONCE) {
    throwIfAborted(signal)
    const batch = await connection.runAndReadAll(
      `${select} WHERE rowid >= ${start} AND rowid < ${start + ROWS_AT_ONCE}`,
    )
    const changes = batch.getRows().flatMap(([rowId, ...row]) => {
      const found = values(row.map(plainValue))
      return found ? [[...found, rowId as bigint]] : []
    })
    if (changes.length > 0) await appendRows(connection, 'backfill', [...types, 'int64'], changes)
    read += batch.currentRowCount
    onProgress?.({ doing: `filling ${table}`, rows: read })
  }
  const set = writes.map((column) => `${column} = b.${column}`).join(', ')
  await connection.run(`UPDATE ${rows} t SET ${set} FROM temp.backfill b WHERE t.rowid = b.row_id`)
  await connection.run('DROP TABLE temp.backfill')
}

function frozenSql(type: FrozenType): string {
  if (typeof type !== 'string' || !type.endsWith('!')) return sqlType(type as ColumnType, 'duckdb')
  return `${sqlType(type.slice(0, -1) as ColumnType, 'duckdb')} NOT NULL`
}
