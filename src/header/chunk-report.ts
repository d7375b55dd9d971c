import type { ChunkTablePlan } from './chunk-plan.ts'
import type { HeaderDefect } from './model.ts'

/** A tile of a level, in tile coordinates. */
export interface TilePosition {
  readonly levelX: number
  readonly levelY: number
  readonly x: number
  readonly y: number
}

/** Order of the chunks in the file, by their offsets; null when fewer than two are there. */
export type ChunkOrder = 'increasing' | 'decreasing' | 'random'

/** What the chunk table of one part says. */
export interface PartChunkReport {
  readonly partIndex: number
  readonly chunkCount: number | null
  /** Chunks that were not found; null when the number of chunks is unknown. */
  readonly missingChunks: number | null
  /** Missing scan lines, inclusive on both ends, in the data window's coordinates; ascending. */
  readonly missingRows: readonly (readonly [number, number])[]
  /** Missing tiles in table order. */
  readonly missingTiles: readonly TilePosition[]
  /** True when the lists above were cut short. */
  readonly isTruncated: boolean
  readonly order: ChunkOrder | null
}

/** The chunk that lies last in the file: its leader tells where the file must end. */
export interface LastChunk {
  readonly partIndex: number
  /** Index in the part's table. */
  readonly chunkIndex: number
  /** Bytes of its leader, [start, endExclusive) from the start of the file. */
  readonly start: number
  readonly endExclusive: number
}

/** How far a census looked: at tables alone, at some leaders, or at the leader of every chunk that has a place. */
export type CensusDepth = 'none' | 'table' | 'leaders' | 'all'

/** What the chunk tables say of a whole file. */
export interface ChunkReport {
  /** True when every chunk of every part can be found inside the file, as far as was looked. */
  readonly isComplete: boolean
  /** Of all parts; null when a part's number of chunks is unknown. A lower bound unless `depth` is `all`. */
  readonly missingChunks: number | null
  /** Chunks whose leader was looked at. */
  readonly checkedChunks: number
  readonly depth: CensusDepth
  readonly parts: readonly PartChunkReport[]
  /** Null when no chunk can be found. */
  readonly lastChunk: LastChunk | null
  /** Offset after the last chunk's last byte; null until the last chunk's leader was looked at. */
  readonly chunksEnd: number | null
  readonly plan: ChunkTablePlan
  readonly defects: readonly HeaderDefect[]
}
