import type { Logger } from '../../log.ts'
import { ESTIMATE_ROWS_PER_ROW, FINISHED_ROW_ID, HEADER, PARAM, ROW_ID } from '../../vastdb/constants.ts'
import { type Batch, type Column, emptyColumn } from '../arrow/column.ts'
import { batchMessage, END_OF_STREAM, schemaMessage } from '../arrow/ipc-write.ts'
import { typeName } from '../arrow/types.ts'
import { badRequest, mismatchedType } from '../errors.ts'
import { completedFrame, dataFrame, failedFrame, keepAliveFrame, withKeepAlives } from '../query/frames.ts'
import { leafColumn } from '../query/leaves.ts'
import { toCondition } from '../query/predicate.ts'
import { type LeafPath, type QueryRequest, readQueryRequest, type Term } from '../query/relation.ts'
import { type RowRange, readSplitRequest, rowRanges, type SplitRequest } from '../query/splits.ts'
import { isSubset, pathInColumn } from '../query/subset.ts'
import type { EmulatorRequest } from '../request.ts'
import {
  getProjection,
  hasWideRowIds,
  listProjections,
  type ProjectionEntry,
  type TableEntry,
} from '../store/catalog.ts'
import { partitionColumns, partitionsScan, partitionsTableFields } from '../store/partitions.ts'
import { columnName } from '../store/rows.ts'
import {
  projectionScan,
  readPage,
  rowBytes,
  rowIdExpression,
  rowIdField,
  type Scan,
  type ScanColumn,
  tableScan,
} from '../store/scan.ts'
import type { Transaction } from '../store/transactions.ts'
import { getColumn } from './columns.ts'
import { assertBucket, type Operation, type Store } from './operation.ts'
import { readableTable, tableSize } from './tables.ts'

/** Most rows and, roughly, bytes a page holds; a response has as many pages as it needs. */
const PAGE_ROWS = 65_536
/** Longest silence in a response. */
const KEEP_ALIVE_MS = 5_000
const RESPONSE_BYTES = 32 * 1024 * 1024
/** Fewest committed rows for which a projection is chosen without being named. */
const PROJECTION_ROWS = 65_536

/** What stands for a column that is counted for each partition, in filters. */
const UNFILTERED = 'NULL'

/** Everything that is settled before the first byte of the answer. */
interface QueryPlan {
  readonly scan: Scan
  /** One entry a leaf to send: which scanned column, and the way down inside it. */
  readonly leaves: readonly { readonly column: number; readonly path: LeafPath }[]
  readonly split: SplitRequest
  readonly endExclusive: bigint
  readonly pageRows: number
}

export const query: Operation = async (store, request) => {
  const held = await store.transactions.hold(request.headers.transactionId())
  const { transaction } = held
  let plan: QueryPlan
  try {
    assertBucket(store, request)
    plan = await transaction.exclusively(() => toPlan(transaction, request, store))
  } catch (error) {
    await held.release(false)
    throw error
  }
  return { body: frames(transaction, plan, store.logger), done: () => held.release(true) }
}

