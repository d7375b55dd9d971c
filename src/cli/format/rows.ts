import type { QueryStream } from '../../catalog/catalog.ts'
import { singleLine } from '../errors.ts'
import type { Style } from '../style.ts'
import { columns, cut } from './columns.ts'
import { count, plural } from './units.ts'

type Rows = Pick<QueryStream, 'columns' | 'batches'>

/** An array of objects, one row a line. Integers past 2^53 are text, bytes base64. */
export async function* jsonText(stream: Rows): AsyncGenerator<string> {
  let isFirst = true
  for await (const rows of stream.batches) {
    for (const row of rows) {
      yield `${isFirst ? '[\n' : ',\n'}${rowJson(stream, row)}`
      isFirst = false
    }
  }
  yield isFirst ? '[]\n' : '\n]\n'
}

/** An object a line. */
export async function* ndjsonText(stream: Rows): AsyncGenerator<string> {
  for await (const rows of stream.batches) yield rows.map((row) => `${rowJson(stream, row)}\n`).join('')
}

/** As RFC 4180 has it, but for line ends: one LF. Null is empty, an empty string is `""`, lists and objects are JSON. */
export async function* csvText(stream: Rows): AsyncGenerator<string> {
  yield `${stream.columns.map(({ name }) => csvCell(name)).join(',')}\n`
  for await (const rows of stream.batches) yield rows.map((row) => `${row.map(csvCell).join(',')}\n`).join('')
}

export interface TableOptions {
  readonly style: Style
  /** Longest cell; longer ones are cut. */
  readonly cellWidth: number
}

/** Rows a table shows; whoever wants more wants another format. */
export const TABLE_ROWS = 1000

/** Aligned columns, numbers on the right. */
export async function* tableText(stream: Rows, { style, cellWidth }: TableOptions): AsyncGenerator<string> {
  const cells: string[][] = []
  let more = false
  for await (const rows of stream.batches) {
    for (const row of rows) {
      if (cells.length < TABLE_ROWS) cells.push(row.map((value) => cut(tableCell(value), cellWidth)))
      else more = true
    }
    if (more) break
  }
  const head = stream.columns.map(({ name }) => style.bold(singleLine(name)))
  const right = stream.columns.flatMap(({ type }, index) => (isNumeric(type) ? [index] : []))
  yield `${columns([head, ...cells], { width: Number.POSITIVE_INFINITY, right }).join('\n')}\n`
  const rest = more
    ? `The first ${count(TABLE_ROWS)} rows; --format csv, json or parquet gives all.`
    : plural(cells.length, 'row')
  yield `${style.dim(rest)}\n`
}

function rowJson(stream: Rows, row: readonly unknown[]): string {
  return JSON.stringify(Object.fromEntries(stream.columns.map(({ name }, index) => [name, row[index]])), jsonValue)
}

function jsonValue(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  return value
}

function plainText(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  return typeof value === 'object' ? JSON.stringify(value, jsonValue) : String(value)
}

function csvCell(value: unknown): string {
  const text = plainText(value)
  return value === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function tableCell(value: unknown): string {
  return value === null || value === undefined ? '-' : singleLine(plainText(value))
}

function isNumeric(type: string): boolean {
  return /^(?:U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?|FLOAT|DOUBLE|REAL|DECIMAL\(.*\))$/.test(type)
}
