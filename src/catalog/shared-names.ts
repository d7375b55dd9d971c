/** What rows about the same file, part and channel have in common, each with those before it. */
const SHARED = ['file_id', 'file_path', 'part_index', 'channel_name']

/** DuckDB's words, and Trino's. */
const AMBIGUOUS = /Ambiguous reference to column name "(\w+)"|Column '(\w+)' is ambiguous/i

/**
 * What to write where an engine cannot tell whose column is meant, by its message: tables of a catalog share `file_path`
 * and more, and a join that names them all has each once. Null for other failures.
 */
export function sharedNameHint(message: string): string | null {
  const [, duckdb, trino] = AMBIGUOUS.exec(message) ?? []
  const name = (duckdb ?? trino)?.toLowerCase()
  const place = SHARED.indexOf(name ?? '')
  if (place < 1) return null
  const all = SHARED.slice(0, place + 1).join(', ')
  return `Both tables have ${name}, the same for the same ${place === 1 ? 'file' : 'part'}: join them USING (${all}), or write which is meant, as in parts.${name}.`
}
