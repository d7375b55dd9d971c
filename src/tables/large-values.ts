import { optional, required, type TableDefinition } from './definition.ts'

/** One row per piece of a large value; in the embedded catalog one row per value, whose pieces are in a file beside it. */
export const largeValues: TableDefinition = {
  name: 'large_values',
  doc: 'attribute values too large for a row, each stored once; exr-inspector catalog value reads them',
  key: ['sha256', 'piece'],
  parent: null,
  columns: [
    required('sha256', 'utf8', 'SHA-256 of the value, hex'),
    required('piece', 'int32', 'place of the piece in the value, from 0; always 0 in the embedded catalog'),
    required('byte_length', 'int64', 'bytes of the whole value'),
    optional('stored_bytes', 'int64', 'bytes that the row keeps, deflated'),
    optional('file_offset', 'int64', 'where in the .values file beside the embedded catalog; null in VAST DataBase'),
    optional('data', 'binary', 'the piece, raw deflate; null in the embedded catalog'),
  ],
}
