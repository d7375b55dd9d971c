import type { DuckDBConnection } from '@duckdb/node-api'
import { LIST, listValue, VARCHAR } from '../../duckdb-api.ts'
import { laterSequencer } from '../sequencer.ts'
import { FILE_ROWS } from './row-tables.ts'

/** The last sequencer stored at each of some normalized paths that has one. */
export async function readSequencers(
  connection: DuckDBConnection,
  normalizedPaths: readonly string[],
): Promise<Map<string, string>> {
  const reader = await connection.runAndReadAll(
    `SELECT file_path_normalized, sequencer FROM ${FILE_ROWS}
     WHERE file_path_normalized IN (SELECT unnest($1)) AND sequencer IS NOT NULL`,
    [listValue([...normalizedPaths])],
    [LIST(VARCHAR)],
  )
  const last = new Map<string, string>()
  for (const [path, sequencer] of reader.getRows() as [string, string][]) {
    last.set(path, laterSequencer(last.get(path) ?? null, sequencer)!)
  }
  return last
}

/** Keeps the number of an event with the current rows at some normalized paths, where none of a later event is. */
export async function writeSequencer(
  connection: DuckDBConnection,
  normalizedPaths: readonly string[],
  sequencer: string,
): Promise<void> {
  const last = await readSequencers(connection, normalizedPaths)
  const behind = normalizedPaths.filter((path) => laterSequencer(last.get(path) ?? null, sequencer) === sequencer)
  await connection.run(
    `UPDATE ${FILE_ROWS} SET sequencer = $2
     WHERE file_path_normalized IN (SELECT unnest($1)) AND superseded_by IS NULL`,
    [listValue(behind), sequencer],
    [LIST(VARCHAR), VARCHAR],
  )
}
