import { untilAborted } from '../catalog/abort.ts'
import type { UpsertResult } from '../catalog/catalog.ts'
import { persistenceOf } from '../catalog/persistence.ts'
import { isEarlier } from '../catalog/sequencer.ts'
import { ExrError } from '../errors.ts'
import {
  type InspectOptions,
  type ResolvedInspectOptions,
  resolveInspectOptions,
  wantsPixels,
} from '../inspect/options.ts'
import type { Payload } from '../inspect/payload.ts'
import type { PolicyFileOptions } from '../tasks/policy-file.ts'
import { checkPolicy, withValidation } from '../tasks/validation.ts'
import { type FunctionContext, metricsOf, resourcesFor, stateOf } from './context.ts'
import type { LargeFile } from './large-files.ts'
import { classify, type Failure, type HandledWork, skipped } from './outcome.ts'
import { readFile, readObject } from './reader.ts'
import { decideRemoval } from './removal.ts'
import type { Resources } from './resources.ts'
import { nameOf, type ObjectTarget } from './target.ts'
import type { InspectWork, RemoveWork, Work } from './work.ts'

/** Does one piece of work until `signal` ends it; nothing is told as done before it is committed. Throws ExrError. */
export async function doWork(ctx: FunctionContext, work: Work, signal: AbortSignal): Promise<HandledWork> {
  if (work.kind === 'skip') return skipped(null, work.reason)
  const { allowedBuckets } = ctx.settings
  const { target } = work
  if (target.kind === 'object' && allowedBuckets.length > 0 && !allowedBuckets.includes(target.bucket)) {
    return skipped(nameOf(target), `bucket ${target.bucket} is not one of EXR_ALLOWED_BUCKETS`)
  }
  return work.kind === 'remove' ? remove(ctx, work, signal) : inspect(ctx, work, signal)
}

/** What a file with a small header may hold in memory until it is stored. */
const SMALL_FILE_BYTES = 1024 * 1024

async function inspect(ctx: FunctionContext, work: InspectWork, signal: AbortSignal): Promise<HandledWork> {
  const { target, toggles, sequencer } = work
  const { budget, inspect: usual } = stateOf(ctx)
  const options = resolveInspectOptions({ ...togglesIn(toggles), ...usual })
  const resources = await untilAborted(resourcesFor(ctx, toggles), signal)
  if (await isStale(resources, work, signal)) return skipped(nameOf(target), STALE)
  // Before the file is read; kept for a minute without this event's signal, because others wait for the same policy.
  await untilAborted(checkPolicy(options, policyFiles(ctx, resources)), signal)
  const inspectedAtUs = BigInt(Date.now()) * 1000n
  const release = await budget.reserve(SMALL_FILE_BYTES, signal)
  let result: HandledWork | { readonly large: LargeFile }
  try {
    result = await inspectSmall(ctx, resources, work, options, inspectedAtUs, signal)
  } finally {
    release()
  }
  if ('large' in result) {
    const order = sequencer === undefined ? {} : { sequencer }
    result = await inspectLarge(ctx, resources, { ...result.large, ...order }, options, inspectedAtUs, signal)
  }
  return result
}

/** Where an event's policy may come from: the object store, and the folders that events may name. */
function policyFiles({ settings }: FunctionContext, { s3Settings }: Resources): PolicyFileOptions {
  return { folders: settings.allowedFolders, s3: s3Settings }
}

const STALE = 'A later event about the object was handled before'

/** Whether the catalog knows of an event about the object that the store numbered later. */
async function isStale(
  { sequencers }: Resources,
  { target, sequencer }: InspectWork | RemoveWork,
  signal: AbortSignal,
) {
  if (sequencer === undefined || sequencers === null || target.kind !== 'object') return false
  const last = await untilAborted(sequencers.last(locationsOf(target)), signal)
  return last !== null && isEarlier(sequencer, last)
}

/** Where an object may be, by what its event says. */
function locationsOf({ bucket, keys }: ObjectTarget): string[] {
  return keys.map((key) => `s3://${bucket}/${key}`)
}

async function inspectSmall(
  ctx: FunctionContext,
  resources: Resources,
  { target, sequencer }: InspectWork,
  options: ResolvedInspectOptions,
  inspectedAtUs: bigint,
  signal: AbortSignal,
): Promise<HandledWork | { readonly large: LargeFile }> {
  const metrics = metricsOf(ctx)
  const { askOiio } = stateOf(ctx)
  const startedMs = performance.now()
  const end = metrics.stages.startTimer({ stage: 'inspect' })
  const reading =
    target.kind === 'object'
      ? await readObject(resources.s3, target, options, signal, askOiio)
      : await readFile(target.path, ctx.settings.allowedFolders, options, signal, askOiio)
  if (reading.kind === 'large') return { large: reading }
  // Pixels are decoded where a crash ends no more than a child process.
  if (wantsPixels(options))
    return { large: { location: reading.payload.file.path, neededBytes: reading.payload.file.header_bytes } }
  const validated = withValidation(reading.payload, options, policyFiles(ctx, resources))
  const payload = await untilAborted(validated, signal)
  end()
  const { counters } = reading
  metrics.sourceRequests.inc(counters.requests)
  metrics.sourceBytes.inc(counters.bytes)
  const { batcher } = resources
  if (batcher === null) return unstored(payload.file.path, payload)
  const endPersist = metrics.stages.startTimer({ stage: 'persist' })
  const durationUs = Math.round((performance.now() - startedMs) * 1000)
  const order = sequencer === undefined ? {} : { sequencer }
  const result = await batcher.persist({ payload, inspectedAtUs, durationUs, ...order }, signal)
  endPersist()
  return stored(resources, result, ctx.keepPayloads === false ? null : payload, signal)
}

