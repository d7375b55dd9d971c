import { laterSequencer } from '../sequencer.ts'
import { lookUp } from './lookup.ts'
import type { Tables } from './store.ts'

/** The last sequencer stored at each of some normalized paths that has one. */
export async function readSequencers(tables: Tables, normalizedPaths: readonly string[]): Promise<Map<string, string>> {
  const last = new Map<string, string>()
  await lookUp(
    {
      table: tables('files'),
      column: 'file_path_normalized',
      values: normalizedPaths,
      columns: ['file_path_normalized', 'sequencer'],
    },
    (row) => {
      const later = laterSequencer(last.get(row.name(0)) ?? null, row.text(1))
      if (later !== null) last.set(row.name(0), later)
    },
  )
  return last
}
