import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import pLimit from 'p-limit'
import { ExrError, type TaskResult, toPlainError } from '../errors.ts'
import { type InspectCallOptions, inspect } from '../inspect/inspect.ts'
import { resolveInspectOptions } from '../inspect/options.ts'
import type { Payload } from '../inspect/payload.ts'
import type { SourceInput } from '../source/open.ts'
import { isS3Url } from '../source/s3-url.ts'
import { batchesOf } from '../workers/batches.ts'
import { flow, openPool, type Pool } from '../workers/index.ts'
import type { FileLocation } from './inspect-worker.ts'

export interface InspectManyOptions extends InspectCallOptions {
  /** Results in the order of the inputs. Default true; false hands out batches as they are ready. */
  readonly ordered?: boolean
  /** Threads for local files. Default: the cores this process may use. */
  readonly maxThreads?: number
  /** Requests under way at a time for what is not a local file. Default 16. */
  readonly maxRequests?: number
}

/** One input's payload, or the error that stands in its place. */
export type Inspected =
  | { readonly input: SourceInput; readonly payload: Payload; readonly error: null }
  | { readonly input: SourceInput; readonly payload: null; readonly error: ExrError }

/** Some milliseconds of header reading, so that messages between threads are noise; of pixel reading, one file is. */
const headerBatch = 32
const pixelBatch = 1
const lingerMs = 10

/**
 * Inspects any number of files, local ones on worker threads. Inputs are read only as fast as results are taken. A bad
 * file is a result with an error and never ends the iteration; nor does one that takes its thread down (ERR_WORKER_DIED,
 * although a crash inside a native library ends the whole process: threads share it).
 * Throws ERR_OPTION_INVALID, ERR_ABORTED, and what `inputs` throws.
 */
export async function* inspectMany(
  inputs: Iterable<SourceInput> | AsyncIterable<SourceInput>,
  options: InspectManyOptions = {},
): AsyncGenerator<Inspected, void, undefined> {
  const { ordered = true, maxThreads = availableParallelism(), maxRequests = 16, signal, s3, ...rest } = options
  const resolved = resolveInspectOptions(rest)
  const batchSize = resolved.stats || resolved.deepStats ? pixelBatch : headerBatch
  const stop = signal ? { signal } : {}
  const request = pLimit(maxRequests)
  let pool: Pool<FileLocation, string> | undefined

  async function inspectBatch(batch: readonly SourceInput[]): Promise<Inspected[]> {
    const locations = batch.map(localFile)
    const [files, others] = await Promise.all([
      inspectFiles(locations.filter((location) => location !== null)),
      Promise.all(batch.map((input, index) => (locations[index] === null ? request(inspectHere, input) : null))),
    ])
    const nextFile = files.values()
    return batch.map((input, index) => toInspected(input, others[index] ?? nextFile.next().value!))
  }

  async function inspectFiles(files: readonly FileLocation[]): Promise<TaskResult<Payload>[]> {
    const results: TaskResult<Payload>[] = []
    if (files.length === 0) return results
    pool ??= openInspectors(resolved, maxThreads, batchSize)
    for await (const { items, result } of pool.run(files, { ordered: true, ...stop })) {
      results.push(...answersOf(items, result))
    }
    return results
  }

  async function inspectHere(input: SourceInput): Promise<TaskResult<Payload>> {
    try {
      return { ok: true, value: await inspect(input, { ...rest, ...(s3 ? { s3 } : {}), ...stop }) }
    } catch (error) {
      if (signal?.aborted) throw error
      return { ok: false, error: toPlainError(error, 'ERR_INTERNAL') }
    }
  }

  try {
    const window = maxThreads * (ordered ? 4 : 2)
    const batches = batchesOf(inputs, batchSize, lingerMs)
    for await (const batch of flow(batches, inspectBatch, { window, ordered, ...stop })) yield* batch
  } finally {
    await pool?.close()
  }
}

function openInspectors(workerData: unknown, maxThreads: number, batchSize: number): Pool<FileLocation, string> {
  const worker = createRequire(import.meta.url).resolve('#inspect-worker')
  return openPool({ worker, workerData, maxWorkers: maxThreads, batchSize })
}

/** What names a local file, as a worker takes it; null for what is read on this thread. */
function localFile(input: SourceInput): FileLocation | null {
  if (input instanceof Uint8Array) return null
  if (input instanceof URL || typeof input === 'string') {
    const text = String(input)
    return isS3Url(text) ? null : text
  }
  return 'read' in input ? null : input.path
}

/** One answer per file, also where the batch as a whole has none. */
function answersOf(files: readonly FileLocation[], result: TaskResult<string>): TaskResult<Payload>[] {
  if (!result.ok) return files.map(() => result)
  return JSON.parse(result.value) as TaskResult<Payload>[]
}

function toInspected(input: SourceInput, result: TaskResult<Payload>): Inspected {
  if (result.ok) return { input, payload: result.value, error: null }
  const { code, message, details } = result.error
  return { input, payload: null, error: new ExrError(code, message, { details }) }
}