async function inspectLarge(
  ctx: FunctionContext,
  resources: Resources,
  { location, neededBytes, sequencer }: LargeFile & { readonly sequencer?: string },
  options: ResolvedInspectOptions,
  inspectedAtUs: bigint,
  signal: AbortSignal,
): Promise<HandledWork> {
  const { settings } = ctx
  const metrics = metricsOf(ctx)
  const { catalog, runId, s3Settings } = resources
  const wantsPayload = ctx.keepPayloads ?? true
  const about = { location, s3: s3Settings, folders: settings.allowedFolders, runId, inspectedAtUs, wantsPayload }
  const task = { ...about, ...(sequencer !== undefined && { sequencer }) }
  const end = metrics.stages.startTimer({ stage: 'inspect' })
  return stateOf(ctx).large.read({ ...task, options, neededBytes }, signal, async (file) => {
    end()
    metrics.sourceRequests.inc(file.requests)
    metrics.sourceBytes.inc(file.bytes)
    const payload = file.payload === null ? null : (JSON.parse(file.payload) as Payload)
    if (catalog === null) return unstored(file.path, payload)
    const endPersist = metrics.stages.startTimer({ stage: 'persist' })
    const [result] = await untilAborted(catalog.upsertEncoded(file.batch, signal), signal)
    endPersist()
    if (result === undefined) throw new ExrError('ERR_CATALOG_WRITE', 'The catalog gave no result for a record.')
    return stored(resources, result, payload, signal)
  })
}

function unstored(path: string, payload: Payload | null): HandledWork {
  const persistence = persistenceOf(null)
  return { ...skipped(path, persistence.message), payload: payload && { ...payload, persistence } }
}

async function stored(
  resources: Resources,
  result: UpsertResult,
  payload: Payload | null,
  signal: AbortSignal,
): Promise<HandledWork> {
  const persistence = persistenceOf(result)
  const common = {
    path: result.path,
    file_id: persistence.file_id,
    message: persistence.message,
    payload: payload && { ...payload, persistence },
  }
  if (result.status !== 'error')
    return { ...common, outcome: result.status === 'inserted' ? 'stored' : 'updated', code: null }
  // The catalog refused this record alone. If it takes a note about it, it works: the record is at fault, for good.
  const { code, message } = result
  await record(resources, { code, message, path: common.path, byteOffset: null }, signal)
  return { ...common, outcome: 'bad_file', code, message }
}

async function remove(ctx: FunctionContext, work: RemoveWork, signal: AbortSignal): Promise<HandledWork> {
  const { target, sequencer } = work
  const path = nameOf(target)
  const resources = await untilAborted(resourcesFor(ctx, {}), signal)
  const { s3, catalog } = resources
  if (catalog === null) return skipped(path, 'VAST DataBase not configured')
  if (await isStale(resources, work, signal)) return skipped(path, STALE)
  const decided = await decideRemoval(s3, work, signal)
  if ('reason' in decided) return skipped(path, decided.reason)
  const removal = catalog.markRemoved(decided.paths, decided.removedAtUs, { signal, sequencer })
  const count = await untilAborted(removal, signal)
  const message = count === 0 ? 'No row to mark as removed' : `Marked as removed: ${count}`
  return { outcome: 'removed', path, file_id: null, code: null, message, payload: null }
}

/** A failure that a retry cannot cure is written down where people look for it; one that can is left to the retry. */
export async function failWork(
  ctx: FunctionContext,
  work: Work,
  error: unknown,
  signal: AbortSignal,
): Promise<HandledWork> {
  const failure = classify(error, signal)
  const asked = work.kind === 'skip' ? null : nameOf(work.target)
  // Of an event that is at fault, the path of a failure may be that of a policy it names.
  const path = failure.outcome === 'bad_event' ? asked : (failure.details.path ?? asked)
  const { code, message } = failure
  const result = { path, file_id: null, code, message, payload: null }
  if (failure.outcome !== 'bad_file' || path === null) return { ...result, outcome: failure.outcome }
  try {
    const resources = await untilAborted(resourcesFor(ctx, work.kind === 'inspect' ? work.toggles : {}), signal)
    await record(resources, { code, message, path, byteOffset: failure.details.byteOffset ?? null }, signal)
    return { ...result, outcome: 'bad_file' }
  } catch (recordError) {
    const second: Failure = classify(recordError, signal)
    return { ...result, outcome: 'retry', message: `${message} It could not be recorded either: ${second.message}` }
  }
}

interface Note {
  readonly path: string
  readonly code: string
  readonly message: string
  readonly byteOffset: number | null
}

/** One row of `ingest_errors`. A key may hold what no text column takes: half surrogates are replaced. */
async function record({ catalog }: Resources, { path, code, message, byteOffset }: Note, signal: AbortSignal) {
  if (catalog === null) return
  const seenAtUs = BigInt(Date.now()) * 1000n
  const note = { path: path.toWellFormed(), code, message: message.toWellFormed(), byteOffset, seenAtUs }
  await untilAborted(catalog.recordFailures([note], 'function'), signal)
}

const TOGGLES = new Set([
  'meta',
  'stats',
  'deep_stats',
  'hash',
  'sample',
  'validate',
  'check',
  'policy_path',
  'schema_version',
])

/** The inspection toggles among an event's fields; everything else in an event is not for `inspect`. */
function togglesIn(fields: Readonly<Record<string, unknown>>): InspectOptions {
  const toggles: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(fields)) {
    const snake = name.replaceAll(/[- ]/g, '_').replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    if (TOGGLES.has(snake)) toggles[snake] = value
  }
  return toggles
}
