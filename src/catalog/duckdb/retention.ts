import type { DuckDBConnection } from '@duckdb/node-api'
import { digestRows, encodeRows, type TableDefinition, TextCells, tableNamed } from '../../tables/index.ts'
import { throwIfAborted } from '../abort.ts'
import { ledgerChange, type Tally, TallySum } from '../ledger.ts'
import { lastRemovals, liveCondition } from '../live.ts'
import { CATALOG_VERSION } from '../migrations/index.ts'
import type { CountedChange } from '../plan-upsert.ts'
import { RETENTION_KINDS, type RetentionCounts, type RetentionKind, type RetentionPolicy } from '../retention.ts'
import { FILE_TABLES } from '../whole-files.ts'
import type { Ledger } from './ledger.ts'
import { cellOf } from './read-table.ts'
import { countRows, deleteOfFiles, deleteUnused, FILE_ROWS, isOfFiles, rowsWithPlaces, rowTable } from './row-tables.ts'
import { interruptOn } from './transaction.ts'

/** Sightings go one by one; rows of the other tables with their file. */
const GONE = 'CREATE OR REPLACE TEMP TABLE gone'
const GONE_FILES = 'SELECT file_id FROM temp.gone_files'
const SIGHTINGS = rowTable('inspections')
const OF_GONE = `file_id IN (${GONE_FILES})`

/** See `CatalogAdministration.retain`. All in one transaction, which is rolled back when it is cancelled. */
export async function retain(
  connection: DuckDBConnection,
  ledger: Ledger,
  { beforeUs, kinds = RETENTION_KINDS, dryRun = false, signal }: RetentionPolicy,
): Promise<RetentionCounts> {
  const stopListening = interruptOn(connection, signal)
  try {
    return await ledger.transaction(async (record) => {
      await choose(connection, beforeUs, new Set(kinds))
      throwIfAborted(signal)
      const counts = await countGone(connection)
      if (dryRun) return counts
      const change = {
        ...ledgerChange(await goneFiles(connection)),
        inspections: await goneTally(connection, tableNamed('inspections'), 'place IN (FROM temp.gone_inspections)'),
        removals: await goneTally(connection, tableNamed('removals'), OF_GONE),
      }
      for (const sql of CLEAN) {
        throwIfAborted(signal)
        await connection.run(sql)
      }
      throwIfAborted(signal)
      if (counts.rows > 0) await record(change)
      return counts
    })
  } finally {
    stopListening()
    await connection.run(DROP).catch(() => undefined)
  }
}

/** Puts what is to go into temporary tables. */
async function choose(
  connection: DuckDBConnection,
  beforeUs: bigint,
  kinds: ReadonlySet<RetentionKind>,
): Promise<void> {
  const only = (kind: RetentionKind, sql: string) => (kinds.has(kind) ? sql : `${sql} AND false`)
  const create = async (name: string, sql: string) => {
    await connection.run(`${GONE}_${name} AS ${sql.replaceAll('$before', `make_timestamptz(${beforeUs}::BIGINT)`)}`)
  }
  await create(
    'paths',
    only(
      'removed',
      `SELECT f.file_path_normalized FROM ${FILE_ROWS} f JOIN (${lastRemovals('removals')}) r USING (file_id)
       WHERE f.superseded_by IS NULL AND NOT (${liveCondition('f', 'r')}) AND r.removed_at < $before`,
    ),
  )
  // A header counts as superseded since another one was seen at its path.
  const since = `SELECT o.file_id, min(i.inspected_at) AS at FROM ${FILE_ROWS} o
    JOIN ${FILE_ROWS} n ON n.file_path_normalized = o.file_path_normalized AND n.file_id <> o.file_id
    JOIN inspections i ON i.file_id = n.file_id AND i.inspected_at > o.last_inspected
    WHERE o.superseded_by IS NOT NULL GROUP BY o.file_id`
  await create(
    'files',
    `SELECT file_id, 'removed' AS kind FROM ${FILE_ROWS} SEMI JOIN temp.gone_paths USING (file_path_normalized)
     UNION ALL ${only(
       'superseded',
       `SELECT f.file_id, 'superseded' FROM (FROM ${FILE_ROWS} ANTI JOIN temp.gone_paths USING (file_path_normalized)) f
        LEFT JOIN (${since}) s USING (file_id)
        WHERE f.superseded_by IS NOT NULL AND coalesce(s.at, f.last_inspected) < $before`,
     )}`,
  )
  // Of a file that stays, the first and the last sighting stay, and the last of the bytes that are there.
  const ranked = `SELECT i.rowid AS row_id, i.inspected_at, f.inspection_timestamp, f.last_inspected, i.is_there,
      row_number() OVER (PARTITION BY i.file_id ORDER BY i.inspected_at) AS from_first,
      row_number() OVER (PARTITION BY i.file_id ORDER BY i.inspected_at DESC) AS from_last,
      row_number() OVER (PARTITION BY i.file_id, i.is_there ORDER BY i.inspected_at DESC) AS from_last_there
    FROM (SELECT i.rowid, f.file_id, i.inspected_at, (i.size_bytes, i.mtime, i.etag)
        IS NOT DISTINCT FROM (f.size_bytes, f.mtime, f.etag) AS is_there FROM ${SIGHTINGS} i JOIN ${FILE_ROWS} f USING (file_no)) i
    JOIN (FROM ${FILE_ROWS} ANTI JOIN temp.gone_files USING (file_id)) f USING (file_id)`
  await create(
    'sightings',
    only(
      'sightings',
      `SELECT row_id FROM (${ranked}) WHERE from_first > 1 AND from_last > 1 AND NOT (is_there AND from_last_there = 1)
         AND inspected_at <> inspection_timestamp AND inspected_at <> last_inspected AND inspected_at < $before`,
    ),
  )
  await create(
    'inspections',
    `FROM temp.gone_sightings UNION ALL SELECT rowid FROM ${SIGHTINGS} WHERE ${isOfFiles('inspections', GONE_FILES)}`,
  )
  await create('runs', only('runs', 'SELECT run_id FROM ingest_runs WHERE coalesce(ended_at, started_at) < $before'))
  await create('failures', only('failures', 'SELECT file_path FROM ingest_errors WHERE last_seen < $before'))
  const named = `regexp_extract(value_json, '^\\{"large":\\{"sha256":"([0-9a-f]{64})"', 1)`
  // Rows that keep their attributes keep their values; a value that nobody named before is let alone.
  await create(
    'values',
    `SELECT sha256 FROM large_values SEMI JOIN (SELECT DISTINCT ${named} AS sha256 FROM attributes
       WHERE starts_with(value_json, '{"large":') AND ${OF_GONE}) USING (sha256)
     ANTI JOIN (SELECT DISTINCT ${named} AS sha256 FROM attributes
       WHERE starts_with(value_json, '{"large":') AND NOT ${OF_GONE}) USING (sha256)`,
  )
}

