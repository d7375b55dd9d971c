import type { LeaderPlace } from './chunk-leader.ts'
import type { LevelPlan, PartChunkPlan } from './chunk-plan.ts'
import type { TilePosition } from './chunk-report.ts'

interface Listed<T> {
  readonly list: T[]
  readonly isTruncated: boolean
}

/** Scan lines of one chunk, inclusive on both ends; null for parts without known scan-line chunks. */
function rowsOf(part: PartChunkPlan, chunk: number): [number, number] | null {
  const { dataWindow, linesPerChunk } = part
  if (dataWindow === null || linesPerChunk === null) return null
  const first = dataWindow.minY + chunk * linesPerChunk
  return [first, Math.min(first + linesPerChunk - 1, dataWindow.maxY)]
}

/** Where a chunk belongs, as its leader should say; null where the header does not tell. */
export function placeOf(part: PartChunkPlan, chunk: number): LeaderPlace | null {
  const { dataWindow, linesPerChunk, levels } = part
  if (levels.length > 0) {
    const { x, y, levelX, levelY } = tileOf(part, chunk)!
    return { first: x, y, levelX, levelY }
  }
  if (dataWindow === null || linesPerChunk === null) return null
  return { first: dataWindow.minY + chunk * linesPerChunk, y: 0, levelX: 0, levelY: 0 }
}

/** The chunk that belongs to a place; null for a place the part does not have or the header does not tell. */
export function chunkAt(part: PartChunkPlan, { first, y, levelX, levelY }: LeaderPlace): number | null {
  const { dataWindow, linesPerChunk, levels } = part
  if (levels.length > 0) {
    const level = levels.find((each) => each.levelX === levelX && each.levelY === levelY)
    if (level === undefined || first < 0 || first >= level.tilesX || y < 0 || y >= level.tilesY) return null
    return level.firstChunk + y * level.tilesX + first
  }
  if (dataWindow === null || linesPerChunk === null || first < dataWindow.minY || first > dataWindow.maxY) return null
  const chunk = (first - dataWindow.minY) / linesPerChunk
  return Number.isInteger(chunk) ? chunk : null
}

/** The tile a chunk holds; null for parts without known tiles. */
function tileOf(part: PartChunkPlan, chunk: number): TilePosition | null {
  const level = part.levels.findLast(({ firstChunk }) => firstChunk <= chunk)
  return level === undefined ? null : tileIn(level, chunk)
}

function tileIn({ levelX, levelY, tilesX, firstChunk }: LevelPlan, chunk: number): TilePosition {
  const index = chunk - firstChunk
  return { levelX, levelY, x: index % tilesX, y: Math.floor(index / tilesX) }
}

/**
 * Missing scan lines as ascending inclusive ranges.
 * @param heldEntries chunks from this index on are all missing and make one range, however many are claimed
 */
export function missingRows(
  part: PartChunkPlan,
  isMissing: (chunk: number) => boolean,
  heldEntries: number,
  maxListed: number,
): Listed<[number, number]> {
  const list: [number, number][] = []
  if (rowsOf(part, 0) === null) return { list, isTruncated: false }
  const chunkCount = part.chunkCount ?? 0
  for (let chunk = 0; chunk < heldEntries; chunk++) {
    if (!isMissing(chunk)) continue
    if (!addRange(list, rowsOf(part, chunk)!, maxListed)) return { list, isTruncated: true }
  }
  if (heldEntries === chunkCount) return { list, isTruncated: false }
  const rest: [number, number] = [rowsOf(part, heldEntries)![0], rowsOf(part, chunkCount - 1)![1]]
  return { list, isTruncated: !addRange(list, rest, maxListed) }
}

/** Joins a range to the one before it when they touch; false when the list is full. */
function addRange(list: [number, number][], range: [number, number], maxListed: number): boolean {
  const last = list.at(-1)
  if (last !== undefined && range[0] <= last[1] + 1) {
    last[1] = Math.max(last[1], range[1])
    return true
  }
  if (list.length >= maxListed) return false
  list.push(range)
  return true
}

/** Missing tiles in table order. */
export function missingTiles(
  part: PartChunkPlan,
  isMissing: (chunk: number) => boolean,
  maxListed: number,
): Listed<TilePosition> {
  const list: TilePosition[] = []
  for (const level of part.levels) {
    const end = level.firstChunk + level.tilesX * level.tilesY
    for (let chunk = level.firstChunk; chunk < end; chunk++) {
      if (!isMissing(chunk)) continue
      if (list.length >= maxListed) return { list, isTruncated: true }
      list.push(tileIn(level, chunk))
    }
  }
  return { list, isTruncated: false }
}

/** The list with one more range, ascending and joined where ranges touch. */
export function withRows(
  list: readonly (readonly [number, number])[],
  rows: readonly [number, number],
): [number, number][] {
  const joined: [number, number][] = []
  const sorted = [...list, rows].sort((a, b) => a[0] - b[0])
  for (const [first, last] of sorted) addRange(joined, [first, last], sorted.length)
  return joined
}
