import { randomUUID } from 'node:crypto'
import { persistenceOf } from '../catalog/persistence.ts'
import { type ErrorCode, toPlainError } from '../errors.ts'
import { resolveInspectOptions } from '../inspect/options.ts'
import type { Payload } from '../inspect/payload.ts'
import { type Logger, silentLogger } from '../log.ts'
import { type EventEndpoints, endpointsFor } from './endpoints.ts'
import { createMetrics, type EventOutcome, type Metrics } from './metrics.ts'
import { nameOf, readFile, readObject } from './reader.ts'
import { ResourcePool, type Resources } from './resources.ts'
import type { FunctionSettings } from './settings.ts'
import { sendToSink } from './sink.ts'
import { noTracing, type Tracing } from './tracing.ts'
import type { VastEvent } from './vast-event.ts'
import { planWork, type Work } from './work.ts'

/** What the function needs of its surroundings; `init` fills the rest. */
export interface FunctionContext {
  readonly settings: FunctionSettings
  readonly log?: Logger
  readonly metrics?: Metrics
  readonly tracing?: Tracing
  /** Hosts that events may name as endpoints. Default: any, because a library call is trusted. */
  readonly eventEndpoints?: EventEndpoints
  resources?: ResourcePool
}

/** What became of one piece of work. `retry` is what another delivery may cure. */
export interface WorkResult {
  readonly outcome: EventOutcome
  readonly path: string | null
  readonly file_id: string | null
  readonly code: string | null
  readonly message: string
}

/** Whole result of one piece of work, for callers that want the payload. */
export interface HandledWork extends WorkResult {
  readonly payload: Payload | null
}

/** Codes that say nothing about the file: the same event may succeed later. */
const RETRYABLE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'ERR_SOURCE_UNAVAILABLE',
  'ERR_SOURCE_CREDENTIALS',
  'ERR_SOURCE_READ',
  'ERR_SOURCE_CHANGED',
  'ERR_WORKER_DIED',
  'ERR_ABORTED',
  'ERR_DEADLINE',
  'ERR_SINK',
  'ERR_CATALOG_OPEN',
  'ERR_CATALOG_LOCKED',
  'ERR_CATALOG_WRITE',
  'ERR_DISK_FULL',
])

/** Codes that blame the event and not the file. */
const BAD_EVENT: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['ERR_EVENT_INVALID', 'ERR_OPTION_INVALID'])

/** Once per process, before the first event. Opens nothing yet: the first event that needs a resource opens it. */
export async function init(ctx: FunctionContext): Promise<void> {
  ctx.resources ??= new ResourcePool(ctx.settings, randomUUID())
}

/** Waits for running transactions and frees connections. May be called twice. */
export async function shutdown(ctx: FunctionContext): Promise<void> {
  await ctx.resources?.close()
}

/**
 * Everything one event asks for; results are in the order of its work. A result is given only after its
 * transaction was committed. Never throws for a file or an event: read `outcome`. The output event, if a sink is
 * set, is sent when no work has to be done again.
 */
export async function handler(ctx: FunctionContext, event: VastEvent, signal?: AbortSignal): Promise<HandledWork[]> {
  const abort = signal ?? new AbortController().signal
  const { tracing = noTracing, log = silentLogger } = ctx
  const attributes = { 'cloudevents.event_id': event.id, 'cloudevents.event_type': event.type }
  return tracing.span('event', attributes, event.get('traceparent'), async () => {
    const results = await Promise.all(planWork(event).map((work) => handleWork(ctx, event, work, abort)))
    if (results.some(({ outcome }) => outcome === 'retry')) return results
    try {
      await sendToSink(ctx.settings, event, results.map(summary), abort)
      return results
    } catch (error) {
      const { code, message } = toPlainError(error, 'ERR_SINK')
      log.error({ event_id: event.id, code }, message)
      return [...results, { outcome: 'retry', path: null, file_id: null, code, message, payload: null }]
    }
  })
}

function summary({ payload: _payload, ...result }: HandledWork): WorkResult {
  return result
}

async function handleWork(
  ctx: FunctionContext,
  event: VastEvent,
  work: Work,
  signal: AbortSignal,
): Promise<HandledWork> {
  const { log = silentLogger, metrics = sharedMetrics() } = ctx
  const end = metrics.stages.startTimer({ stage: 'total' })
  let result: HandledWork
  try {
    result = await doWork(ctx, work, signal)
  } catch (error) {
    result = await failed(ctx, work, error, signal)
  }
  const seconds = end()
  metrics.events.inc({ outcome: result.outcome })
  const fields = {
    event_id: event.id,
    trace_id: event.getTraceId(),
    path: result.path,
    outcome: result.outcome,
    file_id: result.file_id,
    code: result.code,
    duration_ms: Math.round(seconds * 1000),
  }
  if (result.outcome === 'retry') log.error(fields, result.message)
  else if (result.outcome === 'bad_file' || result.outcome === 'bad_event') log.warn(fields, result.message)
  else log.info(fields, result.message)
  return result
}

