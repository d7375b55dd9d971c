import { viewOf } from './bytes.ts'
import { rowsOf, tileOf, withRows, withTile } from './chunk-missing.ts'
import type { PartChunkPlan } from './chunk-plan.ts'
import type { ChunkReport, LastChunk, PartChunkReport } from './chunk-report.ts'
import type { DefectCode } from './defect-codes.ts'
import { defect } from './defects.ts'
import type { StorageType } from './format.ts'

/** Coordinates, then sizes of 4 bytes in flat and 8 bytes in deep parts (OpenEXR file layout, "Chunk layout"). */
const LEADERS: Readonly<Record<StorageType, { readonly coordinates: number; readonly isDeep: boolean }>> = {
  scanlineimage: { coordinates: 1, isDeep: false },
  tiledimage: { coordinates: 4, isDeep: false },
  deepscanline: { coordinates: 1, isDeep: true },
  deeptile: { coordinates: 4, isDeep: true },
}

/** Bytes of a chunk before its data; in multi-part files they begin with the part number. 0 for unknown storage. */
export function leaderByteLength(storage: StorageType | null, isMultiPart: boolean): number {
  if (storage === null) return 0
  const { coordinates, isDeep } = LEADERS[storage]
  return (isMultiPart ? 4 : 0) + coordinates * 4 + (isDeep ? 24 : 4)
}

/**
 * The report with the last chunk judged: whether its leader names the part and the rows or tile the table says, and
 * whether its data ends inside the file. A chunk that fails counts as missing.
 * @param leaderBytes the bytes of `report.lastChunk`
 * @param fileSize whole size of the file in bytes
 */
export function judgeLastChunk(report: ChunkReport, leaderBytes: Uint8Array, fileSize: number): ChunkReport {
  const last = report.lastChunk
  if (last === null) return report
  const part = report.plan.parts[last.partIndex]!
  if (part.storage === null) return report
  if (leaderBytes.length < last.endExclusive - last.start) {
    return withLastMissing(report, part, last, 'last-chunk-truncated', 'The last chunk breaks off inside its leader')
  }
  const { problem, end } = readLeader(part, part.storage, last, leaderBytes, report.plan.isMultiPart)
  if (problem !== null) return withLastMissing(report, part, last, 'chunk-leader-mismatch', problem)
  if (end > fileSize) {
    const message = `The last chunk should end at byte ${end}, but the file has only ${fileSize}`
    return withLastMissing({ ...report, chunksEnd: end }, part, last, 'last-chunk-truncated', message)
  }
  return { ...report, chunksEnd: end }
}

function readLeader(
  part: PartChunkPlan,
  storage: StorageType,
  last: LastChunk,
  bytes: Uint8Array,
  isMultiPart: boolean,
): { readonly problem: string | null; readonly end: number } {
  const view = viewOf(bytes)
  const { coordinates, isDeep } = LEADERS[storage]
  const start = isMultiPart ? 4 : 0
  const numbers = Array.from({ length: coordinates }, (_, i) => view.getInt32(start + i * 4, true))
  const sizesAt = start + coordinates * 4
  // The third size of a deep chunk, its unpacked size, takes no room in the file.
  const sizes = isDeep ? [int64At(view, sizesAt), int64At(view, sizesAt + 8)] : [view.getInt32(sizesAt, true)]
  const end = last.endExclusive + sizes.reduce((total, size) => total + size, 0)
  const partNumber = isMultiPart ? view.getInt32(0, true) : last.partIndex
  if (partNumber !== last.partIndex) {
    return { problem: `The last chunk names part ${partNumber}, its table belongs to part ${last.partIndex}`, end }
  }
  const expected = expectedCoordinates(part, last.chunkIndex)
  if (expected?.some((number, i) => number !== numbers[i])) {
    return { problem: `The last chunk says it is at (${numbers}), its place in the table is for (${expected})`, end }
  }
  if (sizes.some((size) => size < 0)) return { problem: `The last chunk claims sizes of ${sizes} bytes`, end }
  return { problem: null, end }
}

/** As the leader writes them: a scan-line chunk names its first row, a tile its position and then its level. */
function expectedCoordinates(part: PartChunkPlan, chunk: number): number[] | null {
  const tile = tileOf(part, chunk)
  if (tile !== null) return [tile.x, tile.y, tile.levelX, tile.levelY]
  const rows = rowsOf(part, chunk)
  return rows === null ? null : [rows[0]]
}

function int64At(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getInt32(at + 4, true) * 2 ** 32
}

function withLastMissing(
  report: ChunkReport,
  part: PartChunkPlan,
  last: LastChunk,
  code: DefectCode,
  message: string,
): ChunkReport {
  const parts = report.parts.map((each) => (each.partIndex === last.partIndex ? withMissing(each, part, last) : each))
  const missingChunks = report.missingChunks === null ? null : report.missingChunks + 1
  const defects = [...report.defects, defect(code, message, last.start, last.partIndex)]
  return { ...report, isComplete: false, missingChunks, parts, defects }
}

function withMissing(report: PartChunkReport, part: PartChunkPlan, { chunkIndex }: LastChunk): PartChunkReport {
  const missingChunks = (report.missingChunks ?? 0) + 1
  const tile = tileOf(part, chunkIndex)
  if (tile !== null) return { ...report, missingChunks, missingTiles: withTile(report.missingTiles, tile) }
  const rows = rowsOf(part, chunkIndex)
  if (rows === null) return { ...report, missingChunks }
  return { ...report, missingChunks, missingRows: withRows(report.missingRows, rows) }
}
