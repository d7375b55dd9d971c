import type { Sampling } from '../inspect/sampling.ts'
import type { ByteRange } from '../source/source.ts'
import type { PartLayout } from './layout.ts'
import type { PixelFile } from './pixel-file.ts'

/** A chunk of the level that is read: where it lies in the picture and in the file. */
export interface ListedChunk {
  /** In the part's table. */
  readonly index: number
  /** Pixels of the level; the origin is that of the data window. */
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly tileX: number
  readonly tileY: number
  /** Null when the chunk table has no usable offset. */
  readonly range: ByteRange | null
  /** Chunks it stands for: more than one only at the end, for all that a chunk table which was cut off lacks. */
  readonly count: number
}

/** Pixels [x, x + width) x [y, y + height). */
export interface Region {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

type Decodable = Extract<PartLayout, { canDecode: true }>

/** Beyond its packed size a chunk has a leader of at most 40 bytes; what lies behind it is not read. */
const MAX_LEADER_BYTES = 40

/** The chunks of the level in the order of their rows, tiles of a row from left to right. Nothing is read. */
export function* chunksOf(
  file: PixelFile,
  partIndex: number,
  { native, level }: Decodable,
  region?: Region,
): Generator<ListedChunk> {
  const plan = file.plan.parts[partIndex]!
  const { minX, minY, levelWidth, levelHeight } = native
  const lines = plan.linesPerChunk ?? 1
  const chunkWidth = level === null ? levelWidth : native.tileWidth
  const chunkHeight = level === null ? lines : native.tileHeight
  const columns = level?.tilesX ?? 1
  const rows = level?.tilesY ?? Math.ceil(levelHeight / lines)
  const area = region ?? { x: minX, y: minY, width: levelWidth, height: levelHeight }
  const within = (from: number, length: number, size: number, count: number): [number, number] => [
    Math.max(0, Math.floor(from / size)),
    Math.min(count, Math.ceil((from + length) / size)),
  ]
  const [firstRow, endRow] = within(area.y - minY, area.height, chunkHeight, rows)
  const [firstColumn, endColumn] = within(area.x - minX, area.width, chunkWidth, columns)
  const held = file.heldEntries(partIndex)
  for (let tileY = firstRow; tileY < endRow; tileY++) {
    for (let tileX = firstColumn; tileX < endColumn; tileX++) {
      const index = (level?.firstChunk ?? 0) + tileY * columns + tileX
      const x = minX + tileX * chunkWidth
      const y = minY + tileY * chunkHeight
      const width = Math.min(chunkWidth, minX + levelWidth - x)
      const height = Math.min(chunkHeight, minY + levelHeight - y)
      if (index < held) {
        const range = boundedRange(file, partIndex, native, index, width, height)
        yield { index, x, y, width, height, tileX, tileY, range, count: 1 }
        continue
      }
      const count = (endRow - tileY) * (endColumn - firstColumn) - (tileX - firstColumn)
      yield { index, x, y, width, height: minY + levelHeight - y, tileX, tileY, range: null, count }
      return
    }
  }
}

function boundedRange(
  file: PixelFile,
  partIndex: number,
  native: Decodable['native'],
  index: number,
  width: number,
  height: number,
): ByteRange | null {
  const range = file.rangeOf(partIndex, index)
  if (range === null) return null
  // Data that would grow is stored as it is, so a flat chunk never has more bytes than it decodes to.
  const most = native.isDeep ? native.maxChunkBytes : bytesOf(native, width, height)
  return { start: range.start, endExclusive: Math.min(range.endExclusive, range.start + MAX_LEADER_BYTES + most) }
}

/** Bytes that a flat chunk decodes to at most. */
function bytesOf({ channels }: Decodable['native'], width: number, height: number): number {
  let bytes = 0
  for (const { type, xSampling, ySampling } of channels) {
    bytes += (type === 1 ? 2 : 4) * Math.ceil(width / xSampling) * Math.ceil(height / ySampling)
  }
  return bytes
}

/** Whether the sampling looks at a chunk. */
export function isSampled(sampling: Sampling, chunk: ListedChunk, isTiled: boolean, minY: number): boolean {
  if (sampling.method === 'full') return true
  if (sampling.method === 'share') return pseudoRandom(sampling.seed, chunk.index) < sampling.share
  if (isTiled) return chunk.index % sampling.n === 0
  const first = Math.ceil((chunk.y - minY) / sampling.n) * sampling.n
  return first < chunk.y - minY + chunk.height
}

/** A number from 0 to 1 that depends on seed and chunk alone (the finalizer of MurmurHash3). */
function pseudoRandom(seed: number, index: number): number {
  let hash = (Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(seed + 1, 0x85ebca6b)) >>> 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}
