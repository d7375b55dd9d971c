import { nodesOf, parseQueries, refusal, type SqlNode } from './sql-tree.ts'

/** What a catalog's file names by itself, in small letters: it may come from someone else. */
export interface OwnNames {
  /** Views, with the queries they stand for. */
  readonly views: ReadonlyMap<string, string>
  /** Functions. Catalogs have none. */
  readonly macros: ReadonlySet<string>
}

const NO_NAMES: OwnNames = { views: new Map(), macros: new Set() }

/** Table functions of DuckDB that only read, and nothing but the catalog and their arguments. All others are refused. */
const TABLE_FUNCTIONS = new Set([
  'duckdb_columns',
  'duckdb_constraints',
  'duckdb_databases',
  'duckdb_functions',
  'duckdb_indexes',
  'duckdb_keywords',
  'duckdb_memory',
  'duckdb_schemas',
  'duckdb_settings',
  'duckdb_tables',
  'duckdb_types',
  'duckdb_views',
  'generate_series',
  'icu_calendar_names',
  'json_each',
  'json_tree',
  'pg_timezone_names',
  'pragma_database_size',
  'pragma_storage_info',
  'pragma_table_info',
  'pragma_version',
  'range',
  'repeat',
  'repeat_row',
  'unnest',
])

/** Functions of a value that do something, or keep a thread waiting. */
const ACTING_FUNCTIONS = new Set(['currval', 'nextval', 'pg_sleep', 'setseed', 'sleep_ms', 'stats', 'write_log'])

/**
 * Checks that text is one query in DuckDB's dialect which only reads, by DuckDB's own parser: table functions only from a
 * list, no function that acts, and the same in the views it uses. Throws ERR_CATALOG_QUERY.
 */
export async function checkQuery(sql: string, names: OwnNames = NO_NAMES): Promise<void> {
  const explained = sql.replace(/^\s*explain\b\s*(?:analyze\b\s*)?(?:\(\s*(?:analyze|format)\b[^()]*\)\s*)?/i, '')
  const statements = await parseQueries(explained)
  if (statements.length !== 1) throw refusal('one SQL statement', statements.length === 0 ? 'none' : 'several')
  await checkReading(statements[0]!, names)
}

/** Refuses a tree with a table function that is not on the list, or a function that acts. Throws ERR_CATALOG_QUERY. */
export async function checkReading(tree: SqlNode, names: OwnNames = NO_NAMES): Promise<void> {
  const waiting = [tree]
  const seen = new Set<string>()
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    for (const node of nodesOf(next)) {
      checkFunction(node, names)
      const name = node['type'] === 'BASE_TABLE' ? String(node['table_name']).toLowerCase() : ''
      const query = names.views.get(name)
      if (query === undefined || seen.has(name)) continue
      seen.add(name)
      waiting.push(...(await parseQueries(query)))
    }
  }
}

function checkFunction(node: SqlNode, { macros }: OwnNames): void {
  if (node['type'] === 'TABLE_FUNCTION') {
    const name = nameOf(node['function'])
    if (!TABLE_FUNCTIONS.has(name)) throw refusal('a table function that only reads a catalog', name || 'another')
  }
  const name = nameOf(node)
  if (ACTING_FUNCTIONS.has(name) || macros.has(name)) throw refusal('functions that only read', name)
}

function nameOf(node: unknown): string {
  return String((node as SqlNode)['function_name'] ?? '').toLowerCase()
}

const READS = new Set(['select', 'with', 'values', 'table', 'show', 'describe', 'desc', 'explain'])
/** Trino's table functions that only rearrange what they are given; `TABLE(system.query(...))` runs any text. */
const TRINO_TABLE_FUNCTIONS = new Set(['sequence', 'exclude_columns'])

/**
 * The statement, without a last semicolon, when it is one in Trino's dialect that only reads. Told by its first word and
 * its table functions, so the server's own permissions are what keeps a catalog safe. Throws ERR_CATALOG_QUERY.
 */
export function checkStatement(sql: string): string {
  const bare = sql
    .replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\//g, (found) => (/^['"]/.test(found) ? "''" : ' '))
    .trim()
    .replace(/;$/, '')
    .toLowerCase()
  const [first = '', second = ''] = bare.split(/[\s(]+/).filter(Boolean)
  if (bare.includes(';')) throw refusal('one statement', 'several')
  if (!READS.has(first) || (first === 'explain' && second === 'analyze')) {
    throw refusal('a statement that only reads, such as SELECT', first === '' ? 'nothing' : first.toUpperCase())
  }
  for (const [, name = ''] of bare.matchAll(/\btable\s*\(\s*([^\s(]*)/g)) {
    if (!TRINO_TABLE_FUNCTIONS.has(name)) throw refusal('a table function that only rearranges', name || 'another')
  }
  return sql.trim().replace(/;$/, '')
}
