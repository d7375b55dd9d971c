import { type ColumnDefinition, tableNamed, timestampUs } from '../../tables/index.ts'
import { and, type Column, col, ExrError, or, type Predicate, type Value } from '../../vastdb/index.ts'
import { conditionError, type Token, tokensOf } from './condition-tokens.ts'

/** A condition as filters that the server evaluates; null where a table is not filtered. */
interface PushedCondition {
  readonly files: Predicate | null
  /** Over the columns of a file's first part. */
  readonly firstPart: Predicate | null
}

type TableName = 'files' | 'parts'

/** Predicates on one table; `column` is set when all test the same column, so that OR may join them. */
interface Term {
  readonly table: TableName
  readonly predicate: Predicate
}

const OPERATORS: Readonly<Record<string, 'eq' | 'ne' | 'lt' | 'lte' | 'gt' | 'gte'>> = {
  '=': 'eq',
  '<>': 'ne',
  '!=': 'ne',
  '<': 'lt',
  '<=': 'lte',
  '>': 'gt',
  '>=': 'gte',
}
const OPPOSITE = { eq: 'ne', ne: 'eq', lt: 'gte', lte: 'gt', gt: 'lte', gte: 'lt' } as const

/**
 * Reads a small SQL condition over the columns of `files` and of a file's first part, such as
 * `width >= 1920 AND compression = 'zip'`. Throws ERR_CATALOG_QUERY, with the reason, for what the server's filters
 * cannot say: an AND of ORs, each over one column.
 */
export function pushCondition(condition: string): PushedCondition {
  const terms = new Reader(condition, tokensOf(condition)).read()
  const of = (table: TableName) => joined(terms.filter((term) => term.table === table).map((term) => term.predicate))
  return { files: of('files'), firstPart: of('parts') }
}

function joined([first, ...rest]: readonly Predicate[]): Predicate | null {
  return first ? and(first, ...rest) : null
}

/** Recursive descent: OR binds weaker than AND, AND weaker than NOT. */
class Reader {
  readonly #condition: string
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(condition: string, tokens: readonly Token[]) {
    this.#condition = condition
    this.#tokens = tokens
  }

