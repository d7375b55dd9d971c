import type { IngestCounts } from '../ingest/counts.ts'
import type { CliContext } from './context.ts'
import { count, duration, rate } from './format/units.ts'
import type { Style } from './style.ts'

type Counts = Pick<IngestCounts, 'inspected' | 'toInspect' | 'unchanged' | 'failed' | 'walkEnded'>

/** Shows how far a run has come. `update` is cheap and may be called as often as there is news. */
export interface Progress {
  update(counts: Counts): void
  /** Puts a line above the progress. */
  note(line: string): void
  /** Leaves the screen as if there had been no progress. */
  end(): void
}

export const noProgress: Progress = { update() {}, note() {}, end() {} }

const LINE_EVERY_MS = 5000

/** A line every few seconds, for logs. */
export function lineProgress(context: CliContext, limit: number): Progress {
  const speed = new Speed()
  let last = performance.now()
  return {
    update(counts) {
      const now = performance.now()
      if (now - last < LINE_EVERY_MS) return
      last = now
      context.note(progressText(counts, limit, speed.measure(counts.inspected, now)))
    },
    note: (line) => context.note(line),
    end() {},
  }
}

/** A bar that redraws itself in place. */
export async function barProgress(context: CliContext, limit: number): Promise<Progress> {
  const { default: cliProgress } = await import('cli-progress')
  const { errorStyle: style } = context
  const speed = new Speed()
  let latest: Counts | null = null
  const bar = new cliProgress.SingleBar({
    stream: context.stderr,
    clearOnComplete: true,
    hideCursor: true,
    linewrap: false,
    fps: 8,
    format: () => {
      if (!latest) return 'Looking for files'
      const perMs = speed.measure(latest.inspected, performance.now())
      return progressLine(latest, limit, perMs, { style, width: context.stderr.columns || 80 })
    },
  })
  bar.start(1, 0)
  return {
    update(counts) {
      latest = counts
      bar.setTotal(Math.max(1, Math.min(counts.toInspect, limit)))
      bar.update(counts.inspected)
    },
    note(line) {
      context.stderr.write('\r\u001b[K')
      context.note(line)
      // The bar's end goes back to where its line was when it began: that is below the note now.
      context.stderr.write('\u001b7')
    },
    end: () => bar.stop(),
  }
}

/** How far a command has come that reads files and stores nothing. */
export interface ReadingProgress {
  /** The same inputs, counted as they are found. */
  found<T>(inputs: Iterable<T> | AsyncIterable<T>): AsyncGenerator<T>
  /** One of them was read, or not. */
  read(isGood: boolean): void
  end(): void
}

/** A bar on a terminal, nothing elsewhere. Ctrl-C ends the process as ever, and the line and its cursor are clean before. */
export async function readingProgress(context: CliContext): Promise<ReadingProgress> {
  const progress = context.stderr.isTTY ? await barProgress(context, Number.POSITIVE_INFINITY) : noProgress
  const counts = { inspected: 0, toInspect: 0, unchanged: 0, failed: 0, walkEnded: false }
  const interrupts = (['SIGINT', 'SIGTERM'] as const).map((signal) => {
    const handle = () => {
      end()
      process.kill(process.pid, signal)
    }
    if (progress !== noProgress) process.once(signal, handle)
    return () => process.off(signal, handle)
  })
  const end = () => {
    progress.end()
    for (const release of interrupts) release()
  }
  return {
    async *found(inputs) {
      for await (const input of inputs) {
        counts.toInspect += 1
        progress.update(counts)
        yield input
      }
      counts.walkEnded = true
    },
    read(isGood) {
      counts.inspected += 1
      if (!isGood) counts.failed += 1
      progress.update(counts)
    },
    end,
  }
}

const [SHORTEST_BAR, LONGEST_BAR] = [8, 24]

/**
 * A bar and `progressText` on one line of the terminal: what is done is `━`, what is left `┄`, so that it reads without
 * colour. Where not all fits, the speed goes first, then what has not changed; how long it takes stays.
 */
export function progressLine(
  counts: Counts,
  limit: number,
  filesPerMs: number,
  { style, width }: { readonly style: Style; readonly width: number },
): string {
  const room = width - 2 - SHORTEST_BAR
  const texts = [0, 1, 2].map((leftOut) => progressText(counts, limit, filesPerMs, leftOut))
  const text = texts.find((candidate) => candidate.length <= room) ?? texts[2] ?? ''
  const size = Math.max(SHORTEST_BAR, Math.min(LONGEST_BAR, width - 2 - text.length))
  const share = counts.inspected / Math.max(1, counts.inspected, Math.min(counts.toInspect, limit))
  const filled = Math.floor(share * size)
  return `${style.green('━'.repeat(filled))}${style.dim('┄'.repeat(size - filled))} ${text}`
}

/** `1,024 of 5,000+ files, 1,900 files/s, 2 failed, 12 s left`; `+` while the walk may still find more. Leaves out the speed from 1, what is unchanged from 2. */
export function progressText(counts: Counts, limit: number, filesPerMs: number, leftOut = 0): string {
  const total = Math.min(counts.toInspect, limit)
  const mayGrow = !counts.walkEnded && total < limit
  const texts = [`${count(counts.inspected)} of ${count(total)}${mayGrow ? '+' : ''} files`]
  if (counts.inspected > 0 && leftOut < 1) texts.push(rate(filesPerMs, 1))
  if (counts.unchanged > 0 && leftOut < 2) texts.push(`${count(counts.unchanged)} unchanged`)
  if (counts.failed > 0) texts.push(`${count(counts.failed)} failed`)
  const left = total - counts.inspected
  if (filesPerMs > 0 && left > 0) texts.push(`${duration(left / filesPerMs)} left`)
  return texts.join(', ')
}

/** Files per millisecond over the last ten seconds or so. */
class Speed {
  #samples: { at: number; files: number }[] = [{ at: performance.now(), files: 0 }]

  measure(files: number, now: number): number {
    const newest = this.#samples.at(-1)
    if (!newest || now - newest.at > 250) this.#samples.push({ at: now, files })
    while (this.#samples.length > 2 && now - (this.#samples[1]?.at ?? now) > 10_000) this.#samples.shift()
    const [oldest] = this.#samples
    if (!oldest || now <= oldest.at) return 0
    return (files - oldest.files) / (now - oldest.at)
  }
}
