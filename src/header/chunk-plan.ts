import { viewOf } from './bytes.ts'
import { defect } from './defects.ts'
import { LINES_PER_CHUNK, type StorageType } from './format.ts'
import { DEFAULT_LIMITS, limitFlag } from './limits.ts'
import type { Box2i, ExrHeader, HeaderDefect, HeaderPart, TileDescription } from './model.ts'
import { isTiled, storageOf } from './storage.ts'

const OFFSET_BYTES = 8

/** Tiles of one level, row by row; levels follow each other in the table in the order of the plan. */
export interface LevelPlan {
  readonly levelX: number
  readonly levelY: number
  readonly tilesX: number
  readonly tilesY: number
  /** Index in the part's table of tile (0, 0). */
  readonly firstChunk: number
}

/** What a part's header says about its chunks. Sizes are claims: nothing is allocated for them. */
export interface PartChunkPlan {
  readonly partIndex: number
  /** Null when the header does not say, or names a type the format does not define. */
  readonly storage: StorageType | null
  /** From windows, tiles, levels and compression; where those do not tell, as claimed; null when neither does. */
  readonly chunkCount: number | null
  /** The `chunkCount` attribute. */
  readonly claimedChunkCount: number | null
  /** Inclusive on both ends; null when missing or broken. */
  readonly dataWindow: Box2i | null
  /** Scan lines per chunk; null for tiled parts and when unknown. */
  readonly linesPerChunk: number | null
  /** True where a chunk may hold no data: every channel skips rows. */
  readonly mayHaveEmptyChunks: boolean
  /** Tiled parts only; empty otherwise. */
  readonly levels: readonly LevelPlan[]
  /** From the start of the file; null when a part before it has an unknown count. */
  readonly tableOffset: number | null
  readonly tableByteLength: number | null
}

/** Where a file's chunk tables lie and what they must say, worked out from the header alone. */
export interface ChunkTablePlan {
  readonly parts: readonly PartChunkPlan[]
  /** Multi-part files name the part in each chunk. */
  readonly isMultiPart: boolean
  /** Where the first table begins: the end of the header. */
  readonly tablesOffset: number
  /** Of all tables together as claimed; null when not known. */
  readonly tablesByteLength: number | null
  /**
   * The bytes `judgeChunkTables` needs; never outside the file, never more than the bound. Null when the tables cannot
   * be located or exceed the bound.
   */
  readonly readRange: { readonly start: number; readonly endExclusive: number } | null
  readonly defects: readonly HeaderDefect[]
}

/**
 * Where the chunk offset tables lie and how long they are.
 * @param fileSize whole size of the file in bytes
 * @param maxTableBytes tables longer than this are not read (a `limit-exceeded` defect says so)
 * @param countInTable chunks of the only part, for a header that does not tell; see `countFromTable`
 */
export function planChunkTables(
  header: ExrHeader,
  fileSize: number,
  maxTableBytes = DEFAULT_LIMITS.tableBytes,
  countInTable: number | null = null,
): ChunkTablePlan {
  const defects: HeaderDefect[] = []
  const tablesOffset = header.byteLength
  let tableOffset: number | null = header.isTerminated ? tablesOffset : null
  const parts: PartChunkPlan[] = []
  for (const part of header.parts) {
    const plan = planPart(header, part, tableOffset, countInTable, defects)
    parts.push(plan)
    tableOffset = tableOffset === null || plan.tableByteLength === null ? null : tableOffset + plan.tableByteLength
  }
  const tablesByteLength = tableOffset === null ? null : tableOffset - tablesOffset
  const readRange = planRead(tablesOffset, tablesByteLength, fileSize, maxTableBytes, defects)
  return { parts, isMultiPart: header.flags.multiPart, tablesOffset, tablesByteLength, readRange, defects }
}