  read(): Term[] {
    const terms = this.#alternatives()
    if (this.#at < this.#tokens.length) throw this.#unexpected()
    return terms
  }

  #alternatives(): Term[] {
    const sides = [this.#conjunction()]
    while (this.#takeWord('OR')) sides.push(this.#conjunction())
    if (sides.length === 1) return sides[0]!
    const tables = new Set(sides.flat().map((term) => term.table))
    if (tables.size > 1) throw this.#error('OR joins a column of files with one of parts')
    const [first, ...rest] = sides.map((terms) => joined(terms.map((term) => term.predicate))!)
    const predicate = or(first!, ...rest)
    try {
      predicate.groups()
    } catch (error) {
      throw this.#error(error instanceof ExrError ? error.message.replace(/\.$/, '') : String(error))
    }
    return [{ table: sides[0]![0]!.table, predicate }]
  }

  #conjunction(): Term[] {
    const terms = this.#factor()
    while (this.#takeWord('AND')) terms.push(...this.#factor())
    return terms
  }

  #factor(): Term[] {
    if (this.#takeSign('(')) {
      const terms = this.#alternatives()
      if (!this.#takeSign(')')) throw this.#unexpected()
      return terms
    }
    if (!this.#takeWord('NOT')) return [this.#test(false)]
    const isGrouped = this.#takeSign('(')
    const term = this.#test(true)
    if (isGrouped && !this.#takeSign(')')) throw this.#error('NOT is only for a single comparison')
    return [term]
  }

  #test(isNegated: boolean): Term {
    const { table, definition } = this.#column()
    const column = col(definition.name)
    return { table, predicate: this.#predicate(column, definition, isNegated) }
  }

  #predicate(column: Column, definition: ColumnDefinition, isNegated: boolean): Predicate {
    const sign = this.#peek()?.kind === 'sign' ? OPERATORS[this.#peek()!.value] : undefined
    if (sign !== undefined) {
      this.#at++
      return column[isNegated ? OPPOSITE[sign] : sign](this.#value(definition))
    }
    if (this.#takeWord('IS')) {
      const isNot = this.#takeWord('NOT') !== isNegated
      if (!this.#takeWord('NULL')) throw this.#unexpected()
      return isNot ? column.isNotNull() : column.isNull()
    }
    const isNot = this.#takeWord('NOT') !== isNegated
    if (this.#takeWord('IN')) return this.#among(column, definition, isNot)
    if (this.#takeWord('BETWEEN')) {
      const low = this.#value(definition)
      if (!this.#takeWord('AND')) throw this.#unexpected()
      const high = this.#value(definition)
      return isNot ? or(column.lt(low), column.gt(high)) : column.between(low, high)
    }
    if (this.#takeWord('LIKE')) return this.#like(column, isNot)
    if (definition.type === 'bool') return column.eq(!isNot)
    throw this.#unexpected()
  }

  #among(column: Column, definition: ColumnDefinition, isNot: boolean): Predicate {
    const values: Value[] = []
    if (!this.#takeSign('(')) throw this.#unexpected()
    do values.push(this.#value(definition))
    while (this.#takeSign(','))
    if (!this.#takeSign(')')) throw this.#unexpected()
    if (!isNot) return column.in(values)
    const [first, ...rest] = values.map((value) => column.ne(value))
    return and(first!, ...rest)
  }

  #like(column: Column, isNot: boolean): Predicate {
    const token = this.#next('text')
    const match = /^(%?)([^%_]*)(%?)$/.exec(token)
    const [, before, text, after] = match ?? []
    if (isNot && !(match && !before && !after)) throw this.#error('NOT LIKE has no filter')
    if (!match || text === undefined) throw this.#error(`LIKE takes 'text%' or '%text%', not '${token}'`)
    if (!before && !after) return isNot ? column.ne(text) : column.eq(text)
    if (!before) return column.startsWith(text)
    if (!after) throw this.#error(`LIKE takes 'text%' or '%text%', not '${token}'`)
    return text === '' ? column.isNotNull() : column.contains(text)
  }

  #column(): { readonly table: TableName; readonly definition: ColumnDefinition } {
    const token = this.#tokens[this.#at]
    if (token?.kind !== 'word' && token?.kind !== 'name') throw this.#unexpected()
    this.#at++
    const name = token.kind === 'word' ? token.value.toLowerCase() : token.value
    for (const table of ['files', 'parts'] as const) {
      const definition = tableNamed(table).columns.find((column) => column.name === name)
      if (!definition) continue
      if (typeof definition.type === 'object') throw this.#error(`${name} is a vector`)
      return { table, definition }
    }
    throw this.#error(`neither files nor parts has a column ${name}`)
  }

  #value({ name, type }: ColumnDefinition): Value {
    const token = this.#peek()
    if (!token) throw this.#unexpected()
    this.#at++
    const { kind, value } = token
    if (type === 'utf8' && kind === 'text') return value
    if (type === 'bool' && kind === 'word' && /^(true|false)$/i.test(value)) return value.toLowerCase() === 'true'
    if (type === 'timestamp' && kind === 'text') return this.#time(value)
    if (kind === 'number') {
      if ((type === 'int32' || type === 'int64') && /^[+-]?\d+$/.test(value)) return BigInt(value)
      if (type === 'float32' || type === 'float64') return Number(value)
    }
    throw this.#error(
      `${name} is ${String(type)} and cannot be compared with ${kind === 'text' ? `'${value}'` : value}`,
    )
  }

  #time(text: string): bigint {
    const [, date, time = '00:00:00', zone = 'Z'] =
      /^(\d{4}-\d\d-\d\d)(?:[T ]([\d:.]+))?(Z|[+-]\d\d:?\d\d)?$/.exec(text) ?? []
    try {
      return timestampUs(`${date}T${time}${zone}`)!
    } catch {
      throw this.#error(`'${text}' is not a time such as 2026-01-31 12:00:00`)
    }
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#at]
  }

  #next(kind: Token['kind']): string {
    const token = this.#peek()
    if (token?.kind !== kind) throw this.#unexpected()
    this.#at++
    return token.value
  }

  #takeWord(word: string): boolean {
    const token = this.#peek()
    const is = token?.kind === 'word' && token.value.toUpperCase() === word
    if (is) this.#at++
    return is
  }

  #takeSign(sign: string): boolean {
    const token = this.#peek()
    const is = token?.kind === 'sign' && token.value === sign
    if (is) this.#at++
    return is
  }

  #unexpected(): ExrError {
    const token = this.#peek()
    return this.#error(token ? `"${token.value}" is not expected there` : 'it ends too early')
  }

  #error(reason: string): ExrError {
    return conditionError(this.#condition, reason)
  }
}
