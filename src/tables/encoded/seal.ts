import { files as filesTable } from '../files.ts'
import { type PerTable, recordTables } from '../record-tables.ts'
import type { EncodedTable } from './batch.ts'
import type { StringCollector } from './column-writers.ts'
import { DigestSum, digestRows, TextCells } from './digest.ts'

/** How many rows a file has in each table whose rows a later look replaces, and their digest. */
type LatestRows = Readonly<Record<string, { readonly rows: number; readonly digest: string }>>

/** Reads the column `latest_rows`. */
export function parseLatestRows(json: string | null): LatestRows {
  return json === null ? {} : (JSON.parse(json) as LatestRows)
}

/** Fills the columns of `files` that are made from all rows of a file: `content_digest` and `latest_rows`. */
export function sealFiles(tables: PerTable<EncodedTable>, strings: StringCollector): void {
  const { rowCount } = tables.files
  const texts = new TextCells(strings.view())
  const content = Array.from({ length: rowCount }, () => new DigestSum())
  const latest = Array.from({ length: rowCount }, (): Record<string, { rows: number; digest: string }> => ({}))
  for (const table of recordTables()) {
    const rows = tables[table.name]
    if (table.written === 'sighting' || rows.rowCount === 0) continue
    const digests = digestRows(table, rows, texts)
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
}

function fill(files: EncodedTable, name: string, codeOf: (file: number) => number): void {
  const codes = files.columns[filesTable.columns.findIndex((column) => column.name === name)]!.data
  for (let file = 0; file < files.rowCount; file++) codes[file] = codeOf(file)
}