function planRead(
  start: number,
  byteLength: number | null,
  fileSize: number,
  maxTableBytes: number,
  defects: HeaderDefect[],
): ChunkTablePlan['readRange'] {
  if (byteLength === null) return null
  const end = start + byteLength
  if (end > fileSize) {
    const message = `The chunk tables need bytes ${start} to ${end}, but the file has only ${fileSize}`
    defects.push(defect('chunk-table-leaves-file', message, start))
  }
  const endExclusive = Math.max(start, Math.min(end, fileSize))
  if (endExclusive - start <= maxTableBytes) return { start, endExclusive }
  const message = `The chunk tables have ${byteLength} bytes; at most ${maxTableBytes} are read. ${limitFlag('tableBytes', byteLength)} raises the limit`
  defects.push({ ...defect('limit-exceeded', message, start), limit: { name: 'tableBytes', value: maxTableBytes } })
  return null
}

function planPart(
  header: ExrHeader,
  part: HeaderPart,
  tableOffset: number | null,
  countInTable: number | null,
  defects: HeaderDefect[],
): PartChunkPlan {
  const storage = storageOf(header, part)
  const dataWindow = windowOf(part)
  const claimed = part.get('chunkCount')?.value
  const claimedChunkCount = claimed?.kind === 'int' && claimed.value >= 0 ? claimed.value : null
  const isScanLine = storage !== null && !isTiled(storage)
  const linesPerChunk = isScanLine ? (linesPerChunkOf(part) ?? linesFromCount(dataWindow, countInTable)) : null
  const levels = isTiled(storage) ? levelsOf(part, dataWindow) : []
  const computed = countOf(dataWindow, linesPerChunk, levels)
  if (computed !== null && claimed?.kind === 'int' && claimed.value !== computed) {
    const attribute = part.get('chunkCount')!
    const message = `Attribute chunkCount is ${claimed.value} but windows, tiles and compression give ${computed}`
    defects.push(defect('chunk-count-mismatch', message, attribute.valueOffset, part.index, 'chunkCount'))
  }
  const chunkCount = computed ?? claimedChunkCount ?? countInTable
  if (chunkCount === null || countInTable !== null) {
    const found = countInTable === null ? '' : `: ${countInTable} is how many the offset table names`
    const message = `The number of chunks cannot be told from the header${found}`
    defects.push(defect('chunk-count-unknown', message, part.byteOffset, part.index))
  }
  return {
    partIndex: part.index,
    storage,
    chunkCount,
    claimedChunkCount,
    dataWindow,
    linesPerChunk,
    mayHaveEmptyChunks: mayHaveEmptyChunks(part),
    levels,
    tableOffset,
    tableByteLength: chunkCount === null ? null : chunkCount * OFFSET_BYTES,
  }
}

/** The one number of rows per chunk that gives this many chunks; null when several would. */
function linesFromCount(window: Box2i | null, count: number | null): number | null {
  if (window === null || count === null) return null
  const height = window.maxY - window.minY + 1
  if (count === 1) return height
  const fewest = Math.ceil(height / count)
  return Math.ceil(height / fewest) === count && Math.ceil(height / (fewest + 1)) < count ? fewest : null
}

/** Chunks of a few rows are empty where each channel has samples in other rows only. */
function mayHaveEmptyChunks(part: HeaderPart): boolean {
  const channels = part.get('channels')?.value
  return channels?.kind !== 'chlist' || !channels.value.some(({ ySampling }) => ySampling === 1)
}

/**
 * The bytes in which the offset table of a file must lie whose header does not tell the number of chunks; null where
 * the table would not tell it either. A chunk holds at least one row, so there are no more entries than rows.
 */
export function unknownTableRange(
  header: ExrHeader,
  fileSize: number,
  maxTableBytes = DEFAULT_LIMITS.tableBytes,
): { readonly start: number; readonly endExclusive: number } | null {
  const [part] = header.parts
  if (part === undefined || header.flags.multiPart || !header.isTerminated || isTiled(storageOf(header, part)))
    return null
  const window = windowOf(part)
  if (window === null) return null
  const start = header.byteLength
  const bytes = Math.min((window.maxY - window.minY + 1) * OFFSET_BYTES, fileSize - start, maxTableBytes)
  return bytes < OFFSET_BYTES ? null : { start, endExclusive: start + bytes }
}