const CLEAN: readonly string[] = [
  ...FILE_TABLES.filter(({ name }) => name !== 'inspections' && name !== 'files').flatMap(({ name }) =>
    deleteOfFiles(name, GONE_FILES),
  ),
  `UPDATE ${FILE_ROWS} f SET inspection_count = inspection_count - g.n
   FROM (SELECT file_no, count(*)::INTEGER AS n FROM ${SIGHTINGS} WHERE rowid IN (FROM temp.gone_sightings) GROUP BY file_no) g
   WHERE f.file_no = g.file_no`,
  `DELETE FROM ${SIGHTINGS} WHERE rowid IN (FROM temp.gone_inspections)`,
  // What a cleaned header superseded is superseded by the one that is there now.
  `UPDATE ${FILE_ROWS} f SET superseded_by = c.file_id FROM (SELECT * FROM ${FILE_ROWS} WHERE superseded_by IS NULL) c
   WHERE c.file_path_normalized = f.file_path_normalized AND f.superseded_by IN (SELECT file_id FROM temp.gone_files)`,
  `DELETE FROM ${FILE_ROWS} WHERE ${OF_GONE}`,
  'DELETE FROM large_values WHERE sha256 IN (FROM temp.gone_values)',
  'DELETE FROM ingest_runs WHERE run_id IN (FROM temp.gone_runs)',
  'DELETE FROM ingest_errors WHERE file_path IN (FROM temp.gone_failures)',
  ...deleteUnused(),
]

const DROP = ['paths', 'files', 'sightings', 'inspections', 'runs', 'failures', 'values']
  .map((name) => `DROP TABLE IF EXISTS temp.gone_${name}`)
  .join('; ')

async function countGone(connection: DuckDBConnection): Promise<RetentionCounts> {
  const one = async (sql: string) => Number((await connection.runAndReadAll(sql)).getRows()[0]![0])
  const counts = {
    superseded: await one("SELECT count(*) FROM temp.gone_files WHERE kind = 'superseded'"),
    removed: await one("SELECT count(*) FROM temp.gone_files WHERE kind = 'removed'"),
    sightings: await one('SELECT count(*) FROM temp.gone_sightings'),
    runs: await one('SELECT count(*) FROM temp.gone_runs'),
    failures: await one('SELECT count(*) FROM temp.gone_failures'),
    values: await one('SELECT count(*) FROM temp.gone_values'),
  }
  let rows = counts.sightings + counts.runs + counts.failures + counts.values
  for (const { name } of FILE_TABLES) {
    rows += await one(countRows(name, CATALOG_VERSION, isOfFiles(name, GONE_FILES)))
  }
  return { ...counts, rows }
}

async function goneFiles(connection: DuckDBConnection): Promise<CountedChange[]> {
  const reader = await connection.runAndReadAll(
    `SELECT superseded_by IS NULL, content_digest, latest_rows FROM ${FILE_ROWS} WHERE ${OF_GONE}`,
  )
  return reader.getRows().map(([isCurrent, contentDigest, latestRows]) => ({
    before: {
      isCurrent: isCurrent === true,
      contentDigest: contentDigest as string | null,
      latestRows: latestRows as string | null,
    },
    after: null,
  }))
}

/** What rows that go take away from the ledger. */
async function goneTally(connection: DuckDBConnection, definition: TableDefinition, where: string): Promise<Tally> {
  const { name, columns } = definition
  const sum = new TallySum()
  const result = await connection.stream(
    `SELECT * EXCLUDE (place) FROM (${rowsWithPlaces(
      name,
      columns.map((column) => column.name),
    )}) WHERE ${where}`,
  )
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    const values = chunk.getColumns()
    const rows = encodeRows(columns, chunk.rowCount, (row, column) => cellOf(values[column]![row]!))
    sum.addRows(digestRows(definition, rows, new TextCells(rows.strings)), -1)
  }
  return sum.tally()
}