async function doWork(ctx: FunctionContext, work: Work, signal: AbortSignal): Promise<HandledWork> {
  if (work.kind === 'skip') return skipped(null, work.reason)
  const { settings, metrics = sharedMetrics() } = ctx
  if (work.target.kind === 'object' && !isAllowed(settings.allowedBuckets, work.target.bucket)) {
    return skipped(nameOf(work.target), `bucket ${work.target.bucket} is not one of EXR_ALLOWED_BUCKETS`)
  }
  const toggles = work.kind === 'inspect' ? work.toggles : {}
  const resources = await resourcesFor(ctx, toggles)
  if (work.kind === 'remove') return removed(resources, work, signal)
  const options = resolveInspectOptions(togglesIn(toggles))
  const startedAt = process.hrtime.bigint()
  const inspectedAtUs = BigInt(Date.now()) * 1000n
  const end = metrics.stages.startTimer({ stage: 'inspect' })
  const { payload, counters } =
    work.target.kind === 'object'
      ? await readObject(resources.s3, work.target, options, signal)
      : await readFile(work.target.path, settings.allowedFolders, options, signal)
  end()
  metrics.sourceRequests.inc(counters.requests)
  metrics.sourceBytes.inc(counters.bytes)
  const durationUs = Number((process.hrtime.bigint() - startedAt) / 1000n)
  return stored(resources, metrics, payload, inspectedAtUs, durationUs)
}

async function stored(
  { batcher }: Resources,
  metrics: Metrics,
  payload: Payload,
  inspectedAtUs: bigint,
  durationUs: number,
): Promise<HandledWork> {
  const path = payload.file.path
  if (batcher === null) {
    const persistence = persistenceOf(null)
    return {
      outcome: 'skipped',
      path,
      file_id: null,
      code: null,
      message: persistence.message,
      payload: { ...payload, persistence },
    }
  }
  const end = metrics.stages.startTimer({ stage: 'persist' })
  const result = await batcher.persist({ payload, inspectedAtUs, durationUs })
  end()
  const persistence = persistenceOf(result)
  const whole = { ...payload, persistence }
  const common = { path, file_id: persistence.file_id, message: persistence.message, payload: whole }
  if (result.status === 'error') return { ...common, outcome: 'retry', code: result.code, message: result.message }
  return { ...common, outcome: result.status === 'inserted' ? 'stored' : 'updated', code: null }
}

async function removed(
  { catalog }: Resources,
  work: Extract<Work, { kind: 'remove' }>,
  signal: AbortSignal,
): Promise<HandledWork> {
  const path = nameOf(work.target)
  if (catalog === null) return skipped(path, 'VAST DataBase not configured')
  const time = Date.parse(work.removedAt)
  const removedAtUs = BigInt(Number.isNaN(time) ? Date.now() : time) * 1000n
  const paths = work.target.keys.map((key) => `s3://${work.target.bucket}/${key}`)
  const count = await catalog.markRemoved(paths, removedAtUs, signal)
  const message = count === 0 ? 'No row to mark as removed' : `Marked as removed: ${count}`
  return { outcome: 'removed', path, file_id: null, code: null, message, payload: null }
}

/** A failure that a retry cannot cure is written down where people look for it; one that can is left to the retry. */
async function failed(ctx: FunctionContext, work: Work, error: unknown, signal: AbortSignal): Promise<HandledWork> {
  const plain = toPlainError(error, 'ERR_SOURCE_READ')
  const timedOut = signal.aborted && plain.code === 'ERR_ABORTED'
  const { code, message, details } = timedOut
    ? {
        code: 'ERR_DEADLINE' as const,
        message: `Not done within its deadline: ${plain.message}`,
        details: plain.details,
      }
    : plain
  const path = details.path ?? pathOf(work)
  const base = { path, file_id: null, code, message, payload: null }
  if (BAD_EVENT.has(code)) return { ...base, outcome: 'bad_event' }
  if (RETRYABLE.has(code) || path === null || code.startsWith('ERR_VASTDB')) return { ...base, outcome: 'retry' }
  try {
    const { catalog } = await resourcesFor(ctx, work.kind === 'inspect' ? work.toggles : {})
    const seenAtUs = BigInt(Date.now()) * 1000n
    await catalog?.recordFailures(
      [{ path, code, message, byteOffset: details.byteOffset ?? null, seenAtUs }],
      'function',
    )
    return { ...base, outcome: 'bad_file' }
  } catch (recordError) {
    const second = toPlainError(recordError, 'ERR_CATALOG_WRITE')
    return { ...base, outcome: 'retry', message: `${message} It could not be recorded either: ${second.message}` }
  }
}

function pathOf(work: Work): string | null {
  if (work.kind === 'skip') return null
  return work.target.kind === 'path' ? work.target.path : nameOf(work.target)
}

async function resourcesFor(ctx: FunctionContext, toggles: Readonly<Record<string, unknown>>): Promise<Resources> {
  await init(ctx)
  const endpoints = endpointsFor(ctx.settings, toggles, ctx.eventEndpoints ?? 'any')
  return ctx.resources!.get(endpoints)
}

/** The inspection toggles among an event's fields; everything else in an event is not for `inspect`. */
function togglesIn(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const toggles: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(fields)) {
    const snake = name.replaceAll(/[- ]/g, '_').replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    if (TOGGLES.has(snake)) toggles[snake] = value
  }
  return toggles
}

const TOGGLES = new Set(['meta', 'stats', 'deep_stats', 'validate', 'policy_path', 'schema_version'])

function skipped(path: string | null, message: string): HandledWork {
  return { outcome: 'skipped', path, file_id: null, code: null, message, payload: null }
}

function isAllowed(list: readonly string[], name: string): boolean {
  return list.length === 0 || list.includes(name)
}

let fallback: Metrics | undefined

/** Counters for embedders that bring none of their own. */
function sharedMetrics(): Metrics {
  fallback ??= createMetrics()
  return fallback
}
