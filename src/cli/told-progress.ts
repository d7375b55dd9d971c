import type { CliContext } from './context.ts'

/** Says how far a command has come. `update` is cheap and may be called as often as there is news. */
export interface ToldProgress {
  update(text: () => string): void
  /** Leaves the screen as if there had been no progress. */
  end(): void
}

const LINE_EVERY_MS = 5_000
const DRAW_EVERY_MS = 100

/** In place on a terminal, a line every few seconds elsewhere, nothing where it was not asked for. */
export function toldProgress(
  flags: { readonly quiet?: true; readonly json?: true },
  context: CliContext,
): ToldProgress {
  const isTerminal = context.stderr.isTTY === true
  const isSilent = flags.quiet === true || (flags.json === true && !isTerminal)
  let last = isTerminal ? Number.NEGATIVE_INFINITY : performance.now()
  let isDrawn = false
  return {
    update(text) {
      const now = performance.now()
      if (isSilent || now - last < (isTerminal ? DRAW_EVERY_MS : LINE_EVERY_MS)) return
      last = now
      if (isTerminal) context.stderr.write(`\r\u001b[K${text()}`)
      else context.note(text())
      isDrawn = isTerminal
    },
    end() {
      if (isDrawn) context.stderr.write('\r\u001b[K')
      isDrawn = false
    },
  }
}
