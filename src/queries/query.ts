import type { Dialect } from './dialect.ts'

/** What a question may be told. */
export interface Parameter {
  /** `condition` is SQL over the columns of files and of their first part, `template` a path with fields in braces, `time` ISO 8601. */
  readonly type: 'text' | 'integer' | 'number' | 'list' | 'condition' | 'template' | 'time'
  readonly doc: string
  /** What holds when it is not given. */
  readonly default?: string | number | readonly string[]
  /** May be left out without a default; it is null then. */
  readonly optional?: true
}

/** One column of the answer. */
export interface Column {
  /** Integers are numbers in typed rows, times ISO 8601 text in UTC. */
  readonly type: 'text' | 'integer' | 'number' | 'boolean' | 'time' | 'list'
  readonly doc: string
}

/** What a question may be told, by name. */
export type Parameters = Readonly<Record<string, Parameter>>

/** What an answer holds, by name, in order. */
export type Columns = Readonly<Record<string, Column>>

type Typed<T> = T extends 'integer' | 'number' ? number : T extends 'list' ? readonly string[] : string

/** The values of parameters, defaults filled in. */
export type Values<P extends Parameters> = {
  readonly [Name in keyof P]: Typed<P[Name]['type']> | (P[Name]['optional'] extends true ? null : never)
}

/** One row of an answer. Any value may be null: unknown. */
export type AnswerRow<C extends Columns> = {
  readonly [Name in keyof C]: (C[Name]['type'] extends 'boolean' ? boolean : Typed<C[Name]['type']>) | null
}

/** A question that a catalog answers. */
export interface NamedQuery<P extends Parameters = Parameters, C extends Columns = Columns> {
  /** Lower case with hyphens. */
  readonly name: string
  /** The question, as a person would ask it. */
  readonly title: string
  /** What the answer looked at and what it leaves out. */
  readonly doc: string
  readonly parameters: P
  readonly columns: C
  /** Why an engine cannot answer, where one cannot. */
  readonly unanswered?: Readonly<Partial<Record<Dialect['kind'], string>>>
  /** The query, with exactly the columns above. */
  readonly sql: (values: Values<P>, dialect: Dialect) => string
}

/** Keeps the types of a query's parameters and columns. */
export function defineQuery<const P extends Parameters, const C extends Columns>(
  query: NamedQuery<P, C>,
): NamedQuery<P, C> {
  return query
}

/** How many rows at most, for questions whose answer may be long. */
export const limit = { type: 'integer', doc: 'rows at most', default: 100 } as const

/** Which files are looked at. */
export const where = {
  type: 'condition',
  doc: 'only files for which this SQL condition over files and their first part holds',
  default: 'true',
} as const
