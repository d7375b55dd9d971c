import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RegionPixels, RegionWish } from '../../pixels/region.ts'
import type { ThumbnailOptions } from '../../pixels/thumbnail.ts'
import type { S3Settings } from '../../source/s3-settings.ts'
import { openPixelPool } from '../../tasks/pixel-pool.ts'

/** What the pictures of one explorer may take on disk. */
const CACHE_BYTES = 512 * 1024 * 1024
const JOBS = 2

interface Kept {
  readonly bytes: number
}

/** A picture and the tag that names its content. */
export interface CachedPicture {
  readonly bytes: Buffer
  readonly etag: string
}

/** Decodes in child processes; keeps pictures in a folder of its own, the oldest of which go first. */
export class Pictures {
  readonly pool: ReturnType<typeof openPixelPool>
  readonly #kept = new Map<string, Kept>()
  readonly #waiting = new Map<string, Promise<void>>()
  #folder: Promise<string> | null = null
  #decoding = 0
  #bytes = 0

  constructor(s3: S3Settings) {
    this.pool = openPixelPool({ jobs: JOBS, keepsOne: true, s3 })
  }

  /** Throws what decoding throws, ERR_ABORTED. */
  region(
    location: string,
    options: Omit<RegionWish, 'signal' | 'threads'>,
    signal: AbortSignal,
  ): Promise<RegionPixels> {
    return this.#decode((threads) =>
      this.pool.ask({ kind: 'region', location, options: { ...options, threads } }, { signal }),
    )
  }

  /** `version` changes whenever the file's bytes do. Throws what decoding throws, ERR_ABORTED. */
  async thumbnail(
    location: string,
    version: string,
    options: Omit<ThumbnailOptions, 'signal' | 'onProgress' | 'threads'>,
    signal: AbortSignal,
  ): Promise<CachedPicture> {
    const key = digestOf([location, version, options])
    this.#folder ??= mkdtemp(join(tmpdir(), 'exr-explorer-'))
    const path = join(await this.#folder, `${key}.jpg`)
    const kept = this.#kept.get(key)
    if (kept === undefined) await this.#make(key, path, location, options, signal)
    else this.#touch(key, kept)
    return { bytes: await readFile(path), etag: `"${key}"` }
  }

  async close(): Promise<void> {
    await this.pool.close()
    const folder = await this.#folder
    if (folder !== undefined && folder !== null) await rm(folder, { recursive: true, force: true })
  }

  /** Two who ask for the same picture wait for one decode, unless the first has left. */
  async #make(
    key: string,
    path: string,
    location: string,
    options: Omit<ThumbnailOptions, 'signal' | 'onProgress' | 'threads'>,
    signal: AbortSignal,
  ): Promise<void> {
    const before = this.#waiting.get(key)
    if (before !== undefined) {
      await before.catch(() => {})
      if (this.#kept.has(key)) return
    }
    const making = this.#decode((threads) =>
      this.pool.ask({ kind: 'thumbnail', location, options: { ...options, threads }, output: path }, { signal }),
    ).then(async () => this.#keep(key, (await stat(path)).size))
    this.#waiting.set(key, making)
    try {
      await making
    } finally {
      if (this.#waiting.get(key) === making) this.#waiting.delete(key)
    }
  }

  /** A picture that is asked for alone is decoded by all that would work on several. */
  async #decode<T>(ask: (threads: number) => Promise<T>): Promise<T> {
    const threads = this.#decoding === 0 ? JOBS : 1
    this.#decoding++
    try {
      return await ask(threads)
    } finally {
      this.#decoding--
    }
  }

  async #keep(key: string, bytes: number): Promise<void> {
    this.#kept.set(key, { bytes })
    this.#bytes += bytes
    const folder = await this.#folder!
    for (const [oldest, { bytes: size }] of this.#kept) {
      if (this.#bytes <= CACHE_BYTES || oldest === key) break
      this.#kept.delete(oldest)
      this.#bytes -= size
      await rm(join(folder, `${oldest}.jpg`), { force: true })
    }
  }

  #touch(key: string, kept: Kept): void {
    this.#kept.delete(key)
    this.#kept.set(key, kept)
  }
}

/** A short name of plain values. */
export function digestOf(values: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(values)).digest('hex').slice(0, 32)
}
