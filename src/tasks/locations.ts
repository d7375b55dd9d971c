import { type TaskResult, toPlainError } from '../errors.ts'
import type { HeaderMemory } from '../header/index.ts'
import { inspectRuns } from '../inspect/inspect-file.ts'
import { GrantExceeded } from '../inspect/inspect-within.ts'
import { type ResolvedInspectOptions, wantsPixels } from '../inspect/options.ts'
import type { Payload } from '../inspect/payload.ts'
import { askOiioSync } from '../oiio/ask.ts'
import { withPixelFacts } from '../pixels/payload.ts'
import type { PlateWish } from '../policy/index.ts'
import { openSource } from '../source/open.ts'
import type { S3Settings } from '../source/s3-settings.ts'
import { isS3Url } from '../source/s3-url.ts'
import { isChild } from '../workers/child-side.ts'
import type { Mark } from '../workers/task.ts'
import { withValidation } from './validation.ts'

/** What a worker can open by itself: a path or URL as text, or the bytes of a path that is not UTF-8. */
export type Location = string | Uint8Array

/** What became of one location. */
export interface LocationResult {
  readonly location: Location
  readonly result: TaskResult<Payload>
  /** Microseconds since the Unix epoch. */
  readonly startedUs: bigint
  readonly durationUs: number
}

/** A location whose header needs more bytes than were granted: so many at least, infinitely many where none would do. */
export interface HeavyLocation {
  readonly location: Location
  readonly neededBytes: number
}

type Found = LocationResult | HeavyLocation

/** What all locations of a batch have in common. */
interface LocationOptions {
  readonly options: ResolvedInspectOptions
  /** How to reach the object store of `s3://` locations. */
  readonly s3: S3Settings
  readonly mark: Mark
  /** What a header may need (see `withinGrant`); null for whatever the limits allow. Default null. */
  readonly grantBytes?: number | null
  /** What headers said before: payloads then share frozen facts. */
  readonly memory?: HeaderMemory
}

/** What objects under way, and those that wait to be taken, may hold together in one worker: memory is the bound. */
const OBJECT_MEMORY_BYTES = 64 * 1024 * 1024

/** A payload takes about so many times its header: the bytes, their text, and the text as JSON. */
const PAYLOAD_PER_HEADER = 4

/**
 * Inspects locations in a worker and gives their results in order: files one after the other on this thread, objects many
 * at a time. A bad location is a result like any other; one that exceeds `grantBytes` is named as such. A caller
 * that has enough may stop.
 */
export async function* inspectLocations(
  locations: readonly Location[],
  common: LocationOptions,
): AsyncGenerator<Found, void, undefined> {
  for (let start = 0; start < locations.length; ) {
    const isObject = isRemote(locations[start]!)
    let end = start + 1
    while (end < locations.length && isRemote(locations[end]!) === isObject) end += 1
    const run = locations.slice(start, end)
    const first = start
    const here = { ...common, mark: (index: number | null) => common.mark(index === null ? null : first + index) }
    const results = isObject ? inspectObjects(run as readonly string[], here) : inspectFiles(run, here)
    const seen = wantsPixels(common.options) ? lookAtPixels(results, here) : results
    if (common.options.validate) yield* judged(seen, common)
    else yield* seen
    start = end
  }
}

/** Adds what the policy of the options says of each file. */
async function* judged(
  results: Iterable<Found> | AsyncIterable<Found>,
  { options, s3, mark }: LocationOptions,
): AsyncGenerator<Found> {
  let index = 0
  for await (const found of results) {
    const here = index++
    if ('neededBytes' in found || !found.result.ok) {
      yield found
      continue
    }
    const { location, result } = found
    const compare = (wish: PlateWish) => compareWithPlate(wish, location, s3, () => mark(here))
    const value = await withValidation(result.value, options, { s3, compare })
    mark(null)
    yield { ...found, result: { ok: true, value } }
  }
}

/** Plates are decoded too, so the location is marked meanwhile. */
async function compareWithPlate(wish: PlateWish, location: Location, s3: S3Settings, onProgress: () => void) {
  const { comparePlate } = await import('./plates.ts')
  const { source } = await openLocation(location, s3)
  try {
    onProgress()
    return await comparePlate(wish, source, { s3 }, onProgress)
  } finally {
    await source.close()
  }
}

function openLocation(location: Location, s3: S3Settings) {
  return openSource(typeof location === 'string' ? location : { path: location }, { s3 })
}

