import type { DuckDBConnection } from '@duckdb/node-api'
import { LIST, listValue, VARCHAR } from '../../duckdb-api.ts'
import type { CheckDepth } from '../../inspect/check-depth.ts'
import {
  type CellType,
  columnWriter,
  type EncodedBatch,
  type PerTable,
  perTable,
  type RecordTableName,
  StringCollector,
  stringAt,
} from '../../tables/index.ts'
import { throwIfAborted } from '../abort.ts'
import { bytesKey, digestSightings, FILES_COLUMN, filesOf, longAt } from '../batch-files.ts'
import type { UpsertResult } from '../catalog.ts'
import { valuesOf } from '../large-values.ts'
import { ledgerChange } from '../ledger.ts'
import { planRows } from '../plan-rows.ts'
import { type FileTouch, planUpsert, type StoredFile } from '../plan-upsert.ts'
import { TableAppender } from './append.ts'
import { storeValues } from './large-values.ts'
import { checkLayout } from './layout.ts'
import { Ledger } from './ledger.ts'
import { deleteOfFiles, FILE_ROWS, rowTable } from './row-tables.ts'
import { StoredOnce, storedTypes } from './stored-once.ts'
import { StoredPaths } from './stored-paths.ts'
import type { ValueFile } from './value-file.ts'

const TOUCH_COLUMNS: readonly CellType[] = [
  'utf8',
  'int32',
  'timestamp',
  'timestamp',
  'int64',
  'timestamp',
  'utf8',
  'utf8',
  'utf8',
  'utf8',
]
const KEY_COLUMNS: readonly CellType[] = ['utf8', 'utf8']

/**
 * Writes batches through one connection. There is no unique index: DuckDB locks the file for this process and
 * the catalog runs one batch at a time, so what the select by path sees is still true at commit.
 */
export class Upserter {
  /** What is kept once; for all who write through this connection. */
  readonly once: StoredOnce
  readonly #connection: DuckDBConnection
  readonly #tables: PerTable<TableAppender>
  readonly #keys = new TableAppender(KEY_COLUMNS, 'batch_keys', 'temp')
  readonly #touches = new TableAppender(TOUCH_COLUMNS, 'batch_touches', 'temp')
  readonly #storedPaths: StoredPaths
  readonly #path: string
  readonly #values: ValueFile
  readonly #ledger: Ledger
  #isChecked = false

  private constructor(connection: DuckDBConnection, path: string, values: ValueFile, ledger: Ledger) {
    this.#connection = connection
    this.#storedPaths = new StoredPaths(connection)
    this.#values = values
    this.#ledger = ledger
    this.#path = path
    this.once = new StoredOnce(connection)
    this.#tables = perTable((table) => new TableAppender(storedTypes(table), rowTable(table.name)))
  }

  /** The connection must not be used for anything else while a batch is written. */
  static async create(
    connection: DuckDBConnection,
    path: string,
    values: ValueFile,
    ledger: Ledger = new Ledger(connection, path),
  ): Promise<Upserter> {
    await connection.run(`
      CREATE OR REPLACE TEMP TABLE batch_keys (file_path VARCHAR, file_path_normalized VARCHAR);
      CREATE OR REPLACE TEMP TABLE batch_touches (
        file_id VARCHAR, sightings INTEGER, first_inspected TIMESTAMPTZ, last_inspected TIMESTAMPTZ,
        size_bytes BIGINT, mtime TIMESTAMPTZ, etag VARCHAR, superseded_by VARCHAR, latest_rows VARCHAR, sequencer VARCHAR
      )`)
    return new Upserter(connection, path, values, ledger)
  }

