import { CHECK_DEPTHS, type CheckDepth } from '../inspect/check-depth.ts'
import type { KnownFile, KnownFiles } from './catalog.ts'

/** Sightings column by column: one number a column and file, and one Map entry. */
export class KnownFileTable implements KnownFiles {
  readonly #rows = new Map<string, number>()
  readonly #etags = new Map<number, string>()
  readonly #limits = new Map<number, string>()
  #sizes = new BigInt64Array(1024)
  #mtimes = new BigInt64Array(1024)
  /** Places in CHECK_DEPTHS; past its end for none. */
  #depths = new Uint8Array(1024)
  /** 1 for what `get` was asked for. */
  #asked = new Uint8Array(1024)

  get size(): number {
    return this.#rows.size
  }

  has(normalizedPath: string): boolean {
    return this.#rows.has(normalizedPath)
  }

  get(normalizedPath: string): KnownFile | undefined {
    const row = this.#rows.get(normalizedPath)
    if (row === undefined) return undefined
    this.#asked[row] = 1
    const mtimeUs = this.#mtimes[row]!
    return {
      sizeBytes: this.#sizes[row]!,
      mtimeUs: mtimeUs === NO_TIME ? null : mtimeUs,
      etag: this.#etags.get(row) ?? null,
      checkDepth: CHECK_DEPTHS[this.#depths[row]!] ?? null,
      limitReached: this.#limits.get(row) ?? null,
    }
  }

  paths(): Iterable<string> {
    return this.#rows.keys()
  }

  *unasked(): Iterable<string> {
    for (const [path, row] of this.#rows) if (this.#asked[row] === 0) yield path
  }

  /** `checkDepth` is one of CHECK_DEPTHS. */
  add(
    path: string,
    sizeBytes: bigint,
    mtimeUs: bigint,
    etag: string | null,
    checkDepth: string | null,
    limitReached: string | null,
  ): void {
    const row = this.#rows.size
    if (row === this.#sizes.length) {
      this.#sizes = doubled(this.#sizes, BigInt64Array)
      this.#mtimes = doubled(this.#mtimes, BigInt64Array)
      this.#depths = doubled(this.#depths, Uint8Array)
      this.#asked = doubled(this.#asked, Uint8Array)
    }
    this.#sizes[row] = sizeBytes
    this.#mtimes[row] = mtimeUs
    const depth = CHECK_DEPTHS.indexOf(checkDepth as CheckDepth)
    this.#depths[row] = depth === -1 ? CHECK_DEPTHS.length : depth
    if (etag !== null) this.#etags.set(row, etag)
    if (limitReached !== null) this.#limits.set(row, limitReached)
    this.#rows.set(path, row)
  }
}

/** Stands for no time: the smallest int64, which no clock reads. */
export const NO_TIME = -(2n ** 63n)

function doubled<Column extends { readonly length: number; set(values: Column): void }>(
  array: Column,
  Column: new (length: number) => Column,
): Column {
  const next = new Column(array.length * 2)
  next.set(array)
  return next
}
