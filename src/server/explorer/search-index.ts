import { statSync } from 'node:fs'
import type { Catalog, SideDatabase } from '../../catalog/catalog.ts'
import { ExrError } from '../../errors.ts'
import type { Dialect } from '../../queries/dialect.ts'
import { FACTS, type Facets, holds, noFacet, type SearchSource } from './search-source.ts'

/** What an index may take; DuckDB spills what is more. */
const MEMORY_BYTES = 1024 ** 3

/** Columns of a frame that are kept as they are. */
const KEPT = ['file_id', 'file_path', 'frame_number', 'is_complete', 'size_bytes', 'mtime', 'multipart_count'] as const
/** Facts that are texts, of which a catalog has few. */
const FEW: readonly string[] = ['part_type', 'compression', 'color_space', 'render_software']

/** An index and what may be asked of it. */
export interface SearchIndex {
  readonly source: SearchSource
  readonly side: SideDatabase
}

/** One state of a catalog, whose index is closed when nobody asks it any more. */
interface Kept {
  readonly state: string
  /** Null where no index can be made of the catalog, which is then asked itself. */
  readonly index: Promise<SearchIndex | null>
  readonly stop: AbortController
  users: number
}

/**
 * What a search needs of an embedded catalog, in memory and in few bytes a file: names, facets and sets of channels are numbers,
 * which a million files are filtered, counted and put in order by at once. One is kept, for the state of the catalog it was
 * made from; an older one lasts until those who ask it have their answers.
 */
export class SearchIndexes {
  readonly #memoryBytes: number
  #current: Kept | null = null

  constructor(memoryBytes = MEMORY_BYTES) {
    this.#memoryBytes = memoryBytes
  }

