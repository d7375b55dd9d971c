/** Numbers in a vector column: the dimension is part of the type. */
export interface VectorType {
  readonly vector: number
}

/** Microseconds since the Unix epoch, UTC, for `timestamp`; UTF-8 text for `utf8`. */
export type ColumnType = 'utf8' | 'int32' | 'int64' | 'float32' | 'float64' | 'bool' | 'timestamp' | VectorType

export interface ColumnDefinition {
  readonly name: string
  readonly type: ColumnType
  readonly nullable: boolean
  readonly doc: string
}

export interface TableDefinition {
  readonly name: string
  readonly doc: string
  /** Columns that name one row. Kept unique by the catalog, not by an index. */
  readonly key: readonly string[]
  readonly columns: readonly ColumnDefinition[]
}

export const METADATA_DIMENSION = 384
export const FINGERPRINT_DIMENSION = 128

/** `schema_version` of the rows this release writes. */
export const ROW_SCHEMA_VERSION = 1

type Named<N extends string> = ColumnDefinition & { readonly name: N }

function required<N extends string>(name: N, type: ColumnType, doc: string): Named<N> {
  return { name, type, nullable: false, doc }
}

function optional<N extends string>(name: N, type: ColumnType, doc: string): Named<N> {
  return { name, type, nullable: true, doc }
}

const fileId = required('file_id', 'utf8', 'first 32 hex digits of SHA-256 over normalized path, NUL, header hash')
const filePath = required('file_path', 'utf8', 'location as given')
const partIndex = required('part_index', 'int32', 'zero-based part')
const runId = optional('run_id', 'utf8', 'run that wrote the row')
const sizeBytes = optional('size_bytes', 'int64', 'bytes of the whole file')
const mtime = optional('mtime', 'timestamp', 'modification time of the file or object')
const etag = optional('etag', 'utf8', 'opaque; object stores only')

const files = {
  name: 'files',
  doc: 'one row per normalized path and header',
  key: ['file_id'],
  columns: [
    fileId,
    filePath,
    required('file_path_normalized', 'utf8', 'location in its one canonical form'),
    required('header_hash', 'utf8', 'SHA-256, hex, of the header bytes as stored'),
    sizeBytes,
    mtime,
    etag,
    optional('multipart_count', 'int32', 'number of parts'),
    optional('is_deep', 'bool', 'any part is deep'),
    optional('is_complete', 'bool', 'no chunk is missing and the last one ends inside the file'),
    optional('frame_number', 'int32', 'from the file name; null if none'),
    optional('sequence_key', 'utf8', 'normalized path with # for the frame digits; null if no frame'),
    optional('metadata_embedding', { vector: METADATA_DIMENSION }, 'vector of the header, L2 norm 1'),
    optional('embedding_version', 'int32', 'version of the vector recipe'),
    optional('inspection_timestamp', 'timestamp', 'first inspection'),
    optional('last_inspected', 'timestamp', 'latest inspection'),
    optional('inspection_count', 'int32', 'inspections that saw this header at this path'),
    optional('superseded_by', 'utf8', 'file_id of the header now at this path; null for the current one'),
    optional('schema_version', 'int32', 'of the writer of the row'),
  ],
} satisfies TableDefinition

const parts = {
  name: 'parts',
  doc: 'one row per part of a file',
  key: ['file_id', 'part_index'],
  columns: [
    fileId,
    filePath,
    partIndex,
    optional('part_name', 'utf8', 'name attribute'),
    optional('part_type', 'utf8', 'scanlineimage, tiledimage, deepscanline or deeptile'),
    optional('view_name', 'utf8', 'view attribute'),
    optional('multi_view', 'bool', 'the part carries several views'),
    optional('width', 'int32', 'of the data window'),
    optional('height', 'int32', 'of the data window'),
    optional('display_width', 'int32', 'of the display window'),
    optional('display_height', 'int32', 'of the display window'),
    optional('data_x_offset', 'int32', 'left edge of the data window'),
    optional('data_y_offset', 'int32', 'top edge of the data window'),
    optional('data_window', 'utf8', 'JSON, inclusive'),
    optional('display_window', 'utf8', 'JSON, inclusive'),
    optional('pixel_aspect_ratio', 'float32', 'width of a pixel over its height'),
    optional('line_order', 'utf8', 'increasingY, decreasingY or randomY'),
    optional('compression', 'utf8', "the format's own name, lower case"),
    optional('color_space', 'utf8', 'colour space the header names'),
    optional('render_software', 'utf8', 'program that wrote the image'),
    optional('is_tiled', 'bool', 'stored in tiles'),
    optional('tile_width', 'int32', 'pixels; null if not tiled'),
    optional('tile_height', 'int32', 'pixels; null if not tiled'),
    optional('tile_depth', 'int32', 'null if not tiled'),
    optional('level_mode', 'utf8', 'one, mipmap or ripmap; null if not tiled'),
    optional('level_count', 'int32', 'levels in the part'),
    optional('is_deep', 'bool', 'holds deep samples'),
    optional('chunk_count', 'int32', 'chunks the header calls for'),
    optional('missing_chunks', 'int32', 'chunks with a zero or impossible offset'),
  ],
} satisfies TableDefinition

