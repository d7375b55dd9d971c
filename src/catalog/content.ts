import {
  DigestSum,
  digestRows,
  type EncodedRows,
  type RecordTableName,
  recordTables,
  type TableDefinition,
  TextCells,
  tableNamed,
} from '../tables/index.ts'
import { type Tally, TallySum } from './ledger.ts'

/** Every row of a table, some at a time, columns in the order of its definition; a column the catalog lacks is null. */
export type ReadTable = (table: TableDefinition) => AsyncIterable<EncodedRows>

/** What a file's rows add up to. */
export interface FileContent {
  readonly contentDigest: string | null
  /** JSON, as `latest_rows` holds it; null for none. */
  readonly latestRows: string | null
}

const LANES = 4

/** Digests added up by file: a few bytes a file beside its name. */
class DigestsByFile {
  readonly #places = new Map<string, number>()
  #sums = new Uint32Array(1024 * LANES)
  #rows = new Uint32Array(1024)

  add(fileId: string, digests: Uint32Array, row: number): void {
    let place = this.#places.get(fileId)
    if (place === undefined) {
      place = this.#places.size
      this.#places.set(fileId, place)
      if (place === this.#rows.length) this.#grow()
    }
    this.#rows[place]!++
    for (let lane = 0; lane < LANES; lane++) this.#sums[place * LANES + lane]! += digests[row * LANES + lane]!
  }

  get(fileId: string): { readonly rows: number; readonly digest: string } | null {
    const place = this.#places.get(fileId)
    if (place === undefined) return null
    return { rows: this.#rows[place]!, digest: String(new DigestSum().add(this.#sums, place)) }
  }

  #grow(): void {
    const [sums, rows] = [this.#sums, this.#rows]
    this.#sums = new Uint32Array(sums.length * 2)
    this.#sums.set(sums)
    this.#rows = new Uint32Array(rows.length * 2)
    this.#rows.set(rows)
  }
}

/**
 * Reads every row of every file, or those of some tables, and adds up what there is. Memory grows with files, not with
 * rows.
 */
export async function readContent(
  read: ReadTable,
  among: readonly RecordTableName[] = recordTables().map(({ name }) => name),
): Promise<(fileId: string) => FileContent> {
  const content = new DigestsByFile()
  const latest = new Map<string, DigestsByFile>()
  for (const table of recordTables()) {
    if (table.written === 'sighting' || !among.includes(table.name)) continue
    const sums = table.written === 'once' ? content : new DigestsByFile()
    if (table.written === 'latest') latest.set(table.name, sums)
    const idColumn = table.columns.findIndex(({ name }) => name === 'file_id')
    for await (const rows of read(table)) {
      const ids = textReader(rows, idColumn)
      const digests = digestRows(table, rows, new TextCells(rows.strings))
      for (let row = 0; row < rows.rowCount; row++) sums.add(ids(row) ?? '', digests, row)
    }
  }
  return (fileId) => {
    const found = [...latest].flatMap(([name, sums]) => {
      const rows = sums.get(fileId)
      return rows ? [[name, rows] as const] : []
    })
    return {
      contentDigest: content.get(fileId)?.digest ?? String(new DigestSum()),
      latestRows: found.length > 0 ? JSON.stringify(Object.fromEntries(found)) : null,
    }
  }
}

/** Counts the rows that are stored once with each file, as `child_rows` holds them. */
export async function countChildren(read: ReadTable): Promise<(fileId: string) => string> {
  const counts: (readonly [string, Map<string, number>])[] = []
  for (const table of recordTables()) {
    if (table.written !== 'once' || table.parent === null) continue
    const byFile = new Map<string, number>()
    for await (const rows of read({ ...table, columns: table.columns.filter(({ name }) => name === 'file_id') })) {
      const ids = textReader(rows, 0)
      for (let row = 0; row < rows.rowCount; row++) byFile.set(ids(row) ?? '', (byFile.get(ids(row) ?? '') ?? 0) + 1)
    }
    counts.push([table.name, byFile])
  }
  return (fileId) => JSON.stringify(Object.fromEntries(counts.map(([name, by]) => [name, by.get(fileId) ?? 0])))
}

/**
 * Changes rows of files in some tables that are stored once, and returns by how much their digests change: what was lost
 * before stays lost.
 */
export async function digestChange(
  read: ReadTable,
  among: readonly RecordTableName[],
  change: () => Promise<void>,
): Promise<(fileId: string, stored: string | null) => string | null> {
  const before = await readContent(read, among)
  await change()
  const after = await readContent(read, among)
  return (fileId, stored) => {
    if (stored === null) return null
    const sum = new DigestSum().addHex(stored).addHex(before(fileId).contentDigest!, -1)
    return String(sum.addHex(after(fileId).contentDigest!))
  }
}

/** All rows of a table and the sum of their digests. */
export async function tallyOf(read: ReadTable, name: string): Promise<Tally> {
  const table = tableNamed(name)
  const sum = new TallySum()
  for await (const rows of read(table)) sum.addRows(digestRows(table, rows, new TextCells(rows.strings)))
  return sum.tally()
}

/** Reads a text column; the same text twice in a row is decoded once. */
export function textReader({ columns, strings }: EncodedRows, column: number): (row: number) => string | null {
  const codes = columns[column]!.data
  const bytes = Buffer.from(strings.bytes.buffer, strings.bytes.byteOffset, strings.bytes.byteLength)
  let last: { readonly code: number; readonly text: string } | null = null
  return (row) => {
    const code = codes[row] as number
    if (code < 0) return null
    if (last?.code !== code)
      last = { code, text: bytes.toString('utf8', strings.offsets[code], strings.offsets[code + 1]) }
    return last.text
  }
}
