import type { ColumnType } from '../../tables/index.ts'

type Scalar = Extract<ColumnType, string>

/** Type of a column as a migration freezes it; `!` says that it is never null. */
export type FrozenType = ColumnType | `${Scalar}!`

/** Columns by name, in the order of the table. */
export type FrozenColumns = Readonly<Record<string, FrozenType>>

/**
 * What existing rows get. The same for every engine: it is handed the columns of `reads`, as `QueryResult` describes
 * values, and answers with those of `writes`. Null leaves a row as it is: what cannot be known from the catalog stays null.
 */
export interface Backfill {
  readonly table: string
  readonly reads: readonly string[]
  readonly writes: readonly string[]
  readonly values: (row: readonly unknown[]) => readonly (string | number | bigint | boolean | null)[] | null
}

/** A column of vectors that moves into a table of `VECTOR_TABLES`, back again on the way back. */
interface MovedColumn {
  readonly table: 'files' | 'channels'
  readonly column: string
  readonly into: string
}

/**
 * A column of vectors of which an embedded catalog keeps each distinct one once. The rows move to a table of another name,
 * where the id of a vector stands in the place of the vector; the table's own name becomes a view that brings both together.
 */
export interface VectorsOnce {
  readonly table: 'files' | 'channels'
  readonly column: string
  readonly dimension: number
  /** The table that has the rows. */
  readonly rows: string
  /** What `column` is called there: the `vectorId` of its vector, null where there is none. */
  readonly id: string
  /** The table that has the vectors, with the columns `id` and `vector`. */
  readonly distinct: string
}

/**
 * A table of which an embedded catalog keeps each distinct content once: what a row says beside its file and its part. Rows are
 * three numbers in a table of another name, and files have a number, `file_no`, where the first such table comes; the table's
 * own name becomes a view that brings all together.
 */
export interface ContentOnce {
  readonly table: 'attributes' | 'channels'
  /** The table that has the rows: `file_no`, `part_index` and `number`. */
  readonly rows: string
  /** The column that names the content of a row. Numbers count up: DuckDB packs them, and joins by them, better than hashes. */
  readonly number: string
  /** The table that has the content: `number`, `content_id` (see `contentIds`), and the columns of content. */
  readonly distinct: string
  /** A column that is null there where it is the text of another one in quotes. */
  readonly quoted?: { readonly column: string; readonly of: string }
  /** See `ContentSets`. */
  readonly sets?: string
  readonly setRows?: string
}

/**
 * A table of `ContentOnce` of which parts share sets from here on. What a part has beside its sets is named by rows, as before, which
 * have a `place` now: that of the content in the header of its part.
 */
export interface ContentSets {
  readonly table: ContentOnce['table']
  /** The table that says what is in a set: `set_no`, `place` and the number of the content. */
  readonly sets: string
  /** The table that says which sets a part has: `file_no`, `part_index` and `set_no`. */
  readonly setRows: string
}

/** A table whose rows name their file by its number from here on; the table's own name becomes a view. */
export interface NumberedRows {
  readonly table: 'parts' | 'inspections'
  /** The table that has the rows: `file_no` in the place of `ofFile`. */
  readonly rows: string
  /** Columns that stand in front, and that rows of `files` have too. */
  readonly ofFile: readonly string[]
}

/**
 * One step between two versions of the schema, for both catalogs. Forward it makes tables, adds columns, runs `sql.up` and
 * the backfills; back it runs `sql.down` and drops them again: their rows are lost, all others are kept.
 */
export interface Migration {
  readonly version: number
  /** What it does. */
  readonly name: string
  readonly tables?: Readonly<Record<string, FrozenColumns>>
  /** Columns to add behind those that are there, by table; null in existing rows. */
  readonly columns?: Readonly<Record<string, FrozenColumns>>
  readonly backfill?: readonly Backfill[]
  /** Makes the digests of files and the ledger anew from the rows there are; a backfill has that done too. */
  readonly recount?: true
  /** Frame and sequence of every file are decided anew over the names of its folder, after the backfills. */
  readonly regroupsFrames?: true
  /** What moves in a VAST DataBase; an embedded catalog keeps it where it is and has views instead. */
  readonly apart?: readonly MovedColumn[]
  /** What is stored once from here on, in an embedded catalog; in every row again on the way back. */
  readonly once?: readonly VectorsOnce[]
  /** The same for all that rows say; their backfills come before it. */
  readonly contentOnce?: readonly ContentOnce[]
  /** Tables whose content is shared in sets from here on, and named by each row again on the way back. */
  readonly contentSets?: readonly ContentSets[]
  /** Tables whose rows name their files by numbers from here on, and by id and path again on the way back. */
  readonly numberedRows?: readonly NumberedRows[]
  /** The same as `views`, of what was a table before: they come ahead of all others. */
  readonly shapes?: Readonly<Record<string, string>>
  /** Queries by name, made or made anew; the embedded catalog alone has views. They go with every step and come back after it. */
  readonly views?: Readonly<Record<string, string>>
  /** What only the embedded catalog needs, in DuckDB's SQL. */
  readonly sql?: { readonly up: readonly string[]; readonly down: readonly string[] }
}

/** Whether digests and the ledger are made anew on the way from one version to a later one. */
export function needsRecount(migrations: readonly Migration[], from: number, target: number): boolean {
  if (!migrations.slice(0, target).some(({ recount }) => recount)) return false
  return migrations.slice(from, target).some(({ recount, backfill }) => recount || backfill)
}

/** How a catalog is brought to another version of its schema. */
export interface MigrateOptions {
  /** What is being done, and to how many rows so far: steps over many rows take minutes. */
  readonly onProgress?: ((progress: MigrationProgress) => void) | undefined
  /** Fired before the end, everything stays as it was: ERR_ABORTED. */
  readonly signal?: AbortSignal | undefined
}

/** How far a migration has come. */
export interface MigrationProgress {
  /** In a few words: `filling attributes`. */
  readonly doing: string
  readonly rows: number
}

/** A step taken. */
export interface AppliedMigration {
  readonly version: number
  readonly name: string
  readonly direction: 'up' | 'down'
}