/** Adds what the options ask of the pixels; the location is marked while they are decoded. */
async function* lookAtPixels(
  results: Iterable<Found> | AsyncIterable<Found>,
  { options, s3, mark }: LocationOptions,
): AsyncGenerator<Found> {
  let index = 0
  for await (const found of results) {
    const here = index++
    if ('neededBytes' in found || !found.result.ok) {
      yield found
      continue
    }
    const { location, result } = found
    const startedMs = performance.now()
    const { source } = await openLocation(location, s3)
    try {
      mark(here)
      // Each batch of chunks says again that the file is still being worked on.
      const value = await withPixelFacts(result.value, source, options, { onProgress: () => mark(here) })
      mark(null)
      const durationUs = found.durationUs + (performance.now() - startedMs) * 1000
      yield { ...found, result: { ok: true, value }, durationUs }
    } finally {
      await source.close()
    }
  }
}

/** Files are inspected side by side, so each is booked with its share of the time. */
function* inspectFiles(
  files: readonly Location[],
  { options, mark, grantBytes, memory }: LocationOptions,
): Generator<Found> {
  let done = 0
  let startedUs = BigInt(Date.now()) * 1000n
  let startedMs = performance.now()
  // Marked files are asked about one by one; in a thread, where nobody reads marks, side by side, which is faster.
  const markHere = isChild() ? mark : undefined
  for (const results of inspectRuns(files, options, markHere, grantBytes, memory)) {
    const durationUs = ((performance.now() - startedMs) * 1000) / results.length
    for (const result of results) {
      const location = files[done++]!
      if (result instanceof GrantExceeded) yield { location, neededBytes: result.neededBytes }
      else yield { location, result, startedUs, durationUs }
    }
    startedUs = BigInt(Date.now()) * 1000n
    startedMs = performance.now()
  }
}

async function* inspectObjects(urls: readonly string[], common: LocationOptions): AsyncGenerator<Found> {
  const [{ flow }, { MemoryBudget }, { inspectObject }, { parseS3Url }, s3] = await Promise.all([
    import('../workers/flow.ts'),
    import('../workers/memory-budget.ts'),
    import('../inspect/inspect-object.ts'),
    import('../source/s3-url.ts'),
    connection(common.s3),
  ])
  const { options, mark, grantBytes, memory } = common
  const budget = new MemoryBudget(OBJECT_MEMORY_BYTES)
  // Neighbours have headers of one size, so the largest one seen lately tells what the next may take.
  let expectedBytes = options.firstReadBytes
  const inspectOne = async ([index, url]: [number, string]) => {
    const release = await budget.reserve(expectedBytes)
    const startedUs = BigInt(Date.now()) * 1000n
    const startedMs = performance.now()
    const result = await resultOf(async () => {
      const ask = async (source: Parameters<typeof askOiioSync>[0][number]) => {
        mark(index)
        const [answer] = askOiioSync([source])
        mark(null)
        return answer!
      }
      return (await inspectObject(s3, parseS3Url(url), options, { askOiio: ask, memory }, grantBytes)).payload
    })
    if (result instanceof GrantExceeded) return { found: { location: url, neededBytes: result.neededBytes }, release }
    const takenBytes = result.ok ? result.value.file.header_bytes * PAYLOAD_PER_HEADER : 0
    expectedBytes = Math.max(options.firstReadBytes, takenBytes, Math.floor(expectedBytes / 2))
    const found = { location: url, result, startedUs, durationUs: (performance.now() - startedMs) * 1000 }
    return { found, release }
  }
  const window = Math.max(1, Math.floor(OBJECT_MEMORY_BYTES / options.firstReadBytes))
  for await (const { found, release } of flow(urls.entries(), inspectOne, { window, ordered: true })) {
    yield found
    release()
  }
}

let connected: ReturnType<typeof connect> | undefined

/** One connection pool per worker, which is told one store. */
function connection(settings: S3Settings) {
  connected ??= connect(settings)
  return connected
}

async function connect(settings: S3Settings) {
  const { connectS3 } = await import('../source/s3-client.ts')
  return connectS3(settings)
}

async function resultOf(work: () => Promise<Payload>): Promise<TaskResult<Payload> | GrantExceeded> {
  try {
    return { ok: true, value: await work() }
  } catch (error) {
    return error instanceof GrantExceeded ? error : { ok: false, error: toPlainError(error, 'ERR_INTERNAL') }
  }
}

function isRemote(location: Location): boolean {
  return typeof location === 'string' && isS3Url(location)
}
