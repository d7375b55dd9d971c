import { channels } from './channels.ts'
import type { ColumnDefinition, TableDefinition } from './definition.ts'
import { files } from './files.ts'

/**
 * A vector column that a VAST DataBase has in a table of its own: engines that know no lists of fixed size refuse every
 * statement on a table that has one. A row is there for every vector that is not null.
 */
export interface VectorTable extends TableDefinition {
  /** Table whose column it is. */
  readonly of: 'files' | 'channels'
  /** The column; it is the last here. */
  readonly vector: string
}

/** The vector of each file. */
const vectors = vectorTable({
  name: 'vectors',
  doc: 'one row per file that has a vector',
  of: files,
  key: ['file_id'],
  more: ['embedding_version'],
  vector: 'metadata_embedding',
})

/** The fingerprint of each part's channels, with the name of the channel it stands at. */
const channelVectors = vectorTable({
  name: 'channel_vectors',
  doc: 'one row per part that has channels',
  of: channels,
  key: ['file_id', 'part_index', 'channel_name'],
  more: [],
  vector: 'channel_fingerprint',
})

/** The tables that a VAST DataBase has beside those of `TABLES`; an embedded catalog has views of these names and columns. */
export const VECTOR_TABLES: readonly VectorTable[] = [vectors, channelVectors]

/** The vectors of a table's rows, where they are stored apart; null for a table without any. */
export function vectorTableOf(table: string): VectorTable | null {
  return VECTOR_TABLES.find(({ of }) => of === table) ?? null
}

/** A table without the vectors that are stored apart. */
export function withoutVectors<T extends TableDefinition>(table: T): T {
  const apart = vectorTableOf(table.name)
  return apart ? { ...table, columns: table.columns.filter(({ name }) => name !== apart.vector) } : table
}

function vectorTable({
  name,
  doc,
  of,
  key,
  more,
  vector,
}: {
  readonly name: string
  readonly doc: string
  readonly of: TableDefinition & { readonly name: VectorTable['of'] }
  readonly key: readonly string[]
  readonly more: readonly string[]
  readonly vector: string
}): VectorTable {
  const columns = [...key, ...more, vector].map(
    (wanted): ColumnDefinition => of.columns.find((column) => column.name === wanted)!,
  )
  return { name, doc, key, parent: of.name, of: of.name, vector, columns }
}
