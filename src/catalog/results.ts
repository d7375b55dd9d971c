import { ExrError } from '../errors.ts'
import type { QueryResult, QueryStream, SimilarMatch } from './catalog.ts'

/** Rows a result may have that is read as a whole. */
const MAX_ROWS = 1_000_000

/** All rows of a query, whatever engine answers it. Throws ERR_CATALOG_QUERY for more than `maxRows`, a million unless given. */
export async function readAll({ columns, batches }: QueryStream, maxRows = MAX_ROWS): Promise<QueryResult> {
  const rows: (readonly unknown[])[] = []
  for await (const batch of batches) {
    if (rows.length + batch.length > maxRows) {
      throw new ExrError(
        'ERR_CATALOG_QUERY',
        `The query returns more than ${maxRows} rows. Add LIMIT, aggregate, or read it as a stream.`,
      )
    }
    for (const row of batch) rows.push(row)
  }
  return { columns, rows }
}

/** A match from the columns file_id, file_path, cosine, sequence_key and file_count; rounding must not take the cosine out of -1 to 1. */
export function similarMatch([fileId, path, similarity, sequenceKey, fileCount]: readonly unknown[]): SimilarMatch {
  return {
    fileId: String(fileId),
    path: String(path),
    sequenceKey: sequenceKey === null ? null : String(sequenceKey),
    fileCount: Number(fileCount),
    similarity: Math.max(-1, Math.min(1, Number(similarity))),
  }
}
