import { FACTS, FINDING, type SearchSource } from './search-source.ts'

/** What is looked for. Every part narrows the rest. */
export interface SearchWish {
  /** Words that the path or a channel must hold; `attr:word` those that an attribute's name or text must. */
  readonly q: string
  /** Wanted values by facet: one of each facet's. */
  readonly facets: Readonly<Record<string, readonly string[]>>
  /** SQL condition over files and their first part; checked by whoever gives it. */
  readonly where: string | null
  readonly sequence: string | null
}

/** How a search is shown. */
export interface PageWish {
  readonly fold: boolean
  readonly sort: SortName
  readonly descending: boolean
  readonly offset: number
  readonly limit: number
}

/** What may be sorted by, over files and over sequences; null where all are equal, and for the order of names. */
const SORTS = {
  name: [null, null],
  size: ['size_bytes', 'sum(size_bytes)'],
  frames: [null, 'count(*)'],
  time: ['mtime', 'max(mtime)'],
  missing: [null, 'coalesce(max(frame_number) - min(frame_number) + 1 - count(DISTINCT frame_number), 0)'],
  incomplete: ['CASE WHEN NOT is_complete THEN 1 ELSE 0 END', 'count(*) FILTER (WHERE NOT is_complete)'],
  resolution: ['display_width', 'min_by(display_width, coalesce(frame_number, 0))'],
} as const
export type SortName = keyof typeof SORTS
export const SORT_NAMES = Object.keys(SORTS) as SortName[]

/** Columns of the row of a file, over those of a frame. */
export const FILE_ROW = `file_path AS name, file_id, file_path, sequence_key, 1 AS frame_count, frame_number AS first_frame,
  frame_number AS last_frame, 0 AS missing_count, CASE WHEN NOT is_complete THEN 1 ELSE 0 END AS incomplete_count,
  CASE WHEN is_complete IS NULL THEN 1 ELSE 0 END AS unknown_count, size_bytes, mtime, ${FACTS.join(', ')},
  multipart_count AS part_count`

/** SQL that the search asks, one text a question. Pure. */
export class SearchSql {
  readonly #source: SearchSource

  constructor(source: SearchSource) {
    this.#source = source
  }

  /** Which rows are on a page: their keys, in order; of sequences also, as `total`, how many rows all pages have together. */
  page(wish: SearchWish, { fold, sort, descending, offset, limit }: PageWish): string {
    const key = this.#key(fold)
    const by = SORTS[sort][fold ? 1 : 0]
    const direction = descending ? 'DESC' : 'ASC'
    const order = by === null ? `${key} ${direction}` : `${by} ${direction} NULLS LAST, ${key}`
    const group = fold ? ` GROUP BY ${key}` : ''
    // Trino has OFFSET before LIMIT, and DuckDB takes either order.
    const total = fold ? ', count(*) OVER () AS total' : ''
    return `SELECT ${key} AS key${total} FROM ${this.#hits(wish)} hit${group} ORDER BY ${order} OFFSET ${offset} LIMIT ${limit}`
  }

