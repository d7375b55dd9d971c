import { ExrError } from '../../errors.ts'
import { templatePattern } from '../../policy/path-template.ts'
import type { Dialect } from '../../queries/dialect.ts'

/** What files are told apart by. */
export interface FacetSql {
  /** Over the columns of a frame. */
  readonly sql: string
  /** Of a path it looks at the folder alone. */
  readonly isOfFolder: boolean
}
/** By name. */
export type Facets = ReadonlyMap<string, FacetSql>

/** Facet of failed rules: a file may have several values of it, so it is counted by itself. */
export const FINDING = 'finding'

const NOT_STATED = 'not stated'

/** The facets that every catalog has, and one more for each field of a template such as `/shows/{show}/{shot}/**`. */
export function facetsOf(dialect: Dialect, template: string | null): Facets {
  const text = (value: string) => `CAST(${value} AS VARCHAR)`
  const stated = (column: string) => `coalesce(nullif(${column}, ''), '${NOT_STATED}')`
  const facets = new Map<string, FacetSql>()
  if (template !== null) {
    const { source, names } = templatePattern(template)
    for (const [index, name] of names.entries()) {
      facets.set(name, {
        sql: `coalesce(nullif(regexp_extract(file_path, ${dialect.literal(source)}, ${index + 1}), ''), 'other')`,
        isOfFolder: /\/\*\*?$/.test(template),
      })
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
  for (const [name, sql] of entries) facets.set(name, { sql, isOfFolder: name === 'folder' })
  return facets
}

/** Columns of a frame that a row of a search shows beside its own. */
export const FACTS = [
  'display_width',
  'display_height',
  'part_type',
  'is_deep',
  'compression',
  'color_space',
  'render_software',
] as const

/** Where a search looks: in SQL, what it needs of frames and what stands beside them. */
export interface SearchSource {
  /** Frames to be filtered, counted and put in order; something to select from that needs an alias. */
  readonly frames: string
  /** The same with every column that a row of a search shows. */
  readonly shown: string
  /** What frames of one sequence share, and no other file has; in the order of names. */
  readonly rowKey: string
  /** What no other file has; in the order of paths. */
  readonly fileKey: string
  /** Values of failed rules: something to select `file_id` and `rule` from. */
  readonly findings: string
  /** Throws ERR_OPTION_INVALID for a facet that there is not. */
  facet(name: string): string
  /** Whether the path holds a text, whatever its case. */
  path(text: string): string
  /** Whether a channel's name, or its layer's, holds a text, whatever its case. */
  channel(column: 'channel_name' | 'layer_name', text: string): string
  /** Whether an attribute's name or text holds a text, whatever its case; null where attributes cannot be asked. */
  readonly attribute: ((text: string) => string) | null
  readonly sequence: (key: string) => string
  readonly dialect: Dialect
}

/** Whether a column holds a text, whatever its case. */
export function holds({ literal }: Dialect, column: string, text: string): string {
  return `strpos(lower(${column}), ${literal(text.toLowerCase())}) > 0`
}

/** The catalog's own tables. */
export function catalogSource(dialect: Dialect, facets: Facets): SearchSource {
  const { table, literal } = dialect
  return {
    dialect,
    frames: dialect.frames,
    shown: dialect.frames,
    rowKey: 'coalesce(sequence_key, file_path)',
    fileKey: 'file_path',
    findings: `(SELECT file_id, rule FROM ${table('validation_results')} v WHERE state = 'fail')`,
    facet: (name) => facets.get(name)?.sql ?? noFacet(name, facets),
    path: (text) => holds(dialect, 'file_path', text),
    channel: (column, text) =>
      `file_id IN (SELECT file_id FROM ${table('channels')} WHERE ${holds(dialect, column, text)})`,
    attribute: (text) =>
      `file_id IN (SELECT file_id FROM ${table('attributes')} WHERE ${holds(dialect, 'attr_name', text)} OR ${holds(dialect, 'value_text', text)})`,
    sequence: (key) => `sequence_key = ${literal(key)}`,
  }
}

export function noFacet(name: string, facets: Facets): never {
  throw new ExrError(
    'ERR_OPTION_INVALID',
    `There is no facet ${name}. There are: ${[...facets.keys(), FINDING].join(', ')}`,
  )
}
