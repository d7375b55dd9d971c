import { ExrError } from '../../errors.ts'
import { templatePattern } from '../../policy/path-template.ts'
import type { Dialect } from '../../queries/dialect.ts'

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

/** Facets by name: an expression over the columns of a frame. */
export type Facets = ReadonlyMap<string, string>

const NOT_STATED = 'not stated'

/** The facets that every catalog has, and one more for each field of a template such as `/shows/{show}/{shot}/**`. */
export function facetsOf(dialect: Dialect, template: string | null): Facets {
  const text = (value: string) => `CAST(${value} AS VARCHAR)`
  const stated = (column: string) => `coalesce(nullif(${column}, ''), '${NOT_STATED}')`
  const facets = new Map<string, string>()
  if (template !== null) {
    const { source, names } = templatePattern(template)
    for (const [index, name] of names.entries()) {
      facets.set(
        name,
        `coalesce(nullif(regexp_extract(file_path, ${dialect.literal(source)}, ${index + 1}), ''), 'other')`,
      )
    }
  }
  const entries: [string, string][] = [
    ['state', "CASE WHEN is_complete THEN 'whole' WHEN NOT is_complete THEN 'incomplete' ELSE 'cannot tell' END"],
    ['type', stated('part_type')],
    ['compression', stated('compression')],
    ['resolution', `coalesce(${text('display_width')} || ' x ' || ${text('display_height')}, '${NOT_STATED}')`],
    ['software', stated('render_software')],
    ['color', stated('color_space')],
    ['folder', "coalesce(nullif(regexp_extract(file_path, '^(.*)/[^/]*$', 1), ''), '/')"],
  ]
  for (const [name, expression] of entries) facets.set(name, expression)
  return facets
}

/** Facet of failed rules: a file may have several values of it, so it is counted by itself. */
export const FINDING = 'finding'

/** What may be sorted by: an expression over folded rows. */
const SORTS = {
  name: 'name',
  size: 'size_bytes',
  frames: 'frame_count',
  time: 'mtime',
  missing: 'missing_count',
  incomplete: 'incomplete_count',
  resolution: 'display_width',
} as const
export type SortName = keyof typeof SORTS
export const SORT_NAMES = Object.keys(SORTS) as SortName[]

/** SQL that the search asks, one text a question. Pure. */
export class SearchSql {
  readonly #dialect: Dialect
  readonly #facets: Facets

  constructor(dialect: Dialect, facets: Facets) {
    this.#dialect = dialect
    this.#facets = facets
  }

  /** Rows of a page. */
  page(wish: SearchWish, { fold, sort, descending, offset, limit }: PageWish): string {
    const order = `${SORTS[sort]} ${descending ? 'DESC' : 'ASC'} NULLS LAST, name`
    return `SELECT * FROM (${this.#rows(wish, fold)}) found ORDER BY ${order} ${this.#window(offset, limit)}`
  }

  /** One row: how many rows all pages have together. */
  total(wish: SearchWish, fold: boolean): string {
    const what = fold ? 'count(DISTINCT coalesce(sequence_key, file_path))' : 'count(*)'
    return `SELECT ${what} AS total FROM ${this.#hits(wish)} hit`
  }

  /** Rows of facet, value, count; values of a facet are counted without its own filter. */
  facet(name: string, wish: SearchWish, limit: number): string {
    const { [name]: _, ...others } = wish.facets
    const hits = this.#hits({ ...wish, facets: others })
    if (name === FINDING) {
      return `SELECT v.rule AS value, count(DISTINCT v.file_id) AS count FROM ${this.#dialect.table('validation_results')} v
        WHERE v.state = 'fail' AND v.file_id IN (SELECT file_id FROM ${hits} hit)
        GROUP BY v.rule ORDER BY 2 DESC, 1 LIMIT ${limit}`
    }
    return `SELECT ${this.#facet(name)} AS value, count(*) AS count FROM ${hits} hit GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${limit}`
  }

  /** Rows of facet_no, value, count for several facets in one pass: those whose own filter is not set. */
  facets(names: readonly string[], wish: SearchWish): string {
    const columns = names.map((name, index) => `${this.#facet(name)} AS facet_${index}`)
    const sets = names.map((_, index) => `(facet_${index})`)
    const which = names.map((_, index) => `WHEN grouping(facet_${index}) = 0 THEN ${index}`).join(' ')
    const value = `coalesce(${names.map((_, index) => `facet_${index}`).join(', ')})`
    return `SELECT CASE ${which} END AS facet, ${value} AS value, count(*) AS count
      FROM (SELECT ${columns.join(', ')} FROM ${this.#hits(wish)} hit) named GROUP BY GROUPING SETS (${sets.join(', ')})`
  }

