import type { CheckDepth } from './check-depth.ts'

/**
 * What `inspect` returns: plain JSON data, snake_case, fixed key order, the same bytes for the same input.
 * docs/reference/payload.schema.json is its JSON Schema; the catalog has columns of the same names.
 */
export interface Payload {
  schema_version: 1
  file: FileFacts
  parts: PartFacts[]
  channels: ChannelFacts[]
  attributes: { parts: AttributeFacts[][] }
  /** Empty unless asked for; src/pixels/types.ts says what is in it, and in the next two. */
  stats: Record<string, unknown>
  deep_stats: Record<string, unknown>
  /** Only when asked for. */
  hashes?: Record<string, unknown>
  validation: Record<string, unknown>
  readers: { oiio: OiioReader; raw: RawReader }
  errors: PayloadError[]
  /** Only when asked for. */
  timings_us?: Record<string, number>
  /** Only when a catalog took part. */
  persistence?: Persistence
}

export type { CheckDepth } from './check-depth.ts'

/** The file as a whole. Sizes are bytes. */
export interface FileFacts {
  path: string
  size_bytes: number
  /** ISO 8601, UTC, microseconds; null where the source has no such time. */
  mtime: string | null
  etag?: string
  multipart_count: number
  is_deep: boolean
  /** Null: it cannot be told, because the file uses something this version does not know. */
  is_complete: boolean | null
  /** What was looked at to say so. */
  check_depth: CheckDepth
  /** Only where limits of this program kept part of it unread: those reached, such as `header-bytes=65536`. */
  limit_reached?: string
  /** Chunks whose leader was looked at. */
  checked_chunks: number
  /** Low byte of the version word: 2 for every file of today. */
  format_version: number
  /** Names of the flags that are set in the version word, joined by commas; empty for none. */
  version_flags: string
  /** Bytes after the last chunk; null when its end is not known. */
  trailing_bytes: number | null
  frame_number: number | null
  sequence_key: string | null
  header_hash: string
  header_bytes: number
}

/** A place in pixels; may be negative. */
export interface Point {
  x: number
  y: number
}

/** Inclusive on both ends. */
export interface WindowFacts {
  min: Point
  max: Point
}

/** One part. Windows are inclusive on both ends. */
export interface PartFacts {
  part_index: number
  /** Only where its header was not read to its end, for damage or a limit: what is null here may be stated in the rest. */
  is_partial?: true
  part_name: string | null
  part_type: string
  view_name: string | null
  multi_view: boolean
  width: number | null
  height: number | null
  display_width: number | null
  display_height: number | null
  data_x_offset: number | null
  data_y_offset: number | null
  data_window: WindowFacts | null
  display_window: WindowFacts | null
  pixel_aspect_ratio: number | 'NaN' | 'Infinity' | '-Infinity' | null
  line_order: string | null
  compression: string | null
  /** What the file states; null when it states none. */
  color_space: string | null
  /** Attribute that states it. */
  color_space_source: string | null
  /** What a reader assumes where the file leaves it open, or adds to it. */
  color_space_derived: string | null
  /** The reader that assumes it, with its version. */
  color_space_deriver: string | null
  /** Short name of the program that wrote the image. */
  render_software: string | null
  render_software_version: string | null
  /** Attribute that names it. */
  render_software_source: string | null
  render_seconds: number | null
  /** Attribute that tells it, as the other `_source` are. */
  render_seconds_source: string | null
  render_memory_bytes: number | null
  render_memory_source: string | null
  render_host: string | null
  render_host_source: string | null
  camera_name: string | null
  camera_name_source: string | null
  frames_per_second: number | null
  /** `hh:mm:ss:ff`, `;` before the frames when frames are dropped. */
  time_code: string | null
  is_tiled: boolean
  tile_width: number | null
  tile_height: number | null
  tile_depth: number | null
  level_mode: string | null
  level_count: number | null
  is_deep: boolean
  chunk_count: number | null
  missing_chunks: number | null
  /** How offsets of chunks go along the offset table. Left out where fewer than two chunks have a place. */
  chunk_order?: 'increasing' | 'decreasing' | 'random'
  /** Which rows or tiles are missing, as inclusive ranges in the words of the chunk table. Left out when none is. */
  missing?: MissingFacts
}

/** Rows are inclusive scan line numbers of the data window's space; tiles are level and tile coordinates. */
export interface MissingFacts {
  rows?: [number, number][]
  tiles?: { level_x: number; level_y: number; x: number; y: number }[]
  /** True when the lists above were cut short. */
  truncated: boolean
}

/** One channel of a part, in the order of the file. */
export interface ChannelFacts {
  part_index: number
  channel_name: string
  layer_name: string
  component_name: string
  /** View the channel belongs to; null in a file without views. */
  view_name: string | null
  channel_type: string
  x_sampling: number
  y_sampling: number
  p_linear: boolean
}

/** One attribute of a part, with its value in JSON. */
export interface AttributeFacts {
  name: string
  type: string
  /** As catalog-schema.md encodes `value_json`. */
  value: unknown
  source: 'exr' | 'oiio'
  oiio_name?: string
  /** A form for people: time code, key code, frame rate, date. */
  display?: string
  /** The encoding `display` was read in, a guess: only for text that is not UTF-8. */
  encoding?: string
  /** Exact bytes, base64; only with the `raw` option. */
  raw?: string
}

/** Whether OpenImageIO read the header, and with which of its readers. */
export interface OiioReader {
  ok: boolean
  /** Null when the addon could not be loaded. */
  version: string | null
  /** Which of OpenImageIO's OpenEXR readers answered. */
  reader?: 'core' | 'classic'
  error?: string
}

/** Whether our own reading of the header found no error. */
export interface RawReader {
  ok: boolean
  error?: string
}

/** Something that is wrong with the file or was left out of the payload. */
export interface PayloadError {
  /** One of docs/reference/errors.md. */
  code: string
  message: string
  /** `warning`: valid enough to read on, still wrong. */
  severity: 'error' | 'warning'
  /** Name of the rule that is broken, one of docs/reference/header-defects.md; only for what is wrong in the bytes. */
  defect?: string
  part_index?: number
  byte_offset?: number
}

/** What became of the payload in a catalog. */
export interface Persistence {
  status: 'success' | 'skipped' | 'error'
  file_id: string | null
  inserted: boolean
  message: string
  error: string | null
}
