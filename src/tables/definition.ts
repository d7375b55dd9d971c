import type { FileRecord } from './record.ts'

/** Numbers in a vector column: the dimension is part of the type. */
export interface VectorType {
  readonly vector: number
}

/** Numbers in a list column: as many as each row has. */
export interface ListType {
  readonly list: 'float32'
}

/** Microseconds since the Unix epoch, UTC, for `timestamp`; UTF-8 text for `utf8`; bytes for `binary`. */
export type ColumnType =
  | 'utf8'
  | 'int32'
  | 'int64'
  | 'float32'
  | 'float64'
  | 'bool'
  | 'timestamp'
  | 'binary'
  | VectorType
  | ListType

/** A type of cells that are encoded as columns: bytes are stored apart, as large values. */
export type CellType = Exclude<ColumnType, 'binary'>

/** A type that the rows of an inspected file may have. */
export type RecordType = Exclude<CellType, ListType>

/** A column of a table: what DDL, Arrow schemas and documentation derive from. */
export interface ColumnDefinition {
  readonly name: string
  readonly type: ColumnType
  readonly nullable: boolean
  /** Its meaning, in a few words. */
  readonly doc: string
  /** `none` for what changes after the row is stored: it is no part of the digest of its row. */
  readonly digest?: 'none'
}

/** A table of the catalog. */
export interface TableDefinition {
  readonly name: string
  readonly doc: string
  /** Columns that name one row. Kept unique by the catalog, not by an index. */
  readonly key: readonly string[]
  /** The table whose rows these belong to, through columns that bear the names of its key; null for none. */
  readonly parent: string | null
  readonly columns: readonly ColumnDefinition[]
}

/**
 * When the rows of a file are written: `once`, with the file's own row; `sighting`, each time the file is seen;
 * `latest`, each time an inspection brings any, in place of the file's rows of before.
 */
export type Written = 'once' | 'sighting' | 'latest'

/** A column of a table that an inspected file fills. */
export interface RecordColumn<Row> extends ColumnDefinition {
  readonly type: RecordType
  /** The cell of a row: null and undefined are null, and so is a number that the type cannot hold. */
  readonly value: (row: Row, file: FileRecord) => unknown
  /** Of a table with `shared`: rows that share the rest have cells of their own here. */
  readonly varies?: true
}

/** A column whose values change after its row is stored. */
export function changing<C extends ColumnDefinition>(column: C): C {
  return { ...column, digest: 'none' }
}

/** A table that an inspected file fills; `rows` and the columns' `value` are the way from a record to its rows. */
export interface RecordTable<Row> extends TableDefinition {
  readonly written: Written
  /** Rows of many files have one content: batches say which, see `contentIds`. */
  readonly repeats?: true
  /** What the file has rows for, in the order they are stored. */
  readonly rows: (file: FileRecord) => Iterable<Row>
  /** What a row's cells are made of, but for those that vary: rows of one object have the same ones while it is frozen. */
  readonly shared?: (row: Row) => object
  readonly columns: readonly RecordColumn<Row>[]
}

/** Rows that are made before they are written, column by column; of more of them `rows` is no list. */
export const ROWS_AT_ONCE = 1024

/** A record table whatever its rows are made from. */
// biome-ignore lint/suspicious/noExplicitAny: the rows of a table go nowhere but to its own columns
export type AnyRecordTable = RecordTable<any>

/** A column that has a value in every row. */
export function required<T extends ColumnType>(
  name: string,
  type: T,
  doc: string,
): ColumnDefinition & { readonly type: T } {
  return { name, type, nullable: false, doc }
}

/** A column that may be null. */
export function optional<T extends ColumnType>(
  name: string,
  type: T,
  doc: string,
): ColumnDefinition & { readonly type: T } {
  return { name, type, nullable: true, doc }
}

type Value<Row> = RecordColumn<Row>['value']

interface ColumnMaker<Row> {
  /** A column that bears the name of the row's property. */
  (name: keyof Row & string, type: RecordType, doc: string): RecordColumn<Row>
  /** A column whose cells are made from the row. */
  (name: string, type: RecordType, doc: string, value: Value<Row>): RecordColumn<Row>
}

/** The same for tables of inspected files: makers of columns that know where each cell comes from. */
export function columnsOf<Row>(): { readonly required: ColumnMaker<Row>; readonly optional: ColumnMaker<Row> } {
  const maker =
    (make: typeof required | typeof optional): ColumnMaker<Row> =>
    (name: string, type: RecordType, doc: string, value?: Value<Row>) => ({
      ...make(name, type, doc),
      type,
      value: value ?? ((row) => row[name as keyof Row]),
    })
  return { required: maker(required), optional: maker(optional) }
}
