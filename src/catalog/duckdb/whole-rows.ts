import type { DuckDBConnection } from '@duckdb/node-api'
import { contentOnceOf, numberedRowsOf, vectorsOnceOf, viewsOf } from '../migrations/index.ts'
import { dropFileNumbers, numberFiles, putContentBack, takeContentOut } from './move-content.ts'
import { nameFilesById, nameFilesByNumber } from './move-rows.ts'
import { putInSets, takeFromSets } from './move-sets.ts'
import { putVectorsBack, takeVectorsOut } from './move-vectors.ts'
import { isInSets } from './row-tables.ts'

/**
 * Runs `work` while every row of a catalog of this version has all that it says, and no view is there; what is kept once is
 * taken out of the rows after it.
 */
export async function withWholeRows(
  connection: DuckDBConnection,
  version: number,
  work: () => Promise<void>,
): Promise<void> {
  const views = Object.entries(viewsOf(version))
  const [vectors, named] = [vectorsOnceOf(version), contentOnceOf(version)]
  const inSets = named.filter(isInSets)
  const content = named.map(({ sets: _, setRows: __, ...once }) => once)
  for (const [view] of views.toReversed()) await connection.run(`DROP VIEW ${view}`)
  for (const numbered of numberedRowsOf(version)) await nameFilesById(connection, numbered)
  for (const once of inSets) await takeFromSets(connection, once)
  for (const once of content) await putContentBack(connection, once)
  if (content.length > 0) await dropFileNumbers(connection)
  for (const once of vectors) await putVectorsBack(connection, once)
  await work()
  for (const once of vectors) await takeVectorsOut(connection, once)
  if (content.length > 0) await numberFiles(connection)
  for (const once of content) await takeContentOut(connection, once)
  for (const once of inSets) await putInSets(connection, once)
  for (const numbered of numberedRowsOf(version)) await nameFilesByNumber(connection, numbered)
  for (const [view, query] of views) await connection.run(`CREATE VIEW ${view} AS ${query}`)
}