async function toPlan(tx: Transaction, request: EmulatorRequest, store: Store): Promise<QueryPlan> {
  assertPriority(request)
  const { table, ofPartitions } = await readableTable(tx, request)
  const query = readQueryRequest(request.body)
  const split = readSplitRequest(request.headers)
  const columns = query.fields.map((field) => toScanColumn(table, field.name, ofPartitions))
  query.fields.forEach((field, index) => {
    const { type } = columns[index]!.field
    if (!isSubset(field.type, type)) {
      throw mismatchedType(`column ${field.name} has type ${typeName(type)}, the query says ${typeName(field.type)}`)
    }
  })
  const inColumns = ([top, ...path]: LeafPath): LeafPath => [
    top!,
    ...pathInColumn(query.fields[top!]!.type, columns[top!]!.field.type, path),
  ]
  for (const top of ofPartitions ? query.groups.flat().flatMap(termFields) : [])
    if (columns[top]!.name === UNFILTERED)
      throw badRequest(`Partitions cannot be filtered by ${columns[top]!.field.name}`)
  const condition = toCondition(
    query.groups.map((terms) => terms.map((term) => withLeaves(term, inColumns))),
    columns.map(({ field, name }) => ({
      expression: field.name === ROW_ID ? rowIdExpression(hasWideRowIds(table)) : name,
      type: field.type,
    })),
  )
  const projected = [...new Set(query.projection.map(([top]) => top!))]
  const wanted = projected.map((top) => columns[top]!)
  const scan = ofPartitions
    ? partitionsScan(
        table,
        wanted.map(({ field }) => field.name),
        condition,
      )
    : tableScan(table, wanted, condition)
  const projection = ofPartitions ? null : await chooseProjection(tx, request, table, query)
  const budget = RESPONSE_BYTES / split.subSplits / rowBytes(scan)
  return {
    scan: projection ? projectionScan(scan, table, projection.sorted) : scan,
    leaves: query.projection.map(inColumns).map(([top, ...path]) => ({ column: projected.indexOf(top!), path })),
    split,
    endExclusive: await store.rowIds.next(tx, table.id),
    pageRows: Math.max(1, Math.min(PAGE_ROWS, Math.floor(budget))),
  }
}

function assertPriority(request: EmulatorRequest): void {
  const priority = request.headers.text(HEADER.scheduleId)
  if (priority !== null && /^-/.test(priority))
    throw badRequest(`${HEADER.scheduleId} must not be negative, found ${priority}`)
}

/** Columns of partitions can be read, and filtered by, in the table itself too. */
function toScanColumn(table: TableEntry, name: string, ofPartitions: boolean): ScanColumn {
  if (name === ROW_ID) return { field: rowIdField(hasWideRowIds(table)), name: 'rid' }
  const partition = partitionColumns(table).find(({ field }) => field.name === name)
  if (partition) return { field: partition.field, name: `(${partition.expression})` }
  const estimate = ofPartitions && partitionsTableFields(table).find((field) => field.name === name)
  if (estimate) return { field: estimate, name: UNFILTERED }
  const column = getColumn(table, name)
  return { field: column.field, name: columnName(column) }
}

/**
 * The projection a query reads through: the named one, or one that covers its columns and is sorted by a column it
 * filters. Small tables are read directly.
 */
async function chooseProjection(
  tx: Transaction,
  request: EmulatorRequest,
  table: TableEntry,
  query: QueryRequest,
): Promise<ProjectionEntry | null> {
  const named = request.params.get(PARAM.name)
  if (named !== null) return getProjection(tx, table.id, named)
  if (query.groups.length === 0 || !request.headers.flag(HEADER.sortedProjections)) return null
  const projections = await listProjections(tx, table.id)
  if (projections.length === 0) return null
  const filtered = new Set(
    query.groups
      .flat()
      .flatMap(termFields)
      .map((top) => query.fields[top]!.name),
  )
  const idOf = (name: string) => table.columns.find((column) => column.field.name === name)?.id
  const needed = query.fields.map((field) => field.name).filter((name) => name !== ROW_ID)
  const found = projections.find(({ sorted, unsorted }) => {
    const covered = new Set([...sorted, ...unsorted])
    const first = table.columns.find((column) => column.id === sorted[0])
    return first && filtered.has(first.field.name) && needed.every((name) => covered.has(idOf(name) ?? -1))
  })
  if (found === undefined) return null
  return (await tableSize(tx, table)).rows >= PROJECTION_ROWS ? found : null
}

function withLeaves(term: Term, inColumns: (leaf: LeafPath) => LeafPath): Term {
  if (term.op === 'and') return { ...term, terms: term.terms.map((inner) => withLeaves(inner, inColumns)) }
  return { ...term, leaf: inColumns(term.leaf) }
}

function termFields(term: Term): number[] {
  return term.op === 'and' ? term.terms.flatMap(termFields) : [term.leaf[0]!]
}

/** The response: sub-splits take turns frame by frame, and a failure ends it with the failed frame. */
async function* frames(tx: Transaction, plan: QueryPlan, logger: Logger): AsyncGenerator<Uint8Array> {
  yield keepAliveFrame()
  try {
    yield* withKeepAlives(plan.split.isEstimate ? estimateFrames(tx, plan) : splitFrames(tx, plan), KEEP_ALIVE_MS)
  } catch (error) {
    logger.warn({ txid: String(tx.id), error: String(error) }, 'a query failed after its answer had begun')
    yield failedFrame(500n)
    return
  }
  yield completedFrame()
}

