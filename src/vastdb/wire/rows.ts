import { type Data, type Field, RecordBatch, type Schema, type Table } from 'apache-arrow'

/** Rows `start` (inclusive) to `end` (exclusive) of one piece of a column. */
export interface Run {
  readonly data: Data
  readonly start: number
  readonly end: number
}

/** A column as runs of existing memory: slicing, joining and sorting move runs, never values. */
export interface RowColumn {
  readonly field: Field
  readonly runs: readonly Run[]
}

/** Columns of equal length. */
export interface Rows {
  readonly length: number
  readonly columns: readonly RowColumn[]
}

export function toRows(source: RecordBatch | Table): Rows {
  const batches = source instanceof RecordBatch ? [source] : source.batches
  const columns = (source.schema as Schema).fields.map((field, index) => ({
    field,
    runs: batches
      .filter((batch) => batch.numRows > 0)
      .map((batch) => ({ data: batch.data.children[index]!, start: 0, end: batch.numRows })),
  }))
  return { length: source.numRows, columns }
}

/** Rows `start` (inclusive) to `end` (exclusive). */
export function sliceRows(rows: Rows, start: number, end: number): Rows {
  const columns = rows.columns.map(({ field, runs }) => ({ field, runs: sliceRuns(runs, start, end) }))
  return { length: end - start, columns }
}

function sliceRuns(runs: readonly Run[], start: number, end: number): Run[] {
  const kept: Run[] = []
  let at = 0
  for (const run of runs) {
    const length = run.end - run.start
    const from = Math.max(start - at, 0)
    const to = Math.min(end - at, length)
    if (from < to) kept.push({ data: run.data, start: run.start + from, end: run.start + to })
    at += length
    if (at >= end) break
  }
  return kept
}

export function selectColumns(rows: Rows, names: readonly string[]): Rows {
  const byName = new Map(rows.columns.map((column) => [column.field.name, column]))
  return { length: rows.length, columns: names.map((name) => byName.get(name)!) }
}

/** The same rows in the order of `permutation`; neighbours that stay neighbours stay one run. */
export function permuteRows(rows: Rows, permutation: ArrayLike<number>): Rows {
  const columns = rows.columns.map(({ field, runs }) => ({ field, runs: permuteRuns(runs, permutation) }))
  return { length: rows.length, columns }
}

function permuteRuns(runs: readonly Run[], permutation: ArrayLike<number>): Run[] {
  const starts: number[] = []
  let total = 0
  for (const run of runs) {
    starts.push(total)
    total += run.end - run.start
  }
  const result: { data: Data; start: number; end: number }[] = []
  for (let i = 0; i < permutation.length; i++) {
    const row = permutation[i]!
    const index = runIndex(starts, row)
    const run = runs[index]!
    const at = run.start + row - starts[index]!
    const last = result.at(-1)
    if (last && last.data === run.data && last.end === at) last.end = at + 1
    else result.push({ data: run.data, start: at, end: at + 1 })
  }
  return result
}

function runIndex(starts: readonly number[], row: number): number {
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (starts[middle]! <= row) low = middle
    else high = middle - 1
  }
  return low
}
