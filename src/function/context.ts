import { randomUUID } from 'node:crypto'
import PQueue from 'p-queue'
import { loadCatalog } from '../catalog/open.ts'
import { type CheckOption, type InspectOptions, parseLimits, resolveInspectOptions } from '../inspect/options.ts'
import type { Logger } from '../log.ts'
import { type AskOiio, askOiioHere } from '../oiio/ask.ts'
import { type IsolatedOiio, openIsolatedOiio } from '../oiio/isolated.ts'
import type { FunctionSettings } from '../settings/function.ts'
import { loadS3 } from '../source/s3-client.ts'
import { MemoryBudget } from '../workers/index.ts'
import { type EventEndpoints, endpointsFor } from './endpoints.ts'
import { LargeFiles } from './large-files.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { ResourcePool, type Resources } from './resources.ts'
import type { Tracing } from './tracing.ts'

/** What the function needs of its surroundings; `init` fills the rest. */
export interface FunctionContext {
  readonly settings: FunctionSettings
  readonly log?: Logger
  readonly metrics?: Metrics
  readonly tracing?: Tracing
  /** Hosts that events may name as endpoints. Default: any, because a library call is trusted. */
  readonly eventEndpoints?: EventEndpoints
  /** Results carry their payloads. Default true; a server that shows none leaves them out and saves the memory. */
  readonly keepPayloads?: boolean
  /** What `init` made; `shutdown` closes it. */
  state?: FunctionState
}

/** What lives as long as the function does. */
export interface FunctionState {
  readonly resources: ResourcePool
  /** Pieces of work that run at once, over all events. */
  readonly queue: PQueue
  /** Memory that all work shares. */
  readonly budget: MemoryBudget
  readonly large: LargeFiles
  /** OpenImageIO for files with small headers. */
  readonly askOiio: AskOiio
  readonly oiio: IsolatedOiio | null
  /** How every file is inspected. */
  readonly inspect: Pick<InspectOptions, 'check' | 'limits' | 'firstReadBytes'>
}

/**
 * Once per process, before the first event. Loads the code of what events need, which takes a moment that nothing else
 * can be answered in, and opens nothing yet: the first event that needs a resource opens it. Throws ERR_OPTION_INVALID for
 * settings of inspections (EXR_CHECK, EXR_LIMITS) that cannot be.
 */
export async function init(ctx: FunctionContext): Promise<void> {
  stateOf(ctx)
  const { catalogUrl } = ctx.settings
  // What is not installed is told by the event that asks for it.
  await Promise.allSettled([loadS3(), ...(catalogUrl === null ? [] : [loadCatalog(catalogUrl)])])
}

/** Waits for running transactions and frees connections. May be called twice. */
export async function shutdown(ctx: FunctionContext): Promise<void> {
  await ctx.state?.large.close()
  await ctx.state?.oiio?.close()
  await ctx.state?.resources.close()
}

/** Children stay between uploads: starting one would cost the next event half a second. */
const IDLE_MS = 600_000

/** OpenImageIO needs milliseconds for bytes in memory; a file that hangs it must be done before its event is sent again. */
const ITEM_MS = 20_000

export function stateOf(ctx: FunctionContext): FunctionState {
  if (ctx.state !== undefined) return ctx.state
  const { settings } = ctx
  const { check, limits, firstReadBytes } = settings
  const inspect = { check: check as CheckOption, limits: parseLimits(limits), firstReadBytes }
  resolveInspectOptions(inspect)
  const oiio =
    settings.isolation === 'process'
      ? openIsolatedOiio({ maxWorkers: settings.workers, idleMs: IDLE_MS, itemTimeoutMs: ITEM_MS })
      : null
  const budget = new MemoryBudget(settings.memoryBudgetBytes)
  ctx.state = {
    resources: new ResourcePool(settings, randomUUID()),
    queue: new PQueue({ concurrency: settings.concurrency }),
    budget,
    oiio,
    inspect,
    askOiio: oiio?.ask ?? askOiioHere,
    large: new LargeFiles({
      budget,
      maxHeaderBytes: settings.maxHeaderBytes,
      workers: settings.workers,
      isolation: settings.isolation,
      timeoutMs: settings.deadlineMs,
    }),
  }
  return ctx.state
}

/** Connections for an event's own fields. Throws ERR_OPTION_INVALID when it asks for some it may not have. */
export async function resourcesFor(
  ctx: FunctionContext,
  fields: Readonly<Record<string, unknown>>,
): Promise<Resources> {
  return stateOf(ctx).resources.get(endpointsFor(ctx.settings, fields, ctx.eventEndpoints ?? 'any'))
}

let fallback: Metrics | undefined

/** The context's counters, or shared ones for embedders that bring none of their own. */
export function metricsOf(ctx: FunctionContext): Metrics {
  if (ctx.metrics !== undefined) return ctx.metrics
  fallback ??= createMetrics()
  return fallback
}

/** Brings the gauges up to this moment: what waits, what is in work, and the memory it has reserved. */
export function measure(ctx: FunctionContext): void {
  const { queue, budget } = stateOf(ctx)
  const { queued, active, budget: all, reserved } = metricsOf(ctx)
  queued.set(queue.size)
  active.set(queue.pending)
  all.set(budget.totalBytes)
  reserved.set(budget.reservedBytes)
}