const channels = {
  name: 'channels',
  doc: 'one row per channel of a part',
  key: ['file_id', 'part_index', 'channel_name'],
  columns: [
    fileId,
    filePath,
    partIndex,
    optional('channel_name', 'utf8', 'full name'),
    optional('layer_name', 'utf8', 'text before the last dot, empty for a bare name'),
    optional('component_name', 'utf8', 'text after the last dot'),
    optional('channel_type', 'utf8', 'HALF, FLOAT or UINT'),
    optional('x_sampling', 'int32', 'one sample every this many pixels'),
    optional('y_sampling', 'int32', 'one sample every this many rows'),
    optional('p_linear', 'bool', 'perceptually linear flag'),
    optional(
      'channel_fingerprint',
      { vector: FINGERPRINT_DIMENSION },
      "vector of the part's channel list, L2 norm 1; on the part's first channel only",
    ),
  ],
} satisfies TableDefinition

const attributes = {
  name: 'attributes',
  doc: 'one row per header attribute of a part',
  key: ['file_id', 'part_index', 'attr_name', 'source'],
  columns: [
    fileId,
    filePath,
    partIndex,
    required('attr_name', 'utf8', 'name in the file'),
    optional('attr_type', 'utf8', 'type name in the file'),
    required('value_json', 'utf8', 'the value as JSON'),
    optional('value_text', 'utf8', 'string values'),
    optional('value_int', 'int64', 'integer values'),
    optional('value_float', 'float64', 'floating point values'),
    optional('source', 'utf8', 'exr: in the file; oiio: derived by OpenImageIO'),
    optional('oiio_name', 'utf8', "OpenImageIO's name where it renames the attribute"),
  ],
} satisfies TableDefinition

const inspections = {
  name: 'inspections',
  doc: 'one row per sighting of a file',
  key: [],
  columns: [
    fileId,
    required('inspected_at', 'timestamp', 'when'),
    sizeBytes,
    mtime,
    etag,
    runId,
    optional('duration_us', 'int64', 'wall time of the inspection'),
  ],
} satisfies TableDefinition

const ingestRuns: TableDefinition = {
  name: 'ingest_runs',
  doc: 'one row per run of ingest',
  key: ['run_id'],
  columns: [
    required('run_id', 'utf8', 'name of the run'),
    required('started_at', 'timestamp', 'start'),
    optional('ended_at', 'timestamp', 'end'),
    optional('source', 'utf8', 'roots the run was asked for'),
    optional('found', 'int64', 'files found'),
    optional('inserted', 'int64', 'files that were new'),
    optional('updated', 'int64', 'files seen again'),
    optional('unchanged', 'int64', 'files skipped without opening'),
    optional('failed', 'int64', 'files that could not be read or written'),
    optional('tool_version', 'utf8', 'exr-inspector version'),
  ],
}

const ingestErrors: TableDefinition = {
  name: 'ingest_errors',
  doc: 'one row per location that cannot be read; gone once it can',
  key: ['file_path'],
  columns: [
    filePath,
    required('code', 'utf8', 'ERR_* code'),
    optional('message', 'utf8', 'what was tried and found'),
    optional('byte_offset', 'int64', 'offset of the problem in the file'),
    runId,
    required('first_seen', 'timestamp', 'first failure'),
    required('last_seen', 'timestamp', 'latest failure'),
    required('attempts', 'int32', 'failures so far'),
  ],
}