  /** Files of a search: id, path and the value of a facet, in the order of their ids. */
  files(wish: SearchWish, facet: string, limit: number): string {
    return `SELECT file_id, file_path, ${this.#facet(facet)} AS facet, metadata_embedding FROM ${this.#hits(wish)} hit
      WHERE metadata_embedding IS NOT NULL ORDER BY file_id LIMIT ${limit}`
  }

  #rows(wish: SearchWish, fold: boolean): string {
    const hits = this.#hits(wish)
    if (!fold) {
      return `SELECT file_path AS name, file_id, file_path, sequence_key, 1 AS frame_count, frame_number AS first_frame,
        frame_number AS last_frame, 0 AS missing_count, CASE WHEN NOT is_complete THEN 1 ELSE 0 END AS incomplete_count,
        CASE WHEN is_complete IS NULL THEN 1 ELSE 0 END AS unknown_count, size_bytes, mtime, ${FACTS.join(', ')},
        multipart_count AS part_count FROM ${hits} hit`
    }
    const first = (column: string, name = column) => `min_by(${column}, coalesce(frame_number, 0)) AS ${name}`
    return `SELECT coalesce(sequence_key, file_path) AS name, ${first('file_id')}, ${first('file_path')},
      min(sequence_key) AS sequence_key, count(*) AS frame_count, min(frame_number) AS first_frame,
      max(frame_number) AS last_frame,
      coalesce(max(frame_number) - min(frame_number) + 1 - count(DISTINCT frame_number), 0) AS missing_count,
      count(*) FILTER (WHERE NOT is_complete) AS incomplete_count, count(*) FILTER (WHERE is_complete IS NULL) AS unknown_count,
      CAST(sum(size_bytes) AS BIGINT) AS size_bytes, max(mtime) AS mtime, ${FACTS.map((name) => first(name)).join(', ')},
      ${first('multipart_count', 'part_count')} FROM ${hits} hit GROUP BY 1`
  }

  #hits({ q, facets, where, sequence }: SearchWish): string {
    const conditions = wordsOf(q).map((word) => this.#word(word))
    for (const [name, values] of Object.entries(facets)) {
      if (values.length === 0) continue
      const wanted = this.#dialect.literals(values)
      if (name === FINDING) {
        conditions.push(
          `file_id IN (SELECT file_id FROM ${this.#dialect.table('validation_results')} WHERE state = 'fail' AND rule IN ${wanted})`,
        )
      } else conditions.push(`${this.#facet(name)} IN ${wanted}`)
    }
    if (sequence !== null) conditions.push(`sequence_key = ${this.#dialect.literal(sequence)}`)
    if (where !== null) conditions.push(`(${where}\n)`)
    const filter = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
    return `(SELECT * FROM ${this.#dialect.frames} frame${filter})`
  }

  #word(word: string): string {
    const { literal, table } = this.#dialect
    const holds = (column: string, text: string) => `strpos(lower(${column}), ${literal(text.toLowerCase())}) > 0`
    const name = /^(attr|path|channel|layer):(.+)$/.exec(word)
    const [kind, text] = name === null ? [null, word] : [name[1]!, name[2]!]
    const path = holds('file_path', text)
    const channel = `file_id IN (SELECT file_id FROM ${table('channels')} WHERE ${holds(kind === 'layer' ? 'layer_name' : 'channel_name', text)})`
    if (kind === 'path') return path
    if (kind === 'channel' || kind === 'layer') return channel
    if (kind === 'attr') {
      return `file_id IN (SELECT file_id FROM ${table('attributes')} WHERE ${holds('attr_name', text)} OR ${holds('value_text', text)})`
    }
    return `(${path} OR ${channel})`
  }

  #facet(name: string): string {
    const expression = this.#facets.get(name)
    if (expression !== undefined) return expression
    throw new ExrError(
      'ERR_OPTION_INVALID',
      `There is no facet ${name}. There are: ${[...this.#facets.keys(), FINDING].join(', ')}`,
    )
  }

  /** Trino has OFFSET before LIMIT, and DuckDB takes either order. */
  #window(offset: number, limit: number): string {
    return `OFFSET ${offset} LIMIT ${limit}`
  }
}

/** Columns a row of a search shows beside its own. */
const FACTS = [
  'display_width',
  'display_height',
  'part_type',
  'is_deep',
  'compression',
  'color_space',
  'render_software',
] as const

/** Words of a search; quotes keep blanks. */
export function wordsOf(q: string): string[] {
  return [...q.matchAll(/((?:attr|path|channel|layer):)?"([^"]*)"|(\S+)/g)]
    .map(([, prefix = '', quoted, bare]) => (quoted === undefined ? (bare ?? '') : `${prefix}${quoted}`))
    .filter((word) => word !== '')
    .slice(0, MOST_WORDS)
}

const MOST_WORDS = 16
