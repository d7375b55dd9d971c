import type { CatalogSql, QueryStream } from '../catalog/catalog.ts'
import { ExrError } from '../errors.ts'
import { nearest } from '../policy/nearest.ts'
import { QUERIES, type QueryName } from './all.ts'
import { checkWhere, dialectOf } from './dialect.ts'
import type { AnswerRow, Column, NamedQuery, Values } from './query.ts'
import { valuesOf } from './values.ts'

type ParametersOf<Name extends QueryName> = (typeof QUERIES)[Name]['parameters']

/** What a query may be told: all that has no default is needed. */
export type Given<Name extends QueryName> = Partial<Values<ParametersOf<Name>>>

/** A row of a query's answer. */
export type Answer<Name extends QueryName> = AnswerRow<(typeof QUERIES)[Name]['columns']>

/** A query by its name. Throws ERR_OPTION_INVALID for an unknown one, with the nearest. */
export function findQuery(name: string): NamedQuery {
  if (Object.hasOwn(QUERIES, name)) return QUERIES[name as QueryName] as unknown as NamedQuery
  const names = Object.keys(QUERIES)
  throw new ExrError(
    'ERR_OPTION_INVALID',
    `No query ${name}${nearest(name, names) || '; `exr-inspector query list` names them'}`,
  )
}

/**
 * The SQL of a query for a catalog's engine. Throws ERR_OPTION_INVALID for parameters it does not take,
 * ERR_CATALOG_QUERY for a condition that is not one, ERR_FEATURE_UNAVAILABLE where the engine cannot answer.
 */
export async function explainQuery(
  catalog: CatalogSql,
  name: string,
  given: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const query = findQuery(name)
  const values = valuesOf(query, given)
  const { dialect } = catalog
  const reason = query.unanswered?.[dialect.kind]
  if (reason !== undefined) {
    throw new ExrError('ERR_FEATURE_UNAVAILABLE', `Query ${name} cannot be answered by this catalog: ${reason}.`)
  }
  for (const [parameter, { type }] of Object.entries(query.parameters)) {
    if (type === 'condition') await checkWhere(dialect, String(values[parameter]))
  }
  return query.sql(values, dialectOf(dialect))
}

/** Starts a query; rows as `CatalogSql.sqlStream` gives them. Throws as `explainQuery` and `sqlStream` do. */
export async function streamQuery(
  catalog: CatalogSql,
  name: string,
  given: Readonly<Record<string, unknown>> = {},
  signal?: AbortSignal,
): Promise<QueryStream> {
  return catalog.sqlStream(await explainQuery(catalog, name, given), signal)
}

/** Asks a catalog a named query. Rows are objects with the columns the query documents. Throws as `streamQuery` does. */
export async function* ask<Name extends QueryName>(
  catalog: CatalogSql,
  name: Name,
  given: Given<Name> = {},
  signal?: AbortSignal,
): AsyncGenerator<Answer<Name>, void, undefined> {
  const columns = Object.entries(findQuery(name).columns)
  const { batches } = await streamQuery(catalog, name, given, signal)
  for await (const batch of batches) {
    for (const row of batch) {
      const values = columns.map(([column, { type }], index) => [column, plain(row[index], type)])
      yield Object.fromEntries(values) as Answer<Name>
    }
  }
}

function plain(value: unknown, type: Column['type']): unknown {
  if (value === null || value === undefined) return null
  return type === 'integer' || type === 'number' ? Number(value) : value
}
