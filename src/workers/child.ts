import { type ChildProcess, fork } from 'node:child_process'
import { closeSync, openSync, readSync, unlinkSync } from 'node:fs'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CHILD_FD, type ChildMessage, MARK_BYTES } from './child-side.ts'
import type { CrewOptions, Death, WorkerLimits } from './crew.ts'
import { putTogether } from './pieces.ts'
import { workerFile } from './worker-file.ts'

/** Bytes of a child's last words that are kept. */
const LAST_WORDS = 8_000

/** How often a child at work is looked at, in ms. */
const LOOK_MS = 1_000

/**
 * One child process. It ends with this process whatever ends it, does not keep it alive while idle, and is ended without
 * notice: it has nothing to save.
 */
export class Child {
  /** Items it was given. */
  itemCount = 0
  /** Fires once, when it is gone. */
  readonly gone: Promise<Death>
  readonly #process: ChildProcess
  readonly #blackBox = new BlackBox()
  readonly #lifeline: Socket
  #lastWords = ''
  #ended: Death['kind'] | undefined
  readonly #pieces: NodeJS.TypedArray[] = []
  #answer: ((answer: unknown) => void) | undefined
  #onGone: ((died: Death) => void) | undefined
  #died: Death | undefined
  #ready = () => {}

  constructor({ worker, workerData, onNews, resourceLimits = {}, execArgv = [] }: CrewOptions) {
    this.#process = fork(workerFile('#worker-process'), {
      // Structured clone, so that typed arrays and big integers cross.
      serialization: 'advanced',
      // A session of its own: Ctrl-C in a terminal is for the parent, which lets it finish what was begun.
      detached: true,
      execArgv: [...heapFlags(resourceLimits), ...execArgv],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc', this.#blackBox.fd ?? 'ignore', 'pipe'],
    })
    this.#process.stderr?.on('data', (text: Buffer) => {
      this.#lastWords = (this.#lastWords + text).slice(-LAST_WORDS)
    })
    this.#lifeline = (this.#process.stdio as readonly unknown[])[CHILD_FD.lifeline] as Socket
    this.#lifeline.on('error', () => {})
    this.gone = new Promise((resolve) => {
      this.#process.once('error', (error) => resolve({ kind: 'exit', reason: error.message, culprit: null }))
      // `close` and not `exit`: its last words have arrived by then.
      this.#process.once('close', (code, signal) => resolve(this.#death(code, signal)))
    })
    this.gone.then((died) => {
      this.#blackBox.close()
      this.#died = died
      this.#onGone?.(died)
    })
    this.#process.on('message', (message: ChildMessage) => {
      if ('ready' in message) this.#ready()
      else if ('news' in message) onNews?.(message.news)
      else if ('piece' in message) this.#pieces.push(message.piece)
      else this.#answer?.(putTogether({ rest: message.answer, pieces: this.#pieces.splice(0) }))
    })
    this.#process.send({ worker, data: workerData }, () => {})
  }

  /** Resolves when it can take work: null, or how it died before. */
  started(): Promise<Death | null> {
    const ready = new Promise<null>((resolve) => {
      this.#ready = () => resolve(null)
    })
    return Promise.race([ready, this.gone])
  }

  /** One task at a time. `itemTimeoutMs` is per item; a batch has the time of all its items. */
  async run(task: readonly unknown[], itemTimeoutMs: number): Promise<{ answer: unknown } | { died: Death }> {
    this.itemCount += task.length
    this.#hold(true)
    const looking = this.#watch(task.length, itemTimeoutMs)
    try {
      // No race with `gone`: it would hold every answer for as long as the child lives.
      const answered = new Promise<{ answer: unknown } | Death>((resolve) => {
        this.#answer = (answer) => resolve({ answer })
        this.#onGone = resolve
        if (this.#died) resolve(this.#died)
      })
      this.#process.send({ task }, () => {})
      const result = await answered
      if ('answer' in result) return result
      // Alone, an item is to blame for whatever happens.
      return { died: { ...result, culprit: task.length === 1 ? 0 : result.culprit } }
    } finally {
      clearInterval(looking)
      this.#answer = undefined
      this.#onGone = undefined
      this.#hold(false)
    }
  }

  /** Resolves when it is gone. */
  async end(): Promise<void> {
    // Whoever waits for the end of an idle child keeps this process alive so long.
    this.#hold(true)
    this.#kill('exit')
    await this.gone
  }

  #kill(kind: Death['kind']): void {
    this.#ended ??= kind
    this.#process.kill('SIGKILL')
  }

  /** Ends it when one item, or all of them together, take too long. */
  #watch(itemCount: number, itemTimeoutMs: number): NodeJS.Timeout {
    const begun = performance.now()
    let last = ''
    let since = begun
    return setInterval(
      () => {
        const now = performance.now()
        const { item, counter } = this.#blackBox.read()
        if (item === null || `${counter}` !== last) since = now
        last = `${counter}`
        if (now - since > itemTimeoutMs || now - begun > itemTimeoutMs * itemCount) this.#kill('timeout')
      },
      Math.min(LOOK_MS, itemTimeoutMs / 4),
    )
  }

  #death(code: number | null, signal: NodeJS.Signals | null): Death {
    const kind = this.#ended ?? (signal ? 'crash' : 'exit')
    const words = telling(this.#lastWords)
    const how = kind === 'timeout' ? 'it took too long' : signal === null ? `exit code ${code}` : named(signal)
    return { kind, reason: words === '' ? how : `${how}: ${words}`, culprit: this.#blackBox.read().item }
  }

  /** An idle child must not keep this process from ending. */
  #hold(isBusy: boolean): void {
    for (const handle of [this.#process, this.#process.channel, this.#process.stderr as Socket, this.#lifeline]) {
      if (isBusy) handle?.ref()
      else handle?.unref()
    }
  }
}

