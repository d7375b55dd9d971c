import { ExrError } from '../errors.ts'
import { aborted } from './abort.ts'
import { Child } from './child.ts'
import { type Crew, type CrewAnswer, type CrewOptions, type Death, IDLE_MS } from './crew.ts'

/** Limits of child processes; how much memory native code may take is the worker file's own business. */
export interface ProcessOptions {
  /** Items after which a child is replaced, so that what native code leaks stays bounded. Default 20,000. */
  readonly maxItems?: number
  /** How long in ms one item may take before its child is ended. Default 300,000. */
  readonly itemTimeoutMs?: number
  /** One child is started at once, stays without work, and is replaced when it is gone. Default false. */
  readonly keepsOne?: boolean
}

/** How often a child is started before the crew counts as unable to start any. */
const START_TRIES = 3

/** Child processes: a crash in native code costs the item it worked on. */
export class WorkerProcesses implements Crew {
  readonly #options: CrewOptions & Required<ProcessOptions>
  readonly #closing = new AbortController()
  readonly #all = new Set<Child>()
  #idle: { readonly child: Child; readonly timer: NodeJS.Timeout }[] = []
  readonly #openedMs = performance.now()
  /** Settles when the child that is kept without work has started, or could not. */
  #keeping: Promise<void> | null = null
  #busyMs = 0
  #died = 0

  constructor(options: CrewOptions & ProcessOptions) {
    this.#options = { maxItems: 20_000, itemTimeoutMs: 300_000, keepsOne: false, ...options }
    if (this.#options.keepsOne) this.#keepOne()
  }

  get closed(): AbortSignal {
    return this.#closing.signal
  }

  get count(): number {
    return this.#all.size
  }

  get died(): number {
    return this.#died
  }

  get utilization(): number {
    return Math.min(1, this.#busyMs / ((performance.now() - this.#openedMs) * this.#options.maxWorkers))
  }

  async run<Answer>(task: readonly unknown[], signal: AbortSignal): Promise<CrewAnswer<Answer>> {
    const child = await this.#child(signal)
    const startedMs = performance.now()
    const onAbort = () => void child.end()
    signal.addEventListener('abort', onAbort)
    try {
      const result = await child.run(task, this.#options.itemTimeoutMs)
      if (signal.aborted) throw aborted(signal)
      if ('answer' in result) {
        this.#release(child)
        return { answer: result.answer as Answer }
      }
      this.#died += 1
      return result
    } finally {
      signal.removeEventListener('abort', onAbort)
      this.#busyMs += performance.now() - startedMs
    }
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await Promise.all([...this.#all].map((child) => child.end()))
  }

  async #child(signal: AbortSignal): Promise<Child> {
    for (let tries = 1; ; tries++) {
      if (this.#idle.length === 0) await this.#keeping
      if (signal.aborted) throw aborted(signal)
      const waiting = this.#idle.pop()
      if (waiting) {
        clearTimeout(waiting.timer)
        return waiting.child
      }
      const child = this.#newChild()
      const onAbort = () => void child.end()
      signal.addEventListener('abort', onAbort)
      const death = await child.started()
      signal.removeEventListener('abort', onAbort)
      if (death === null) {
        this.#replaceWhenGone(child)
        return child
      }
      if (signal.aborted) throw aborted(signal)
      if (tries === START_TRIES) throw cannotStart(this.#options.worker, death)
    }
  }

  #newChild(): Child {
    const child = new Child(this.#options)
    this.#all.add(child)
    child.gone.then(() => this.#forget(child))
    return child
  }

  #keepOne(): void {
    const child = this.#newChild()
    this.#keeping = child.started().then((death) => {
      this.#keeping = null
      // One that cannot start is told to whoever asks next.
      if (death !== null) return
      this.#replaceWhenGone(child)
      this.#release(child)
    })
  }

  #replaceWhenGone(child: Child): void {
    if (!this.#options.keepsOne) return
    child.gone.then(() => {
      if (this.#all.size === 0 && !this.closed.aborted) this.#keepOne()
    })
  }

  #release(child: Child): void {
    if (child.itemCount >= this.#options.maxItems) {
      void child.end()
      return
    }
    const timer = setTimeout(() => {
      if (!this.#options.keepsOne || this.#all.size > 1) void child.end()
    }, this.#options.idleMs ?? IDLE_MS)
    timer.unref()
    this.#idle.push({ child, timer })
  }

  #forget(child: Child): void {
    this.#all.delete(child)
    this.#idle = this.#idle.filter((entry) => entry.child !== child || clearTimeout(entry.timer) !== undefined)
  }
}

function cannotStart(worker: string, { reason }: Death): ExrError {
  return new ExrError('ERR_WORKER_DIED', `Child processes cannot start ${worker}: ${reason}`)
}
