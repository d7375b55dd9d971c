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

function refusal(expected: string, found: string): ExrError {
  return new ExrError('ERR_CATALOG_QUERY', `Expected ${expected} but received ${found}.`)
}
