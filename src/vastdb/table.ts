import { type Table as ArrowTable, type Data, type Field, type RecordBatch, Schema, Vector } from 'apache-arrow'
import { call, listAll, type Scope } from './calls.ts'
import {
  COLUMNS_PER_INSERT,
  COMMAND,
  DEFAULT_ROWS_PER_SPLIT,
  DEFAULT_SUB_SPLITS,
  HEADER,
  MAX_SUB_SPLITS,
  PARAM,
  ROW_GROUPS_PER_SUB_SPLIT,
  ROW_ID,
} from './constants.ts'
import { optionError, VastdbError } from './errors.ts'
import { listTables, presence, type TableInfo } from './lists.ts'
import { checkName, checkPath } from './names.ts'
import { toCount } from './options.ts'
import { readPartitionKeys, type TablePartitionKey } from './partitioning.ts'
import { type Predicate, predicateError } from './predicate.ts'
import { Projection } from './projection.ts'
import {
  holdsIdsAlone,
  noRowIds,
  type RowIdSource,
  type RowIds,
  readRowIds,
  rowIdField,
  rowIdTable,
  rowsById,
} from './row-ids.ts'
import { defaultRowsPerPage, estimateRows, Selection, type SelectPlan } from './select.ts'
import { slices } from './slices.ts'
import { sortingHeaders } from './sorting.ts'
import { checkColumns } from './types.ts'
import { requireFeature, supports } from './version.ts'
import { readSchemaMessage } from './wire/arrow-schema.ts'
import { encodeSchemaMessage } from './wire/encode.ts'
import { type Rows, selectColumns, toRows } from './wire/rows.ts'
import {
  encodeAlter,
  encodeCreateProjection,
  type ProjectionInfo,
  readProjectionList,
  readTableStats,
  type TableStats,
} from './wire/tabular.ts'

/** Where a table lies. */
export interface TableAddress {
  readonly bucket: string
  /** Path inside the bucket. */
  readonly schema: string
  readonly table: string
}

/** What a caller knows of a table already; each saves a request. */
export interface KnownTable {
  readonly columns?: Schema
  readonly sorted?: boolean
  /** Whether it has a vector index, as its statistics say. Where `sorted` is known, the default is false. */
  readonly vectorIndexed?: boolean
}

/** Which rows and columns are read, and how they arrive. */
export interface SelectOptions {
  /** Names of the columns to return, in this order. Default: all. An empty list returns row counts only. */
  readonly columns?: readonly string[]
  readonly where?: Predicate
  /** Adds the `$row_id` column, last. */
  readonly rowId?: boolean
  /** Largest number of rows returned in all. */
  readonly limit?: number
  /** Parts the table is divided into; read in parallel over the session's data endpoints. Default: by size. */
  readonly splits?: number
  /** Streams inside each answer, 1 to 64. Default 4. */
  readonly subSplits?: number
  /** Rows per split when `splits` is not given. Default 4,000,000. */
  readonly rowsPerSplit?: number
  /** Default 8; semi-sorted projections need 8. */
  readonly rowGroupsPerSubSplit?: number
  /** Rows of a sub-split after which the server pauses. Default 131,072, less for wide rows. */
  readonly rowsPerPage?: number
  /** Let the server choose a semi-sorted projection. Default true. */
  readonly sortedProjections?: boolean
  /** Read this projection. */
  readonly projection?: string
  /** Place in the server's queue; lower is served sooner. */
  readonly priority?: number
  readonly signal?: AbortSignal
}

const COLUMNS_PER_PAGE = 10_000

/** A table inside a transaction. Making one sends nothing. */
export class Table {
  readonly address: TableAddress
  readonly #scope: Scope
  #columns: Promise<Schema> | undefined
  #sorted: boolean | undefined
  #vectorIndexed: boolean | undefined

  /** @internal Use `Schema.table`. */
  constructor(scope: Scope, address: TableAddress, known: KnownTable) {
    this.#scope = scope
    this.address = address
    this.#columns = known.columns && Promise.resolve(known.columns)
    this.#sorted = known.sorted
    this.#vectorIndexed = known.vectorIndexed ?? (known.sorted === undefined ? undefined : false)
  }

  get name(): string {
    return this.address.table
  }

  /** `bucket/schema/table`. */
  get fullName(): string {
    return `${this.address.bucket}/${this.address.schema}/${this.address.table}`
  }

  /** Path of requests. */
  get path(): string {
    return `/${this.fullName}`
  }

