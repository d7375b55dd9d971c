import type { QueryStream } from '../../catalog/catalog.ts'
import { uniqueNames } from '../../catalog/results.ts'
import { displayWidth, type Style } from '../style.ts'
import { columns, wrap } from './columns.ts'
import { type CsvOptions, csvLine } from './csv.ts'
import { cut, fitColumns, shortPath } from './fit.ts'
import { jsonValue, plainText } from './plain-text.ts'
import { count, plural } from './units.ts'
import { singleLine } from './visible.ts'

type Rows = Pick<QueryStream, 'columns' | 'batches'>

/** An array of objects, one row a line. Integers past 2^53 are text, bytes base64. */
export async function* jsonText(stream: Rows): AsyncGenerator<string> {
  const names = uniqueNames(stream.columns)
  let isFirst = true
  for await (const rows of stream.batches) {
    for (const row of rows) {
      yield `${isFirst ? '[\n' : ',\n'}${rowJson(names, row)}`
      isFirst = false
    }
  }
  yield isFirst ? '[]\n' : '\n]\n'
}

/** An object a line. */
export async function* ndjsonText(stream: Rows): AsyncGenerator<string> {
  const names = uniqueNames(stream.columns)
  for await (const rows of stream.batches) yield rows.map((row) => `${rowJson(names, row)}\n`).join('')
}

/** A heading and a line a row; `csvLine` says how. */
export async function* csvText(stream: Rows, options: CsvOptions): AsyncGenerator<string> {
  const names = stream.columns.map(({ name }) => name)
  yield csvLine(names, options)
  for await (const rows of stream.batches) yield rows.map((row) => csvLine(row, options)).join('')
}

interface TableOptions {
  readonly style: Style
  /** Columns of the terminal: cells are cut, then columns left out, until a row fits. Infinity in a pipe. */
  readonly width: number
  /** What a row is, in the count below; `row` unless said. */
  readonly noun?: string
}

/** Rows a table shows; whoever wants more wants another format. */
const TABLE_ROWS = 1000
/** Longest cell where nothing bounds the line. */
const LONGEST_CELL = 200
const GAP = 2
/** Narrower than that, columns of text and of paths are left out rather than cut. */
const [NARROW_TEXT, NARROW_PATH] = [16, 32]

/** Aligned columns, numbers on the right; below them how many rows there are and what is not shown. */
export async function* tableText(stream: Rows, { style, width, noun = 'row' }: TableOptions): AsyncGenerator<string> {
  const cells: string[][] = []
  let more = false
  for await (const rows of stream.batches) {
    for (const row of rows) {
      if (cells.length < TABLE_ROWS) cells.push(row.map((value) => tableCell(value)))
      else more = true
    }
    if (more) break
  }
  const names = stream.columns.map(({ name }) => singleLine(name))
  const needs = stream.columns.map(({ type }, column) => {
    const longest = [names, ...cells].reduce((most, row) => Math.max(most, displayWidth(row[column] ?? '')), 0)
    const needed = Math.min(longest, LONGEST_CELL)
    const least = isNumeric(type) ? needed : isPath(cells[0]?.[column] ?? '') ? NARROW_PATH : NARROW_TEXT
    return { width: needed, least }
  })
  const widths = fitColumns(needs, width, GAP)
  const shown = (row: readonly string[]) => widths.map((most, column) => cutCell(row[column] ?? '', most))
  const right = widths.flatMap((_, column) => (isNumeric(stream.columns[column]?.type ?? '') ? [column] : []))
  const head = shown(names).map(style.bold)
  yield `${columns([head, ...cells.map(shown)], { width: Number.POSITIVE_INFINITY, right }).join('\n')}\n`
  const notes = [
    more ? `The first ${count(TABLE_ROWS)} rows; --format csv, json or parquet gives all.` : plural(cells.length, noun),
    ...hiddenNote(names.slice(widths.length), names.length, width),
  ]
  yield notes.map((line) => `${style.dim(line)}\n`).join('')
}

function hiddenNote(hidden: readonly string[], all: number, width: number): string[] {
  if (hidden.length === 0) return []
  const text = `${all - hidden.length} of ${all} columns fit here; not shown: ${hidden.join(', ')}.`
  return wrap(`${text} --format json or csv gives all.`, width, '')
}

/** Paths give up their middle, other texts their end. */
function cutCell(text: string, width: number): string {
  return isPath(text) ? shortPath(text, width) : cut(text, width)
}

function isPath(text: string): boolean {
  return /^[^{["]*\/[^/]*$/.test(text)
}

function rowJson(names: readonly string[], row: readonly unknown[]): string {
  return JSON.stringify(Object.fromEntries(names.map((name, index) => [name, row[index]])), jsonValue)
}

function tableCell(value: unknown): string {
  return value === null || value === undefined ? '-' : singleLine(plainText(value))
}

function isNumeric(type: string): boolean {
  return /^(?:U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?|FLOAT|DOUBLE|REAL|DECIMAL\(.*\))$/.test(type)
}
