import { Piscina } from 'piscina'
import { ExrError } from '../errors.ts'
import { aborted, linkSignals } from './abort.ts'
import { type Crew, type CrewAnswer, type CrewOptions, IDLE_MS } from './crew.ts'

/**
 * Piscina, told apart into what its callers must know: an answer, a thread that died at work, threads that cannot start,
 * and work that was stopped. Threads share their process: a crash in native code ends all of it.
 */
export class WorkerThreads implements Crew {
  readonly #piscina: Piscina
  readonly #worker: string
  readonly #closing = new AbortController()
  /** Aborted, with the error as its reason, when no thread will ever take what waits. */
  readonly #broken = new AbortController()
  #lastError: Error | undefined
  #ready = 0
  #died = 0
  #closed: Promise<void> | undefined

  constructor({ worker, maxWorkers, workerData, resourceLimits, execArgv, idleMs = IDLE_MS }: CrewOptions) {
    this.#worker = worker
    this.#piscina = new Piscina({
      filename: worker,
      workerData,
      minThreads: 0,
      maxThreads: maxWorkers,
      idleTimeout: idleMs,
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

  async run<Answer>(task: readonly unknown[], signal: AbortSignal): Promise<CrewAnswer<Answer>> {
    const { signal: broken } = this.#broken
    if (broken.aborted) throw broken.reason
    const stop = linkSignals(signal, broken)
    try {
      return { answer: await this.#piscina.run(task, { signal: stop.signal }) }
    } catch (error) {
      if (broken.aborted) throw broken.reason
      if (signal.aborted) throw aborted(signal)
      if (this.#ready === 0) throw this.#cannotStart(error)
      this.#died += 1
      return { died: { kind: 'exit', reason: textOf(error), culprit: null } }
    } finally {
      stop.unlink()
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
