import { tableNamed } from '../../tables/index.ts'
import { col } from '../../vastdb/index.ts'
import type { CatalogFailure, RunSummary } from '../catalog.ts'
import { lookUp } from './lookup.ts'
import { type CellValue, rowBatch, updateBatch } from './row-batch.ts'
import { readRows } from './rows.ts'
import type { Store } from './store.ts'

const RUNS = tableNamed('ingest_runs')
const ERRORS = tableNamed('ingest_errors')
const RUN_COLUMNS = RUNS.columns.map((column) => column.name)
const CHANGED = ['code', 'message', 'byte_offset', 'run_id', 'first_seen', 'last_seen', 'attempts']

/** Writes a run's row, in place of an earlier one. */
export function writeRun(store: Store, run: RunSummary): Promise<void> {
  const { runId, startedAtUs, endedAtUs, source, found, inserted, updated, unchanged, failed, toolVersion } = run
  const values = [runId, startedAtUs, endedAtUs, source, found, inserted, updated, unchanged, failed, toolVersion]
  return store.write(async (tables) => {
    const table = tables('ingest_runs')
    const where = col('run_id').eq(runId)
    const [rowId, ...doubles] = await readRows(
      table.select({ columns: [], where, rowId: true, splits: 1 }),
      (row) => row.big(0)!,
    )
    if (rowId === undefined) await table.insert(rowBatch(RUNS, [values]))
    else await table.update(updateBatch('ingest_runs', RUN_COLUMNS, [{ rowId, values }]))
    if (doubles.length > 0) await table.delete(doubles)
  })
}

interface Known {
  readonly path: string
  readonly rowId: bigint
  readonly firstSeenUs: bigint
  readonly lastSeenUs: bigint
  readonly attempts: number
}

interface Merged {
  readonly rowId: bigint | null
  readonly firstSeenUs: bigint
  readonly lastSeenUs: bigint
  readonly attempts: number
  readonly latest: CatalogFailure
}

/** Writes failures: a location that failed before keeps its `first_seen` and counts on. */
export function writeFailures(store: Store, failures: readonly CatalogFailure[], runId: string): Promise<void> {
  return store.write(async (tables) => {
    const table = tables('ingest_errors')
    const known = await lookUp(
      {
        table,
        column: 'file_path',
        values: failures.map((failure) => failure.path),
        columns: ['file_path', 'first_seen', 'last_seen', 'attempts'],
        rowId: true,
      },
      (row): Known => ({
        path: row.name(0),
        firstSeenUs: row.big(1)!,
        lastSeenUs: row.big(2)!,
        attempts: row.int(3) ?? 0,
        rowId: row.big(4)!,
      }),
    )
    const { merged, doubles } = mergeFailures(known, failures)
    const values = ({ latest, firstSeenUs, lastSeenUs, attempts }: Merged): CellValue[] => [
      latest.code,
      latest.message,
      latest.byteOffset,
      runId,
      firstSeenUs,
      lastSeenUs,
      attempts,
    ]
    const changed = merged.flatMap((row) => (row.rowId === null ? [] : [{ rowId: row.rowId, values: values(row) }]))
    const added = merged.filter((row) => row.rowId === null).map((row) => [row.latest.path, ...values(row)])
    if (changed.length > 0) await table.update(updateBatch('ingest_errors', CHANGED, changed))
    if (added.length > 0) await table.insert(rowBatch(ERRORS, added))
    if (doubles.length > 0) await table.delete(doubles)
  })
}

/** One row a location. Rows that writers at the same time added for one location become one. */
function mergeFailures(known: readonly Known[], failures: readonly CatalogFailure[]) {
  const before = new Map<string, Omit<Merged, 'latest'>>()
  const doubles: bigint[] = []
  for (const row of known) {
    const first = before.get(row.path)
    if (first) doubles.push(row.rowId)
    before.set(row.path, {
      rowId: first ? first.rowId : row.rowId,
      firstSeenUs: least(first?.firstSeenUs, row.firstSeenUs),
      lastSeenUs: most(first?.lastSeenUs, row.lastSeenUs),
      attempts: (first?.attempts ?? 0) + row.attempts,
    })
  }
  const merged = new Map<string, Merged>()
  for (const failure of failures) {
    const last = merged.get(failure.path) ?? before.get(failure.path)
    merged.set(failure.path, {
      rowId: last?.rowId ?? null,
      firstSeenUs: last?.firstSeenUs ?? failure.seenAtUs,
      lastSeenUs: most(last?.lastSeenUs, failure.seenAtUs),
      attempts: (last?.attempts ?? 0) + 1,
      latest: failure,
    })
  }
  return { merged: [...merged.values()], doubles }
}

function least(a: bigint | undefined, b: bigint): bigint {
  return a !== undefined && a < b ? a : b
}

function most(a: bigint | undefined, b: bigint): bigint {
  return a !== undefined && a > b ? a : b
}
