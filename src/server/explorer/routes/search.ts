import { ExrError } from '../../../errors.ts'
import { checkWhere, dialectOf } from '../../../queries/dialect.ts'
import type { Facet, Found, FoundRow, Row } from '../api.ts'
import { type ExplorerContext, rowsOf, toJson } from '../context.ts'
import { Overviews } from '../overviews.ts'
import type { Asked, Parameters, Route } from '../route.ts'
import { needsCatalog, type PageWish, SearchSql, type SearchWish, SORT_NAMES } from '../search.ts'
import type { SearchIndex } from '../search-index.ts'
import { catalogSource, FINDING, facetsOf } from '../search-source.ts'

/** Values of a facet that are told. */
const MOST_VALUES = 50
const MOST_ROWS = 500

/** What narrows a search, for every route that takes one. */
export const WISH: Parameters = {
  q: {
    type: 'string',
    description: 'words that the path or a channel holds; path:, channel:, layer: and attr: say where to look',
    default: '',
    maxLength: 1000,
  },
  facet: {
    type: 'array',
    description: 'wanted values, each as facet:value; several of one facet mean any of them',
    items: { type: 'string', maxLength: 2000 },
    maxItems: 100,
  },
  where: { type: 'string', description: 'SQL condition over files and their first part', maxLength: 10_000 },
  sequence: { type: 'string', description: 'only frames of this sequence', maxLength: 10_000 },
}

/** What answers the statements of a search. */
interface Searcher {
  /** Names, in the order of the page. */
  readonly facets: readonly string[]
  readonly sql: SearchSql
  ask(query: string): Promise<Row[]>
}

/** The search that a request describes. Throws ERR_OPTION_INVALID. */
export function wishOf({ query }: Pick<Asked, 'query'>): SearchWish {
  const facets: Record<string, string[]> = {}
  for (const text of (query['facet'] as string[] | undefined) ?? []) {
    const at = text.indexOf(':')
    if (at < 1) throw new ExrError('ERR_OPTION_INVALID', `Expected facet:value for facet but received ${text}`)
    const name = text.slice(0, at)
    facets[name] = [...(facets[name] ?? []), text.slice(at + 1)]
  }
  const text = (name: string) => (query[name] as string | undefined) || null
  return { q: text('q') ?? '', facets, where: text('where'), sequence: text('sequence') }
}

export function searchRoutes(context: ExplorerContext): Route[] {
  const { template } = context
  const overviews = new Overviews(context)
  /** A search is asked of the index, where that knows enough, else of the catalog. */
  const searching = <T>(asked: Asked, work: (searcher: Searcher, wish: SearchWish) => Promise<T>): Promise<T> =>
    context.holder.use(async (catalog) => {
      const wish = wishOf(asked)
      const { signal } = asked
      if (wish.where !== null) await checkWhere(catalog.dialect, wish.where)
      const dialect = dialectOf(catalog.dialect)
      const facets = facetsOf(dialect, template)
      const asking = (index: SearchIndex | null) =>
        work(
          {
            facets: [...facets.keys()],
            sql: new SearchSql(index?.source ?? catalogSource(dialect, facets)),
            ask: async (query) =>
              index === null
                ? rowsOf(catalog, query, signal)
                : (await index.side.rows(query, signal)).map((row) => toJson(row) as Row),
          },
          wish,
        )
      // Rows that come in all the time would make every index one of the past.
      if (context.holder.isFilling || needsCatalog(wish)) return asking(null)
      return context.indexes.use(catalog, dialect, facets, asking)
    })
  return [
    {
      method: 'GET',
      path: '/overview',
      summary: 'How much there is, and what can be asked',
      answers: 'Overview',
      run: () => context.holder.use((catalog) => overviews.of(catalog)),
    },
    {
      method: 'GET',
      path: '/files',
      summary: 'Files of a search, or with fold its sequences',
      answers: 'Found',
      query: {
        ...WISH,
        fold: { type: 'boolean', description: 'one row a sequence', default: true },
        sort: { type: 'string', description: 'what to sort by', enum: SORT_NAMES, default: 'name' },
        descending: { type: 'boolean', description: 'largest first', default: false },
        cursor: {
          type: 'string',
          description: 'rows before this place are left out: `next` of an answer',
          pattern: '^\\d{1,9}$',
        },
        limit: { type: 'integer', description: 'rows at most', minimum: 1, maximum: MOST_ROWS, default: 100 },
      },
      run: (asked) =>
        searching(asked, async ({ sql, ask }, wish): Promise<Found> => {
          const { cursor = '0', ...shown } = asked.query as unknown as Omit<PageWish, 'offset'> & { cursor?: string }
          const { fold, sort, descending, limit } = shown
          const page = { fold, sort, descending, limit, offset: Number(cursor) }
          const placed = await ask(sql.page(wish, page))
          const keys = placed.map(({ key }) => key as string | number)
          const found = keys.length === 0 ? [] : await ask(sql.rows(wish, fold, keys))
          const byKey = new Map(found.map(({ key, ...row }) => [key as string | number, row as unknown as FoundRow]))
          const rows = keys.flatMap((key) => byKey.get(key) ?? [])
          // Counted with the page where that is no more work; a page behind the end has nothing to count with.
          const counted = placed[0]?.['total'] ?? (await ask(sql.total(wish, fold)))[0]?.['total']
          const total = Number(counted ?? 0)
          const end = page.offset + rows.length
          return { rows, total, next: end < total && rows.length > 0 ? String(end) : null }
        }),
    },
    {
      method: 'GET',
      path: '/facets',
      summary: 'What the files of a search have, with counts',
      answers: 'Facet[]',
      query: WISH,
      run: (asked) =>
        searching(asked, async ({ facets: names, sql, ask }, wish): Promise<Facet[]> => {
          const isSet = (name: string) => (wish.facets[name] ?? []).length > 0
          const open = names.filter((name) => !isSet(name))
          const found = new Map<string, { value: string; count: number }[]>()
          if (open.length > 0) {
            for (const row of await ask(sql.facets(open, wish, MOST_VALUES + 1))) {
              const name = open[Number(row['facet'])]!
              const values = found.get(name) ?? []
              values.push({ value: String(row['value']), count: Number(row['count']) })
              found.set(name, values)
            }
          }
          for (const name of [...names.filter(isSet), FINDING]) {
            const rows = await ask(sql.facet(name, wish, MOST_VALUES + 1))
            found.set(
              name,
              rows.map(({ value, count }) => ({ value: String(value), count: Number(count) })),
            )
          }
          return [...names, FINDING].map((name) => {
            const values = (found.get(name) ?? []).sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
            return { name, values: values.slice(0, MOST_VALUES), cut: values.length > MOST_VALUES }
          })
        }),
    },
  ]
}
