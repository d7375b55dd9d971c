import { digestRows, largeMarkerOf, TextCells, tableNamed, VECTOR_TABLES } from '../../tables/index.ts'
import { col } from '../../vastdb/index.ts'
import { throwIfAborted } from '../abort.ts'
import { bytesKey } from '../batch-files.ts'
import { ledgerChange, type Tallies, type Tally, TallySum } from '../ledger.ts'
import { type RetainedFile, RetentionPlan, type Sighting } from '../plan-retention.ts'
import { RETENTION_KINDS, type RetentionCounts, type RetentionKind, type RetentionPolicy } from '../retention.ts'
import { FILE_TABLES } from '../whole-files.ts'
import { lookUp } from './lookup.ts'
import { encodeBatch } from './read-table.ts'
import { readRemovals } from './removals.ts'
import { updateBatch } from './row-batch.ts'
import { forEachRow, RowView, readRows } from './rows.ts'
import type { Store, Tables } from './store.ts'

const SIGHTING = ['file_id', 'inspected_at', 'size_bytes', 'mtime', 'etag']

interface StoredFile extends RetainedFile {
  readonly rowId: bigint
  readonly count: number
  readonly contentDigest: string | null
  readonly latestRows: string | null
}

/** Rows of a table that go, and what they take away from the ledger. */
interface GoneRows {
  readonly rowIds: readonly bigint[]
  readonly tally: Tally
  /** Of each file how many. */
  readonly byFile: ReadonlyMap<string, number>
}

/**
 * See `CatalogAdministration.retain`. All in one transaction, run again from its start on conflicts with other writers. Memory
 * grows with the files, and with the rows that go.
 */
export function retain(store: Store, policy: RetentionPolicy): Promise<RetentionCounts> {
  const { signal } = policy
  if (policy.dryRun) return store.read((tables) => clean(tables, policy, null), signal)
  return store.record((tables, record) => clean(tables, policy, record), { signal })
}

async function clean(
  tables: Tables,
  { beforeUs, kinds = RETENTION_KINDS, signal }: RetentionPolicy,
  record: ((change: Tallies) => Promise<void>) | null,
): Promise<RetentionCounts> {
  const files = await readFiles(tables, signal)
  const plan = new RetentionPlan(beforeUs, kinds, files.values())
  const options = signal ? { signal } : {}
  await forEachRow(tables('inspections').select({ columns: SIGHTING, ...options }), (row) => plan.note(sightingOf(row)))
  throwIfAborted(signal)
  const gone = plan.goneFiles(await readRemovals(tables))
  const ofGone = (row: RowView) => gone.has(row.name(0))
  const sightings = await goneRows(tables, 'inspections', (row) => plan.isGone(sightingOf(row)), signal)
  const own = await goneRows(tables, 'inspections', ofGone, signal)
  const removals = await goneRows(tables, 'removals', ofGone, signal)
  const values = await valuesOfGone(tables, gone, signal)
  const runs = kinds.includes('runs') ? await oldRows(tables, 'ingest_runs', ['ended_at', 'started_at'], beforeUs) : []
  const failures = kinds.includes('failures') ? await oldRows(tables, 'ingest_errors', ['last_seen'], beforeUs) : []
  throwIfAborted(signal)
  const counts = {
    superseded: [...gone.values()].filter((kind) => kind === 'superseded').length,
    removed: [...gone.values()].filter((kind) => kind === 'removed').length,
    sightings: sightings.rowIds.length,
    runs: runs.length,
    failures: failures.length,
    values: values.count,
  } satisfies Record<RetentionKind | 'values', number>
  let rows = counts.sightings + counts.runs + counts.failures + counts.values + gone.size
  rows += own.rowIds.length + removals.rowIds.length
  const remove = async (name: string, rowIds: readonly bigint[]) => {
    throwIfAborted(signal)
    if (record !== null && rowIds.length > 0) await tables(name).delete(rowIds)
  }
  for (const { name } of [...FILE_TABLES, ...VECTOR_TABLES]) {
    if (['files', 'inspections', 'removals'].includes(name)) continue
    const table = tables(name)
    const ids = await lookUp(
      { table, column: 'file_id', values: gone.keys(), columns: [], rowId: true },
      (row) => row.big(0)!,
    )
    // Vectors are columns of rows that are counted already.
    if (!VECTOR_TABLES.some((apart) => apart.name === name)) rows += ids.length
    await remove(name, ids)
  }
  if (record !== null) await settleFiles(tables, files, gone, sightings.byFile)
  await remove('inspections', [...sightings.rowIds, ...own.rowIds])
  await remove('removals', removals.rowIds)
  await remove(
    'files',
    [...gone.keys()].map((fileId) => files.get(fileId)!.rowId),
  )
  await remove('large_values', values.rowIds)
  await remove('ingest_runs', runs)
  await remove('ingest_errors', failures)
  if (record !== null && rows > 0) {
    const changes = [...gone.keys()].map((fileId) => {
      const { supersededBy, contentDigest, latestRows } = files.get(fileId)!
      return { before: { isCurrent: supersededBy === null, contentDigest, latestRows }, after: null }
    })
    const seen = new TallySum()
    seen.add(sightings.tally)
    seen.add(own.tally)
    await record({ ...ledgerChange(changes), inspections: seen.tally(), removals: removals.tally })
  }
  return { ...counts, rows }
}

