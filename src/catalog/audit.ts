import {
  digestRows,
  type EncodedRows,
  parseChildRows,
  parseLatestRows,
  recordTables,
  type TableDefinition,
  TextCells,
  tableNamed,
} from '../tables/index.ts'
import { bytesKey, longAt } from './batch-files.ts'
import type { CatalogNote } from './catalog.ts'
import type { Checks } from './checks.ts'
import { type ReadTable, readContent, tallyOf, textReader } from './content.ts'
import { LEDGER_KINDS, type LedgerKind, type Tallies, TallySum, talliesOf } from './ledger.ts'

const CONTENT = 'every file has the content it was stored with'
const COUNTED = 'every file counts the rows it was stored with'
const SIGHTED = 'sizes and times of every file are those of a sighting'
const ACKNOWLEDGED = 'every acknowledged transaction is in the catalog'
const STORED: Readonly<Record<LedgerKind, string>> = {
  files: 'the files are those that were stored',
  current: 'the current files are those that were left current',
  inspections: 'the sightings are those that were stored',
  removals: 'the removals are those that were stored',
}

/** The last commit as it is known beside the journal: `writer:transactions`, null for not known; undefined where there is no journal. */
type Acknowledged = string | null | undefined

/**
 * Compares every row with the digest its file was stored with, and all files with what the catalog's writers say they
 * stored. Memory grows with files, not with rows.
 */
export async function audit(read: ReadTable, checks: Checks, acknowledged: Acknowledged): Promise<CatalogNote[]> {
  for (const name of [CONTENT, COUNTED, SIGHTED, ...Object.values(STORED), ACKNOWLEDGED]) checks.declare(name)
  const { files, current, sightings, notes } = await auditFiles(read, checks)
  const inspections = await auditSightings(read, checks, sightings)
  const removals = await tallyOf(read, 'removals')
  const found: Tallies = { files: files.tally(), current: current.tally(), inspections, removals }
  const writers = await readLedger(read)
  const stored = talliesOf((kind) => {
    const sum = new TallySum()
    for (const writer of writers.values()) sum.add(writer.totals[kind])
    return sum.tally()
  })
  for (const kind of LEDGER_KINDS) {
    const missing = stored[kind].rows - found[kind].rows
    if (missing === 0 && stored[kind].digest === found[kind].digest) continue
    const differ =
      missing === 0 ? 'as many, but not the same' : `${found[kind].rows} there, ${stored[kind].rows} stored`
    checks.add(STORED[kind], differ, Math.max(1, Math.abs(missing)))
  }
  if (writers.size === 0) await auditTraces(read, checks)
  checkCommits(writers, checks, acknowledged)
  if (acknowledged === null && writers.size > 0) {
    const name = 'no record of the last commit lies beside the journal: whether it was cut off cannot be told'
    return [...notes, { name, rows: 0, examples: [] }]
  }
  return notes
}

/** What the row of a file says of its sightings, until one has been found that says so too. */
interface Sighting {
  bytes: string | null
  firstUs: bigint | null
  lastUs: bigint | null
}

/** `schema_version` of the first rows that count those of other tables, and the tables they count. */
const FIRST_COUNTED = 2
const COUNTED_TABLES = recordTables().flatMap(({ name, written, parent }) =>
  written === 'once' && parent !== null ? [name] : [],
)

function isCounted(childRows: string | null): boolean {
  const counts = childRows === null ? null : parseChildRows(childRows)
  return counts !== null && COUNTED_TABLES.every((name) => counts[name] !== undefined)
}

const FILES = tableNamed('files')
const OWN_COLUMNS = [
  'file_id',
  'superseded_by',
  'content_digest',
  'latest_rows',
  'child_rows',
  'etag',
  'size_bytes',
  'mtime',
  'inspection_timestamp',
  'last_inspected',
  'schema_version',
]
const OWN = { ...FILES, columns: OWN_COLUMNS.map((name) => FILES.columns.find((column) => column.name === name)!) }

async function auditFiles(read: ReadTable, checks: Checks) {
  const contentOf = await readContent(read)
  const [files, current] = [new TallySum(), new TallySum()]
  const sightings = new Map<string, Sighting>()
  const [undigested, uncounted] = [new Noted(), new Noted()]
  for await (const rows of read(OWN)) {
    const [id, supersededBy, contentDigest, latestRows, childRows, etag] = OWN_COLUMNS.map((_, column) =>
      textReaderOf(rows, column),
    )
    const versions = rows.columns[OWN_COLUMNS.indexOf('schema_version')]!
    for (let row = 0; row < rows.rowCount; row++) {
      const fileId = id!(row) ?? ''
      const stored = { contentDigest: contentDigest!(row), latestRows: latestRows!(row) }
      const counted = { ...stored, isCurrent: supersededBy!(row) === null }
      files.addFile(counted)
      if (counted.isCurrent) current.addFile(counted)
      if (stored.contentDigest === null) undigested.add(fileId)
      const counts = childRows!(row)
      const mayLackCounts = versions.valid?.[row] === 0 || (versions.data[row] as number) < FIRST_COUNTED
      if (counts === null && mayLackCounts) uncounted.add(fileId)
      else if (!isCounted(counts)) checks.add(COUNTED, `${fileId} ${counts ?? 'null'}`)
      compare(fileId, stored, contentOf(fileId), checks)
      sightings.set(fileId, {
        bytes: bytesKey(longAt(rows, 6, row), longAt(rows, 7, row), etag!(row)),
        firstUs: longAt(rows, 8, row),
        lastUs: longAt(rows, 9, row),
      })
    }
  }
  const notes = [
    undigested.note('files have no digest (an older release stored them): only their number of rows is checked'),
    uncounted.note('files have no counts of their rows (an older release stored them): only their digest is checked'),
  ]
  return { files, current, sightings, notes: notes.flat() }
}

