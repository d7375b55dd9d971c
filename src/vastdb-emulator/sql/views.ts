import type { ArrowType } from '../arrow/types.ts'
import { badRequest } from '../errors.ts'
import { getTable, type TableEntry } from '../store/catalog.ts'
import { columnName, dataTable } from '../store/rows.ts'
import { memberName, quoteName, quoteText } from '../store/sql-types.ts'
import type { Transaction } from '../store/transactions.ts'

/** A query rewritten for DuckDB and the temporary views it reads from. */
interface RewrittenQuery {
  readonly sql: string
  readonly views: readonly string[]
}

/** A table in DuckDB's JSON form of a query. Quotes inside strings are escaped there, so this matches nothing else. */
const TABLE_REFERENCE =
  /"alias":"((?:[^"\\]|\\.)*)","sample":null,"query_location":\d+,"schema_name":"((?:[^"\\]|\\.)*)","table_name":"((?:[^"\\]|\\.)*)"/g

/**
 * Let the names `"bucket/schema".table` in a query stand for the emulator's tables. Only SELECT passes.
 * Throws 400 for what DuckDB cannot parse and 404 for unknown tables.
 */
export async function rewriteQuery(tx: Transaction, sql: string): Promise<RewrittenQuery> {
  const [row] = await tx.rows('SELECT json_serialize_sql($1::VARCHAR) AS ast', [sql])
  const ast = String(row!['ast'])
  if (ast.startsWith('{"error":true')) {
    const { error_message: message } = JSON.parse(ast) as { error_message: string }
    throw badRequest(`The query cannot be run: ${message}`, 'InvalidQuery')
  }
  const views = new Map<string, string>()
  for (const [, , schema, table] of ast.matchAll(TABLE_REFERENCE)) {
    const key = `${schema}"${table}`
    if (schema === '' || views.has(key)) continue
    const name = `sql_view_${views.size}`
    await createView(tx, name, await namedTable(tx, JSON.parse(`"${schema}"`), JSON.parse(`"${table}"`)))
    views.set(key, name)
  }
  const rewritten = ast.replace(TABLE_REFERENCE, (whole, alias: string, schema: string, table: string) => {
    const view = views.get(`${schema}"${table}`)
    if (view === undefined) return whole
    return whole
      .replace(`"alias":"${alias}"`, () => `"alias":"${alias || table}"`)
      .replace(`"schema_name":"${schema}","table_name":"${table}"`, () => `"schema_name":"","table_name":"${view}"`)
  })
  const [result] = await tx.rows('SELECT json_deserialize_sql($1::JSON) AS query', [rewritten])
  return { sql: String(result!['query']), views: [...views.values()] }
}

export async function dropViews(tx: Transaction, views: readonly string[]): Promise<void> {
  for (const view of views) await tx.run(`DROP VIEW ${view}`)
}

function namedTable(tx: Transaction, path: string, name: string): Promise<TableEntry> {
  const [bucket = '', ...schema] = path.split('/')
  return getTable(tx, bucket, schema.join('/'), name)
}

async function createView(tx: Transaction, view: string, table: TableEntry): Promise<void> {
  const columns = table.columns.map(
    (column) => `${toValue(columnName(column), column.field.type)} AS ${quoteName(column.field.name)}`,
  )
  await tx.run(`CREATE OR REPLACE TEMP VIEW ${view} AS SELECT ${columns.join(', ')} FROM ${dataTable(table)}`)
}

/** SQL that turns a stored column into a value of its logical type; inside lists values stay as they are stored. */
function toValue(stored: string, type: ArrowType): string {
  switch (type.kind) {
    case 'date':
      return `(DATE '1970-01-01' + ${stored})`
    case 'time':
      return `(TIME '00:00:00' + to_microseconds((${toMicroseconds(stored, type.unit)})::BIGINT))`
    case 'timestamp':
      return type.unit === 'nanosecond'
        ? `make_timestamp_ns(${stored})`
        : `make_timestamp((${toMicroseconds(stored, type.unit)})::BIGINT)`
    case 'decimal':
      return toDecimal(stored, type.precision, type.scale)
    case 'struct': {
      const members = type.fields.map(
        (field, index) =>
          `${quoteName(field.name)} := ${toValue(`struct_extract(${stored}, ${quoteText(memberName(index))})`, field.type)}`,
      )
      return `CASE WHEN ${stored} IS NOT NULL THEN struct_pack(${members.join(', ')}) END`
    }
    default:
      return stored
  }
}

const PER_SECOND = { second: 1, millisecond: 1_000, microsecond: 1_000_000, nanosecond: 1_000_000_000 } as const

function toMicroseconds(stored: string, unit: keyof typeof PER_SECOND): string {
  const factor = PER_SECOND[unit]
  return factor > 1_000_000 ? `${stored} // 1000` : `${stored}::BIGINT * ${1_000_000 / factor}`
}

function toDecimal(stored: string, precision: number, scale: number): string {
  if (scale <= 0) return `${stored}::DECIMAL(${precision}, 0)`
  const unit = `'1${'0'.repeat(scale)}'::HUGEINT`
  const digits = `(abs(${stored}) // ${unit})::VARCHAR || '.' || lpad((abs(${stored}) % ${unit})::VARCHAR, ${scale}, '0')`
  return `((CASE WHEN ${stored} < 0 THEN '-' ELSE '' END) || ${digits})::DECIMAL(${precision}, ${scale})`
}
