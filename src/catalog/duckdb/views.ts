import type { DuckDBConnection } from '@duckdb/node-api'
import { LIST, listValue, VARCHAR } from '../../duckdb-api.ts'
import { ExrError } from '../../errors.ts'
import { viewsOf } from '../migrations/index.ts'
import { ownViews } from './session.ts'

/**
 * Throws ERR_CATALOG_SCHEMA when a view that a catalog of this version has is missing or stands for another query: a file
 * may come from somebody else, and `live_files` says what there is.
 */
export async function checkViews(connection: DuckDBConnection, path: string, version: number): Promise<void> {
  const foreign = await foreignView(connection, version)
  if (foreign === null) return
  throw new ExrError(
    'ERR_CATALOG_SCHEMA',
    `Catalog ${path}: its view ${foreign} is not the one that version ${version} has, so what it shows may not be what is stored. ` +
      `Put it back with: exr-inspector catalog migrate --catalog ${path}`,
    { details: { path } },
  )
}

/** A view of this version that is missing or stands for another query; null when all are as they should be. */
export async function foreignView(connection: DuckDBConnection, version: number): Promise<string | null> {
  const views = await ownViews(connection)
  const wanted = Object.entries(viewsOf(version))
  const missing = wanted.find(([name]) => !views.has(name))
  if (missing) return missing[0]
  // Both in the words of the parser: the file keeps the query as DuckDB wrote it when the view was made.
  const [ours, theirs] = [
    await reworded(
      connection,
      wanted.map(([, query]) => query),
    ),
    await reworded(
      connection,
      wanted.map(([name]) => views.get(name)!),
    ),
  ]
  return wanted.find((_, index) => ours[index] !== theirs[index])?.[0] ?? null
}

async function reworded(connection: DuckDBConnection, queries: readonly string[]): Promise<(string | null)[]> {
  const reader = await connection.runAndReadAll(
    `WITH trees AS (SELECT json_serialize_sql(query) AS tree, place FROM unnest($1) WITH ORDINALITY AS q(query, place))
     SELECT CASE WHEN tree->>'error' = 'false' THEN json_deserialize_sql(tree) END FROM trees ORDER BY place`,
    [listValue([...queries])],
    [LIST(VARCHAR)],
  )
  return reader.getRows().map(([text]) => (text === null ? null : sortedExclusions(String(text))))
}

/** DuckDB writes the columns that a star leaves out in any order. */
function sortedExclusions(query: string): string {
  return query.replace(
    /EXCLUDE \(([^()]*)\)/g,
    (_, columns: string) => `EXCLUDE (${columns.split(', ').sort().join(', ')})`,
  )
}