type StoredContent = { readonly contentDigest: string | null; readonly latestRows: string | null }

function compare(fileId: string, stored: StoredContent, found: StoredContent, checks: Checks): void {
  if (stored.contentDigest === null) return
  if (stored.contentDigest !== found.contentDigest) checks.add(CONTENT, fileId)
  if (stored.latestRows === found.latestRows) return
  const [wanted, there] = [parseLatestRows(stored.latestRows), parseLatestRows(found.latestRows)]
  if (stored.latestRows !== null && Object.keys(wanted).length === 0) checks.add(CONTENT, `${fileId} latest_rows`)
  for (const table of new Set([...Object.keys(wanted), ...Object.keys(there)])) {
    if (wanted[table]?.rows === there[table]?.rows && wanted[table]?.digest === there[table]?.digest) continue
    checks.add(CONTENT, `${fileId} ${table}`)
  }
}

async function auditSightings(read: ReadTable, checks: Checks, sightings: Map<string, Sighting>) {
  const table = tableNamed('inspections')
  const place = (name: string) => table.columns.findIndex((column) => column.name === name)
  const [at, size, mtime] = [place('inspected_at'), place('size_bytes'), place('mtime')]
  const sum = new TallySum()
  for await (const rows of read(table)) {
    sum.addRows(digestRows(table, rows, new TextCells(rows.strings)))
    const [fileId, etag] = [textReader(rows, place('file_id')), textReader(rows, place('etag'))]
    for (let row = 0; row < rows.rowCount; row++) {
      const wanted = sightings.get(fileId(row) ?? '')
      if (!wanted) continue
      const inspectedAt = longAt(rows, at, row)
      if (wanted.firstUs === inspectedAt) wanted.firstUs = null
      if (wanted.lastUs === inspectedAt) wanted.lastUs = null
      if (wanted.bytes === bytesKey(longAt(rows, size, row), longAt(rows, mtime, row), etag(row))) wanted.bytes = null
      if (wanted.bytes === null && wanted.firstUs === null && wanted.lastUs === null)
        sightings.delete(fileId(row) ?? '')
    }
  }
  for (const fileId of sightings.keys()) checks.add(SIGHTED, fileId)
  return sum.tally()
}

/** Whoever stores a file has a row in the ledger: where none is left, runs of ingest and large values still tell of files. */
async function auditTraces(read: ReadTable, checks: Checks): Promise<void> {
  const counts = ['inserted', 'updated']
  let stored = 0
  for await (const rows of read(columnsOf('ingest_runs', counts))) {
    for (let row = 0; row < rows.rowCount; row++) {
      for (const [column] of counts.entries()) stored += Number(longAt(rows, column, row) ?? 0n)
    }
  }
  if (stored > 0) checks.add(STORED.files, `runs of ingest stored ${stored}, and no writer is there`, stored)
  let values = 0
  for await (const { rowCount } of read(columnsOf('large_values', ['sha256']))) values += rowCount
  if (values > 0) checks.add(STORED.files, `${values} large values are there, and no writer`)
}

function columnsOf(name: string, columns: readonly string[]): TableDefinition {
  const table = tableNamed(name)
  return { ...table, columns: table.columns.filter((column) => columns.includes(column.name)) }
}

interface WriterRow {
  readonly follows: string | null
  readonly transactions: bigint
  readonly totals: Tallies
}

async function readLedger(read: ReadTable): Promise<ReadonlyMap<string, WriterRow>> {
  const table = tableNamed('ledger')
  const place = (name: string) => table.columns.findIndex((column) => column.name === name)
  const writers = new Map<string, WriterRow>()
  for await (const rows of read(table)) {
    const text = (name: string, row: number) => textReader(rows, place(name))(row)
    const long = (name: string, row: number) => longAt(rows, place(name), row) ?? 0n
    for (let row = 0; row < rows.rowCount; row++) {
      const totals = talliesOf((kind) => ({
        rows: Number(long(kind === 'current' ? 'current_files' : kind, row)),
        digest: text(`${kind}_digest`, row) ?? '',
      }))
      const id = text('writer_id', row) ?? ''
      writers.set(id, { follows: text('follows', row), transactions: long('transactions', row), totals })
    }
  }
  return writers
}

/** Each writer names the last commit it knew of, and the last one of all stands beside the catalog. */
function checkCommits(writers: ReadonlyMap<string, WriterRow>, checks: Checks, acknowledged: Acknowledged): void {
  for (const head of [...[...writers.values()].map(({ follows }) => follows), acknowledged]) {
    if (head === null || head === undefined) continue
    const [writer = '', transactions = '0'] = head.split(':')
    const there = writers.get(writer)?.transactions ?? 0n
    const lost = BigInt(transactions) - there
    if (lost > 0n) checks.add(ACKNOWLEDGED, `${transactions} of writer ${writer}, ${there} there`, Number(lost))
  }
}

function textReaderOf(rows: EncodedRows, column: number): (row: number) => string | null {
  return OWN.columns[column]!.type === 'utf8' ? textReader(rows, column) : () => null
}

/** Rows worth a line that break nothing. */
class Noted {
  #rows = 0
  readonly #examples: string[] = []

  add(row: string): void {
    if (this.#rows++ < 5) this.#examples.push(row)
  }

  note(name: string): CatalogNote[] {
    return this.#rows === 0 ? [] : [{ name, rows: this.#rows, examples: this.#examples }]
  }
}
