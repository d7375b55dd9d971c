import { ExrError } from '../errors.ts'
import type { QueryColumn, QueryResult, QueryRow, QueryStream, SimilarMatch } from './catalog.ts'

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

/** Names of an answer's columns, each once: of two `file_path` the second is `file_path_2`. */
export function uniqueNames(columns: readonly QueryColumn[]): string[] {
  const taken = new Set<string>()
  return columns.map(({ name }) => {
    let unique = name
    for (let number = 2; taken.has(unique); number++) unique = `${name}_${number}`
    taken.add(unique)
    return unique
  })
}

/** Rows as objects. */
export async function* rowObjects(ask: () => Promise<QueryStream>): AsyncGenerator<QueryRow, void, undefined> {
  const { columns, batches } = await ask()
  const names = uniqueNames(columns)
  for await (const batch of batches) {
    for (const row of batch) yield Object.fromEntries(names.map((name, index) => [name, row[index]]))
  }
}

/** Rows as an Arrow IPC stream. */
export async function* arrowStream(ask: () => Promise<QueryStream>): AsyncGenerator<Uint8Array, void, undefined> {
  const { rowsAsIpc } = await import('../arrow/query-rows.ts')
  const { columns, batches } = await ask()
  const names = uniqueNames(columns)
  yield* rowsAsIpc(
    columns.map(({ type }, index) => ({ name: names[index]!, type })),
    batches,
  )
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
