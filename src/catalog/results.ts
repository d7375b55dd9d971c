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

/** A match of a search, from the columns file_id, file_path and cosine; rounding must not take the cosine out of -1 to 1. */
export function similarMatch(fileId: unknown, path: unknown, similarity: number): SimilarMatch {
  return { fileId: String(fileId), path: String(path), similarity: Math.max(-1, Math.min(1, similarity)) }
}
