import type { FileFacts } from '../inspect/payload.ts'
import { changing, columnsOf, type RecordTable } from './definition.ts'
import { METADATA_DIMENSION, ROW_SCHEMA_VERSION } from './record.ts'
import { fileId, filePath, sightingColumns } from './shared-columns.ts'

const { required, optional } = columnsOf<FileFacts>()

/** One row per normalized path and header. */
export const files = {
  name: 'files',
  doc: 'one row per normalized path and header',
  key: ['file_id'],
  parent: null,
  written: 'once',
  rows: ({ record }) => [record.payload.file],
  columns: [
    fileId,
    filePath,
    required('file_path_normalized', 'utf8', 'location in its one canonical form', (_, file) => file.normalizedPath),
    required('header_hash', 'utf8', 'SHA-256, hex, of the header bytes as stored'),
    ...sightingColumns.map(changing),
    optional('multipart_count', 'int32', 'number of parts'),
    optional('is_deep', 'bool', 'any part is deep'),
    optional('is_complete', 'bool', 'no chunk is missing or outside of the file; null where it cannot be told'),
    changing(optional('frame_number', 'int32', 'from the file name; null if none')),
    changing(optional('sequence_key', 'utf8', 'normalized path with # for the frame digits; null if no frame')),
    optional(
      'metadata_embedding',
      { vector: METADATA_DIMENSION },
      'vector of the header, L2 norm 1',
      (_, { vectors }) => vectors.metadata,
    ),
    optional('embedding_version', 'int32', 'version of the vector recipe', (_, { vectors }) => vectors.version),
    changing(
      optional('inspection_timestamp', 'timestamp', 'first inspection', (_, { record }) => record.inspectedAtUs),
    ),
    changing(optional('last_inspected', 'timestamp', 'latest inspection', (_, { record }) => record.inspectedAtUs)),
    changing(optional('inspection_count', 'int32', 'inspections that saw this header at this path', () => 1)),
    changing(
      optional('superseded_by', 'utf8', 'file_id of the header now at this path; null for the current one', () => null),
    ),
    optional('schema_version', 'int32', 'of the writer of the row', () => ROW_SCHEMA_VERSION),
    optional('check_depth', 'utf8', 'what is_complete looked at: none, table, leaders, all or pixels'),
    optional('format_version', 'int32', 'low byte of the version word'),
    optional('version_flags', 'utf8', 'flags of the version word, joined by commas; empty for none'),
    optional('trailing_bytes', 'int64', 'bytes after the last chunk; null where its end is not known'),
    changing(
      optional('child_rows', 'utf8', 'JSON, rows that came with the file by table', (_, file) => file.childRows),
    ),
    changing(optional('content_digest', 'utf8', 'hex, of this row and the rows that came with the file', () => null)),
    changing(
      optional(
        'latest_rows',
        'utf8',
        'JSON, count and digest by table of the rows that later looks replace',
        () => null,
      ),
    ),
    changing(
      optional(
        'sequencer',
        'utf8',
        "the object store's number of the last event about the object, hexadecimal; null where none said one",
        (_, { record }) => record.sequencer,
      ),
    ),
    optional(
      'limit_reached',
      'utf8',
      'limits that kept part of the file unread, such as header-bytes=65536; null for none',
    ),
  ],
} as const satisfies RecordTable<FileFacts>
