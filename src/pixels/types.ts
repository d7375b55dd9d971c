import type { ChannelStats } from './channel-stats.ts'

/** What pixel work says in JSON: snake_case, fixed key order, the same bytes for the same input. */

/** Which part of the chunks was looked at. */
export type SamplingFacts =
  | { method: 'full' }
  | { method: 'every'; n: number }
  | { method: 'share'; share: number; seed: number }

/** What could not be decoded, by rows (inclusive) or tiles. */
export interface MissingPixels {
  chunks: number
  rows?: [number, number][]
  tiles?: { level_x: number; level_y: number; x: number; y: number }[]
  /** Why, for the first of them. */
  reasons: string[]
  truncated: boolean
}

/** Number of a level in both directions; 0, 0 is full resolution. */
export interface LevelNumberFacts {
  x: number
  y: number
}

/** Of one part. */
export interface PartStats {
  part_index: number
  part_name: string | null
  /** 0 is the image itself; of a rip map an object of both level numbers. */
  level: number | LevelNumberFacts
  /** True when chunks that were to be looked at could not be decoded: `missing` lists them. */
  partial: boolean
  /** True when only a sample of the chunks was looked at: counts are those of the sample, the rest estimates. */
  sampled: boolean
  sampling: SamplingFacts
  chunks_seen: number
  chunk_count: number
  /** Why nothing of the part can be looked at: the codec's name, or what the header lacks. */
  cannot_check?: string
  missing?: MissingPixels
  channels: ChannelStats[]
  /** Layers whose red, green and blue are equal in every pixel; the unnamed layer is the empty text. */
  monochrome_layers: string[]
  /** Null where there is no beauty layer, for deep parts, and when not all of the frame was looked at. */
  frame: WholeFrameFacts | null
}

/** What the beauty layer shows as a whole frame. */
export interface WholeFrameFacts {
  /** The layer that was looked at; the unnamed one is the empty text. */
  layer: string
  /** Share of the data window whose colours and alpha are all zero. */
  empty_share: number
  /** Every colour of every pixel is zero. */
  is_black: boolean
  /** Rectangles of at least 32 x 32 pixels, on a grid of 16, that are empty while all around them is not. */
  black_rectangle_count: number
  /** The first 16. `bucket` is the largest power of two that divides their edges. */
  black_rectangles: { x: number; y: number; width: number; height: number; bucket: number }[]
  /** Pixels with an alpha below 1 whose eight neighbours all have 1 or more; null without an alpha channel. */
  alpha_pinhole_count: number | null
  /** The first 16. */
  alpha_pinholes: { x: number; y: number }[]
  /** Pixels with an alpha of exactly 0 and a colour that is not 0; null without an alpha channel. */
  colour_without_alpha_count: number | null
  /** Around all of them, inclusive; null without any. */
  colour_without_alpha_window: { min: { x: number; y: number }; max: { x: number; y: number } } | null
}

/** Statistics of a file's pixels, part by part. */
export interface FileStats {
  parts: PartStats[]
}

/** Of one deep part. Every null is a value that does not exist, such as the depth range of no samples. */
export interface PartDeepStats {
  part_index: number
  part_name: string | null
  partial: boolean
  cannot_check?: string
  missing?: MissingPixels
  pixel_count: number
  sample_count: number
  empty_pixels: number
  min_samples: number | null
  max_samples: number | null
  /** The first pixel with the most samples. */
  max_samples_at: { x: number; y: number } | null
  mean_samples: number | null
  /** Pixels by their number of samples, both inclusive; empty bins are left out. */
  histogram: { from: number; to: number; pixels: number }[]
  /** Of the finite Z and ZBack; null without any. */
  depth_min: number | null
  depth_max: number | null
  non_finite_depths: number | null
  negative_depths: number | null
  /** Samples whose ZBack lies in front of their Z. */
  reversed_depths: number | null
  /** Null without a Z channel. */
  is_sorted: boolean | null
  is_tidy: boolean | null
  unsorted_pixels: number | null
  overlapping_pixels: number | null
  /** What the attribute deepImageState says; null without one. */
  declared_state: string | null
  /** Whether the samples keep what it promises; null where that cannot be told. */
  keeps_declared_state: boolean | null
  /** Samples with an alpha below 0 or above 1; null without an A channel. */
  alpha_out_of_range: number | null
  /** Samples behind one with an alpha of 1 or more in their pixel. */
  hidden_samples: number | null
  /** Bytes of a sample in all channels. */
  bytes_per_sample: number
  mean_bytes_per_pixel: number | null
  /** What holding all samples takes: the samples, a count and a pointer per channel for each pixel. */
  load_bytes: number
}

/** Ids of one Cryptomatte, or of one channel of an ID manifest. */
export interface IdLayerFacts {
  part_index: number
  /** Name of the Cryptomatte, or of the channel. */
  layer: string
  source: 'cryptomatte' | 'id_manifest'
  /** Pixels are missing, or ids were too many to count. */
  partial: boolean
  /** Why the file names no objects; what the fields below do not know is null. */
  manifest_problem?: string
  distinct_ids: number
  /** Of the id 0, which stands for no object in a Cryptomatte and is not among the ids; null for ID manifests. */
  background_coverage: number | null
  manifest_names: number | null
  /** Share of what all ids cover that ids with a name cover. */
  named_share: number | null
  ids_without_name_count: number | null
  /** The first 16, those that cover most first. */
  ids_without_name: string[]
  names_without_id_count: number | null
  names_without_id: string[]
  /** Those that cover most, at most 10,000: `coverage` is a share of all pixels, in deep parts of all samples. */
  objects: { id: string; name: string | null; samples: number; coverage: number }[]
}

/** What the deep parts of a file hold, and the ids of all its parts. */
export interface FileDeepStats {
  /** Deep parts only. */
  parts: PartDeepStats[]
  ids: IdLayerFacts[]
}

/** Hash of one channel's samples. */
export interface ChannelHash {
  channel_name: string
  /** Null when a sample of the channel is missing. */
  pixel_hash: string | null
}

/** Of one part. */
export interface PartHashes {
  part_index: number
  part_name: string | null
  algorithm: HashAlgorithm
  /** Over names and hashes of all channels; null when one of them is. */
  pixel_hash: string | null
  cannot_check?: string
  missing?: MissingPixels
  channels: ChannelHash[]
}

/** How pixels are hashed: fast, or for those who must prove it. */
export type HashAlgorithm = 'xxh3-128' | 'sha-256'

/** Hashes of a file's bytes and of its pixels. */
export interface FileHashes {
  /** SHA-256 of the whole file's bytes. */
  file_hash: string
  /** Over names and hashes of the channels of all parts, however they are spread over parts; null when one is. */
  image_hash: string | null
  /** 16 hex digits; null without a beauty layer. */
  perceptual_hash: string | null
  parts: PartHashes[]
}