  /**
   * One transaction for the whole batch, and for what else is to be `inside` it; results in the batch's order. Throws DuckDB's
   * error after rolling back.
   */
  async write(
    batch: EncodedBatch,
    signal: AbortSignal | undefined,
    inside?: () => Promise<void>,
  ): Promise<UpsertResult[]> {
    if (!this.#isChecked) await checkLayout(this.#connection, this.#path)
    this.#isChecked = true
    const files = filesOf(batch)
    this.once.rolledBack()
    const results = await this.#ledger.transaction(async (record) => {
      await this.#writeKeys(batch)
      const stored = (await this.#storedPaths.mayHoldBatch()) ? await this.#stored() : []
      const plan = planUpsert(files, stored)
      // Of all files, so that what the file of values has lost comes back when they are read again.
      const values = valuesOf(batch, files.keys())
      if (values.length > 0) await storeValues(this.#connection, this.#values, values)
      const planned = planRows(batch, files, plan)
      // The rows of a file go before its own.
      for (const { name, replaced } of planned.toReversed()) {
        if (replaced.length > 0) await this.#delete(name, replaced)
      }
      for (const { name, table, rows } of planned) {
        throwIfAborted(signal)
        const stored = await this.once.rowsToStore(table, rows, batch.strings)
        await this.#tables[name].append(this.#connection, stored, batch.strings)
      }
      if (plan.touches.length > 0) await this.#touch(batch, plan.touches)
      await this.#connection.run('DELETE FROM ingest_errors WHERE file_path IN (SELECT file_path FROM temp.batch_keys)')
      await inside?.()
      throwIfAborted(signal)
      await record(ledgerChange(plan.changes, { inspections: digestSightings(batch) }))
      return files.map(({ fileId, path }, index) => ({ status: plan.statuses[index]!, fileId, path }))
    })
    this.#values.settle()
    this.once.committed()
    return results
  }

  /**
   * What `write` would have answered, when the batch is stored although its commit threw (a checkpoint right after it may
   * fail); null when nothing of it is. A transaction is stored whole, so its first sighting speaks for all.
   */
  async committed(batch: EncodedBatch): Promise<UpsertResult[] | null> {
    const files = filesOf(batch)
    const seenAt = longAt(batch.tables.files, FILES_COLUMN.lastInspected, 0)
    const sighted = await this.#connection.runAndReadAll(
      'SELECT count(*) FROM inspections WHERE file_id = $1 AND inspected_at = make_timestamptz($2::BIGINT)',
      [files[0]!.fileId, seenAt],
    )
    if (sighted.getRows()[0]![0] === 0n) return null
    const counts = await this.#connection.runAndReadAll(
      `SELECT file_id, inspection_count FROM ${FILE_ROWS} WHERE file_id IN (SELECT unnest($1))`,
      [listValue(files.map(({ fileId }) => fileId))],
      [LIST(VARCHAR)],
    )
    const isNew = new Map(counts.getRows().map(([fileId, count]) => [fileId, count === 1]))
    return files.map(({ fileId, path }) => ({ status: isNew.get(fileId) ? 'inserted' : 'updated', fileId, path }))
  }

  /** To be called when the tables may have changed. */
  forgetLayout(): void {
    this.#isChecked = false
    this.forgetPaths()
    this.once.forget()
  }

  /** To be called when rows of `files` may come by another way. */
  forgetPaths(): void {
    this.#storedPaths.forget()
  }

  async #delete(name: RecordTableName, fileIds: readonly string[]): Promise<void> {
    const files = listValue([...fileIds])
    for (const sql of deleteOfFiles(name, 'SELECT unnest($1)'))
      await this.#connection.run(sql, [files], [LIST(VARCHAR)])
  }

  async #writeKeys(batch: EncodedBatch): Promise<void> {
    const { files } = batch.tables
    const columns = [files.columns[FILES_COLUMN.path]!, files.columns[FILES_COLUMN.normalized]!]
    await this.#connection.run('TRUNCATE temp.batch_keys')
    await this.#keys.append(this.#connection, { rowCount: files.rowCount, columns }, batch.strings)
  }

  /** The rows of `files` at the paths in `temp.batch_keys`. */
  async #stored(): Promise<StoredFile[]> {
    const reader = await this.#connection.runAndReadAll(
      `SELECT file_id, file_path_normalized, superseded_by, inspection_count, epoch_us(inspection_timestamp),
         epoch_us(last_inspected), size_bytes, epoch_us(mtime), etag, schema_version, content_digest, latest_rows, sequencer,
         check_depth, limit_reached, file_no
       FROM ${FILE_ROWS} WHERE file_path_normalized IN (SELECT file_path_normalized FROM temp.batch_keys)`,
    )
    return reader.getRows().map((row) => {
      const text = (index: number) => row[index] as string | null
      const long = (index: number) => row[index] as bigint | null
      this.once.knows(text(0)!, row[15] as number)
      return {
        fileId: text(0)!,
        normalizedPath: text(1)!,
        supersededBy: text(2),
        count: row[3] as number,
        firstInspectedUs: long(4),
        lastInspectedUs: long(5),
        bytes: bytesKey(long(6), long(7), text(8)),
        schemaVersion: row[9] as number,
        contentDigest: text(10),
        latestRows: text(11),
        sequencer: text(12),
        checkDepth: text(13) as CheckDepth | null,
        limitReached: text(14),
      }
    })
  }

  async #touch(batch: EncodedBatch, touches: readonly FileTouch[]): Promise<void> {
    const { rows, strings } = touchRows(batch, touches)
    await this.#connection.run('TRUNCATE temp.batch_touches')
    await this.#touches.append(this.#connection, rows, strings)
    await this.#connection.run(`
      UPDATE ${FILE_ROWS} f SET superseded_by = t.superseded_by,
        inspection_count = inspection_count + t.sightings,
        inspection_timestamp = coalesce(t.first_inspected, f.inspection_timestamp),
        latest_rows = t.latest_rows,
        sequencer = t.sequencer,
        last_inspected = coalesce(greatest(f.last_inspected, t.last_inspected), t.last_inspected),
        size_bytes = CASE WHEN t.sightings > 0 THEN t.size_bytes ELSE f.size_bytes END,
        mtime = CASE WHEN t.sightings > 0 THEN t.mtime ELSE f.mtime END,
        etag = CASE WHEN t.sightings > 0 THEN t.etag ELSE f.etag END
      FROM temp.batch_touches t WHERE f.file_id = t.file_id`)
  }
}

function touchRows(batch: EncodedBatch, touches: readonly FileTouch[]) {
  const strings = new StringCollector()
  const writers = TOUCH_COLUMNS.map((type) => columnWriter(type, touches.length, strings))
  const files = batch.tables.files
  touches.forEach((touch, row) => {
    const seen = touch.lastSeen
    const values = [
      touch.fileId,
      touch.sightings,
      touch.replaces?.firstInspectedUs,
      latest(touch.replaces?.lastInspectedUs, seen === null ? null : longAt(files, FILES_COLUMN.lastInspected, seen)),
      seen === null ? null : longAt(files, FILES_COLUMN.size, seen),
      seen === null ? null : longAt(files, FILES_COLUMN.mtime, seen),
      seen === null ? null : stringAt(batch.strings, files.columns[FILES_COLUMN.etag]!.data[seen] as number),
      touch.supersededBy,
      touch.latestRows,
      touch.sequencer,
    ]
    values.forEach((value, index) => {
      writers[index]!.set(row, value)
    })
  })
  const columns = writers.map((writer) => writer.finish(touches.length))
  return { rows: { rowCount: touches.length, columns }, strings: strings.finish() }
}

function latest(a: bigint | null | undefined, b: bigint | null): bigint | null {
  return a !== null && a !== undefined && (b === null || a > b) ? a : b
}
