import type { ColumnType, TableDefinition } from '../definition.ts'
import { perTable } from '../record-tables.ts'
import type { ColumnData, EncodedBatch, EncodedColumn, EncodedTable } from './batch.ts'

/** The batch with only some of its files: ascending positions in the batch. Strings and large values are shared, not copied. */
export function selectFiles(batch: EncodedBatch, files: readonly number[]): EncodedBatch {
  if (files.length === batch.fileCount) return batch
  return {
    fileCount: files.length,
    ordinals: Uint32Array.from(files, (file) => batch.ordinals[file]!),
    strings: batch.strings,
    largeValues: batch.largeValues,
    tables: perTable((table) => selectRows(table, batch.tables[table.name], files)),
    failures: [],
  }
}

/** Values `[start, end)`, counted in rows, in vectors or in items. */
interface Run {
  readonly start: number
  readonly end: number
}

/** The rows of some files in one table: ascending positions in the batch. */
export function selectRows(
  { columns }: Pick<TableDefinition, 'columns'>,
  table: EncodedTable,
  files: readonly number[],
): EncodedTable {
  const runs: Run[] = []
  const rowStart = new Uint32Array(files.length + 1)
  files.forEach((file, index) => {
    const start = table.rowStart[file]!
    const end = table.rowStart[file + 1]!
    const last = runs.at(-1)
    if (last?.end === start) runs[runs.length - 1] = { start: last.start, end }
    else runs.push({ start, end })
    rowStart[index + 1] = rowStart[index]! + end - start
  })
  return {
    rowCount: rowStart[files.length]!,
    rowStart,
    columns: table.columns.map((column, index) => selectColumn(column, columns[index]!.type, runs)),
    ...(table.contentIds && { contentIds: gather(table.contentIds, runs, 1) }),
  }
}

function selectColumn(column: EncodedColumn, type: ColumnType, runs: readonly Run[]): EncodedColumn {
  const valid = column.valid && gather(column.valid, runs, 1)
  if (typeof type === 'string') return { data: gather(column.data, runs, 1), valid }
  if (column.lengths !== undefined) {
    return {
      data: gather(column.data, itemRuns(column.lengths, runs), 1),
      valid,
      lengths: gather(column.lengths, runs, 1),
    }
  }
  if (!('vector' in type)) throw new RangeError('Expected the lengths of a list column')
  const vectorRuns = column.valid ? presentRuns(column.valid, runs) : runs
  const ids = column.ids && gather(column.ids, runs, 1)
  return { data: gather(column.data, vectorRuns, type.vector), valid, ...(ids && { ids }) }
}

/** Runs of rows as runs of the vectors they hold. */
function presentRuns(valid: Uint8Array, runs: readonly Run[]): Run[] {
  let row = 0
  let vector = 0
  return runs.map((run) => {
    for (; row < run.start; row++) vector += valid[row]!
    const start = vector
    for (; row < run.end; row++) vector += valid[row]!
    return { start, end: vector }
  })
}

/** Runs of rows as runs of the items of their lists. */
function itemRuns(lengths: Uint32Array, runs: readonly Run[]): Run[] {
  let row = 0
  let item = 0
  return runs.map((run) => {
    for (; row < run.start; row++) item += lengths[row]!
    const start = item
    for (; row < run.end; row++) item += lengths[row]!
    return { start, end: item }
  })
}

function gather<D extends ColumnData | Uint32Array<ArrayBuffer>>(data: D, runs: readonly Run[], width: number): D {
  const length = runs.reduce((sum, run) => sum + run.end - run.start, 0) * width
  const out = new (data.constructor as new (length: number) => D)(length)
  let at = 0
  for (const { start, end } of runs) {
    const piece = data.subarray(start * width, end * width)
    out.set(piece as never, at)
    at += piece.length
  }
  return out
}
