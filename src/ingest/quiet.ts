/** What has come to rest. */
export interface Settled {
  readonly changed: readonly string[]
  readonly gone: readonly string[]
}

interface Touched {
  /** When it was touched last, or seen to be another. */
  at: number
  /** What it was at the last look; undefined before the first. */
  seen: string | null | undefined
}

/**
 * Files that something happened to, until they are quiet: nothing was told of them for a while, and two looks that far apart
 * found the same size and time. Where events are lost or come late, the looks alone decide.
 */
export class QuietFiles {
  readonly #touched = new Map<string, Touched>()
  readonly #quietMs: number

  constructor(quietMs: number) {
    this.#quietMs = quietMs
  }

  get size(): number {
    return this.#touched.size
  }

  touch(path: string, nowMs: number): void {
    this.#touched.set(path, { at: nowMs, seen: this.#touched.get(path)?.seen })
  }

  /** Those that are quiet by now; they are forgotten. `look` says what a file is, null for gone. */
  async settle(nowMs: number, look: (path: string) => Promise<string | null>): Promise<Settled> {
    const [changed, gone]: [string[], string[]] = [[], []]
    for (const [path, touched] of [...this.#touched]) {
      if (nowMs - touched.at < this.#quietMs) continue
      const found = await look(path)
      // Touched again while it was looked at.
      if (this.#touched.get(path) !== touched) continue
      if (found !== touched.seen) {
        touched.at = nowMs
        touched.seen = found
        continue
      }
      this.#touched.delete(path)
      if (found === null) gone.push(path)
      else changed.push(path)
    }
    return { changed, gone }
  }
}
