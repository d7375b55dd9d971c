import { ExrError } from '../errors.ts'

const READS = new Set(['select', 'with', 'values', 'table', 'show', 'describe', 'desc', 'explain'])

/**
 * The statement, without a last semicolon, when it is one that only reads. Told by its first word, so the server's own
 * permissions are what keeps a catalog safe. Throws ERR_CATALOG_QUERY.
 */
export function checkStatement(sql: string): string {
  const bare = sql
    .replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\//g, (found) => (/^['"]/.test(found) ? "''" : ' '))
    .trim()
    .replace(/;$/, '')
  const [first = '', second = ''] = bare
    .toLowerCase()
    .split(/[\s(]+/)
    .filter(Boolean)
  if (bare.includes(';')) throw refusal('one statement', 'several')
  if (!READS.has(first) || (first === 'explain' && second === 'analyze')) {
    throw refusal('a statement that only reads, such as SELECT', first === '' ? 'nothing' : first.toUpperCase())
  }
  return sql.trim().replace(/;$/, '')
}

/** Functions that act although they stand in a SELECT, and those that run text, which may name them. */
const ACTING =
  /\b(?:(?:enable|disable)_logging|truncate_duckdb_logs)\b|\bquery(?:_table)?"?\s*(?:\/\*[\s\S]*?\*\/\s*|--[^\n]*\n\s*)*\(/i

/**
 * Refuses SQL that names a function which writes, such as enable_logging, which sends a log to any file. Names are looked
 * for in texts and comments too: better one query too many than a file. Throws ERR_CATALOG_QUERY.
 */
export function refuseActingFunctions(sql: string): void {
  const found = ACTING.exec(sql)
  if (found) throw refusal('functions that only read', /^\w+/.exec(found[0])![0])
}

function refusal(expected: string, found: string): ExrError {
  return new ExrError('ERR_CATALOG_QUERY', `Expected ${expected} but received ${found}.`)
}