function splitFrames(tx: Transaction, plan: QueryPlan): AsyncGenerator<Uint8Array> {
  return interleaved(plan.split.starts.map((start, subSplit) => subSplitFrames(tx, plan, subSplit, start)))
}

async function* interleaved(sources: readonly AsyncGenerator<Uint8Array>[]): AsyncGenerator<Uint8Array> {
  let live = [...sources]
  while (live.length > 0) {
    const left: AsyncGenerator<Uint8Array>[] = []
    for (const source of live) {
      const next = await source.next()
      if (next.done) continue
      yield next.value
      left.push(source)
    }
    live = left
  }
}

/** Pages of one sub-split, up to the limit; the last one says where to go on, or that nothing is left. */
async function* subSplitFrames(
  tx: Transaction,
  plan: QueryPlan,
  subSplit: number,
  start: bigint | null,
): AsyncGenerator<Uint8Array> {
  if (start === null) return
  let at = start
  const isOnePage = plan.split.limit === null
  let left = plan.split.limit ?? plan.pageRows
  let sent = false
  let range = nextRange(plan, subSplit, at)
  while (range !== null && left > 0 && !(sent && isOnePage)) {
    const wanted = Math.min(left, plan.pageRows)
    const current = range
    const page = await tx.exclusively(() => readPage(tx, plan.scan, current, wanted))
    const count = page.positions.length
    at = count === wanted ? page.positions[count - 1]! + 1n : current.endExclusive
    range = nextRange(plan, subSplit, at)
    left -= count
    if (count === 0) continue
    sent = true
    yield* pageFrames(plan, subSplit, start, range === null ? FINISHED_ROW_ID : at, {
      length: count,
      columns: page.columns,
    })
  }
  // A sub-split that is not heard of would be asked for again and again, and one without a batch is not heard of by all clients.
  if (!sent) yield* pageFrames(plan, subSplit, start, FINISHED_ROW_ID, emptyPage(plan))
}

function nextRange(plan: QueryPlan, subSplit: number, at: bigint): RowRange | null {
  return rowRanges(plan.split, subSplit, at, plan.endExclusive).next().value ?? null
}

function emptyPage({ scan }: QueryPlan): Batch {
  return { length: 0, columns: scan.columns.map(({ field }) => emptyColumn(field)) }
}

/** One page: a stream of schema, batch and end marker for each leaf, or one without fields when none is asked for. */
function* pageFrames(
  plan: QueryPlan,
  subSplit: number,
  earlier: bigint,
  nextRowId: bigint,
  batch: Batch,
): Generator<Uint8Array> {
  const parts = plan.leaves.map(({ column, path }): Column => leafColumn(batch.columns[column]!, path))
  const streams = parts.length > 0 ? parts.map((part) => [part]) : [[]]
  for (const [index, columns] of streams.entries()) {
    const isLast = index === streams.length - 1
    yield dataFrame(subSplit, earlier, schemaMessage(columns.map((column) => column.field)))
    yield dataFrame(subSplit, earlier, batchMessage({ length: batch.length, columns }))
    yield dataFrame(subSplit, isLast ? nextRowId : earlier, END_OF_STREAM)
  }
}

/** One row for every 65,536 rows of the table. */
async function* estimateFrames(tx: Transaction, plan: QueryPlan): AsyncGenerator<Uint8Array> {
  const range = { start: 0n, endExclusive: plan.endExclusive }
  const page = await tx.exclusively(async () => {
    const [row] = await tx.rows(`SELECT count(*) AS n FROM ${plan.scan.source}`)
    const rows = Math.ceil(Number(row!['n']) / ESTIMATE_ROWS_PER_ROW)
    return readPage(tx, { ...plan.scan, condition: 'true' }, range, rows)
  })
  yield* pageFrames(plan, 0, 0n, FINISHED_ROW_ID, { length: page.positions.length, columns: page.columns })
}
