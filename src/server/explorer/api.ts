/**
 * What the explorer answers under `/api/v1`. The page imports these types, so both sides mean the same. Times are ISO 8601
 * in UTC, sizes bytes, windows inclusive on both ends; null is unknown.
 */
import type { FileDeepStats, FileStats } from '../../pixels/types.ts'

/** What the explorer is doing, told by `GET /state` and pushed by `GET /events`. */
export interface ExplorerState {
  /** `waiting`: another process has the catalog. `filling`: files are being ingested; what is there can be looked at. */
  readonly state: 'waiting' | 'filling' | 'ready' | 'failed'
  /** Catalog, folder or file as it was named. */
  readonly subject: string
  /** Why it waits or failed and what to do; or whose writing the snapshot that is shown stands beside. */
  readonly message: string | null
  readonly code: string | null
  /** Of the run that fills the catalog, or of the last one. */
  readonly progress: ExplorerProgress | null
  /** Raised whenever other rows may be found: what was read before may be old. */
  readonly revision: number
  readonly version: string
}

export interface ExplorerProgress {
  readonly found: number
  readonly done: number
  readonly unchanged: number
  readonly failed: number
  /** False while more may be found. */
  readonly walkEnded: boolean
}

/** What is there to look at and with what. */
export interface Overview {
  readonly engine: string
  readonly file_count: number
  readonly sequence_count: number
  readonly size_bytes: number
  readonly incomplete_count: number
  /** Locations that could not be read. */
  readonly unreadable_count: number
  /** Folder that holds every file, without a slash at its end. */
  readonly common_folder: string
  readonly policies: readonly { readonly name: string; readonly about: string }[]
  readonly queries: readonly QuerySummary[]
  /** Vectors that similar files can be found by, `provider@version`; first those that every file has. */
  readonly embeddings: readonly string[]
  readonly facets: readonly string[]
  /** Matrices to linear Rec. 709, row by row, by the name of the gamut. */
  readonly gamuts: Readonly<Record<string, readonly number[]>>
}

export interface QuerySummary {
  readonly name: string
  readonly title: string
  readonly doc: string
  readonly parameters: Readonly<
    Record<
      string,
      { readonly type: string; readonly doc: string; readonly default?: unknown; readonly optional?: true }
    >
  >
}

/** One row of a search: a file, or with `fold` a sequence with the facts of its first frame. */
export interface FoundRow {
  /** The sequence, or the path of a file that is in none. */
  readonly name: string
  readonly file_id: string
  readonly file_path: string
  readonly sequence_key: string | null
  readonly frame_count: number
  readonly first_frame: number | null
  readonly last_frame: number | null
  /** Frames between the first and the last that are not there. */
  readonly missing_count: number
  readonly incomplete_count: number
  /** Files of which it cannot be told whether they are whole. */
  readonly unknown_count: number
  readonly size_bytes: number
  readonly mtime: string | null
  readonly display_width: number | null
  readonly display_height: number | null
  readonly part_count: number | null
  readonly part_type: string | null
  readonly is_deep: boolean | null
  readonly compression: string | null
  readonly color_space: string | null
  readonly render_software: string | null
}

export interface Found {
  readonly rows: readonly FoundRow[]
  readonly total: number
  /** What to give as `cursor` for the rows that follow; null at the end. */
  readonly next: string | null
}

/** Values of one facet, most frequent first, with the files of the search that have them. */
export interface Facet {
  readonly name: string
  readonly values: readonly { readonly value: string; readonly count: number }[]
  /** Some rarer values are left out. */
  readonly cut: boolean
}

export type Row = Readonly<Record<string, unknown>>

/** Everything the catalog keeps of a file. */
export interface FileDetail {
  readonly file: Row
  readonly parts: readonly Row[]
  readonly channels: readonly Row[]
  readonly attributes: readonly Row[]
  readonly findings: readonly Row[]
  /** Statistics that were ingested. */
  readonly channel_stats: readonly Row[]
  /** The file as it is now beside the catalog's last look. */
  readonly on_disk: 'same' | 'changed' | 'gone' | 'unknown'
  /** Neighbours in its sequence. */
  readonly previous_id: string | null
  readonly next_id: string | null
  /** The command that prints the same. */
  readonly command: string
}

/** Chunks that are not there, from a fresh look at all leaders. */
export interface ChunkMap {
  readonly is_complete: boolean | null
  readonly check_depth: string
  readonly checked_chunks: number
  readonly parts: readonly {
    readonly part_index: number
    readonly chunk_count: number | null
    readonly missing_chunks: number | null
    readonly data_window: Row | null
    readonly tile_width: number | null
    readonly tile_height: number | null
    readonly missing: Row | null
  }[]
  readonly errors: readonly Row[]
}

/** Statistics of every sample of a file, decoded when they are asked for. */
export interface SampleStats {
  readonly stats: FileStats | null
  readonly deep_stats: FileDeepStats | null
}

/** What a policy says of one file. */
export interface Findings {
  readonly policy: string
  readonly findings: readonly Row[]
  readonly states: Readonly<Record<string, number>>
  /** Whether pixels were read too. */
  readonly pixels: boolean
}

export interface SequenceDetail {
  readonly sequence: string
  readonly frames: readonly {
    readonly frame: number
    readonly file_id: string
    readonly file_path: string
    readonly size_bytes: number | null
    readonly is_complete: boolean | null
    readonly render_seconds: number | null
    readonly header_hash: string
  }[]
  readonly missing: readonly (readonly [number, number])[]
  /** Facts that are not the same in all frames, by frame range. */
  readonly drift: readonly Row[]
}

export interface SimilarRow extends FoundRow {
  readonly similarity: number
  /** Facts of the two that differ. */
  readonly differences: readonly { readonly fact: string; readonly here: string; readonly there: string }[]
}

/** A plane of two principal components of the vectors of a selection. */
export interface MapOfFiles {
  readonly points: readonly {
    readonly file_id: string
    readonly file_path: string
    readonly x: number
    readonly y: number
    readonly facet: string
  }[]
  /** Share of the variance that the two axes show. */
  readonly explained: readonly [number, number]
  readonly total: number
}

export interface Answer {
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly rows: readonly (readonly unknown[])[]
  /** There are more rows than were asked for. */
  readonly cut: boolean
}

type PixelNumber = number | 'NaN' | 'Infinity' | '-Infinity'

/** Raw values of every channel of a part at one pixel; of deep parts every sample. */
export interface PixelValues {
  readonly x: number
  readonly y: number
  readonly part_index: number
  readonly is_deep: boolean
  /** Null for pixels that are not deep. */
  readonly sample_count: number | null
  readonly channels: readonly {
    readonly name: string
    readonly type: string
    /** Not a number, infinities and unseen pixels as text. */
    readonly value: PixelNumber | null
    /** Of deep parts, 32 at most. */
    readonly samples?: readonly PixelNumber[]
  }[]
  /** Objects of Cryptomattes and ID manifests that the pixel is part of. */
  readonly objects: readonly {
    readonly layer: string
    readonly id: string
    readonly name: string | null
    readonly coverage: number | null
  }[]
}

/** The header `x-exr-region` of an answer of pixels: what it holds. */
export interface RegionFacts {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly columns: number
  readonly rows: number
  readonly part_index: number
  readonly layer: string
  readonly kind: 'colour' | 'vector' | 'scalar'
  readonly color: { readonly color_space: string; readonly matrix: readonly number[]; readonly is_encoded: boolean }
}

/** What went wrong. */
export interface Problem {
  readonly code: string
  readonly message: string
  /** The file that is there now, where another one was asked for. */
  readonly replaced_by?: string
}
