import { existsSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { Piscina } from 'piscina'
import { ExrError } from '../errors.ts'
import { aborted } from './map-bounded.ts'

/** As of `new Worker`: MiB of heap. */
export interface WorkerLimits {
  readonly maxOldGenerationSizeMb?: number
  readonly maxYoungGenerationSizeMb?: number
  readonly stackSizeMb?: number
}

export interface WorkerThreadsOptions {
  readonly worker: string
  readonly workerData?: unknown
  readonly maxThreads: number
  readonly resourceLimits?: WorkerLimits
  readonly execArgv?: readonly string[]
}

/** A worker's answer, or how it died. */
export type ThreadAnswer<Answer> = { readonly answer: Answer } | { readonly died: string }

/**
 * Piscina, told apart into what its callers must know: an answer, a thread that died at work (the next task gets a new
 * one), threads that cannot start, and work that was stopped.
 * The caller runs at most `maxThreads` tasks at a time.
 */
export class WorkerThreads {
  readonly #piscina: Piscina
  readonly #worker: string
  readonly #closing = new AbortController()
  /** Aborted, with the error as its reason, when no thread will ever take what waits. */
  readonly #broken = new AbortController()
  #lastError: Error | undefined
  #ready = 0
  #died = 0
  #closed: Promise<void> | undefined

  constructor({ worker, maxThreads, workerData, resourceLimits, execArgv }: WorkerThreadsOptions) {
    if (!isAbsolute(worker) || !existsSync(worker)) {
      throw new ExrError('ERR_OPTION_INVALID', `Expected an existing file for worker but received ${worker}.`)
    }
    this.#worker = worker
    this.#piscina = new Piscina({
      filename: worker,
      workerData,
      minThreads: 0,
      maxThreads,
      // A new thread costs half a second: OpenImageIO's libraries, and code that is not compiled yet.
      idleTimeout: 30_000,
      ...(resourceLimits ? { resourceLimits } : {}),
      ...(execArgv ? { execArgv: [...execArgv] } : {}),
    })
    this.#piscina.on('workerCreate', () => {
      this.#ready += 1
    })
    this.#piscina.on('workerDestroy', () => setImmediate(() => this.#checkSomeoneWorks()))
    // Piscina reports here what no task can be blamed for; without a listener the process would end.
    this.#piscina.on('error', (error: Error) => {
      this.#lastError = error
    })
  }

  /** Fires when the threads are being closed. */
  get closed(): AbortSignal {
    return this.#closing.signal
  }

  get count(): number {
    return this.#piscina.threads.length
  }

  get died(): number {
    return this.#died
  }

  get utilization(): number {
    const { utilization } = this.#piscina
    return Number.isFinite(utilization) ? Math.min(utilization, 1) : 0
  }

  /** Throws ERR_ABORTED, and ERR_WORKER_DIED when threads cannot start. */
  async run<Answer>(task: unknown, signal: AbortSignal): Promise<ThreadAnswer<Answer>> {
    const { signal: broken } = this.#broken
    if (broken.aborted) throw broken.reason
    try {
      return { answer: await this.#piscina.run(task, { signal: AbortSignal.any([signal, broken]) }) }
    } catch (error) {
      if (broken.aborted) throw broken.reason
      if (signal.aborted) throw aborted(signal)
      if (this.#ready === 0) throw this.#cannotStart(error)
      this.#died += 1
      return { died: textOf(error) }
    }
  }

  close(): Promise<void> {
    this.#closing.abort()
    this.#closed ??= this.#piscina.destroy()
    return this.#closed
  }

  /** Piscina starts no thread anew after one that ended before it was ready: what waits would wait for ever. */
  #checkSomeoneWorks(): void {
    if (this.#closing.signal.aborted || this.#piscina.threads.length > 0 || this.#piscina.queueSize === 0) return
    this.#broken.abort(this.#cannotStart(this.#lastError ?? 'it ended without a word'))
  }

  #cannotStart(cause: unknown): ExrError {
    return new ExrError('ERR_WORKER_DIED', `Worker threads cannot start ${this.#worker}: ${textOf(cause)}`, { cause })
  }
}

/** Some errors lose their class on the way from a thread, a few also their text. */
function textOf(error: unknown): string {
  const { message } = Object(error) as { message?: unknown }
  if (typeof message === 'string' && message !== '') return message
  return typeof error === 'string' ? error : 'it threw what cannot cross threads'
}
