import type * as arrow from 'apache-arrow'
import { call, flag, type Scope } from './calls.ts'
import { COMMAND, HEADER, PARAM } from './constants.ts'
import { VastdbError } from './errors.ts'
import { type ListOptions, listSchemas, listTables, presence, type SchemaInfo, type TableInfo } from './lists.ts'
import { checkName, checkPath } from './names.ts'
import { type PartitionKey, partitionMetadata } from './partitioning.ts'
import { sortingHeaders } from './sorting.ts'
import { type KnownTable, Table } from './table.ts'
import { checkColumns } from './types.ts'
import { requireFeature } from './version.ts'
import { encodeSchemaMessage } from './wire/encode.ts'
import { encodeAlter, encodeCreateSchema } from './wire/tabular.ts'

/** How something new is created. */
export interface CreateOptions {
  /** Leave an existing one as it is instead of throwing ERR_VASTDB_EXISTS. */
  readonly ifNotExists?: boolean
}

/** How a vector index keeps numbers. Servers refuse some combinations. */
export type Quantization = 'scalar_8bit' | 'none'

/** How a table is created. */
export interface CreateTableOptions extends CreateOptions {
  /** Names of the sorting key's columns, most significant first. The table is a sorted table then. */
  readonly sortedBy?: readonly string[]
  /** Row ids are chosen by the writer through a `vastdb_rowid` column. */
  readonly externalRowIds?: boolean
  /** Keys of its partitions, at most four. */
  readonly partitionedBy?: readonly PartitionKey[]
  /** What is not said of quantization is the server's choice. */
  readonly vectorIndex?: {
    readonly column: string
    readonly metric: 'l2sq' | 'ip'
    readonly clusterQuantization?: Quantization
    readonly searchQuantization?: Quantization
  }
}

/** A container of tables and of further schemas. */
export class Schema {
  readonly bucket: string
  /** Path inside the bucket. */
  readonly path: string
  readonly #scope: Scope

  /** @internal Use `Bucket.schema`. */
  constructor(scope: Scope, bucket: string, path: string) {
    this.#scope = scope
    this.bucket = bucket
    this.path = path
  }

  /** A schema inside this one. No request is sent. */
  schema(path: string): Schema {
    return new Schema(this.#scope, this.bucket, `${this.path}/${checkPath(path, 'schema')}`)
  }

  /** The schemas directly inside this one. */
  async schemas(options: ListOptions = {}): Promise<SchemaInfo[]> {
    return listSchemas(this.#scope, this.bucket, this.path, options)
  }

  /** False also when its parent or bucket is missing. */
  async exists(): Promise<boolean> {
    const cut = this.path.lastIndexOf('/')
    const parent = cut === -1 ? '' : this.path.slice(0, cut)
    const exact = this.path.slice(cut + 1)
    return presence(async () => (await listSchemas(this.#scope, this.bucket, parent, { exact })).length > 0)
  }

  /** Its parent must exist. */
  async create(options: CreateOptions = {}): Promise<this> {
    if (await this.exists()) return existing(this, options, `Schema ${this.#full}`)
    await call(this.#scope, {
      method: 'POST',
      path: `/${this.#full}`,
      command: COMMAND.schema,
      body: encodeCreateSchema(),
      what: `Create schema ${this.#full}`,
    })
    return this
  }

  /** Must be empty, or ERR_VASTDB_CONFLICT is thrown. */
  async drop(): Promise<void> {
    const what = `Drop schema ${this.#full}`
    await call(this.#scope, { method: 'DELETE', path: `/${this.#full}`, command: COMMAND.schema, what })
  }

  /** `name` replaces the last component of the path; a path with slashes replaces the whole path. */
  async rename(name: string): Promise<Schema> {
    const cut = this.path.lastIndexOf('/')
    const path = checkPath(name.includes('/') || cut === -1 ? name : `${this.path.slice(0, cut)}/${name}`, 'schema')
    await call(this.#scope, {
      method: 'PUT',
      path: `/${this.#full}`,
      command: COMMAND.schema,
      params: { [PARAM.newSchemaName]: path },
      body: encodeAlter('schema'),
      what: `Rename schema ${this.#full} to ${path}`,
    })
    return new Schema(this.#scope, this.bucket, path)
  }

  /** No request is sent. `known` saves requests to callers that know the table already. */
  table(name: string, known: KnownTable = {}): Table {
    return new Table(this.#scope, { bucket: this.bucket, schema: this.path, table: checkName(name, 'table') }, known)
  }

  /** The tables of this schema, in the server's order. */
  async tables(options: ListOptions = {}): Promise<TableInfo[]> {
    return listTables(this.#scope, this.#full, options)
  }

  /** One table with its statistics, or undefined. */
  async findTable(name: string): Promise<TableInfo | undefined> {
    return (await listTables(this.#scope, this.#full, { exact: checkName(name, 'table') }))[0]
  }

  /** Throws ERR_VASTDB_TYPE for columns a server would refuse, ERR_VASTDB_EXISTS for a table that is there. */
  async createTable(name: string, columns: arrow.Schema, options: CreateTableOptions = {}): Promise<Table> {
    const table = this.table(name)
    const what = `Create table ${table.fullName}`
    checkColumns(columns, what)
    if (options.externalRowIds) requireFeature(this.#scope.version, 'externalRowIds')
    if (options.sortedBy?.length) requireFeature(this.#scope.version, 'sortedTables')
    if (options.vectorIndex) requireFeature(this.#scope.version, 'vectors')
    const keys = options.partitionedBy ?? []
    if (keys.length > 0) requireFeature(this.#scope.version, 'partitions')
    const headers = tableHeaders(columns, options)
    const body = encodeSchemaMessage(columns.fields, partitionMetadata(columns, keys))
    if (await this.findTable(name)) return existing(table, options, `Table ${table.fullName}`)
    await call(this.#scope, {
      method: 'POST',
      path: table.path,
      command: COMMAND.table,
      headers,
      body,
      what,
    })
    return table
  }

  get #full(): string {
    return `${this.bucket}/${this.path}`
  }
}

function existing<T>(object: T, options: CreateOptions, name: string): T {
  if (options.ifNotExists) return object
  throw new VastdbError('ERR_VASTDB_EXISTS', `${name} exists already. Use it, or choose another name.`)
}

function tableHeaders(columns: arrow.Schema, options: CreateTableOptions): Record<string, string> {
  const headers: Record<string, string> = {}
  if (options.externalRowIds) headers[HEADER.externalRowIds] = flag(true)
  Object.assign(headers, sortingHeaders(columns, options.sortedBy ?? []))
  if (options.vectorIndex) {
    headers[HEADER.vectorIndexColumn] = options.vectorIndex.column
    headers[HEADER.vectorIndexMetric] = options.vectorIndex.metric
    const { clusterQuantization, searchQuantization } = options.vectorIndex
    if (clusterQuantization) headers[HEADER.vectorIndexCluster] = clusterQuantization
    if (searchQuantization) headers[HEADER.vectorIndexSearch] = searchQuantization
  }
  return headers
}
