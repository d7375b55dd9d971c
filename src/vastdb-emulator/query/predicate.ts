import { isUtf8 } from 'node:buffer'
import { fromHalf } from '../arrow/half.ts'
import { type ArrowType, childrenOf, typeName } from '../arrow/types.ts'
import { badRequest, mismatchedType } from '../errors.ts'
import { memberName, quoteText, storageType } from '../store/sql-types.ts'
import { COMPARISONS, type Comparison, type LeafPath, type LiteralValue, type Term } from './relation.ts'

/** A column of the query as SQL sees it. */
interface SqlColumn {
  readonly expression: string
  readonly type: ArrowType
}

/**
 * The WHERE condition of a query's filter, or `true`. Comparisons never match null, strings compare as bytes, vectors
 * in order of their elements, and NaN equals and precedes nothing.
 */
export function toCondition(groups: readonly (readonly Term[])[], columns: readonly SqlColumn[]): string {
  const conditions = groups.map((terms) => `(${toGroup(terms, columns)})`)
  return conditions.length === 0 ? 'true' : conditions.join(' AND ')
}

/** `equal` terms become one IN list: DuckDB limits how deep ORs may nest, and thousands of values are usual. */
function toGroup(terms: readonly Term[], columns: readonly SqlColumn[]): string {
  const values: string[] = []
  const others: string[] = []
  let column: SqlColumn | null = null
  for (const term of terms) {
    if (term.op !== 'equal' || terms.length === 1) {
      others.push(toSql(term, columns))
      continue
    }
    column = resolve(term.leaf, columns)
    const value = toLiteral(term.literal, column.type)
    if (value.kind === 'plain') values.push(value.sql)
    else others.push(compare('equal', column, term.literal))
  }
  if (column !== null && values.length > 0) others.push(`${column.expression} IN (${values.join(', ')})`)
  return others.length === 0 ? 'false' : others.join(' OR ')
}

function toSql(term: Term, columns: readonly SqlColumn[]): string {
  if (term.op === 'and') return `(${term.terms.map((inner) => toSql(inner, columns)).join(' AND ')})`
  const column = resolve(term.leaf, columns)
  switch (term.op) {
    case 'is_null':
      return `${column.expression} IS NULL`
    case 'is_valid':
      return `${column.expression} IS NOT NULL`
    case 'match_substring':
      return contains(column, term.literal)
    default:
      return compare(term.op, column, term.literal)
  }
}

/** The scalar or vector a leaf stands for. Items of plain lists and of maps cannot be filtered. */
function resolve(leaf: LeafPath, columns: readonly SqlColumn[]): SqlColumn {
  const [first = 0, ...rest] = leaf
  let { expression, type } = columns[first]!
  for (const index of rest) {
    if (type.kind === 'fixedList') return { expression, type }
    if (type.kind !== 'struct')
      throw badRequest(`Items of ${typeName(type)} cannot be filtered`, 'TabularUnsupportedFilter')
    expression = `struct_extract(${expression}, '${memberName(index)}')`
    type = childrenOf(type)[index]!.type
  }
  return { expression, type }
}

function compare(op: Comparison, column: SqlColumn, value: LiteralValue): string {
  const literal = toLiteral(value, column.type)
  const { expression } = column
  if (literal.kind === 'nan') return op === 'not_equal' ? `${expression} IS NOT NULL` : 'false'
  // Bytes that are not text: compare what the text is made of.
  const subject = literal.kind === 'bytes' ? `encode(${expression})` : expression
  const comparison = `${subject} ${COMPARISONS[op]} ${literal.sql}`
  const isFloat = column.type.kind === 'float'
  // DuckDB sorts NaN above everything.
  if (isFloat && (op === 'greater' || op === 'greater_equal')) return `(${comparison} AND NOT isnan(${expression}))`
  return comparison
}

function contains(column: SqlColumn, value: LiteralValue): string {
  if (column.type.kind !== 'utf8')
    throw badRequest(`match_substring needs a string column, found ${typeName(column.type)}`)
  const literal = toLiteral(value, column.type)
  if (literal.kind !== 'plain') throw badRequest('match_substring needs text that is valid UTF-8')
  return `contains(${column.expression}, ${literal.sql})`
}

type Literal = { readonly kind: 'plain' | 'bytes'; readonly sql: string } | { readonly kind: 'nan' }

function toLiteral(value: LiteralValue, type: ArrowType): Literal {
  switch (type.kind) {
    case 'int':
    case 'decimal':
    case 'date':
    case 'time':
    case 'timestamp':
      if (typeof value === 'bigint') return plain(integer(value))
      break
    case 'float':
      if (typeof value === 'number') return float(type.bits === 16 ? fromHalf(value) : value, type)
      break
    case 'bool':
      if (typeof value === 'boolean') return plain(String(value))
      break
    case 'utf8':
      if (value instanceof Uint8Array) return text(value)
      break
    case 'binary':
    case 'fixedBinary':
      if (value instanceof Uint8Array) return plain(blob(value))
      break
    case 'fixedList':
      if (Array.isArray(value)) return vector(value, type)
      break
  }
  throw mismatchedType(`a filter compares a column of type ${typeName(type)} with a literal of another kind`)
}

function plain(sql: string): Literal {
  return { kind: 'plain', sql }
}

const MAX_INT64 = 2n ** 63n - 1n
const MAX_UINT64 = 2n ** 64n - 1n

/** Casts keep the column from being widened to HUGEINT, which would cost the scan its min-max pruning. */
function integer(value: bigint): string {
  if (value > MAX_INT64 && value <= MAX_UINT64) return `${value}::UBIGINT`
  if (value > MAX_INT64 || value < -MAX_INT64) return `'${value}'::HUGEINT`
  return value < 0n ? `(${value})` : `${value}`
}

function float(value: number, type: ArrowType): Literal {
  if (Number.isNaN(value)) return { kind: 'nan' }
  return plain(`${floatText(value)}::${storageType(type)}`)
}

/** Scientific notation is read as DOUBLE; plain decimals would take a detour through DECIMAL. */
function floatText(value: number): string {
  if (Number.isNaN(value)) return "'NaN'::DOUBLE"
  if (!Number.isFinite(value)) return value > 0 ? "'Infinity'::DOUBLE" : "'-Infinity'::DOUBLE"
  return `(${value.toExponential()})`
}

function text(bytes: Uint8Array): Literal {
  if (!isUtf8(bytes)) return { kind: 'bytes', sql: blob(bytes) }
  const parts = Buffer.from(bytes).toString('utf8').split('\0').map(quoteText)
  return plain(parts.length === 1 ? parts[0]! : `(${parts.join(' || chr(0) || ')})`)
}

function blob(bytes: Uint8Array): string {
  return `unhex('${Buffer.from(bytes).toString('hex')}')`
}

function vector(values: readonly LiteralValue[], type: Extract<ArrowType, { kind: 'fixedList' }>): Literal {
  if (values.length !== type.size)
    throw mismatchedType(`a vector of ${values.length} elements is compared with ${typeName(type)}`)
  const items = values.map((value) => {
    if (typeof value === 'number') return floatText(value)
    if (typeof value === 'bigint') return integer(value)
    throw mismatchedType(`a vector literal for ${typeName(type)} holds something else than numbers`)
  })
  return plain(`[${items.join(', ')}]::${storageType(type)}`)
}
