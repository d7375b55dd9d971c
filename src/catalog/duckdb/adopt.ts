import type { DuckDBConnection } from '@duckdb/node-api'
import { LIST, listValue, VARCHAR } from '../../duckdb-api.ts'
import { type EncodedRows, type TableDefinition, tableNamed } from '../../tables/index.ts'
import { throwIfAborted } from '../abort.ts'
import {
  adoptedOf,
  arrivingRows,
  CHANGING,
  checkWhole,
  digestsOfRows,
  identities,
  namedValues,
  newRows,
  rowsOfPlan,
  someRows,
} from '../adopt.ts'
import type { Adopted, Origin } from '../catalog.ts'
import { packValue } from '../large-values.ts'
import { ledgerChange } from '../ledger.ts'
import { type FileRow, planAdopt } from '../plan-adopt.ts'
import { FILE_TABLES, fileOfRows, unionOf, type WholeFiles } from '../whole-files.ts'
import { TableAppender } from './append.ts'
import { appendRows } from './append-rows.ts'
import { storeValues } from './large-values.ts'
import type { Ledger } from './ledger.ts'
import { tableReader } from './read-table.ts'
import { deleteOfFiles, FILE_ROWS, rowTable } from './row-tables.ts'
import { type StoredOnce, storedTypes } from './stored-once.ts'
import type { ValueFile } from './value-file.ts'

/** Takes files of another catalog over, in one transaction; see `planAdopt`. What is there already is left as it is. */
export async function adoptFiles(
  connection: DuckDBConnection,
  { ledger, values, once }: { readonly ledger: Ledger; readonly values: ValueFile; readonly once: StoredOnce },
  batch: WholeFiles,
  origin: Origin,
  signal: AbortSignal | undefined,
): Promise<Adopted> {
  const arriving = arrivingRows(batch)
  checkWhole(batch, arriving, origin.url)
  once.rolledBack()
  const adopted = await ledger.transaction(async (record) => {
    const stored = await readStored(connection, arriving, once)
    const added = await rowsToAdd(connection, batch, stored)
    const sightings = new Uint32Array(batch.fileCount)
    const files = fileOfRows(batch.tables.get('inspections')!)
    for (const row of added.get('inspections') ?? []) sightings[files[row]!]!++
    const plan = planAdopt(arriving, stored, (position) => sightings[position]!)
    await adoptValues(connection, values, namedValues(batch, [...plan.inserts, ...plan.replaces]), origin)
    const planned = FILE_TABLES.map((definition) => {
      const table = batch.tables.get(definition.name)!
      return { definition, table, ...rowsOfPlan(definition, table, plan, added) }
    })
    // The rows of a file go before its own.
    for (const { definition, replaced } of planned.toReversed()) {
      if (replaced.length === 0) continue
      const ids = replaced.map((position) => arriving[position]!.fileId)
      await deleteRows(connection, definition.name, ids)
    }
    for (const { definition, table, rows } of planned) {
      throwIfAborted(signal)
      await append(connection, once, definition, table, rows)
    }
    await updateRows(connection, plan.rows)
    await forgetFailures(connection, arriving)
    throwIfAborted(signal)
    const digestsOf = (name: string) => digestsOfRows(tableNamed(name), batch.tables.get(name)!, added.get(name) ?? [])
    const hasRows = [...added.values()].some((rows) => rows.length > 0)
    if (plan.changes.length > 0 || hasRows) {
      await record(
        ledgerChange(plan.changes, { inspections: digestsOf('inspections'), removals: digestsOf('removals') }),
      )
    }
    return adoptedOf(batch, plan, added)
  })
  values.settle()
  once.committed()
  return adopted
}

/** Of each table in which every row of either side counts, the rows that are not there. */
async function rowsToAdd(
  connection: DuckDBConnection,
  { tables }: WholeFiles,
  stored: readonly FileRow[],
): Promise<ReadonlyMap<string, readonly number[]>> {
  const read = await tableReader(
    connection,
    stored.map(({ fileId }) => fileId),
  )
  const added = new Map<string, readonly number[]>()
  for (const definition of FILE_TABLES) {
    if (unionOf(definition) !== 'all') continue
    const there: string[] = []
    for await (const rows of read(definition)) there.push(...identities(definition, rows))
    added.set(definition.name, newRows(identities(definition, tables.get(definition.name)!), there))
  }
  return added
}

