import type { Piscina } from 'piscina'
import { ExrError } from '../errors.ts'
import { aborted, linkSignals } from './abort.ts'
import { type Crew, type CrewAnswer, type CrewOptions, IDLE_MS } from './crew.ts'

/**
 * Piscina's threads try to `require` their file before they import it, and Node 20 aborts the process when it ends a thread
 * while that requires an ES module. Flags of the process stay as they are: threads inherit some that they cannot be given.
 */
function flagsOf(execArgv: readonly string[] | undefined): { execArgv?: string[] } {
  if (execArgv === undefined && process.execArgv.length > 0) return {}
  const imports = ['--no-experimental-require-module'].filter((flag) => process.allowedNodeEnvironmentFlags.has(flag))
  return { execArgv: [...(execArgv ?? []), ...imports] }
}

/**
 * Piscina, told apart into what its callers must know: an answer, a thread that died at work, threads that cannot start,
 * and work that was stopped. Threads share their process: a crash in native code ends all of it.
 */
export class WorkerThreads implements Crew {
  readonly #options: CrewOptions
  #starting: Promise<Piscina> | undefined
  /** Once it has started. */
  #piscina: Piscina | undefined
  readonly #closing = new AbortController()
  /** Aborted, with the error as its reason, when no thread will ever take what waits. */
  readonly #broken = new AbortController()
  #lastError: Error | undefined
  #ready = 0
  #died = 0
  #closed: Promise<void> | undefined

  constructor(options: CrewOptions) {
    this.#options = options
  }

  /** With the first task: whoever works in processes alone does not load it. */
  async #start(): Promise<Piscina> {
    const { worker, maxWorkers, workerData, resourceLimits, execArgv, idleMs = IDLE_MS } = this.#options
    const { Piscina } = await import('piscina')
    const piscina = new Piscina({
      filename: worker,
      workerData,
      minThreads: 0,
      maxThreads: maxWorkers,
      idleTimeout: idleMs,
      ...(resourceLimits ? { resourceLimits } : {}),
      ...flagsOf(execArgv),
    })
    piscina.on('workerCreate', () => {
      this.#ready += 1
    })
    piscina.on('workerDestroy', () => setImmediate(() => this.#checkSomeoneWorks(piscina)))
    // Piscina reports here what no task can be blamed for; without a listener the process would end.
    piscina.on('error', (error: Error) => {
      this.#lastError = error
    })
    this.#piscina = piscina
    return piscina
  }

  get closed(): AbortSignal {
    return this.#closing.signal
  }

  get count(): number {
    return this.#piscina?.threads.length ?? 0
  }

  get died(): number {
    return this.#died
  }

  get utilization(): number {
    const utilization = this.#piscina?.utilization ?? 0
    return Number.isFinite(utilization) ? Math.min(utilization, 1) : 0
  }

  async run<Answer>(task: readonly unknown[], signal: AbortSignal): Promise<CrewAnswer<Answer>> {
    const { signal: broken } = this.#broken
    if (broken.aborted) throw broken.reason
    const stop = linkSignals(signal, broken)
    try {
      this.#starting ??= this.#start()
      return { answer: await (await this.#starting).run(task, { signal: stop.signal }) }
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
    this.#closed ??= Promise.resolve(this.#starting).then((piscina) => piscina?.destroy())
    return this.#closed
  }

  /** Piscina starts no thread anew after one that ended before it was ready: what waits would wait for ever. */
  #checkSomeoneWorks({ threads, queueSize }: Piscina): void {
    if (this.#closing.signal.aborted || threads.length > 0 || queueSize === 0) return
    this.#broken.abort(this.#cannotStart(this.#lastError ?? 'it ended without a word'))
  }

  #cannotStart(cause: unknown): ExrError {
    return new ExrError('ERR_WORKER_DIED', `Worker threads cannot start ${this.#options.worker}: ${textOf(cause)}`, {
      cause,
    })
  }
}

/** Some errors lose their class on the way from a thread, a few also their text. */
function textOf(error: unknown): string {
  const { message } = Object(error) as { message?: unknown }
  if (typeof message === 'string' && message !== '') return message
  return typeof error === 'string' ? error : 'it threw what cannot cross threads'
}
