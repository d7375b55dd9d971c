/** Workers that do one task each at a time, whatever they are made of; a `Pool` gives them their tasks. */
export interface Crew {
  /**
   * An answer, or how the worker died at it; the next task gets a new one. The caller runs at most `maxWorkers` tasks
   * at a time, with a `signal` that fires when the crew is closed too. Throws ERR_ABORTED, and ERR_WORKER_DIED when workers cannot start.
   */
  run<Answer>(task: readonly unknown[], signal: AbortSignal): Promise<CrewAnswer<Answer>>
  /** Workers that are there. */
  readonly count: number
  /** Workers that died at work. */
  readonly died: number
  /** Share of the workers' time spent on work, 0 to 1. */
  readonly utilization: number
  /** Fires when the workers are being ended. */
  readonly closed: AbortSignal
  /** Ends the workers. May be called twice. */
  close(): Promise<void>
}

/** A worker's answer, or how it died. */
export type CrewAnswer<Answer> = { readonly answer: Answer } | { readonly died: Death }

/** How a worker died at a task. */
export interface Death {
  /** `crash`: a signal; `timeout`: it was ended because it took too long; `exit`: everything else. */
  readonly kind: 'crash' | 'timeout' | 'exit'
  /** For a person: the signal's name, the exit code, its last words. */
  readonly reason: string
  /** Index in the task of the item that is to blame; null when it cannot be told. */
  readonly culprit: number | null
}

/** What every kind of crew is told. */
export interface CrewOptions {
  /** Absolute path of a file whose default export is a `poolTask`. */
  readonly worker: string
  /** Plain data that every worker gets, through `poolData()`. */
  readonly workerData?: unknown
  /** Told what child processes say of work under way, with `tell`. */
  readonly onNews?: (news: unknown) => void
  /** Workers at most; they start as work comes. */
  readonly maxWorkers: number
  /** Heap limits of each worker; one that passes them dies and is replaced. */
  readonly resourceLimits?: WorkerLimits
  /** Node's flags for the workers. Default for threads: those of this process; for processes: none. */
  readonly execArgv?: readonly string[]
  /** How long in ms a worker without work stays. Default 30,000: starting one costs half a second and more. */
  readonly idleMs?: number
}

/** MiB of JavaScript heap. */
export interface WorkerLimits {
  readonly maxOldGenerationSizeMb?: number
  readonly maxYoungGenerationSizeMb?: number
}

/** Default of `idleMs`. */
export const IDLE_MS = 30_000
