import type { CatalogDialect } from '../catalog/catalog.ts'
import { checkCondition, checkPortableCondition } from '../catalog/condition.ts'
import { lastRemovals, liveCondition } from '../catalog/live.ts'
import { tableNamed } from '../tables/index.ts'

/**
 * The few words in which engines differ. Named queries are written in what DuckDB and Trino read alike (FILTER, window
 * functions, max_by, date_diff, regexp_extract with a group), and come here for the rest.
 */
export interface Dialect {
  readonly kind: CatalogDialect['kind']
  /** A table of the catalog. */
  table(name: string): string
  /** Live files, as something to select from; it needs an alias. */
  readonly live: string
  /** Live files with the columns of their first part, as something to select from; it needs an alias. */
  readonly frames: string
  /**
   * Frames of the sequences that `sequences` (a table with the column `sequence_key`) names whose files are there and cannot
   * be read, as something to select `sequence_key` and `frame_number` from; it needs an alias.
   */
  unreadableFrames(sequences: string): string
  /**
   * Frames with the column `metadata_embedding`, as something to select from; it needs an alias. Trino reads none.
   */
  readonly framesWithVectors: string
  /** Bytes of a channel's samples without compression, from a row `c` of `channels` and `p` of `parts`: data window, one level. */
  readonly sampleBytes: string
  /** The middle of numbers, between the two where their count is even; engines that spread over machines estimate it. */
  median(value: string): string
  /** A number with a fraction as text, such as 24.0. */
  decimalText(value: string): string
  /** Texts of a group, sorted, with a comma between. */
  joined(value: string): string
  /** A short text that is the same for groups of the same texts, in whatever order. */
  fingerprint(value: string): string
  /** Whether a text holds a match of a regular expression. */
  matches(value: string, pattern: string): string
  /** A text as SQL. */
  literal(text: string): string
  /** Texts as a list for `IN`; a list of none holds nothing. */
  literals(texts: readonly string[]): string
  /** A moment as SQL, from ISO 8601 text. */
  moment(time: string): string
}

const FILES = tableNamed('files').columns.map(({ name }) => name)
const FIRST_PART = tableNamed('parts')
  .columns.map(({ name }) => name)
  .filter((name) => !FILES.includes(name))

const SAMPLE_BYTES = `CAST(ceil(p.width / CAST(c.x_sampling AS DOUBLE)) * ceil(p.height / CAST(c.y_sampling AS DOUBLE)) AS BIGINT)
    * CASE c.channel_type WHEN 'HALF' THEN 2 ELSE 4 END`

/** The words of a catalog's engine. */
export function dialectOf({ kind, tableName }: CatalogDialect): Dialect {
  const table = (name: string) => tableName(name)
  const live = `(SELECT f.* FROM ${table('files')} f
    LEFT JOIN (${lastRemovals(table('removals'))}) r ON r.file_id = f.file_id
    WHERE ${liveCondition('f', 'r')})`
  const frames = `(SELECT f.*, ${FIRST_PART.map((name) => `p.${name}`).join(', ')} FROM ${live} f
    LEFT JOIN ${table('parts')} p ON p.file_id = f.file_id AND p.part_index = 0)`
  const isTrino = kind === 'trino'
  const framesWithVectors = `(SELECT f.*, v.metadata_embedding FROM ${frames} f
    LEFT JOIN ${table('vectors')} v ON v.file_id = f.file_id)`
  return {
    kind,
    table,
    live,
    frames,
    framesWithVectors: kind === 'engine' ? framesWithVectors : frames,
    unreadableFrames: (sequences) => unreadableFrames(sequences, table('ingest_errors')),
    sampleBytes: SAMPLE_BYTES,
    median: (value) => (isTrino ? middle(`CAST(${value} AS DOUBLE)`) : `median(${value})`),
    // Trino casts 24 to 2.4E1.
    decimalText: (value) =>
      isTrino ? `CASE WHEN ${value} IS NOT NULL THEN format('%s', ${value}) END` : `CAST(${value} AS VARCHAR)`,
    joined: (value) =>
      isTrino ? `array_join(array_sort(array_agg(${value})), ', ')` : `string_agg(${value}, ', ' ORDER BY ${value})`,
    fingerprint: (value) => (isTrino ? `to_hex(checksum(${value}))` : `CAST(sum(hash(${value})) AS VARCHAR)`),
    matches: (value, pattern) =>
      isTrino ? `regexp_like(${value}, ${pattern})` : `regexp_matches(${value}, ${pattern})`,
    literal,
    literals: (texts) => (texts.length === 0 ? '(NULL)' : `(${texts.map(literal).join(', ')})`),
    moment: (time) => `TIMESTAMP '${new Date(time).toISOString().replace('T', ' ').replace('Z', '')} UTC'`,
  }
}

/** Trino's estimate is a value that is there, the upper of the two in the middle: their mean needs the lower too. */
function middle(value: string): string {
  return `(approx_percentile(${value}, 0.5) - approx_percentile(-${value}, 0.5)) / 2`
}

/** A location that could not be read has no row of `files`: its name says whether it is a frame of a known sequence. */
function unreadableFrames(sequences: string, errors: string): string {
  const digits = `substr(e.file_path, length(s.before) + 1, length(e.file_path) - length(s.before) - length(s.behind))`
  return `(SELECT s.sequence_key, TRY_CAST(${digits} AS INTEGER) AS frame_number
    FROM (SELECT DISTINCT sequence_key, regexp_extract(sequence_key, '^.*/') AS folder,
        regexp_replace(sequence_key, '#+[^#]*$', '') AS before, regexp_extract(sequence_key, '[^#]*$') AS behind
      FROM ${sequences} named) s
    JOIN (SELECT file_path, regexp_extract(file_path, '^.*/') AS folder FROM ${errors} failed) e ON e.folder = s.folder
    WHERE length(e.file_path) > length(s.before) + length(s.behind)
      AND concat(s.before, ${digits}, s.behind) = e.file_path AND regexp_extract(${digits}, '^-?[0-9]{1,9}$') = ${digits})`
}

/** Throws ERR_CATALOG_QUERY for text that is not one condition which only reads, to that engine. */
export function checkWhere({ kind }: Pick<CatalogDialect, 'kind'>, text: string): Promise<void> {
  return kind === 'duckdb' ? checkCondition(text) : checkPortableCondition(text)
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
