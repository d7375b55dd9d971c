import { files as filesTable } from '../files.ts'
import { type PerTable, perTable, recordTables } from '../record-tables.ts'
import type { EncodedTable } from './batch.ts'
import type { StringCollector } from './column-writers.ts'
import { contentIds } from './content-id.ts'
import { DigestSum, digestRows, TextCells } from './digest.ts'

/** How many rows a file has in each table whose rows a later look replaces, and their digest. */
type LatestRows = Readonly<Record<string, { readonly rows: number; readonly digest: string }>>

/** Reads the column `latest_rows`; what no catalog wrote counts as none. */
export function parseLatestRows(json: string | null): LatestRows {
  return json === null ? {} : (readObject(json, isRowSum) ?? {})
}

/** Reads the column `child_rows`: rows by table; null for what no catalog wrote. */
export function parseChildRows(json: string): Readonly<Record<string, number>> | null {
  return readObject(json, (rows): rows is number => typeof rows === 'number' && Number.isSafeInteger(rows) && rows >= 0)
}

function isRowSum(value: unknown): value is LatestRows[string] {
  const { rows, digest } = (value ?? {}) as Record<string, unknown>
  return typeof rows === 'number' && typeof digest === 'string' && /^[0-9a-f]{32}$/.test(digest)
}

/** An object as it was written; null for anything else, other spacing and names given twice included. */
function readObject<T>(json: string, isValue: (value: unknown) => value is T): Readonly<Record<string, T>> | null {
  try {
    const value = JSON.parse(json) as unknown
    if (typeof value !== 'object' || value === null || JSON.stringify(value) !== json) return null
    return Object.values(value).every(isValue) ? (value as Record<string, T>) : null
  } catch {
    return null
  }
}

/**
 * Fills the columns of `files` that are made from all rows of a file, `content_digest` and `latest_rows`, and names what rows
 * repeat. `likes`: see TableWriter.
 */
export function sealFiles(
  tables: PerTable<EncodedTable>,
  strings: StringCollector,
  likes: PerTable<Int32Array | null>,
): PerTable<EncodedTable> {
  const { rowCount } = tables.files
  const texts = new TextCells(strings.view())
  const content = Array.from({ length: rowCount }, () => new DigestSum())
  const latest = Array.from({ length: rowCount }, (): Record<string, { rows: number; digest: string }> => ({}))
  for (const table of recordTables()) {
    const rows = tables[table.name]
    if (table.written === 'sighting' || rows.rowCount === 0) continue
    const digests = digestRows(table, rows, texts, likes[table.name])
    for (let file = 0; file < rowCount; file++) {
      const [start, end] = [rows.rowStart[file]!, rows.rowStart[file + 1]!]
      if (start === end) continue
      const sum = table.written === 'once' ? content[file]! : new DigestSum()
      for (let row = start; row < end; row++) sum.add(digests, row)
      if (table.written === 'latest') latest[file]![table.name] = { rows: end - start, digest: String(sum) }
    }
  }
  fill(tables.files, 'content_digest', (file) => strings.code(String(content[file])))
  fill(tables.files, 'latest_rows', (file) => {
    const json = JSON.stringify(latest[file])
    return json === '{}' ? -1 : strings.code(json)
  })
  return perTable(({ name, columns, repeats }) => {
    const rows = tables[name]
    return repeats ? { ...rows, contentIds: contentIds(columns, rows, texts, likes[name]) } : rows
  })
}

function fill(files: EncodedTable, name: string, codeOf: (file: number) => number): void {
  const codes = files.columns[filesTable.columns.findIndex((column) => column.name === name)]!.data
  for (let file = 0; file < files.rowCount; file++) codes[file] = codeOf(file)
}
