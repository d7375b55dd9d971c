import type { DuckDBInstance } from '@duckdb/node-api'
import { ExrError } from '../errors.ts'
import { loadPart } from '../parts.ts'

/** A node of the tree that DuckDB's parser makes of SQL, as its `json_serialize_sql` writes it. */
export interface SqlNode {
  readonly [name: string]: unknown
}

let parser: Promise<DuckDBInstance> | null = null

/**
 * The statements of a text as trees, by DuckDB's own parser: a database in memory reads the text and runs nothing of it.
 * Throws ERR_CATALOG_QUERY for what is not SQL and for statements other than queries.
 */
export async function parseQueries(text: string): Promise<SqlNode[]> {
  // The parser ends at it; what stands behind would be judged by nobody.
  if (text.includes('\0')) throw refusal('text without NUL characters', 'one')
  parser ??= openParser()
  const connection = await (await parser).connect()
  try {
    const rows = await connection.runAndReadAll('SELECT json_serialize_sql($1::VARCHAR)', [text])
    const answer = JSON.parse(String(rows.getRows()[0]?.[0])) as ParserAnswer
    if (answer.statements) return answer.statements
    if (answer.error_type === 'not implemented') {
      if (PIVOT_QUERY.test(text)) throw refusal(...PIVOT_REFUSAL)
      throw refusal('a query (SELECT, WITH, FROM, DESCRIBE, SHOW, SUMMARIZE, EXPLAIN)', namedStatement(text))
    }
    throw new ExrError('ERR_CATALOG_QUERY', `The query cannot be read: ${answer.error_message}`)
  } finally {
    connection.closeSync()
  }
}

/** Statements people try, and what to use instead. */
const INSTEAD: Readonly<Record<string, string>> = {
  COPY: ': give the query alone; sql --format --output writes what it finds to a file',
  EXPORT: ': exr-inspector export writes all tables to files',
  PRAGMA: ': SHOW, DESCRIBE and functions such as duckdb_settings() tell the same',
  INSERT: '',
  UPDATE: '',
  DELETE: '',
  CREATE: '',
  DROP: '',
  ALTER: '',
  ATTACH: '',
  SET: '',
  INSTALL: '',
  LOAD: '',
  CALL: '',
}

function namedStatement(text: string): string {
  const word = /^[\s;]*([a-z]+)\b/i.exec(text)?.[1]?.toUpperCase() ?? ''
  return Object.hasOwn(INSTEAD, word) ? `${word}${INSTEAD[word]}` : 'another statement'
}

/** A query by its first word, with a PIVOT in it: one that names its values is a query to the parser too. */
const PIVOT_QUERY = /^[\s(]*(?:(?:from|select|with)\b[\s\S]*\b)?pivot(?:_wider)?\b/i
const PIVOT_REFUSAL = [
  "a PIVOT that names its values (PIVOT parts ON compression IN ('zips', 'piz') USING count(*)), or an aggregate for each (count(*) FILTER (WHERE compression = 'zips'))",
  'one that looks for them first: DuckDB makes a type of them, and a catalog that is read makes none',
] as const

interface ParserAnswer {
  readonly statements?: SqlNode[]
  readonly error_type?: string
  readonly error_message?: string
}

/** DuckDB is loaded with the first text: a catalog in a VAST DataBase needs it for nothing else. */
async function openParser(): Promise<DuckDBInstance> {
  const { DuckDBInstance } = await loadPart(() => import('@duckdb/node-api'))
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '1',
    memory_limit: '256MB',
    enable_external_access: 'false',
    lock_configuration: 'true',
  })
  return instance
}

/** Every node below one, itself included, in no particular order. */
export function* nodesOf(root: unknown): Generator<SqlNode> {
  const waiting: unknown[] = [root]
  while (waiting.length > 0) {
    const value = waiting.pop()
    if (typeof value !== 'object' || value === null) continue
    if (!Array.isArray(value)) yield value as SqlNode
    // Not spread: a list of values may be longer than arguments may be.
    for (const below of Object.values(value)) waiting.push(below)
  }
}

/** ERR_CATALOG_QUERY for SQL that is not what may stand there. */
export function refusal(expected: string, found: string): ExrError {
  return new ExrError('ERR_CATALOG_QUERY', `Expected ${expected} but received ${found}.`)
}
