import { tableBatch } from '../../arrow/index.ts'
import { ExrError } from '../../errors.ts'
import { digestRows, type TableDefinition, TextCells, tableNamed } from '../../tables/index.ts'
import { col } from '../../vastdb/index.ts'
import { throwIfAborted } from '../abort.ts'
import { tallyOf } from '../content.ts'
import { type Tally, TallySum } from '../ledger.ts'
import type { MigrateOptions, Migration } from '../migrations/migration.ts'
import { lookUp } from './lookup.ts'
import { encodeBatch, tableReader } from './read-table.ts'
import { updateBatch } from './row-batch.ts'
import { RowView } from './rows.ts'
import type { Tables } from './store.ts'
import { keyOf } from './vectors-apart.ts'

type MovedColumn = NonNullable<Migration['apart']>[number]

/** Rows of `files` or `channels` that are looked up and changed at once. */
const ROWS_AT_ONCE = 1_000

/**
 * Copies the vectors of a column into a table of their own, reads them there once more and drops the column. Throws
 * ERR_CATALOG_WRITE, before anything is dropped, when they are not the same.
 */
export async function moveApart(
  tables: Tables,
  { table, column, into }: MovedColumn,
  url: string,
  { onProgress, signal }: MigrateOptions = {},
): Promise<void> {
  const definition = tableNamed(into)
  const sum = new TallySum()
  let moved = 0
  for await (const rows of vectorsIn(tables, table, column, definition)) {
    throwIfAborted(signal)
    moved += rows.rowCount
    onProgress?.({ doing: `moving vectors of ${table}`, rows: moved })
    sum.addRows(digestRows(definition, rows, new TextCells(rows.strings)))
    await tables(into).insert(tableBatch(definition, rows, rows.strings))
  }
  checkSame(sum.tally(), await tallyOf(tableReader(tables), into), `${url}: table ${into}`)
  await tables(table).dropColumns([column])
}

/** The other way round: the column is there again, and all of its rows are null. The table of vectors is left. */
export async function moveBack(
  tables: Tables,
  { table, column, into }: MovedColumn,
  url: string,
  { onProgress, signal }: MigrateOptions = {},
): Promise<void> {
  const definition = tableNamed(into)
  let moved = 0
  for await (const batch of tables(into).select({ columns: definition.columns.map(({ name }) => name) })) {
    moved += batch.numRows
    onProgress?.({ doing: `moving vectors of ${table}`, rows: moved })
    for (let start = 0; start < batch.numRows; start += ROWS_AT_ONCE) {
      throwIfAborted(signal)
      const vectors = new Map<string, Float32Array>()
      const fileIds = new Set<string>()
      const row = new RowView(batch)
      for (row.row = start; row.row < Math.min(batch.numRows, start + ROWS_AT_ONCE); row.row++) {
        const vector = row.floats(definition.columns.length - 1)
        if (vector) vectors.set(keyOf(definition.key.map((_, index) => row.value(index))), vector)
        fileIds.add(row.name(0))
      }
      await giveBack(tables, { table, column }, definition, { fileIds, vectors })
    }
  }
  const sum = new TallySum()
  for await (const rows of vectorsIn(tables, table, column, definition)) {
    sum.addRows(digestRows(definition, rows, new TextCells(rows.strings)))
  }
  checkSame(await tallyOf(tableReader(tables), into), sum.tally(), `${url}: column ${column} of table ${table}`)
}

/** Where two rows have one key (channels of one name), the first has the vector. */
async function giveBack(
  tables: Tables,
  { table, column }: Pick<MovedColumn, 'table' | 'column'>,
  { key }: TableDefinition,
  { fileIds, vectors }: { readonly fileIds: Iterable<string>; readonly vectors: ReadonlyMap<string, Float32Array> },
): Promise<void> {
  const rowIds = new Map<string, bigint>()
  await lookUp({ table: tables(table), column: 'file_id', values: fileIds, columns: key, rowId: true }, (row) => {
    const place = keyOf(key.map((_, index) => row.value(index)))
    const rowId = row.big(key.length)!
    if (vectors.has(place) && (rowIds.get(place) ?? rowId) >= rowId) rowIds.set(place, rowId)
  })
  const rows = [...rowIds].map(([place, rowId]) => ({ rowId, values: [vectors.get(place)!] }))
  if (rows.length > 0) await tables(table).update(updateBatch(table, [column], rows))
}

async function* vectorsIn(tables: Tables, table: string, column: string, { columns }: TableDefinition) {
  const options = { columns: columns.map(({ name }) => name), where: col(column).isNotNull() }
  for await (const batch of tables(table).select(options)) yield encodeBatch(batch, columns)
}

function checkSame(wanted: Tally, found: Tally, place: string): void {
  if (wanted.rows === found.rows && wanted.digest === found.digest) return
  const differ = wanted.rows === found.rows ? 'other vectors' : `${found.rows} vectors`
  throw new ExrError(
    'ERR_CATALOG_WRITE',
    `Moving the vectors of catalog ${place} has ${differ} where ${wanted.rows} were written. Nothing was changed: run ` +
      'catalog verify, and try again.',
  )
}
