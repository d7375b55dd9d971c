import { availableParallelism } from 'node:os'
import { ExrError, type TaskResult, toPlainError } from '../errors.ts'
import type { InspectCallOptions } from '../inspect/inspect.ts'
import { type ResolvedInspectOptions, resolveInspectOptions, wantsPixels } from '../inspect/options.ts'
import type { Payload } from '../inspect/payload.ts'
import { CHILD_MEMORY_BYTES } from '../oiio/memory-limit.ts'
import { inspectWithPixels } from '../pixels/payload.ts'
import type { SourceInput } from '../source/open.ts'
import type { S3Settings } from '../source/s3-settings.ts'
import { batchesOf, flow, type Isolation, openPool, type Pool } from '../workers/index.ts'
import { workerFile } from '../workers/worker-file.ts'
import type { InspectWorkerData } from './inspect-worker.ts'
import { inspectorsOf } from './inspectors.ts'
import type { Location } from './locations.ts'
import { unpackResults } from './packed-results.ts'
import { checkPolicy, withValidation } from './validation.ts'

/** How many files are inspected; everything `inspect` takes holds for each of them. */
export interface InspectManyOptions extends InspectCallOptions {
  /** Results in the order of the inputs. Default true; false hands out batches as they are ready. */
  readonly ordered?: boolean
  /**
   * Threads or processes at work. The calling thread, which has as much to do with a payload as a worker has to read a header, is one of
   * several unless pixels are decoded or a policy judges. Default: the cores this process may use.
   */
  readonly maxThreads?: number
  /** Requests to an object store under way at a time, in all workers together. Default 16. */
  readonly maxRequests?: number
}

/** One input's payload, or the error that stands in its place. */
export type Inspected =
  | { readonly input: SourceInput; readonly payload: Payload; readonly error: null }
  | { readonly input: SourceInput; readonly payload: null; readonly error: ExrError }

/** Some milliseconds of header reading, so that messages between workers are noise; of pixel reading, one file is. */
const headerBatch = 32
const pixelBatch = 1
const lingerMs = 10

/**
 * Inspects any number of files and objects on workers; bytes in memory and sources of the caller's on this thread. Inputs
 * are read only as fast as results are taken. A bad file is a result with an error and never ends the iteration; nor does
 * one that takes its worker down: with `isolation: 'process'` that may be a crash in native code (ERR_NATIVE_CRASH), in
 * threads everything else (ERR_WORKER_DIED). Pixels are decoded in child processes unless threads are asked for.
 * Throws ERR_OPTION_INVALID, ERR_ABORTED, and what `inputs` throws.
 */
export async function* inspectMany(
  inputs: Iterable<SourceInput> | AsyncIterable<SourceInput>,
  options: InspectManyOptions = {},
): AsyncGenerator<Inspected, void, undefined> {
  const { ordered = true, maxThreads = availableParallelism(), maxRequests = 16, signal, s3, ...rest } = options
  const { isolation: wanted, ...what } = rest
  const resolved = resolveInspectOptions(what)
  const decodes = wantsPixels(resolved)
  const policyFile = s3 === undefined ? {} : { s3 }
  const isolation = wanted ?? (decodes ? 'process' : 'thread')
  const batchSize = decodes ? pixelBatch : headerBatch
  const stop = signal ? { signal } : {}
  const workers = inspectorsOf(maxThreads, resolved)
  const store: S3Settings = { ...s3, maxSockets: Math.max(1, Math.ceil(maxRequests / workers)) }
  let pool: Pool<Location, string> | undefined

  async function inspectBatch(batch: readonly SourceInput[]): Promise<Inspected[]> {
    const locations = batch.map(locationOf)
    const [located, others] = await Promise.all([
      inWorkers(locations.filter((location) => location !== null)),
      Promise.all(batch.map((input, index) => (locations[index] === null ? inspectHere(input) : null))),
    ])
    const next = located.values()
    return batch.map((input, index) => toInspected(input, others[index] ?? next.next().value!))
  }

  async function inWorkers(locations: readonly Location[]): Promise<TaskResult<Payload>[]> {
    const results: TaskResult<Payload>[] = []
    if (locations.length === 0) return results
    pool ??= openInspectors({ options: resolved, s3: store, isolation, maxWorkers: workers, batchSize })
    for await (const { items, result } of pool.run(locations, { ordered: true, ...stop })) {
      results.push(...answersOf(items, result))
    }
    return results
  }

  async function inspectHere(input: SourceInput): Promise<TaskResult<Payload>> {
    try {
      const seen = await inspectWithPixels(input, { ...what, isolation, ...stop })
      return { ok: true, value: await withValidation(seen, resolved, policyFile) }
    } catch (error) {
      if (signal?.aborted) throw error
      return { ok: false, error: toPlainError(error, 'ERR_INTERNAL') }
    }
  }

  await checkPolicy(resolved, policyFile)
  try {
    const window = workers * (ordered ? 4 : 2)
    const batches = batchesOf(inputs, batchSize, lingerMs)
    for await (const batch of flow(batches, inspectBatch, { window, ordered, ...stop })) yield* batch
  } finally {
    await pool?.close()
  }
}

interface InspectorOptions {
  readonly options: ResolvedInspectOptions
  readonly s3: S3Settings
  readonly isolation: Isolation
  readonly maxWorkers: number
  readonly batchSize: number
}

function openInspectors({ options, s3, ...how }: InspectorOptions): Pool<Location, string> {
  const worker = workerFile('#inspect-worker')
  const workerData: InspectWorkerData = { options, s3, memoryBytes: CHILD_MEMORY_BYTES }
  const nameOf = (location: Location) => (typeof location === 'string' ? location : Buffer.from(location).toString())
  return openPool({ worker, workerData, nameOf, ...how })
}

/** What a worker can open by itself; null for what is read on this thread. */
function locationOf(input: SourceInput): Location | null {
  if (input instanceof Uint8Array) return null
  if (input instanceof URL || typeof input === 'string') return String(input)
  return 'read' in input ? null : input.path
}

/** One answer per location, also where the batch as a whole has none. */
function answersOf(locations: readonly Location[], result: TaskResult<string>): TaskResult<Payload>[] {
  if (!result.ok) return locations.map(() => result)
  return unpackResults(result.value)
}

function toInspected(input: SourceInput, result: TaskResult<Payload>): Inspected {
  if (result.ok) return { input, payload: result.value, error: null }
  const { code, message, details } = result.error
  return { input, payload: null, error: new ExrError(code, message, { details }) }
}
