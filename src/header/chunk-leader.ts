import { int32At, uint32At } from './bytes.ts'
import type { PartChunkPlan } from './chunk-plan.ts'
import type { StorageType } from './format.ts'

/** Coordinates, then sizes of 4 bytes in flat and 8 bytes in deep parts (OpenEXR file layout, "Chunk layout"). */
const LEADERS: Readonly<Record<StorageType, { readonly coordinates: number; readonly isDeep: boolean }>> = {
  scanlineimage: { coordinates: 1, isDeep: false },
  tiledimage: { coordinates: 4, isDeep: false },
  deepscanline: { coordinates: 1, isDeep: true },
  deeptile: { coordinates: 4, isDeep: true },
}

/** Bytes of the longest leader: a tile of a deep multi-part file. */
export const LONGEST_LEADER = 44

/** Bytes of a chunk before its data; in multi-part files they begin with the part number. 0 for unknown storage. */
export function leaderByteLength(storage: StorageType | null, isMultiPart: boolean): number {
  if (storage === null) return 0
  const { coordinates, isDeep } = LEADERS[storage]
  return (isMultiPart ? 4 : 0) + coordinates * 4 + (isDeep ? 24 : 4)
}

/** Where a chunk lies in its part, as its leader says. */
export interface LeaderPlace {
  /** First row of a scan-line chunk, column of a tile. */
  readonly first: number
  /** Of tiles; 0 for scan lines. */
  readonly y: number
  readonly levelX: number
  readonly levelY: number
}

/** The place a leader names; `at` is where the leader begins in `bytes`, which hold it whole. */
export function leaderPlace(storage: StorageType, isMultiPart: boolean, bytes: Uint8Array, at: number): LeaderPlace {
  const start = at + (isMultiPart ? 4 : 0)
  const first = int32At(bytes, start)
  if (LEADERS[storage].coordinates === 1) return { first, y: 0, levelX: 0, levelY: 0 }
  return {
    first,
    y: int32At(bytes, start + 4),
    levelX: int32At(bytes, start + 8),
    levelY: int32At(bytes, start + 12),
  }
}

/** The sizes a leader claims cannot be. */
export const IMPOSSIBLE_SIZE = -1

/**
 * Bytes of data after the leader, `IMPOSSIBLE_SIZE` where the claim is negative, or zero in a part whose every chunk
 * holds some. The third size of a deep chunk, its unpacked size, takes no room in the file.
 */
export function leaderDataBytes(
  { storage, mayHaveEmptyChunks }: PartChunkPlan,
  isMultiPart: boolean,
  bytes: Uint8Array,
  at: number,
): number {
  const { coordinates, isDeep } = LEADERS[storage!]
  const sizesAt = at + (isMultiPart ? 4 : 0) + coordinates * 4
  if (!isDeep) {
    const size = int32At(bytes, sizesAt)
    return size < 0 || (size === 0 && !mayHaveEmptyChunks) ? IMPOSSIBLE_SIZE : size
  }
  const tableSize = int64At(bytes, sizesAt)
  const sampleSize = int64At(bytes, sizesAt + 8)
  return tableSize <= 0 || sampleSize < 0 ? IMPOSSIBLE_SIZE : tableSize + sampleSize
}

function int64At(bytes: Uint8Array, at: number): number {
  return uint32At(bytes, at) + int32At(bytes, at + 4) * 2 ** 32
}
