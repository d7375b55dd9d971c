import { ExrError } from '../errors.ts'
import { parseQueries, type SqlNode } from './sql-tree.ts'
import { checkReading, type OwnNames } from './statement.ts'

/** Takes one argument, so that the parser tells one expression from anything else. */
const around = (condition: string) => `SELECT 1 WHERE condition(\n${condition}\n)`

/**
 * Checks that text is exactly one SQL expression which only reads, by DuckDB's own parser: put where one argument
 * stands, it changes nothing else of the query. Throws ERR_CATALOG_QUERY.
 */
export async function checkCondition(text: string, names?: OwnNames): Promise<void> {
  const [plain, statements] = await Promise.all([parseQueries(around('true')), parse(text)])
  const expression = argumentOf(statements)
  if (expression === null || withoutIt(statements) !== withoutIt(plain)) throw refused(text, 'more or less than one')
  await checkReading(expression, names)
  // A comment at the end would hide what follows wherever the text is put on one line.
  await parseQueries(`SELECT 1 WHERE condition(${text})`).catch(() => {
    throw refused(text, 'a comment at its end')
  })
}

/**
 * The same for text that goes to an engine with another dialect (Trino): made only of words, numbers, signs,
 * `'texts'` and `"names"`, which every dialect reads alike, so that it is one expression there too. Comments, `$`, texts
 * with a prefix (`E''`, `U&''`, `X''`) and backquotes are refused. Throws ERR_CATALOG_QUERY.
 */
export async function checkPortableCondition(text: string): Promise<void> {
  const outside = text.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"/g, '\0')
  const found = /[\w&]\0|['"`;$\\]|--|\/\*/.exec(outside)?.[0]
  if (found) throw refused(text, found.endsWith('\0') ? `a quote right after "${found[0]}"` : `"${found}"`)
  await checkCondition(text)
}

async function parse(text: string): Promise<SqlNode[]> {
  try {
    return await parseQueries(around(text))
  } catch (error) {
    throw refused(
      text,
      `something else (${error instanceof ExrError ? error.message.replace(/\.$/, '') : String(error)})`,
    )
  }
}

/** The expression between the parentheses, or null where they hold something else. */
function argumentOf(statements: readonly SqlNode[]): SqlNode | null {
  const call = (statements[0]?.['node'] as SqlNode)?.['where_clause'] as { children?: SqlNode[] } | null
  const [child, ...more] = call?.children ?? []
  const isOne = child && more.length === 0 && child['class'] !== 'STAR' && child['alias'] === ''
  return isOne ? child : null
}

/** The statements as text, without the expression and without places in the text. */
function withoutIt(statements: readonly SqlNode[]): string {
  const call = (statements[0]?.['node'] as SqlNode)?.['where_clause']
  return JSON.stringify(statements, function (this: unknown, name, value: unknown) {
    if (name === 'query_location' || (this === call && name === 'children')) return undefined
    return value
  })
}

function refused(text: string, found: string): ExrError {
  return new ExrError(
    'ERR_CATALOG_QUERY',
    `Expected one SQL condition such as width >= 1920 but found ${found}: ${text}`,
  )
}