  /** What is shown of the rows with some keys, which come with it as `key`, in no order. */
  rows(wish: SearchWish, fold: boolean, keys: readonly (string | number)[]): string {
    const key = this.#key(fold)
    const wanted = keys.map((each) => (typeof each === 'number' ? each : this.#source.dialect.literal(each)))
    const hits = this.#hits(wish, this.#source.shown, `${key} IN (${wanted.join(', ')})`)
    if (!fold) {
      return `SELECT ${key} AS key, ${FILE_ROW} FROM ${hits} hit`
    }
    const first = (column: string, name = column) => `min_by(${column}, coalesce(frame_number, 0)) AS ${name}`
    return `SELECT ${key} AS key, min(coalesce(sequence_key, file_path)) AS name, ${first('file_id')}, ${first('file_path')},
      min(sequence_key) AS sequence_key, count(*) AS frame_count, min(frame_number) AS first_frame,
      max(frame_number) AS last_frame,
      coalesce(max(frame_number) - min(frame_number) + 1 - count(DISTINCT frame_number), 0) AS missing_count,
      count(*) FILTER (WHERE NOT is_complete) AS incomplete_count, count(*) FILTER (WHERE is_complete IS NULL) AS unknown_count,
      CAST(sum(size_bytes) AS BIGINT) AS size_bytes, max(mtime) AS mtime, ${FACTS.map((name) => first(name)).join(', ')},
      ${first('multipart_count', 'part_count')} FROM ${hits} hit GROUP BY ${key}`
  }

  /** One row: how many rows all pages have together. */
  total(wish: SearchWish, fold: boolean): string {
    const what = fold ? `count(DISTINCT ${this.#source.rowKey})` : 'count(*)'
    return `SELECT ${what} AS total FROM ${this.#hits(wish)} hit`
  }

  /** Rows of facet, value, count; values of a facet are counted without its own filter. */
  facet(name: string, wish: SearchWish, limit: number): string {
    const { [name]: _, ...others } = wish.facets
    const hits = this.#hits({ ...wish, facets: others })
    if (name === FINDING) {
      return `SELECT v.rule AS value, count(DISTINCT v.file_id) AS count FROM ${this.#source.findings} v
        WHERE v.file_id IN (SELECT file_id FROM ${hits} hit) GROUP BY v.rule ORDER BY 2 DESC, 1 LIMIT ${limit}`
    }
    return `SELECT ${this.#source.facet(name)} AS value, count(*) AS count FROM ${hits} hit GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${limit}`
  }

  /** Rows of facet (its place in `names`), value, count, the most frequent of each, in one pass: for facets whose own filter is not set. */
  facets(names: readonly string[], wish: SearchWish, limit: number): string {
    const columns = names.map((name, index) => `${this.#source.facet(name)} AS facet_${index}`)
    const sets = names.map((_, index) => `(facet_${index})`)
    const which = names.map((_, index) => `WHEN grouping(facet_${index}) = 0 THEN ${index}`).join(' ')
    const value = `coalesce(${names.map((_, index) => `CAST(facet_${index} AS VARCHAR)`).join(', ')})`
    return `SELECT facet, value, count FROM (
        SELECT *, row_number() OVER (PARTITION BY facet ORDER BY count DESC, value) AS place FROM (
          SELECT CASE ${which} END AS facet, ${value} AS value, count(*) AS count
          FROM (SELECT ${columns.join(', ')} FROM ${this.#hits(wish)} hit) named GROUP BY GROUPING SETS (${sets.join(', ')})
        ) counted
      ) placed WHERE place <= ${limit}`
  }

  /** Files of a search: id, path and the value of a facet, in the order of their ids. */
  files(wish: SearchWish, facet: string, limit: number): string {
    return `SELECT file_id, file_path, ${this.#source.facet(facet)} AS facet, metadata_embedding FROM ${this.#hits(wish)} hit
      WHERE metadata_embedding IS NOT NULL ORDER BY file_id LIMIT ${limit}`
  }

  #key(fold: boolean): string {
    return fold ? this.#source.rowKey : this.#source.fileKey
  }

  #hits(
    { q, facets, where, sequence }: SearchWish,
    relation = this.#source.frames,
    also: string | null = null,
  ): string {
    const conditions = wordsOf(q).map((word) => this.#word(word))
    for (const [name, values] of Object.entries(facets)) {
      if (values.length === 0) continue
      const wanted = this.#source.dialect.literals(values)
      if (name === FINDING) {
        conditions.push(`file_id IN (SELECT file_id FROM ${this.#source.findings} v WHERE rule IN ${wanted})`)
      } else conditions.push(`${this.#source.facet(name)} IN ${wanted}`)
    }
    if (sequence !== null) conditions.push(this.#source.sequence(sequence))
    if (where !== null) conditions.push(`(${where}\n)`)
    if (also !== null) conditions.push(also)
    const filter = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
    return `(SELECT * FROM ${relation} frame${filter})`
  }

  #word(word: string): string {
    const { kind, text } = kindOf(word)
    const path = this.#source.path(text)
    if (kind === 'path') return path
    if (kind === 'attr' && this.#source.attribute !== null) return this.#source.attribute(text)
    const channel = this.#source.channel(kind === 'layer' ? 'layer_name' : 'channel_name', text)
    return kind === null ? `(${path} OR ${channel})` : channel
  }
}

/** Whether a search asks for what only the catalog itself has: a condition in SQL, or attributes. */
export function needsCatalog({ q, where }: SearchWish): boolean {
  return where !== null || wordsOf(q).some((word) => kindOf(word).kind === 'attr')
}

function kindOf(word: string): { readonly kind: string | null; readonly text: string } {
  const named = /^(attr|path|channel|layer):(.+)$/.exec(word)
  return named === null ? { kind: null, text: word } : { kind: named[1]!, text: named[2]! }
}

/** Words of a search; quotes keep blanks. */
export function wordsOf(q: string): string[] {
  return [...q.matchAll(/((?:attr|path|channel|layer):)?"([^"]*)"|(\S+)/g)]
    .map(([, prefix = '', quoted, bare]) => (quoted === undefined ? (bare ?? '') : `${prefix}${quoted}`))
    .filter((word) => word !== '')
    .slice(0, MOST_WORDS)
}

const MOST_WORDS = 16
