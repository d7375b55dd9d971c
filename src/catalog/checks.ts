import type { CatalogCheck } from './catalog.ts'
import { type FrameRow, misreadFrames } from './plan-frames.ts'

const EXAMPLES = 5

/** Rows that break a property, and a few of them; each counts once. */
export class Checks {
  readonly #rows = new Map<string, Map<string, number>>()

  /** Checks are listed even when nothing breaks them. */
  declare(name: string): void {
    if (!this.#rows.has(name)) this.#rows.set(name, new Map())
  }

  /** `violations` when one line stands for several rows. */
  add(name: string, row: string, violations = 1): void {
    this.declare(name)
    this.#rows.get(name)!.set(row, violations)
  }

  list(): CatalogCheck[] {
    return [...this.#rows].map(([name, rows]) => ({
      name,
      violations: [...rows.values()].reduce((sum, count) => sum + count, 0),
      examples: [...rows.keys()].slice(0, EXAMPLES),
    }))
  }
}

const FRAMES = 'frame and sequence of every file are read from its name'

/** Whether frames and sequences can be, folder by folder. */
export async function checkFrames(folders: AsyncIterable<FrameRow[]>, checks: Checks): Promise<void> {
  checks.declare(FRAMES)
  for await (const rows of folders) {
    for (const { path, frameNumber } of misreadFrames(rows)) checks.add(FRAMES, `${path} frame ${frameNumber}`)
  }
}