/** A few bytes in a file without a name that a child overwrites as it goes on: they are there after any crash. */
class BlackBox {
  readonly fd: number | null
  static #count = 0

  constructor() {
    const path = join(tmpdir(), `exr-inspector-${process.pid}-${BlackBox.#count++}`)
    try {
      this.fd = openSync(path, 'wx+', 0o600)
      unlinkSync(path)
    } catch {
      // Without a folder to write to, a crash is blamed on no item and the batch is tried again one by one.
      this.fd = null
    }
  }

  read(): { readonly item: number | null; readonly counter: number } {
    const mark = new Int32Array(MARK_BYTES / 4)
    const length = this.fd === null ? 0 : readSync(this.fd, mark, 0, MARK_BYTES, 0)
    return { item: length === MARK_BYTES && mark[0]! >= 0 ? mark[0]! : null, counter: mark[1]! }
  }

  close(): void {
    if (this.fd !== null) closeSync(this.fd)
  }
}

/** The line that says what happened, among stacks and statistics. */
function telling(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const line = lines.find((words) => /error|fatal|terminate|assert|corrupt/i.test(words)) ?? lines.at(-1) ?? ''
  return line.trim().slice(0, 300)
}

function named(signal: NodeJS.Signals): string {
  return signal === 'SIGKILL' ? 'SIGKILL, which mostly means that the system ran out of memory' : signal
}

function heapFlags({ maxOldGenerationSizeMb, maxYoungGenerationSizeMb }: WorkerLimits): string[] {
  const flags: string[] = []
  if (maxOldGenerationSizeMb) flags.push(`--max-old-space-size=${maxOldGenerationSizeMb}`)
  // The young generation is three semi-spaces.
  if (maxYoungGenerationSizeMb)
    flags.push(`--max-semi-space-size=${Math.max(1, Math.round(maxYoungGenerationSizeMb / 3))}`)
  return flags
}
