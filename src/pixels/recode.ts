import { isDeep } from '../header/index.ts'
import { type NativePartLayout, newPixelPass } from '../oiio/pixel-pass.ts'
import type { ByteSource } from '../source/source.ts'
import { chunksOf, type ListedChunk, type Region } from './chunk-list.ts'
import { layoutOf, type PartLayout, sampleBytes } from './layout.ts'
import { openPixelFile, type PixelFile } from './pixel-file.ts'
import { READ_DEFAULTS, readChunks } from './read-chunks.ts'

/** Where to look. */
export interface RecodeWish {
  /** Places of a file, spread over all of its flat parts: some rows of the whole width, or a tile. */
  readonly places: number
  readonly signal?: AbortSignal | undefined
}

/** What the chunks of some places of a file take in each compression. */
export interface FileRecode {
  /** Places whose samples were all decoded, and the chunks they are made of. */
  readonly places: number
  readonly chunks: number
  /** Bytes of those chunks in the file, leaders included. */
  readonly storedBytes: number
  /** The same in a file of each of `RECODED`; null where the library would not write all of them so. */
  readonly bytes: readonly (number | null)[]
  /** Places that were to be looked at and are not in it, and why the first of them is not. */
  readonly left: number
  readonly reason: string | null
}

/**
 * Compressions that are measured, by the format's numbers. DWAB is left out: its chunks are of 256 rows, and differ from those
 * of DWAA in little else.
 */
export const RECODED = ['none', 'rle', 'zips', 'zip', 'piz', 'pxr24', 'b44', 'b44a', 'dwaa'] as const

/** Chunks of every measured compression are made of so many rows or fewer. */
const ROWS = 32
/** Of a place that takes more, two copies would not fit into the memory of a child. */
const MAX_PLACE_BYTES = 256 * 1024 * 1024

type Decodable = Extract<PartLayout, { canDecode: true }>

interface Place {
  readonly partIndex: number
  readonly layout: Decodable
  readonly area: Region
}

/**
 * Decodes some places of a file and encodes them anew in every compression, by OpenEXR with its own settings, into nowhere.
 * Deep parts are left out. Throws ERR_SOURCE_*, ERR_EXR_*, ERR_ABORTED, ERR_NATIVE_UNAVAILABLE.
 */
export async function recodeFile(source: ByteSource, { places, signal }: RecodeWish): Promise<FileRecode> {
  const file = await openPixelFile(source, signal)
  const { chosen, reason: unreadable } = placesOf(file, places)
  const sum = { places: 0, chunks: 0, storedBytes: 0, left: 0 }
  const bytes: (number | null)[] = RECODED.map(() => 0)
  let reason = chosen.length === 0 ? (unreadable ?? 'it has no pixels') : null
  for (const place of chosen) {
    const found = await recodePlace(file, place, signal)
    if (typeof found === 'string') {
      sum.left++
      reason ??= found
      continue
    }
    sum.places++
    sum.chunks += found.chunks
    sum.storedBytes += found.storedBytes
    for (const [index, size] of found.bytes.entries()) {
      const before = bytes[index] ?? null
      bytes[index] = before === null || size < 0 ? null : before + size
    }
  }
  return { ...sum, bytes, reason }
}

/** Evenly spread over all places that the flat parts have. Pure. */
function placesOf(file: PixelFile, count: number): { readonly chosen: Place[]; readonly reason: string | null } {
  const parts: { readonly partIndex: number; readonly layout: Decodable; readonly count: number }[] = []
  let reason: string | null = null
  for (const [partIndex, { storage }] of file.plan.parts.entries()) {
    const layout = layoutOf(file, partIndex)
    if (!layout.canDecode) reason ??= layout.reason
    else if (storage !== null && isDeep(storage)) reason ??= 'it is deep'
    else parts.push({ partIndex, layout, count: placeCount(file, partIndex, layout) })
  }
  const total = parts.reduce((sum, part) => sum + part.count, 0)
  const wanted = Math.min(count, total)
  const chosen: Place[] = []
  for (let i = 0; i < wanted; i++) {
    let index = Math.floor(((i + 0.5) * total) / wanted)
    const part = parts.find((one) => {
      if (index < one.count) return true
      index -= one.count
      return false
    })!
    const { partIndex, layout } = part
    chosen.push({ partIndex, layout, area: placeAt(file, partIndex, layout, index) })
  }
  return { chosen, reason }
}

function rowsOf(file: PixelFile, partIndex: number): number {
  return Math.max(ROWS, file.plan.parts[partIndex]!.linesPerChunk ?? 1)
}

function placeCount(file: PixelFile, partIndex: number, { native, level }: Decodable): number {
  if (level !== null) return level.tilesX * level.tilesY
  return Math.ceil(native.levelHeight / rowsOf(file, partIndex))
}

function placeAt(file: PixelFile, partIndex: number, { native, level }: Decodable, index: number): Region {
  const { minX, minY, levelWidth, levelHeight, tileWidth, tileHeight } = native
  const rows = rowsOf(file, partIndex)
  const x = level === null ? minX : minX + (index % level.tilesX) * tileWidth
  const y = level === null ? minY + index * rows : minY + Math.floor(index / level.tilesX) * tileHeight
  const [mostWidth, mostHeight] = level === null ? [levelWidth, rows] : [tileWidth, tileHeight]
  return {
    x,
    y,
    width: Math.min(mostWidth, minX + levelWidth - x),
    height: Math.min(mostHeight, minY + levelHeight - y),
  }
}

interface PlaceRecode {
  readonly chunks: number
  readonly storedBytes: number
  /** -1 for what cannot be written. */
  readonly bytes: readonly number[]
}

/** What a place takes, or why it cannot be told. */
async function recodePlace(
  file: PixelFile,
  { partIndex, layout, area }: Place,
  signal: AbortSignal | undefined,
): Promise<PlaceRecode | string> {
  const { native } = layout
  if (areaBytes(native, area) > MAX_PLACE_BYTES) return `one of its chunks takes more than ${MAX_PLACE_BYTES} bytes`
  const listed = [...chunksOf(file, partIndex, layout, area)]
  if (listed.some(({ range }) => range === null)) return 'the chunk table has no usable offset for some chunks'
  const pass = newPixelPass({ layout: native, recode: true })
  pass.startArea(area.x, area.y, area.width, area.height)
  let storedBytes = 0
  for await (const { chunks, bytes } of readChunks(file.source, listed, READ_DEFAULTS, signal)) {
    const failures = await pass.decode(
      bytes,
      placesToNative(chunks),
      Float64Array.from(chunks, ({ index }) => index),
    )
    const failed = failures.find((failure) => failure !== null)
    if (failed) return failed
    for (const chunk of bytes) storedBytes += chunkBytes(chunk, native)
  }
  const codes = RECODED.map((_, code) => code)
  return { chunks: listed.length, storedBytes, bytes: await pass.recode(codes) }
}

function placesToNative(chunks: readonly ListedChunk[]): Int32Array {
  return Int32Array.from(
    chunks.flatMap(({ x, y, width, height, tileX, tileY }) => [x, y, width, height, tileX, tileY, 0, 0]),
  )
}

/** A decoded chunk with the leader of a single-part file, which is what the library writes. */
function chunkBytes(chunk: Uint8Array, { isTiled, partNumber }: NativePartLayout): number {
  const place = isTiled ? 16 : 4
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength)
  return place + 4 + view.getUint32((partNumber < 0 ? 0 : 4) + place, true)
}

function areaBytes({ channels }: NativePartLayout, { width, height }: Region): number {
  return sampleBytes(channels) * width * height
}