async function readStored(
  connection: DuckDBConnection,
  arriving: readonly FileRow[],
  once: StoredOnce,
): Promise<FileRow[]> {
  const reader = await connection.runAndReadAll(
    `SELECT file_id, file_path_normalized, superseded_by, content_digest, latest_rows, sequencer, schema_version,
       epoch_us(inspection_timestamp), epoch_us(last_inspected), size_bytes, epoch_us(mtime), etag, inspection_count, file_no
     FROM ${FILE_ROWS} WHERE file_path_normalized IN (SELECT unnest($1))`,
    [listValue([...new Set(arriving.map(({ normalizedPath }) => normalizedPath))])],
    [LIST(VARCHAR)],
  )
  return reader.getRows().map((row) => {
    const text = (index: number) => row[index] as string | null
    const long = (index: number) => row[index] as bigint | null
    once.knows(text(0)!, Number(row[13]))
    return {
      fileId: text(0)!,
      normalizedPath: text(1)!,
      supersededBy: text(2),
      contentDigest: text(3),
      latestRows: text(4),
      sequencer: text(5),
      schemaVersion: Number(row[6] ?? 0),
      firstUs: long(7),
      lastUs: long(8),
      sizeBytes: long(9),
      mtimeUs: long(10),
      etag: text(11),
      count: Number(row[12] ?? 0),
    }
  })
}

/** Stores the large values that rows of these files name; one at a time is held. */
async function adoptValues(
  connection: DuckDBConnection,
  file: ValueFile,
  named: Set<string>,
  origin: Origin,
): Promise<void> {
  if (named.size === 0) return
  const reader = await connection.runAndReadAll(
    'SELECT sha256 FROM large_values WHERE sha256 IN (SELECT unnest($1))',
    [listValue([...named])],
    [LIST(VARCHAR)],
  )
  for (const [sha256] of reader.getRows()) named.delete(String(sha256))
  for (const sha256 of named) await storeValues(connection, file, [await packValue(origin, sha256)])
}

async function deleteRows(connection: DuckDBConnection, table: string, fileIds: readonly string[]): Promise<void> {
  const ids = listValue([...fileIds])
  for (const sql of deleteOfFiles(table, 'SELECT unnest($1)')) await connection.run(sql, [ids], [LIST(VARCHAR)])
}

async function append(
  connection: DuckDBConnection,
  once: StoredOnce,
  definition: TableDefinition,
  table: EncodedRows,
  rows: readonly number[],
): Promise<void> {
  if (rows.length === 0) return
  const stored = await once.rowsToStore(definition, someRows(definition, table, rows), table.strings)
  const appender = new TableAppender(storedTypes(definition), rowTable(definition.name))
  await appender.append(connection, stored, table.strings)
}

async function updateRows(connection: DuckDBConnection, rows: readonly FileRow[]): Promise<void> {
  if (rows.length === 0) return
  const list = CHANGING.map(([name]) => name).join(', ')
  await connection.run(`CREATE OR REPLACE TEMP TABLE adopted AS SELECT file_id, ${list} FROM ${FILE_ROWS} LIMIT 0`)
  const cells = rows.map((row) => [row.fileId, ...CHANGING.map(([, , key]) => row[key])])
  await appendRows(connection, 'adopted', ['utf8', ...CHANGING.map(([, type]) => type)], cells)
  const set = CHANGING.map(([name]) => `${name} = a.${name}`).join(', ')
  await connection.run(`UPDATE ${FILE_ROWS} f SET ${set} FROM temp.adopted a WHERE f.file_id = a.file_id`)
  await connection.run('DROP TABLE temp.adopted')
}

/** A location that was read after it failed is no longer a failure. */
async function forgetFailures(connection: DuckDBConnection, arriving: readonly FileRow[]): Promise<void> {
  await connection.run(
    `DELETE FROM ingest_errors e USING ${FILE_ROWS} f WHERE f.file_path = e.file_path AND f.superseded_by IS NULL
       AND f.last_inspected >= e.last_seen AND f.file_path_normalized IN (SELECT unnest($1))`,
    [listValue([...new Set(arriving.map(({ normalizedPath }) => normalizedPath))])],
    [LIST(VARCHAR)],
  )
}
