import { setMaxListeners } from 'node:events'
import type { FunctionContext } from '../function/context.ts'
import type { Metrics } from '../function/metrics.ts'
import type { HandledWork } from '../function/outcome.ts'
import type { FunctionSettings } from '../settings/function.ts'
import type { Bodies } from './bodies.ts'

/** A failure as the status page shows it. */
interface Mishap {
  readonly at: string
  readonly outcome: string
  readonly code: string
  readonly path: string
  readonly message: string
}

/** Failures that the status page remembers. */
const MOST_MISHAPS = 20

/** What the routes share. */
export class Service {
  readonly settings: FunctionSettings
  readonly ctx: FunctionContext
  readonly metrics: Metrics
  readonly bodies: Bodies
  readonly startedAt = new Date()
  /** Fires when the shutdown's patience ends: whatever still runs is given up. */
  readonly stopping = new AbortController()
  state: 'starting' | 'ready' | 'closing' = 'starting'
  readonly #mishaps: Mishap[] = []

  constructor(settings: FunctionSettings, ctx: FunctionContext, metrics: Metrics, bodies: Bodies) {
    this.settings = settings
    this.ctx = ctx
    this.metrics = metrics
    this.bodies = bodies
    // Every request under way listens to it.
    setMaxListeners(0, this.stopping.signal)
  }

  /** The latest failures, newest first. */
  get mishaps(): readonly Mishap[] {
    return this.#mishaps
  }

  /** Keeps what went wrong among some results. */
  remember(results: readonly HandledWork[]): void {
    for (const { outcome, code, path, message } of results) {
      if (code === null) continue
      this.#mishaps.unshift({ at: new Date().toISOString(), outcome, code, path: path ?? '', message })
    }
    this.#mishaps.length = Math.min(this.#mishaps.length, MOST_MISHAPS)
  }
}