  /** Throws ERR_VASTDB_NOT_FOUND when the table is not there. */
  async info(): Promise<TableInfo> {
    const info = await this.#find()
    if (info) return info
    const message = `There is no table ${this.fullName}. Create it, or check bucket, schema and table name.`
    throw new VastdbError('ERR_VASTDB_NOT_FOUND', message)
  }

  /** False also when its schema or bucket is missing. */
  async exists(): Promise<boolean> {
    return presence(async () => (await this.#find()) !== undefined)
  }

  async stats(): Promise<TableStats> {
    const what = `Read statistics of ${this.fullName}`
    const { body } = await this.#call('GET', COMMAND.stats, { what })
    return readTableStats(body, what)
  }

  /** The columns in table order. Asked once; changes made through this object are seen. */
  async columns(): Promise<Schema> {
    this.#columns ??= this.#listColumns(COMMAND.column)
    try {
      return await this.#columns
    } catch (error) {
      this.#columns = undefined
      throw error
    }
  }

  /** Columns of the sorting key, most significant first. ERR_VASTDB_REQUEST on unsorted tables. */
  async sortedColumns(): Promise<Schema> {
    requireFeature(this.#scope.version, 'sortedTables')
    return this.#listColumns(COMMAND.sortedColumns)
  }

  /** What the table is partitioned by, most significant first; nothing where it is not. */
  async partitionKeys(): Promise<readonly TablePartitionKey[]> {
    return readPartitionKeys(await this.columns(), `Read partition keys of ${this.fullName}`)
  }

  /** New columns go last and are null in existing rows. */
  async addColumns(columns: Schema): Promise<void> {
    const what = `Add columns to ${this.fullName}`
    checkColumns(columns, what)
    this.#columns = undefined
    await this.#call('POST', COMMAND.column, { what, body: encodeSchemaMessage(columns.fields) })
  }

  async dropColumns(names: readonly string[]): Promise<void> {
    const what = `Drop columns of ${this.fullName}`
    const columns = await this.columns()
    const fields = names.map((name) => this.#field(columns, name, what))
    this.#columns = undefined
    await this.#call('DELETE', COMMAND.column, { what, body: encodeSchemaMessage(fields) })
  }

  async renameColumn(from: string, to: string): Promise<void> {
    this.#columns = undefined
    await this.#call('PUT', COMMAND.column, {
      what: `Rename column ${from} of ${this.fullName} to ${to}`,
      params: { [PARAM.columnName]: from, [PARAM.newColumnName]: to },
      headers: { [HEADER.columnSeparator]: '.' },
      body: encodeAlter('column'),
    })
  }

  /** A name renames in place; `schema/path/name` also moves inside the bucket. */
  async rename(name: string): Promise<Table> {
    const path = checkPath(name.includes('/') ? name : `${this.address.schema}/${name}`, 'table')
    await this.#call('PUT', COMMAND.table, {
      what: `Rename table ${this.fullName} to ${path}`,
      params: { [PARAM.newTableName]: path },
      body: encodeAlter('table'),
    })
    const cut = path.lastIndexOf('/')
    const address = { ...this.address, schema: path.slice(0, cut), table: path.slice(cut + 1) }
    const known = {
      ...(this.#sorted === undefined ? {} : { sorted: this.#sorted }),
      ...(this.#vectorIndexed === undefined ? {} : { vectorIndexed: this.#vectorIndexed }),
    }
    return new Table(this.#scope, address, known)
  }

  /** Turns an unsorted table into a sorted one; the server sorts in the background. */
  async addSortingKey(columns: readonly string[]): Promise<void> {
    requireFeature(this.#scope.version, 'sortedTables')
    if (columns.length === 0) throw optionError('sorting key', 'at least one column', 'none')
    await this.#call('PUT', COMMAND.table, {
      what: `Sort table ${this.fullName}`,
      headers: sortingHeaders(await this.columns(), columns),
      body: encodeAlter('table'),
    })
    this.#sorted = undefined
  }

  async drop(): Promise<void> {
    await this.#call('DELETE', COMMAND.table, { what: `Drop table ${this.fullName}` })
  }

  /**
   * Adds rows; columns are matched by name and missing ones become null. Sent in as many requests as the limits ask
   * for, so only the transaction makes it atomic. Resolves to the new rows' ids, in order.
   */
  async insert(rows: RecordBatch | ArrowTable): Promise<RowIds> {
    const what = `Insert into ${this.fullName}`
    const all = toRows(rows)
    if (all.length === 0) return noRowIds()
    checkColumns(rows.schema, what)
    const names = all.columns.map((column) => column.field.name)
    if (names.length <= COLUMNS_PER_INSERT) return new Vector(await this.#insertSlices(all, what)) as RowIds
    return this.#insertWide(all, names, what)
  }

  /** Changes cells of the rows that the `$row_id` column names. `columns` defaults to all others in the batch. */
  async update(rows: RecordBatch | ArrowTable, columns?: readonly string[]): Promise<void> {
    const what = `Update ${this.fullName}`
    const names = columns ?? rows.schema.fields.map((field) => field.name).filter((name) => name !== ROW_ID)
    if (names.length === 0) throw optionError('columns', 'at least one column to update', 'none')
    for (const { body } of slices(rowsById(rows, names, what), what))
      await this.#call('PUT', COMMAND.rows, { what, body })
  }

  /** Removes rows by id; other columns of a batch are ignored. */
  async delete(rows: RowIdSource): Promise<void> {
    const what = `Delete from ${this.fullName}`
    const isWide = holdsIdsAlone(rows) && (await this.#hasWideRowIds())
    for (const { body } of slices(rowsById(rowIdTable(rows, isWide), [], what), what)) {
      await this.#call('DELETE', COMMAND.rows, { what, body })
    }
  }

  /** Sends nothing before the first row is asked for. */
  select(options: SelectOptions = {}): Selection {
    return new Selection(async () => ({ scope: this.#scope, plan: await this.#plan(options) }))
  }

  /** Semi-sorted projections of this table. */
  async projections(): Promise<ProjectionInfo[]> {
    const what = `List projections of ${this.fullName}`
    const request = { path: this.path, command: COMMAND.projection, pageSize: COLUMNS_PER_PAGE, stats: true, what }
    return listAll(this.#scope, request, readProjectionList)
  }

  /** No request is sent. */
  projection(name: string): Projection {
    return new Projection(this.#scope, this.path, checkName(name, 'projection'))
  }

  /** Columns named in neither list are left out of the projection. */
  async createProjection(name: string, sorted: readonly string[], unsorted: readonly string[]): Promise<Projection> {
    const projection = this.projection(name)
    await this.#call('POST', COMMAND.projection, {
      what: `Create projection ${name} of ${this.fullName}`,
      params: { [PARAM.name]: name },
      body: encodeCreateProjection(sorted, unsorted),
    })
    return projection
  }

  #call(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    command: string,
    rest: {
      readonly what: string
      readonly params?: Readonly<Record<string, string>>
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: Uint8Array
    },
  ) {
    return call(this.#scope, { method, path: this.path, command, ...rest })
  }

  async #find(): Promise<TableInfo | undefined> {
    const { bucket, schema, table } = this.address
    const [info] = await listTables(this.#scope, `${bucket}/${schema}`, { exact: table })
    this.#sorted = info?.sorted
    return info
  }

  async #isSorted(): Promise<boolean> {
    return this.#sorted ?? (await this.info()).sorted
  }

  /** Rows of sorted tables and of tables with a vector index have ids of 128 bits. */
  async #hasWideRowIds(): Promise<boolean> {
    if (await this.#isSorted()) return true
    this.#vectorIndexed ??= supports(this.#scope.version, 'vectors') && (await this.stats()).vectorIndices.length > 0
    return this.#vectorIndexed
  }

  async #listColumns(command: typeof COMMAND.column | typeof COMMAND.sortedColumns): Promise<Schema> {
    const what = `List columns of ${this.fullName}`
    const request = { path: this.path, command, pageSize: COLUMNS_PER_PAGE, what }
    const metadata = new Map<string, string>()
    const fields = await listAll(this.#scope, request, (body) => {
      const page = readSchemaMessage(body, what)
      for (const [key, value] of page.metadata) metadata.set(key, value)
      return page.fields
    })
    return new Schema(fields, metadata)
  }

  #field(columns: Schema, name: string, what: string): Field {
    const field = columns.fields.find((each) => each.name === name)
    if (field) return field
    const there = columns.fields.map((each) => each.name).join(', ')
    throw new VastdbError(
      'ERR_VASTDB_NOT_FOUND',
      `${what}: there is no column ${JSON.stringify(name)}; there are ${there}.`,
    )
  }

  async #insertSlices(rows: Rows, what: string): Promise<Data[]> {
    const ids: Data[] = []
    for (const { body, rowCount } of slices(rows, what)) {
      const answer = await this.#call('POST', COMMAND.rows, { what, body })
      ids.push(await readRowIds(answer.body, rowCount, what))
    }
    return ids
  }

  /** The first group of columns makes the rows, the others fill them in by id. Key columns cannot be updated later. */
  async #insertWide(rows: Rows, names: readonly string[], what: string): Promise<RowIds> {
    requireFeature(this.#scope.version, 'returnRowIds')
    const key = (await this.#isSorted()) ? (await this.sortedColumns()).fields.map((field) => field.name) : []
    const ordered = [...key.filter((name) => names.includes(name)), ...names.filter((name) => !key.includes(name))]
    const ids = await this.#insertSlices(selectColumns(rows, ordered.slice(0, COLUMNS_PER_INSERT)), what)
    const field = rowIdField(ids[0]!.type.toString() !== 'Uint64')
    const runs = ids.map((data) => ({ data, start: 0, end: data.length }))
    for (let at = COLUMNS_PER_INSERT; at < ordered.length; at += COLUMNS_PER_INSERT) {
      const group = selectColumns(rows, ordered.slice(at, at + COLUMNS_PER_INSERT))
      const update = { length: rows.length, columns: [{ field, runs }, ...group.columns] }
      for (const { body } of slices(update, what)) await this.#call('PUT', COMMAND.rows, { what, body })
    }
    return new Vector(ids) as RowIds
  }

  async #plan(options: SelectOptions): Promise<SelectPlan> {
    const what = `Select from ${this.fullName}`
    const { limit, priority, projection } = options
    if (limit !== undefined) toCount(limit, 'limit', 0)
    if (projection !== undefined) requireFeature(this.#scope.version, 'projectionByName')
    const groups = options.where?.groups() ?? []
    const table = await this.columns()
    const wanted = [...(options.columns ?? table.fields.map((field) => field.name)), ...(options.rowId ? [ROW_ID] : [])]
    const duplicate = wanted.find((name, index) => wanted.indexOf(name) !== index)
    if (duplicate !== undefined) throw optionError('columns', 'each column once', duplicate)
    const rowId = wanted.includes(ROW_ID) || groups.some(({ column }) => column[0] === ROW_ID)
    const known = rowId ? new Schema([...table.fields, rowIdField(await this.#hasWideRowIds())]) : table
    const columns = wanted.map((name) => this.#field(known, name, what))
    const extra = new Set(groups.map(({ column }) => column[0]!).filter((name) => !wanted.includes(name)))
    const filterColumns = known.fields.filter((field) => extra.has(field.name))
    const missing = [...extra].find((name) => !filterColumns.some((field) => field.name === name))
    if (missing !== undefined) throw predicateError([missing], `${this.fullName} has no such column`)
    const plan: SelectPlan = {
      path: this.path,
      what,
      columns,
      filterColumns,
      groups,
      limit,
      splits: toCount(options.splits ?? 1, 'splits', 1),
      subSplits: toCount(options.subSplits ?? DEFAULT_SUB_SPLITS, 'subSplits', 1),
      rowGroupsPerSubSplit: toCount(
        options.rowGroupsPerSubSplit ?? ROW_GROUPS_PER_SUB_SPLIT,
        'rowGroupsPerSubSplit',
        1,
      ),
      rowsPerPage: toCount(options.rowsPerPage ?? defaultRowsPerPage(columns), 'rowsPerPage', 1),
      sortedProjections: options.sortedProjections ?? true,
      projection,
      priority: priority === undefined ? undefined : toCount(priority, 'priority', 0),
      signal: options.signal,
    }
    if (plan.subSplits > MAX_SUB_SPLITS) throw optionError('subSplits', `at most ${MAX_SUB_SPLITS}`, plan.subSplits)
    return options.splits === undefined ? { ...plan, splits: await this.#splits(plan, options) } : plan
  }

  async #splits(plan: SelectPlan, options: SelectOptions): Promise<number> {
    const rowsPerSplit = toCount(options.rowsPerSplit ?? DEFAULT_ROWS_PER_SPLIT, 'rowsPerSplit', 1)
    const estimate = this.#sorted ? await estimateRows(this.#scope, plan) : 0
    const rows = estimate > 0 ? estimate : Number((await this.stats()).rows)
    return Math.max(1, Math.floor(rows / rowsPerSplit))
  }
}
