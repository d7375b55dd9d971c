/** Pixel statistics of one channel of a part, as they are stored. */
export interface ChannelStatsRow {
  readonly part_index: number
  /** 0, like the other one, when it is left out: full resolution. */
  readonly level_x?: number
  readonly level_y?: number
  readonly channel_name: string
  readonly min?: number | null
  readonly max?: number | null
  readonly mean?: number | null
  readonly stddev?: number | null
  readonly nan_count?: number | bigint | null
  readonly inf_count?: number | bigint | null
  readonly finite_count?: number | bigint | null
  readonly zero_count?: number | bigint | null
  readonly negative_count?: number | bigint | null
  readonly percentiles?: string | null
  readonly histogram?: string | null
  readonly sampling?: string | null
}

/** Facts about the samples of one deep part, as they are stored. */
export interface DeepStatsRow {
  readonly part_index: number
  readonly sample_count?: number | bigint | null
  readonly empty_pixels?: number | bigint | null
  readonly max_samples?: number | bigint | null
  readonly mean_samples?: number | null
  readonly depth_min?: number | null
  readonly depth_max?: number | null
  readonly histogram?: string | null
  readonly is_tidy?: boolean | null
  readonly is_sorted?: boolean | null
}

/** One hash of the pixels of a part or of one of its channels, as it is stored. */
export interface ContentHashRow {
  readonly part_index: number
  /** Null for the whole part. */
  readonly channel_name: string | null
  readonly algorithm: string
  readonly pixel_hash: string
}

/** One id of a layer of ids, as it is stored. */
export interface IdCoverageRow {
  readonly part_index: number
  readonly layer_name: string
  /** Hex. */
  readonly object_id: string
  readonly object_name?: string | null
  readonly sample_count?: number | bigint | null
  readonly coverage?: number | null
}

/** What one rule says of a file, as it is stored. */
export interface ValidationResultRow {
  readonly rule: string
  /** Null for the file. */
  readonly part_index?: number | null
  readonly state: string
  readonly severity?: string | null
  readonly message?: string | null
  readonly policy?: string | null
  readonly policy_version?: string | null
  /** Digest of policy and file; only of rows for all rules. */
  readonly judged_from?: string | null
  /** JSON. */
  readonly details?: string | null
}

/**
 * What was found out beyond the header, by table. Rows are stored in the file's own transaction, in place of those of an
 * earlier look; a table that is left out keeps what it has.
 */
export interface RecordFacts {
  readonly channel_stats?: readonly ChannelStatsRow[]
  readonly deep_stats?: readonly DeepStatsRow[]
  readonly content_hashes?: readonly ContentHashRow[]
  readonly id_coverage?: readonly IdCoverageRow[]
  readonly validation_results?: readonly ValidationResultRow[]
}
