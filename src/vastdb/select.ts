import { type Field, type RecordBatch, Schema, Table } from 'apache-arrow'
import { flow } from '../workers/flow.ts'
import { flag, type Scope } from './calls.ts'
import { DEFAULT_ROWS_PER_PAGE, ESTIMATE_ROWS_PER_ROW, ESTIMATE_SPLIT_ID, HEADER, PARAM } from './constants.ts'
import type { Group } from './predicate.ts'
import { firstBatchRows, type QueryRequest, readSplit } from './split.ts'
import { rowBytes } from './wire/layout.ts'
import { encodeQuery } from './wire/query.ts'

/** A select with every option checked and filled in. */
export interface SelectPlan {
  readonly path: string
  readonly what: string
  /** Columns of the result, in order. */
  readonly columns: readonly Field[]
  /** Columns that only the filter needs. */
  readonly filterColumns: readonly Field[]
  readonly groups: readonly Group[]
  readonly limit: number | undefined
  readonly splits: number
  readonly subSplits: number
  readonly rowGroupsPerSubSplit: number
  readonly rowsPerPage: number
  readonly sortedProjections: boolean
  readonly projection: string | undefined
  readonly priority: number | undefined
  readonly signal: AbortSignal | undefined
}

/** Bytes of one page of one sub-split that a response may hold in memory, as far as row sizes are known. */
const PAGE_BYTES = 32 * 1024 * 1024
const LEAST_ROWS_PER_PAGE = 1024

/** Rows a page may have: the protocol's usual number, fewer for wide rows such as vectors. */
export function defaultRowsPerPage(columns: readonly Field[]): number {
  const fitting = Math.floor(PAGE_BYTES / Math.max(rowBytes(columns), 1))
  return Math.max(LEAST_ROWS_PER_PAGE, Math.min(DEFAULT_ROWS_PER_PAGE, fitting))
}

/** The rows, as they arrive. Splits are shared between the data endpoints; one endpoint reads them in order. */
async function* runSelect(scope: Scope, plan: SelectPlan): AsyncGenerator<RecordBatch, void> {
  const stop = new AbortController()
  const signal = plan.signal ? AbortSignal.any([plan.signal, stop.signal]) : stop.signal
  const request: QueryRequest = {
    ...queryParts(plan),
    what: plan.what,
    schema: new Schema([...plan.columns]),
    signal,
    splits: plan.splits,
    subSplits: plan.subSplits,
    rowGroupsPerSubSplit: plan.rowGroupsPerSubSplit,
    rowsPerRequest: Math.min(plan.limit ?? Number.POSITIVE_INFINITY, plan.rowsPerPage),
  }
  let nextSplit = 0
  const endpoints = scope.config.dataEndpoints.slice(0, plan.splits)
  const workers = endpoints.map(async function* (endpoint): AsyncGenerator<RecordBatch, void> {
    while (nextSplit < plan.splits) yield* readSplit(scope, { ...request, endpoint, split: nextSplit++ })
  })
  let left = plan.limit ?? Number.POSITIVE_INFINITY
  if (left === 0) return
  // Each reads at most one batch ahead: a slow consumer slows every endpoint.
  const batches = flow(workers, (worker) => worker, { window: workers.length, ordered: false })
  try {
    for await (const batch of batches) {
      yield batch.numRows > left ? batch.slice(0, left) : batch
      left -= batch.numRows
      if (left <= 0) return
    }
  } finally {
    stop.abort()
    await Promise.allSettled(workers.map((worker) => worker.return()))
  }
}

function queryParts(plan: SelectPlan) {
  const { columns, filterColumns, groups, projection, priority } = plan
  return {
    path: plan.path,
    params: projection === undefined ? {} : { [PARAM.name]: projection },
    body: encodeQuery({ columns, filterColumns, groups }),
    headers: {
      [HEADER.requestFormat]: 'string',
      [HEADER.responseFormat]: 'string',
      [HEADER.sortedProjections]: flag(plan.sortedProjections),
      ...(priority === undefined ? {} : { [HEADER.scheduleId]: String(priority) }),
    },
  }
}

/** Rows of a sorted table, roughly; 0 when the server has no idea. */
export async function estimateRows(scope: Scope, plan: SelectPlan): Promise<number> {
  const request: QueryRequest = {
    ...queryParts(plan),
    what: `Estimate rows of ${plan.path}`,
    schema: new Schema([...plan.columns]),
    signal: plan.signal,
    splits: 1,
    subSplits: 1,
    rowGroupsPerSubSplit: 1,
    rowsPerRequest: 0,
  }
  const endpoint = scope.config.endpoint
  return (await firstBatchRows(scope, { ...request, endpoint, split: ESTIMATE_SPLIT_ID })) * ESTIMATE_ROWS_PER_ROW
}

/** The rows of one select. Iterate once; leaving the loop early ends the query on the server. */
export class Selection implements AsyncIterable<RecordBatch> {
  readonly #open: () => Promise<{ scope: Scope; plan: SelectPlan }>

  /** @internal Use `Table.select`. */
  constructor(open: () => Promise<{ scope: Scope; plan: SelectPlan }>) {
    this.#open = open
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<RecordBatch, void> {
    const { scope, plan } = await this.#open()
    yield* runSelect(scope, plan)
  }

  /** Everything in memory at once. The table has the selection's schema even without rows. */
  async toTable(): Promise<Table> {
    const { scope, plan } = await this.#open()
    const batches: RecordBatch[] = []
    for await (const batch of runSelect(scope, plan)) batches.push(batch)
    return new Table(new Schema([...plan.columns]), batches)
  }

  /** Number of rows, counted without keeping them. */
  async count(): Promise<number> {
    let rows = 0
    for await (const batch of this) rows += batch.numRows
    return rows
  }
}
