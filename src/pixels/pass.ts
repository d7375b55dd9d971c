import { ExrError } from '../errors.ts'
import type { Sampling } from '../inspect/sampling.ts'
import { type NativePassRequest, type NativePassResult, newPixelPass } from '../oiio/pixel-pass.ts'
import { chunksOf, isSampled, type ListedChunk, type Region } from './chunk-list.ts'
import type { PartLayout } from './layout.ts'
import type { PixelFile } from './pixel-file.ts'
import { READ_DEFAULTS, type ReadChunkOptions, readChunks } from './read-chunks.ts'

/** A chunk whose samples are not in the result, and why. */
export interface LostChunk {
  readonly chunk: ListedChunk
  readonly reason: string
}

const MAX_LOST = 1000

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

export interface PassOptions {
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
  const { sampling = { method: 'full' }, read = READ_DEFAULTS, signal, onProgress } = options
  const { native } = layout
  const lost: LostChunk[] = []
  let lostCount = 0
  const lose = (chunk: ListedChunk, reason: string) => {
    lostCount += chunk.count
    if (lost.length < MAX_LOST) lost.push({ chunk, reason })
  }
  let chunkCount = 0
  function* wanted(): Generator<ListedChunk> {
    for (const chunk of chunksOf(file, partIndex, layout, options.region)) {
      chunkCount += chunk.count
      if (!isSampled(sampling, chunk, native.isTiled, native.minY)) continue
      if (chunk.range === null) lose(chunk, 'the chunk table has no usable offset for it')
      else yield chunk
    }
  }
  const pass = newPixelPass({ layout: native, ...work })
  const levelX = layout.level?.levelX ?? 0
  const levelY = layout.level?.levelY ?? 0
  const total =
    layout.level === null ? (file.plan.parts[partIndex]!.chunkCount ?? 0) : layout.level.tilesX * layout.level.tilesY
  let decoded = 0
  for await (const { chunks, bytes } of readChunks(file.source, wanted(), read, signal)) {
    if (signal?.aborted) {
      throw new ExrError('ERR_ABORTED', `Decoding ${file.source.path} was aborted.`, { cause: signal.reason })
    }
    const places = Int32Array.from(
      chunks.flatMap(({ x, y, width, height, tileX, tileY }) => [x, y, width, height, tileX, tileY, levelX, levelY]),
    )
    const failures = await pass.decode(
      bytes,
      places,
      Float64Array.from(chunks, ({ index }) => index),
    )
    for (const [i, reason] of failures.entries()) {
      if (reason === null) decoded++
      else lose(chunks[i]!, reason)
    }
    onProgress?.(chunkCount, total)
  }
  return { result: pass.finish(), chunkCount, decoded, lostCount, lost }
}
