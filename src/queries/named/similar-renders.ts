import { METADATA_DIMENSION } from '../../tables/index.ts'
import { defineQuery, where } from '../query.ts'

/** Files whose headers are most like one's. */
export const similarRenders = defineQuery({
  name: 'similar-renders',
  title: 'Which renders are most like this file, among those that fulfil a condition?',
  doc: 'Compares vectors of headers of the same recipe, exactly. The file itself is left out.',
  parameters: {
    file: { type: 'text', doc: 'path of a file in the catalog, or its file_id' },
    where,
    limit: { type: 'integer', doc: 'rows at most', default: 20 },
  },
  columns: {
    file_path: { type: 'text', doc: 'file' },
    similarity: { type: 'number', doc: 'cosine, -1 to 1; larger is more alike' },
    width: { type: 'integer', doc: 'of the first part' },
    height: { type: 'integer', doc: 'of the first part' },
    compression: { type: 'text', doc: 'of the first part' },
    render_software: { type: 'text', doc: 'program that wrote it' },
    is_deep: { type: 'boolean', doc: 'any part is deep' },
    size_bytes: { type: 'integer', doc: 'bytes of the file' },
  },
  unanswered: {
    trino: 'Trino does not read vectors of fixed length; `exr-inspector similar` searches without it',
  },
  sql: ({ file, where, limit }, { framesWithVectors, literal }) => `WITH target AS (
  SELECT file_id, metadata_embedding, embedding_version FROM ${framesWithVectors} wanted
  WHERE file_id = ${literal(file)} OR file_path = ${literal(file)} OR file_path_normalized = ${literal(file)}
  ORDER BY file_id LIMIT 1
)
SELECT frame.file_path,
  CAST(array_cosine_similarity(frame.metadata_embedding::FLOAT[${METADATA_DIMENSION}], target.metadata_embedding::FLOAT[${METADATA_DIMENSION}]) AS DOUBLE) AS similarity,
  frame.width, frame.height, frame.compression, frame.render_software, frame.is_deep, frame.size_bytes
FROM (SELECT * FROM ${framesWithVectors} chosen WHERE (${where}
)) frame JOIN target ON frame.embedding_version = target.embedding_version
WHERE frame.file_id <> target.file_id AND frame.metadata_embedding IS NOT NULL
ORDER BY similarity DESC, frame.file_path LIMIT ${limit}`,
})
