import { ExrError } from '../errors.ts'
import type { Sampling } from '../inspect/sampling.ts'
import {
  type NativePassRequest,
  type NativePassResult,
  type NativePixelPass,
  newPixelPass,
} from '../oiio/pixel-pass.ts'
import { chunksOf, isSampled, type ListedChunk, type Region } from './chunk-list.ts'
import { type PartLayout, sampleBytes } from './layout.ts'
import type { PixelFile } from './pixel-file.ts'
import { batchesOf, READ_DEFAULTS, type ReadChunkOptions, readChunks } from './read-chunks.ts'

/** A chunk whose samples are not in the result, and why. */
export interface LostChunk {
  readonly chunk: ListedChunk
  readonly reason: string
}

const MAX_LOST = 1000

/** The format's number. */
const UNCOMPRESSED = 0

/** What one look at a part gave. */
export interface PassOutcome {
  readonly result: NativePassResult
  readonly chunkCount: number
  /** Chunks that were to be looked at and could be decoded. */
  readonly decoded: number
  /** Chunks that were to be looked at and are not in the result. */
  readonly lostCount: number
  /** Those of them that are named: at most 1,000. */
  readonly lost: readonly LostChunk[]
}

interface PassOptions {
  readonly sampling?: Sampling
  readonly region?: Region
  readonly read?: ReadChunkOptions
  readonly signal?: AbortSignal | undefined
  /** Told after each batch how many of all chunks are done. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

/**
 * Decodes the chunks of one part, level and region once, in bounded memory, and works out what is asked for. Chunks
 * that cannot be decoded are listed and the rest goes on.
 * Throws ERR_SOURCE_*, ERR_ABORTED, ERR_NATIVE_UNAVAILABLE.
 */
export async function runPass(
  file: PixelFile,
  partIndex: number,
  layout: Extract<PartLayout, { canDecode: true }>,
  work: Omit<NativePassRequest, 'layout'>,
  options: PassOptions = {},
): Promise<PassOutcome> {
  const pass = new PartPass(file, partIndex, layout, work)
  await pass.decode(options)
  return pass.outcome()
}

/** One look at a part that may be given its chunks in several goes, with rising rows. */
export class PartPass {
  readonly native: NativePixelPass
  readonly #file: PixelFile
  readonly #partIndex: number
  readonly #layout: Extract<PartLayout, { canDecode: true }>
  readonly #lost: LostChunk[] = []
  #lostCount = 0
  #chunkCount = 0
  #decoded = 0

  /** Throws ERR_NATIVE_UNAVAILABLE. */
  constructor(
    file: PixelFile,
    partIndex: number,
    layout: Extract<PartLayout, { canDecode: true }>,
    work: Omit<NativePassRequest, 'layout'>,
  ) {
    this.#file = file
    this.#partIndex = partIndex
    this.#layout = layout
    this.native = newPixelPass({ layout: layout.native, ...work })
  }

  /** Throws ERR_SOURCE_* and ERR_ABORTED. */
  async decode(options: PassOptions): Promise<void> {
    const { sampling = { method: 'full' }, read = READ_DEFAULTS, region, signal, onProgress } = options
    const { level } = this.#layout
    const { source, plan } = this.#file
    const total = level === null ? (plan.parts[this.#partIndex]!.chunkCount ?? 0) : level.tilesX * level.tilesY
    const wanted = this.#wanted(sampling, region)
    const goOn = () => {
      if (!signal?.aborted) return
      throw new ExrError('ERR_ABORTED', `Decoding ${source.path} was aborted.`, { cause: signal.reason })
    }
    if (source.natively !== undefined) {
      for (const chunks of batchesOf(wanted, { batchBytes: read.batchBytes / this.#shareRead() })) {
        goOn()
        const spans = new Float64Array(chunks.length * 2)
        for (const [i, { range }] of chunks.entries()) spans.set([range!.start, range!.endExclusive], i * 2)
        const decode = (descriptor: number) => this.native.decodeFile(descriptor, spans, ...this.#placesOf(chunks))
        this.#count(chunks, (await source.natively(decode, signal)).failures)
        onProgress?.(this.#chunkCount, total)
      }
      return
    }
    for await (const { chunks, bytes } of readChunks(source, wanted, read, signal)) {
      goOn()
      this.#count(chunks, await this.native.decode(bytes, ...this.#placesOf(chunks)))
      onProgress?.(this.#chunkCount, total)
    }
  }

  outcome(): PassOutcome {
    return {
      result: this.native.finish(),
      chunkCount: this.#chunkCount,
      decoded: this.#decoded,
      lostCount: this.#lostCount,
      lost: this.#lost,
    }
  }

  *#wanted(sampling: Sampling, region: Region | undefined): Generator<ListedChunk> {
    const { isTiled, minY } = this.#layout.native
    for (const chunk of chunksOf(this.#file, this.#partIndex, this.#layout, region)) {
      this.#chunkCount += chunk.count
      if (!isSampled(sampling, chunk, isTiled, minY)) continue
      if (chunk.range === null) this.#lose(chunk, 'the chunk table has no usable offset for it')
      else yield chunk
    }
  }

  /** How much of a chunk native code reads. */
  #shareRead(): number {
    const { compression, isDeep, channels } = this.#layout.native
    if (compression !== UNCOMPRESSED || isDeep) return 1
    return Math.max(0.01, sampleBytes(channels.filter(({ isWanted }) => isWanted)) / sampleBytes(channels))
  }

  /** Places and indexes as native code takes them. */
  #placesOf(chunks: readonly ListedChunk[]): [Int32Array, Float64Array] {
    const { levelX = 0, levelY = 0 } = this.#layout.level ?? {}
    const places = new Int32Array(chunks.length * 8)
    const indexes = new Float64Array(chunks.length)
    for (const [i, { index, x, y, width, height, tileX, tileY }] of chunks.entries()) {
      places.set([x, y, width, height, tileX, tileY, levelX, levelY], i * 8)
      indexes[i] = index
    }
    return [places, indexes]
  }

  #count(chunks: readonly ListedChunk[], failures: readonly (string | null)[]): void {
    for (const [i, reason] of failures.entries()) {
      if (reason === null) this.#decoded++
      else this.#lose(chunks[i]!, reason)
    }
  }

  #lose(chunk: ListedChunk, reason: string): void {
    this.#lostCount += chunk.count
    if (this.#lost.length < MAX_LOST) this.#lost.push({ chunk, reason })
  }
}
