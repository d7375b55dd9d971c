import type { Catalog } from '../../catalog/catalog.ts'
import { BUILT_IN_PROVIDERS } from '../../embeddings/index.ts'
import { gamuts } from '../../pixels/colour.ts'
import { STARTERS } from '../../policy/index.ts'
import { dialectOf } from '../../queries/dialect.ts'
import { errorState } from '../../queries/error-state.ts'
import { type NamedQuery, QUERIES } from '../../queries/index.ts'
import type { Overview } from './api.ts'
import { type ExplorerContext, rowsOf } from './context.ts'
import { stateOf } from './search-index.ts'
import { FINDING, facetsOf } from './search-source.ts'

/** What there is to look at: every view asks for it when it is opened, and it looks at every row of the catalog. */
export class Overviews {
  readonly #context: ExplorerContext
  #kept: { readonly state: string; readonly overview: Promise<Overview> } | null = null

  constructor(context: ExplorerContext) {
    this.#context = context
  }

  /** Counted once for a state of an embedded catalog; of others, whose state nobody tells, each time. */
  of(catalog: Catalog): Promise<Overview> {
    if (catalog.dialect.kind !== 'duckdb') return overviewOf(catalog, this.#context)
    const state = stateOf(catalog)
    if (this.#kept?.state === state) return this.#kept.overview
    const overview = overviewOf(catalog, this.#context)
    const kept = { state, overview }
    this.#kept = kept
    overview.catch(() => {
      if (this.#kept === kept) this.#kept = null
    })
    return overview
  }
}

/** Counts every row of the catalog. */
async function overviewOf(catalog: Catalog, { template, policies }: ExplorerContext): Promise<Overview> {
  const dialect = dialectOf(catalog.dialect)
  const [{ first, last, ...counts } = {}] = await rowsOf(
    catalog,
    `SELECT count(*) AS file_count, count(DISTINCT sequence_key) AS sequence_count, CAST(sum(size_bytes) AS BIGINT) AS size_bytes,
               count(*) FILTER (WHERE NOT is_complete) AS incomplete_count, min(file_path) AS first, max(file_path) AS last,
               (SELECT count(*) FROM ${dialect.table('ingest_errors')} e WHERE ${errorState} IN ('unreadable', 'not_exr')) AS unreadable_count FROM ${dialect.live} live`,
  )
  const queries = Object.values(QUERIES) as unknown as readonly NamedQuery[]
  return {
    ...(counts as unknown as Pick<
      Overview,
      'file_count' | 'sequence_count' | 'size_bytes' | 'incomplete_count' | 'unreadable_count'
    >),
    engine: catalog.dialect.kind,
    common_folder: commonFolder(String(first ?? ''), String(last ?? '')),
    policies: [
      ...policies.map(({ name, location }) => ({ name, about: location })),
      ...STARTERS.map(({ name, about }) => ({ name, about })),
    ],
    queries: queries.map(({ name, title, doc, parameters }) => ({ name, title, doc, parameters })),
    embeddings: [
      BUILT_IN_PROVIDERS.metadata.name,
      ...(await catalog.embeddingSets()).map((set) => `${set.provider}@${set.version}`),
    ],
    facets: [...facetsOf(dialect, template).keys(), FINDING],
    gamuts: gamuts(),
  }
}

/** Of the first and the last path in order, and so of all between. */
function commonFolder(first: string, last: string): string {
  let length = 0
  while (length < first.length && first[length] === last[length]) length++
  return first.slice(0, Math.max(0, first.slice(0, length).lastIndexOf('/')))
}
