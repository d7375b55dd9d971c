import type { KnownFile, KnownFiles } from './catalog.ts'

/** Sightings column by column: one number a column and file, and one Map entry. */
export class KnownFileTable implements KnownFiles {
  readonly #rows = new Map<string, number>()
  readonly #etags = new Map<number, string>()
  #sizes = new BigInt64Array(1024)
  #mtimes = new BigInt64Array(1024)

  get size(): number {
    return this.#rows.size
  }

  has(normalizedPath: string): boolean {
    return this.#rows.has(normalizedPath)
  }

  get(normalizedPath: string): KnownFile | undefined {
    const row = this.#rows.get(normalizedPath)
    if (row === undefined) return undefined
    const mtimeUs = this.#mtimes[row]!
    return {
      sizeBytes: this.#sizes[row]!,
      mtimeUs: mtimeUs === NO_TIME ? null : mtimeUs,
      etag: this.#etags.get(row) ?? null,
    }
  }

  paths(): Iterable<string> {
    return this.#rows.keys()
  }

  add(path: string, sizeBytes: bigint, mtimeUs: bigint, etag: string | null): void {
    const row = this.#rows.size
    if (row === this.#sizes.length) {
      this.#sizes = doubled(this.#sizes)
      this.#mtimes = doubled(this.#mtimes)
    }
    this.#sizes[row] = sizeBytes
    this.#mtimes[row] = mtimeUs
    if (etag !== null) this.#etags.set(row, etag)
    this.#rows.set(path, row)
  }
}

/** Stands for no time: the smallest int64, which no clock reads. */
export const NO_TIME = -(2n ** 63n)

function doubled(array: BigInt64Array<ArrayBuffer>): BigInt64Array<ArrayBuffer> {
  const next = new BigInt64Array(array.length * 2)
  next.set(array)
  return next
}
