import { setTimeout as sleep } from 'node:timers/promises'
import type { ErrorCode } from '../errors.ts'
import { nameOf } from '../function/target.ts'
import type { InspectWork } from '../function/work.ts'
import type { IngestWorkers } from '../ingest/workers.ts'
import { concatBatches, type EncodedBatch, encodeRecords } from '../tables/index.ts'
import type { FileFailure, FileProblem } from '../tasks/ingest-task.ts'

/** What inspecting the files of a batch gave. */
export interface InspectedWorks {
  readonly batch: EncodedBatch
  /** Files that could not be read, and files whose header breaks the format (those are in `batch` too). */
  readonly failures: readonly FileFailure[]
  readonly incomplete: readonly FileProblem[]
  /** Files of `failures` that storage was in the way of, however often they were tried. */
  readonly unreached: readonly FileFailure[]
}

/** What says nothing of the file, and may be over in a moment. */
const PASSING: ReadonlySet<string> = new Set<ErrorCode>([
  'ERR_SOURCE_UNAVAILABLE',
  'ERR_SOURCE_CREDENTIALS',
  'ERR_SOURCE_READ',
  'ERR_SOURCE_CHANGED',
])

/** Before each further try. */
const WAITS_MS = [1_000, 4_000, 10_000]

/**
 * Inspects every file once. Of an object whose key an event may have named in several ways, the next key is tried where there is
 * nothing under the one before it; what storage is in the way of is tried again, 15 s long.
 */
export async function inspectWorks(works: readonly InspectWork[], workers: IngestWorkers): Promise<InspectedWorks> {
  const batches: EncodedBatch[] = []
  const failures: FileFailure[] = []
  const incomplete: FileProblem[] = []
  let unreached: FileFailure[] = []
  let asked = new Map(works.map((work) => [nameOf(work.target), work]))
  for (let tries = 0; asked.size > 0; ) {
    const passing: FileFailure[] = []
    const next = new Map<string, InspectWork>()
    for (const failure of await inspectOnce([...asked.keys()], workers, batches, incomplete)) {
      const work = asked.get(failure.path)
      const other = work && failure.code === 'ERR_SOURCE_NOT_FOUND' ? withNextKey(work) : null
      if (other !== null) next.set(nameOf(other.target), other)
      else if (work && PASSING.has(failure.code) && tries < WAITS_MS.length) next.set(failure.path, work)
      else failures.push(failure)
      if (PASSING.has(failure.code)) passing.push(failure)
    }
    if (tries >= WAITS_MS.length) unreached = [...unreached, ...passing]
    if (passing.length > 0 && next.size > 0) await sleep(WAITS_MS[tries++] ?? 0)
    asked = next
  }
  return { batch: batches.length === 0 ? emptyBatch() : concatBatches(batches), failures, incomplete, unreached }
}

/** No files at all. */
export function emptyBatch(): EncodedBatch {
  return encodeRecords([], { runId: '', foldCase: false })
}

async function inspectOnce(
  locations: readonly string[],
  workers: IngestWorkers,
  batches: EncodedBatch[],
  incomplete: FileProblem[],
): Promise<FileFailure[]> {
  const failures: FileFailure[] = []
  // What was begun is finished, so that it need not be done again.
  const never = new AbortController().signal
  const all = (async function* () {
    yield* locations
  })()
  for await (const { items, result } of workers.inspect(all, never)) {
    if (result.ok) {
      const { batch } = result.value
      if (batch.fileCount + batch.failures.length > 0) batches.push(batch)
      failures.push(...result.value.failures)
      incomplete.push(...result.value.incomplete)
      continue
    }
    const { code, message } = result.error
    const seenAtUs = BigInt(Date.now()) * 1000n
    for (const path of items) failures.push({ path, state: 'unreadable', code, message, byteOffset: null, seenAtUs })
  }
  return failures
}

/** The same work under the object's next possible key; null where there is none. */
function withNextKey(work: InspectWork): InspectWork | null {
  const { target } = work
  if (target.kind === 'path' || target.keys.length < 2) return null
  return { ...work, target: { ...target, keys: target.keys.slice(1) } }
}