const channelStats: TableDefinition = {
  name: 'channel_stats',
  doc: 'pixel statistics, one row per channel of a part',
  key: ['file_id', 'part_index', 'channel_name'],
  columns: [
    fileId,
    filePath,
    partIndex,
    required('channel_name', 'utf8', 'full name'),
    optional('min', 'float64', 'smallest finite value'),
    optional('max', 'float64', 'largest finite value'),
    optional('mean', 'float64', 'of finite values'),
    optional('stddev', 'float64', 'population standard deviation of finite values'),
    optional('nan_count', 'int64', 'samples that are NaN'),
    optional('inf_count', 'int64', 'samples that are infinite'),
    optional('finite_count', 'int64', 'samples that are neither'),
    optional('zero_count', 'int64', 'samples equal to zero'),
    optional('negative_count', 'int64', 'samples below zero'),
    optional('percentiles', 'utf8', 'JSON object, percentile to value'),
    optional('histogram', 'utf8', 'JSON object with edges and counts'),
    optional('sampling', 'utf8', 'which pixels were read'),
    optional('computed_at', 'timestamp', 'when'),
  ],
}

const deepStats: TableDefinition = {
  name: 'deep_stats',
  doc: 'one row per deep part',
  key: ['file_id', 'part_index'],
  columns: [
    fileId,
    filePath,
    partIndex,
    optional('sample_count', 'int64', 'samples in the part'),
    optional('empty_pixels', 'int64', 'pixels without a sample'),
    optional('max_samples', 'int64', 'most samples at one pixel'),
    optional('mean_samples', 'float64', 'samples per pixel'),
    optional('depth_min', 'float64', 'nearest finite Z'),
    optional('depth_max', 'float64', 'farthest finite Z or ZBack'),
    optional('histogram', 'utf8', 'JSON, samples per pixel'),
    optional('is_tidy', 'bool', 'sorted and not overlapping everywhere'),
    optional('is_sorted', 'bool', 'sorted by depth everywhere'),
    optional('computed_at', 'timestamp', 'when'),
  ],
}

const contentHashes: TableDefinition = {
  name: 'content_hashes',
  doc: 'one row per hash of a part or of one of its channels',
  key: ['file_id', 'part_index', 'channel_name', 'algorithm'],
  columns: [
    fileId,
    filePath,
    partIndex,
    optional('channel_name', 'utf8', 'null for the whole part'),
    required('algorithm', 'utf8', 'name of the hash'),
    required('pixel_hash', 'utf8', 'hex'),
    optional('computed_at', 'timestamp', 'when'),
  ],
}

const validationResults: TableDefinition = {
  name: 'validation_results',
  doc: 'one row per file and rule',
  key: ['file_id', 'rule'],
  columns: [
    fileId,
    filePath,
    required('rule', 'utf8', 'name of the rule'),
    optional('part_index', 'int32', 'part it speaks of; null for the file'),
    required('state', 'utf8', 'outcome'),
    optional('severity', 'utf8', 'weight the policy gives the rule'),
    optional('message', 'utf8', 'for people'),
    optional('policy', 'utf8', 'name of the policy'),
    optional('policy_version', 'utf8', 'version of the policy'),
    optional('validated_at', 'timestamp', 'when'),
  ],
}

const removals: TableDefinition = {
  name: 'removals',
  doc: 'one row per file and removal: the rows of a removed file are kept, and a later inspection makes it live again',
  key: ['file_id', 'removed_at'],
  columns: [fileId, filePath, required('removed_at', 'timestamp', 'when the object store removed the object')],
}

const schemaMigrations: TableDefinition = {
  name: 'schema_migrations',
  doc: 'one row per migration applied',
  key: ['version'],
  columns: [
    required('version', 'int32', 'number of the migration'),
    required('name', 'utf8', 'what it does'),
    required('applied_at', 'timestamp', 'when'),
    optional('tool_version', 'utf8', 'exr-inspector version'),
  ],
}

/** Tables an inspected file fills, in the order they are written. */
export const RECORD_TABLES = { files, parts, channels, attributes, inspections } as const

export type RecordTableName = keyof typeof RECORD_TABLES

/** Names of the columns of a record table. */
export type ColumnName<T extends RecordTableName> = (typeof RECORD_TABLES)[T]['columns'][number]['name']

/** Every table of a catalog. DDL, Arrow schemas and documentation derive from this list. */
export const TABLES: readonly TableDefinition[] = [
  files,
  parts,
  channels,
  attributes,
  inspections,
  ingestRuns,
  ingestErrors,
  channelStats,
  deepStats,
  contentHashes,
  validationResults,
  removals,
  schemaMigrations,
]

/** The definition of a table. Throws RangeError for a name that is not in `TABLES`. */
export function tableNamed(name: string): TableDefinition {
  const table = TABLES.find((candidate) => candidate.name === name)
  if (!table) throw new RangeError(`Expected the name of a catalog table but received ${name}`)
  return table
}