  /** Hands over the index of a catalog as it is now; null where there is none and the catalog is to be asked. */
  async use<T>(
    catalog: Catalog,
    dialect: Dialect,
    facets: Facets,
    work: (index: SearchIndex | null) => Promise<T>,
  ): Promise<T> {
    if (catalog.openSide === null) return work(null)
    const kept = this.#of(catalog, catalog.openSide, dialect, facets)
    kept.users++
    try {
      return await work(await kept.index)
    } finally {
      kept.users--
      if (kept !== this.#current && kept.users === 0) await end(kept)
    }
  }

  async close(): Promise<void> {
    const kept = this.#current
    this.#current = null
    if (kept?.users === 0) await end(kept)
  }

  #of(catalog: Catalog, openSide: NonNullable<Catalog['openSide']>, dialect: Dialect, facets: Facets): Kept {
    const state = stateOf(catalog)
    if (this.#current?.state === state) return this.#current
    const before = this.#current
    const stop = new AbortController()
    // One after the other: two would need the memory of two.
    const ended = before?.users === 0 ? end(before) : before?.index.catch(() => null)
    const index = Promise.resolve(ended)
      .then(() => makeIndex(() => openSide(this.#memoryBytes), dialect, facets, stop.signal))
      .catch((error: unknown) => {
        if (error instanceof ExrError && NO_ROOM.includes(error.code)) return null
        if (this.#current?.index === index) this.#current = null
        throw error
      })
    index.catch(() => {})
    this.#current = { state, index, stop, users: 0 }
    return this.#current
  }
}

/** What is said where an index does not fit into memory or the temporary folder. */
const NO_ROOM: readonly string[] = ['ERR_CATALOG_QUERY', 'ERR_DISK_FULL']

async function end({ index, stop }: Kept): Promise<void> {
  stop.abort()
  const made = await index.catch(() => null)
  made?.side.close()
}

/** Differs whenever the rows of an embedded catalog may. */
export function stateOf({ url, snapshot }: Catalog): string {
  if (snapshot !== null) return snapshot.takenAt.toISOString()
  const path = url.replace(/^duckdb:/, '')
  return [path, `${path}.wal`]
    .map((file) => statSync(file, { bigint: true, throwIfNoEntry: false }))
    .map((stat) => (stat === undefined ? '' : [stat.ino, stat.size, stat.mtimeNs].join(' ')))
    .join(', ')
}

async function makeIndex(
  openSide: () => Promise<SideDatabase>,
  dialect: Dialect,
  facets: Facets,
  signal: AbortSignal,
): Promise<SearchIndex> {
  const side = await openSide()
  try {
    // Sums of hashes tell sets of channels apart without making a text for each file.
    const sets = `(SELECT file_id, sum(hash(channel_name, layer_name)) AS channel_set FROM ${dialect.table('channels')} c GROUP BY 1)`
    await side.fill(
      'found',
      `SELECT ${[...KEPT, ...FACTS].map((name) => `f.${name}`).join(', ')}, sequence_key IS NOT NULL AS is_numbered,
         coalesce(sequence_key, file_path) AS row_name, coalesce(s.channel_set, 0) AS channel_set
       FROM ${dialect.frames} f LEFT JOIN (SELECT file_id AS set_of, channel_set FROM ${sets} each) s ON s.set_of = f.file_id`,
      signal,
    )
    await side.fill(
      'sets_found',
      `SELECT o.channel_set, string_agg(DISTINCT lower(c.channel_name), chr(10)) AS channel_name,
         string_agg(DISTINCT lower(c.layer_name), chr(10)) AS layer_name
       FROM (SELECT channel_set, min(file_id) AS file_id FROM ${sets} each GROUP BY 1) o
       JOIN ${dialect.table('channels')} c ON c.file_id = o.file_id GROUP BY 1`,
      signal,
    )
    await side.fill(
      'findings',
      `SELECT DISTINCT file_id, rule FROM ${dialect.table('validation_results')} v WHERE state = 'fail'`,
      signal,
    )
    for (const statement of numbered(facets)) await side.run(statement, signal)
    return { side, source: indexSource(dialect, facets) }
  } catch (error) {
    side.close()
    throw error
  }
}

/** What turns rows of texts into rows of numbers, statement by statement. */
function numbered(facets: Facets): string[] {
  const columns = (isFolder: boolean) =>
    [...facets].flatMap(([name, { sql, isOfFolder }]) =>
      isOfFolder === isFolder ? [`${sql} AS ${facetColumn(name, facets)}`] : [],
    )
  const few = [...FEW, ...[...facets.keys()].map((name) => facetColumn(name, facets))]
  const short = few.map((name) => `CAST(CAST(v.${name} AS VARCHAR) AS ${name}_type) AS ${name}`)
  const FOLDER = "parse_dirpath(file_path, 'forward_slash')"
  return [
    'CREATE TABLE names AS SELECT row_name, row_number() OVER (ORDER BY row_name) AS row_no FROM (SELECT DISTINCT row_name FROM found) n',
    'CREATE TABLE channel_sets AS SELECT *, row_number() OVER () AS set_no FROM sets_found',
    // What a folder says is found out once for all its files.
    `CREATE TABLE folders AS SELECT ${['folder', ...columns(true)].join(', ')}
       FROM (SELECT DISTINCT ${FOLDER} AS folder, ${FOLDER} || '/x' AS file_path FROM found) f`,
    `CREATE VIEW valued AS SELECT ${['f.*', 'g.* EXCLUDE (folder)', ...columns(false)].join(', ')}
       FROM found f JOIN folders g ON g.folder = parse_dirpath(f.file_path, 'forward_slash')`,
    ...few.map(
      (name) =>
        `CREATE TYPE ${name}_type AS ENUM (SELECT DISTINCT CAST(${name} AS VARCHAR) AS each FROM valued WHERE ${name} IS NOT NULL ORDER BY each)`,
    ),
    `CREATE TABLE frames AS SELECT v.* EXCLUDE (row_name, channel_set, ${few.join(', ')}), ${short.join(', ')},
         lower(v.file_path) AS lower_path, CAST(n.row_no AS INTEGER) AS row_no, CAST(coalesce(s.set_no, 0) AS INTEGER) AS set_no,
         CAST(row_number() OVER (ORDER BY v.file_path, v.file_id) AS INTEGER) AS file_no
       FROM valued v JOIN names n USING (row_name) LEFT JOIN channel_sets s ON s.channel_set = v.channel_set`,
    'DROP VIEW valued; DROP TABLE found; DROP TABLE sets_found; DROP TABLE folders',
  ]
}

/** Names of facets come from templates of paths: any text, and several that differ in case alone. */
function facetColumn(name: string, facets: Facets): string {
  return `value_${[...facets.keys()].indexOf(name)}`
}

function indexSource(dialect: Dialect, facets: Facets): SearchSource {
  const { literal } = dialect
  return {
    dialect,
    frames: 'frames',
    shown:
      '(SELECT f.*, CASE WHEN f.is_numbered THEN n.row_name END AS sequence_key FROM frames f JOIN names n USING (row_no))',
    rowKey: 'row_no',
    fileKey: 'file_no',
    findings: 'findings',
    facet: (name) => (facets.has(name) ? facetColumn(name, facets) : noFacet(name, facets)),
    path: (text) => `contains(lower_path, ${literal(text.toLowerCase())})`,
    channel: (column, text) => `set_no IN (SELECT set_no FROM channel_sets WHERE ${holds(dialect, column, text)})`,
    attribute: null,
    sequence: (key) => `is_numbered AND row_no = (SELECT row_no FROM names WHERE row_name = ${literal(key)})`,
  }
}
