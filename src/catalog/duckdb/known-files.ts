import type { KnownFile, KnownFiles } from '../catalog.ts'
import { queryError } from './errors.ts'
import type { Session } from './session.ts'

/** Sightings column by column: one number a column and file, and one Map entry. */
class KnownFileTable implements KnownFiles {
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

/** The smallest int64: no clock reads it. */
const NO_TIME = -(2n ** 63n)

/** Live files whose normalized path starts with a prefix, read as a stream of columns. */
export async function readKnownFiles(session: Session, prefix: string): Promise<KnownFiles> {
  const connection = await session.connect()
  try {
    const known = new KnownFileTable()
    const result = await connection.stream(
      `SELECT file_path_normalized, coalesce(size_bytes, -1), coalesce(epoch_us(mtime), ${NO_TIME}), etag
       FROM live_files WHERE starts_with(file_path_normalized, $1)`,
      [prefix],
    )
    for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
      const [paths, sizes, mtimes, etags] = chunk.getColumns()
      for (let row = 0; row < chunk.rowCount; row++) {
        known.add(paths![row] as string, sizes![row] as bigint, mtimes![row] as bigint, etags![row] as string | null)
      }
    }
    return known
  } catch (error) {
    throw queryError(error, session.path)
  } finally {
    connection.closeSync()
  }
}

function doubled(array: BigInt64Array<ArrayBuffer>): BigInt64Array<ArrayBuffer> {
  const next = new BigInt64Array(array.length * 2)
  next.set(array)
  return next
}
