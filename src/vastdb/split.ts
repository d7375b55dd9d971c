import type { RecordBatch, Schema } from 'apache-arrow'
import { Backoff } from '../workers/retry.ts'
import { openCall, type Scope } from './calls.ts'
import { COMMAND, FINISHED_ROW_ID, HEADER } from './constants.ts'
import { protocolError } from './errors.ts'
import { connectionError } from './failures.ts'
import { mayRetry } from './retry.ts'
import type { OpenAnswer } from './transport.ts'
import { readFrames } from './wire/frames.ts'
import { PageAssembler } from './wire/pages.ts'

export interface QueryRequest {
  readonly path: string
  readonly params: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  readonly what: string
  /** What comes back. */
  readonly schema: Schema
  readonly signal: AbortSignal | undefined
  readonly splits: number
  readonly subSplits: number
  readonly rowGroupsPerSubSplit: number
  /** Rows of a sub-split after which the server ends the response; 0 leaves it to the server. */
  readonly rowsPerRequest: number
}

interface SplitRequest extends QueryRequest {
  readonly endpoint: URL
  readonly split: number
}

/** Answers in a row that may bring nothing forward before the server counts as stuck. */
const MAX_IDLE_ANSWERS = 10

/**
 * All rows of one split, in as many requests as the server wants. A sub-split moves on only when a whole page of it has
 * arrived, so a cut stream is asked again from there: no row is lost, none comes twice.
 */
export async function* readSplit(scope: Scope, request: SplitRequest): AsyncGenerator<RecordBatch, void> {
  const position = new Position(request.subSplits)
  let backoff = new Backoff(scope.config.retry)
  let idle = 0
  while (!position.finished) {
    try {
      let moved = false
      for await (const page of readAnswer(scope, request, position)) {
        moved = position.move(page.subSplit, page.nextRowId) || page.batches.length > 0 || moved
        for (const batch of page.batches) yield batch
      }
      idle = moved ? 0 : idle + 1
      if (moved) backoff = new Backoff(scope.config.retry)
      if (idle >= MAX_IDLE_ANSWERS)
        throw protocolError(request.what, `${idle} answers in a row brought nothing forward`)
    } catch (error) {
      if (position.takeMoved()) backoff = new Backoff(scope.config.retry)
      if (!mayRetry(error, 'GET') || !(await scope.transport.wait(backoff, request.signal, request.what))) throw error
      scope.config.logger.warn(
        { what: request.what, split: request.split, error: String(error) },
        'resuming a cut select',
      )
    }
  }
}

interface Page {
  readonly subSplit: number
  readonly nextRowId: bigint
  readonly batches: readonly RecordBatch[]
}

async function* readAnswer(scope: Scope, request: SplitRequest, position: Position): AsyncGenerator<Page, void> {
  const { endpoint, what, subSplits } = request
  const answer = await openAnswer(scope, request, position)
  const assemblers = Array.from({ length: subSplits }, () => new PageAssembler(request.schema, what))
  try {
    const limits = { what, maxMessageBytes: scope.config.maxMessageBytes, subSplits }
    for await (const { streamId, nextRowId, message } of readFrames(answer.body, limits)) {
      const batches = assemblers[streamId]!.push(message)
      if (batches) yield { subSplit: streamId, nextRowId, batches }
    }
    if (assemblers.some((assembler) => !assembler.idle)) {
      throw protocolError(what, 'the answer says it is complete in the middle of a page')
    }
  } catch (error) {
    throw connectionError(what, endpoint, error)
  } finally {
    answer.body.destroy()
  }
}

/** Rows in the first record batch of the answer, 0 without one. The rest is not read. */
export async function firstBatchRows(scope: Scope, request: SplitRequest): Promise<number> {
  const { endpoint, what, subSplits } = request
  const answer = await openAnswer(scope, request, new Position(subSplits))
  try {
    const limits = { what, maxMessageBytes: scope.config.maxMessageBytes, subSplits }
    for await (const { message } of readFrames(answer.body, limits)) {
      if (message.kind === 'batch') return Number(message.header.length())
    }
    return 0
  } catch (error) {
    throw connectionError(what, endpoint, error)
  } finally {
    answer.body.destroy()
  }
}

/** One try: the caller decides whether to go on, and from where. */
function openAnswer(scope: Scope, request: SplitRequest, position: Position): Promise<OpenAnswer> {
  const { path, params, body, endpoint, signal, what } = request
  const headers = splitHeaders(request, position)
  const retry = { ...scope.config.retry, maxTries: 1 }
  return openCall(scope, {
    method: 'GET',
    path,
    command: COMMAND.data,
    params,
    headers,
    body,
    endpoint,
    signal,
    what,
    retry,
  })
}

function splitHeaders(request: SplitRequest, position: Position): Record<string, string> {
  const { split, splits, subSplits, rowGroupsPerSubSplit, rowsPerRequest } = request
  const starts = position.starts.map((id, n) => [`${HEADER.startRowIdPrefix}${n}`, `${n},${id}`])
  return {
    [HEADER.split]: `${split},${splits},${rowGroupsPerSubSplit}`,
    [HEADER.subSplits]: String(subSplits),
    ...request.headers,
    ...(rowsPerRequest > 0 ? { [HEADER.limitRows]: String(rowsPerRequest) } : {}),
    ...Object.fromEntries(starts),
  }
}

/** Where each sub-split of a split goes on. */
class Position {
  readonly starts: bigint[]
  #moved = false

  constructor(subSplits: number) {
    this.starts = new Array<bigint>(subSplits).fill(0n)
  }

  get finished(): boolean {
    return this.starts.every((id) => id === FINISHED_ROW_ID)
  }

  move(subSplit: number, nextRowId: bigint): boolean {
    const moved = this.starts[subSplit] !== nextRowId
    this.starts[subSplit] = nextRowId
    this.#moved ||= moved
    return moved
  }

  /** Whether anything moved since the last call. */
  takeMoved(): boolean {
    const moved = this.#moved
    this.#moved = false
    return moved
  }
}