async function readFiles(tables: Tables, signal: AbortSignal | undefined): Promise<Map<string, StoredFile>> {
  const columns = ['file_id', 'file_path_normalized', 'superseded_by', 'inspection_timestamp', 'last_inspected']
  const more = ['size_bytes', 'mtime', 'etag', 'inspection_count', 'content_digest', 'latest_rows']
  const options = { columns: [...columns, ...more], rowId: true, ...(signal ? { signal } : {}) }
  const rows = await readRows(
    tables('files').select(options),
    (row): StoredFile => ({
      fileId: row.name(0),
      normalizedPath: row.name(1),
      supersededBy: row.text(2),
      firstUs: row.big(3),
      lastUs: row.big(4),
      bytes: bytesKey(row.big(5), row.big(6), row.text(7)),
      count: row.int(8) ?? 0,
      contentDigest: row.text(9),
      latestRows: row.text(10),
      rowId: row.big(11)!,
    }),
  )
  return new Map(rows.map((file) => [file.fileId, file]))
}

function sightingOf(row: RowView): Sighting {
  return { fileId: row.name(0), atUs: row.big(1)!, bytes: bytesKey(row.big(2), row.big(3), row.text(4)) }
}

/** Rows for which `isGone` holds, given `SIGHTING` of sightings and the file's id of removals. */
async function goneRows(
  tables: Tables,
  name: 'inspections' | 'removals',
  isGone: (row: RowView) => boolean,
  signal: AbortSignal | undefined,
): Promise<GoneRows> {
  const definition = tableNamed(name)
  const first = name === 'inspections' ? SIGHTING : ['file_id']
  const rest = definition.columns.filter((column) => !first.includes(column.name)).map((column) => column.name)
  const names = [...first, ...rest]
  const columns = names.map((column) => definition.columns.find((one) => one.name === column)!)
  const [rowIds, sum, byFile]: [bigint[], TallySum, Map<string, number>] = [[], new TallySum(), new Map()]
  const selection = tables(name).select({ columns: names, rowId: true, ...(signal ? { signal } : {}) })
  for await (const batch of selection) {
    const chosen: number[] = []
    const view = new RowView(batch)
    for (; view.row < batch.numRows; view.row++) {
      if (!isGone(view)) continue
      chosen.push(view.row)
      rowIds.push(view.big(names.length)!)
      byFile.set(view.name(0), (byFile.get(view.name(0)) ?? 0) + 1)
    }
    if (chosen.length === 0) continue
    const encoded = encodeBatch(batch, columns)
    const digests = digestRows({ name, columns }, encoded, new TextCells(encoded.strings))
    sum.addRows(Uint32Array.from(chosen.flatMap((row) => [...digests.subarray(row * 4, row * 4 + 4)])), -1)
  }
  return { rowIds, tally: sum.tally(), byFile }
}

/** Large values that attributes of files that go name, and no others. */
async function valuesOfGone(
  tables: Tables,
  gone: ReadonlyMap<string, unknown>,
  signal: AbortSignal | undefined,
): Promise<{ readonly count: number; readonly rowIds: readonly bigint[] }> {
  const [named, kept] = [new Set<string>(), new Set<string>()]
  if (gone.size > 0) {
    const where = col('value_json').startsWith('{"large":')
    const options = { columns: ['file_id', 'value_json'], where, ...(signal ? { signal } : {}) }
    await forEachRow(tables('attributes').select(options), (row) => {
      const marker = largeMarkerOf(row.name(1))
      if (marker) (gone.has(row.name(0)) ? named : kept).add(marker.sha256)
    })
  }
  const values = [...named].filter((sha256) => !kept.has(sha256))
  const table = tables('large_values')
  const pieces = await lookUp({ table, column: 'sha256', values, columns: ['sha256'], rowId: true }, (row) => ({
    sha256: row.name(0),
    rowId: row.big(1)!,
  }))
  return { count: new Set(pieces.map(({ sha256 }) => sha256)).size, rowIds: pieces.map(({ rowId }) => rowId) }
}

/** Rows whose first time that is there is older. */
async function oldRows(
  tables: Tables,
  name: string,
  times: readonly string[],
  beforeUs: bigint,
): Promise<readonly bigint[]> {
  const old: bigint[] = []
  await forEachRow(tables(name).select({ columns: times, rowId: true }), (row) => {
    const at = times.map((_, column) => row.big(column)).find((time) => time !== null)
    if (at !== undefined && at !== null && at < beforeUs) old.push(row.big(times.length)!)
  })
  return old
}

/** Of files that stay: fewer sightings, and what a file that goes superseded is superseded by the current one of its path. */
async function settleFiles(
  tables: Tables,
  files: ReadonlyMap<string, StoredFile>,
  gone: ReadonlyMap<string, unknown>,
  fewer: ReadonlyMap<string, number>,
): Promise<void> {
  const current = new Map<string, string>()
  for (const { fileId, normalizedPath, supersededBy } of files.values()) {
    if (supersededBy === null) current.set(normalizedPath, fileId)
  }
  const rows: { rowId: bigint; values: (string | number | null)[] }[] = []
  for (const { fileId, normalizedPath, supersededBy, count, rowId } of files.values()) {
    if (gone.has(fileId)) continue
    const [isLost, less] = [supersededBy !== null && gone.has(supersededBy), fewer.get(fileId) ?? 0]
    if (!isLost && less === 0) continue
    rows.push({ rowId, values: [isLost ? (current.get(normalizedPath) ?? null) : supersededBy, count - less] })
  }
  if (rows.length > 0) await tables('files').update(updateBatch('files', ['superseded_by', 'inspection_count'], rows))
}
