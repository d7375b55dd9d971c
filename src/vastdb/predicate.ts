import { VastdbError } from './errors.ts'

/**
 * A value to compare a column with. Integers: number or bigint. Floats: number. Text: string. Binary: bytes.
 * Dates: Date or days since 1970. Timestamps: Date, or a bigint in the column's unit. Times: a bigint or number in the
 * column's unit. Decimals: text like `'-12.50'`, or a whole number or bigint. Vectors: an array of such values.
 */
export type Value = string | number | bigint | boolean | Date | Uint8Array | ArrayLike<number> | readonly Value[]

export type Comparison = 'equal' | 'not_equal' | 'less' | 'less_equal' | 'greater' | 'greater_equal'

/** One test of one column. A null never passes a comparison, `not_equal` included. */
export type Test =
  | { readonly kind: 'compare'; readonly op: Comparison; readonly value: Value }
  | { readonly kind: 'between'; readonly low: Value; readonly high: Value }
  | { readonly kind: 'startsWith'; readonly prefix: string }
  | { readonly kind: 'contains'; readonly text: string }
  | { readonly kind: 'null'; readonly isNull: boolean }

/** A top-level column, or a field inside structs: `['shot', 'name']`. */
export type ColumnPath = readonly string[]

type Node =
  | { readonly kind: 'test'; readonly column: ColumnPath; readonly tests: readonly Test[] }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Node[] }

/** Tests of one column, of which at least one must pass. */
export interface Group {
  readonly column: ColumnPath
  readonly tests: readonly Test[]
}

/** A filter that the server evaluates. Made with `col`, `and` and `or`; never changes. */
export class Predicate {
  /** @internal */
  readonly node: Node

  /** @internal */
  constructor(node: Node) {
    this.node = node
  }

  and(...others: readonly Predicate[]): Predicate {
    return and(this, ...others)
  }

  or(...others: readonly Predicate[]): Predicate {
    return or(this, ...others)
  }

  /**
   * The only shape the wire knows: all groups must pass, each an OR over one column.
   * Throws ERR_VASTDB_PREDICATE for anything else, with the reason.
   */
  groups(): Group[] {
    return toGroups(this.node)
  }
}

/** A column to compare with values; `col` makes one. */
export class Column {
  readonly path: ColumnPath

  constructor(path: ColumnPath) {
    this.path = path
  }

  /** A field inside this struct column. */
  field(name: string): Column {
    return new Column([...this.path, name])
  }

  eq(value: Value): Predicate {
    return this.#compare('equal', value)
  }

  ne(value: Value): Predicate {
    return this.#compare('not_equal', value)
  }

  lt(value: Value): Predicate {
    return this.#compare('less', value)
  }

  lte(value: Value): Predicate {
    return this.#compare('less_equal', value)
  }

  gt(value: Value): Predicate {
    return this.#compare('greater', value)
  }

  gte(value: Value): Predicate {
    return this.#compare('greater_equal', value)
  }

  /** Equal to one of the values. A request holds about 60,000 numbers; send longer lists in parts. */
  in(values: Iterable<Value>): Predicate {
    const tests = [...values].map((value): Test => ({ kind: 'compare', op: 'equal', value }))
    if (tests.length === 0)
      throw predicateError(this.path, 'in() needs at least one value; nothing is in an empty list')
    return this.#tests(tests)
  }

  /** Inclusive on both ends. */
  between(low: Value, high: Value): Predicate {
    return this.#tests([{ kind: 'between', low, high }])
  }

  isNull(): Predicate {
    return this.#tests([{ kind: 'null', isNull: true }])
  }

  isNotNull(): Predicate {
    return this.#tests([{ kind: 'null', isNull: false }])
  }

  /** Text only, compared as UTF-8 bytes. The empty prefix matches everything but null. */
  startsWith(prefix: string): Predicate {
    return this.#tests([prefix === '' ? { kind: 'null', isNull: false } : { kind: 'startsWith', prefix }])
  }

  /** Text only; the text is taken literally. */
  contains(text: string): Predicate {
    return this.#tests([{ kind: 'contains', text }])
  }

  #compare(op: Comparison, value: Value): Predicate {
    if (value === null || value === undefined)
      throw predicateError(this.path, 'a null compares with nothing; use isNull()')
    return this.#tests([{ kind: 'compare', op, value }])
  }

  #tests(tests: readonly Test[]): Predicate {
    return new Predicate({ kind: 'test', column: this.path, tests })
  }
}

/** A column by name. */
export function col(name: string): Column {
  return new Column([name])
}

/** All of them pass. */
export function and(...parts: readonly [Predicate, ...Predicate[]]): Predicate {
  return new Predicate({ kind: 'and', parts: parts.map((part) => part.node) })
}

/** At least one passes; all must test the same column. */
export function or(...parts: readonly [Predicate, ...Predicate[]]): Predicate {
  return new Predicate({ kind: 'or', parts: parts.map((part) => part.node) })
}

function toGroups(node: Node): Group[] {
  if (node.kind === 'test') return [{ column: node.column, tests: node.tests }]
  if (node.kind === 'and') return node.parts.flatMap(toGroups)
  return [mergeAlternatives(node.parts)]
}

function mergeAlternatives(parts: readonly Node[]): Group {
  const groups = parts.map((part) => {
    const inner = toGroups(part)
    if (inner.length === 1) return inner[0]!
    const columns = inner.map(({ column }) => column.join('.')).join(' and ')
    const reason = `or() cannot hold an AND (over ${columns}): the server takes an AND of ORs, not the other way round. Use between() for ranges, or run one select per alternative`
    throw predicateError(inner[0]!.column, reason)
  })
  const first = groups[0]!
  const other = groups.find(({ column }) => column.join('\0') !== first.column.join('\0'))
  if (other) {
    const reason = `or() joins it with ${other.column.join('.')}: the server takes OR over one column only. Run one select per alternative`
    throw predicateError(first.column, reason)
  }
  return { column: first.column, tests: groups.flatMap(({ tests }) => tests) }
}

export function predicateError(column: ColumnPath, reason: string): VastdbError {
  return new VastdbError('ERR_VASTDB_PREDICATE', `Filter on column ${JSON.stringify(column.join('.'))}: ${reason}.`)
}