/**
 * The number of entries in a table of unknown length: chunks follow the table at once, so it ends where the first of
 * the chunks it names begins. Null when it does not.
 * @param bytes those of `unknownTableRange`
 */
export function countFromTable(bytes: Uint8Array, tableOffset: number): number | null {
  const view = viewOf(bytes)
  let nearest = Number.POSITIVE_INFINITY
  for (let at = 0; at + OFFSET_BYTES <= bytes.length; at += OFFSET_BYTES) {
    nearest = Math.min(nearest, view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32)
    const end = tableOffset + at + OFFSET_BYTES
    if (nearest === end) return at / OFFSET_BYTES + 1
    if (nearest < end) return null
  }
  return null
}

function windowOf(part: HeaderPart): Box2i | null {
  const value = part.get('dataWindow')?.value
  if (value?.kind !== 'box2i') return null
  const { minX, minY, maxX, maxY } = value.value
  return minX <= maxX && minY <= maxY ? value.value : null
}

function linesPerChunkOf(part: HeaderPart): number | null {
  const value = part.get('compression')?.value
  if (value?.kind !== 'enum') return null
  return LINES_PER_CHUNK[value.value] ?? null
}

function countOf(window: Box2i | null, linesPerChunk: number | null, levels: readonly LevelPlan[]): number | null {
  const last = levels.at(-1)
  if (last !== undefined) return last.firstChunk + last.tilesX * last.tilesY
  if (window === null || linesPerChunk === null) return null
  return Math.ceil((window.maxY - window.minY + 1) / linesPerChunk)
}

/** Levels in table order: one, or each mip level, or for rip maps all x levels of each y level. */
function levelsOf(part: HeaderPart, window: Box2i | null): LevelPlan[] {
  const value = part.get('tiles')?.value
  if (value?.kind !== 'tiledesc' || window === null) return []
  const { xSize, ySize, levelMode, roundingMode } = value.value
  if (xSize < 1 || ySize < 1) return []
  if (roundingMode !== 'round_down' && roundingMode !== 'round_up') return []
  const width = window.maxX - window.minX + 1
  const height = window.maxY - window.minY + 1
  const steps = (size: number) => levelSteps(size, roundingMode)
  const levels: LevelPlan[] = []
  let firstChunk = 0
  const add = (levelX: number, levelY: number) => {
    const tilesX = Math.ceil(levelSize(width, levelX, roundingMode) / xSize)
    const tilesY = Math.ceil(levelSize(height, levelY, roundingMode) / ySize)
    levels.push({ levelX, levelY, tilesX, tilesY, firstChunk })
    firstChunk += tilesX * tilesY
  }
  if (levelMode === 'one_level') add(0, 0)
  else if (levelMode === 'mipmap_levels') {
    for (let level = 0; level <= steps(Math.max(width, height)); level++) add(level, level)
  } else if (levelMode === 'ripmap_levels') {
    for (let levelY = 0; levelY <= steps(height); levelY++) {
      for (let levelX = 0; levelX <= steps(width); levelX++) add(levelX, levelY)
    }
  }
  return levels
}

/** How often a size can be halved until it is 1. */
function levelSteps(size: number, rounding: TileDescription['roundingMode']): number {
  let steps = 0
  while (2 ** (steps + 1) <= size) steps++
  return rounding === 'round_up' && 2 ** steps < size ? steps + 1 : steps
}

/** Pixels along one side of a level; `size` is that of level 0. */
export function levelSize(size: number, level: number, rounding: TileDescription['roundingMode']): number {
  const scaled = size / 2 ** level
  return Math.max(1, rounding === 'round_up' ? Math.ceil(scaled) : Math.floor(scaled))
}
