import { optional, required, type TableDefinition } from './definition.ts'
import { fileId, filePath } from './shared-columns.ts'

/** One row per file, provider and version of the provider. */
export const embeddings: TableDefinition = {
  name: 'embeddings',
  doc: 'one row per file, provider and version: vectors that exr-inspector embed --provider made',
  key: ['file_id', 'provider', 'version'],
  parent: 'files',
  columns: [
    fileId,
    filePath,
    required('provider', 'utf8', 'who made the vector, such as channels or the name given to a model'),
    required('version', 'utf8', 'of the provider; vectors of two versions do not compare'),
    required('dimension', 'int32', 'numbers in the vector'),
    optional('vector', { list: 'float32' }, 'L2 norm 1'),
    optional('size_bytes', 'int64', 'of the file whose pixels it was made from; null where the header is all it reads'),
    optional('mtime', 'timestamp', 'of the same'),
    optional('etag', 'utf8', 'of the same; object stores only'),
    optional('made_at', 'timestamp', 'when'),
  ],
}
