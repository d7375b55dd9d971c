import { DataType, Field, Schema } from 'apache-arrow'
import { arrowSchema } from '../../arrow/index.ts'
import { type ErrorCode, ExrError } from '../../errors.ts'
import { type TableDefinition, tableNamed, VAST_TABLES } from '../../tables/index.ts'
import { type CreateTableOptions, col, type Session, type Table, type Transaction } from '../../vastdb/index.ts'
import { retry } from '../../workers/retry.ts'
import { throwIfAborted } from '../abort.ts'
import { CATALOG_VERSION, MIGRATIONS } from '../migrations/index.ts'
import { type AppliedMigration, type Backfill, type MigrateOptions, needsRecount } from '../migrations/migration.ts'
import type { CatalogAddress } from './address.ts'
import { isPassing } from './errors.ts'
import { regroupFrames } from './frames.ts'
import { moveApart, moveBack } from './move-vectors.ts'
import { recount } from './recount.ts'
import { REPEAT } from './repeat.ts'
import { type CellValue, rowBatch, updateBatch } from './row-batch.ts'
import { plainRows, readRows } from './rows.ts'
import type { Layout, Store, TableLayout } from './store.ts'

const ROWS_PER_UPDATE = 10_000

/** What has a vector index where the server knows any: vectors of length 1 rank by inner product as by cosine. */
const INDEXED = { table: 'vectors', index: { column: 'metadata_embedding', metric: 'ip' } } as const

/** What a catalog's schema holds. */
interface SchemaState {
  /** Highest version in `schema_migrations`; 0 for an empty or missing schema. */
  readonly version: number
  readonly layout: Layout
}

/** Reads the tables and the version. Throws ERR_VASTDB_NOT_FOUND when the bucket is not there, ERR_CATALOG_NEWER. */
export function readSchema(store: Store, signal?: AbortSignal): Promise<SchemaState> {
  return retry(
    async () => {
      const tx = await store.session.begin()
      try {
        return await readState(tx, store.address)
      } finally {
        if (tx.active) await tx.rollback().catch(() => undefined)
      }
    },
    { ...REPEAT, mayRetry: isPassing, signal },
  )
}

/**
 * Creates the schema and the tables that are missing and adds columns that are, in one transaction. When another
 * worker does the same at the same time, one of them wins and the others read again. Returns the steps taken.
 */
export async function ensureSchema(store: Store, toolVersion: string, options: MigrateOptions = {}) {
  return retry(() => ensureOnce(store, toolVersion, options), { ...REPEAT, mayRetry: isRace, signal: options.signal })
}

/** Throws ERR_CATALOG_SCHEMA naming table, column, expected and found type when a table cannot hold a catalog's rows. */
export function checkLayout(layout: Layout, url: string): void {
  for (const table of VAST_TABLES) {
    const found = layout.get(table.name)
    if (found) missingColumns(table, found.columns, url)
  }
}

async function ensureOnce(store: Store, toolVersion: string, options: MigrateOptions) {
  const { address, session } = store
  const before = await readSchema(store)
  const plan = planChanges(before, address.url)
  if (plan.tables.length === 0 && plan.columns.length === 0 && before.version === CATALOG_VERSION) {
    return { layout: before.layout, applied: [] }
  }
  const applied = MIGRATIONS.slice(before.version).map(
    ({ version, name }): AppliedMigration => ({ version, name, direction: 'up' }),
  )
  const { onProgress, signal } = options
  await session.transaction(async (tx) => {
    const bucket = tx.bucket(address.bucket)
    const parts = address.schema.split('/')
    for (let depth = 1; depth <= parts.length; depth++) {
      await bucket.schema(parts.slice(0, depth).join('/')).create({ ifNotExists: true })
    }
    const schema = bucket.schema(address.schema)
    for (const table of plan.tables) {
      throwIfAborted(signal)
      await schema.createTable(table.name, serverSchema(table), indexOf(table, session))
    }
    for (const { table, fields } of plan.columns) {
      throwIfAborted(signal)
      await schema.table(table).addColumns(new Schema(fields))
    }
    const steps = MIGRATIONS.slice(before.version)
    for (const step of steps.flatMap(({ apart }) => apart ?? [])) {
      if (before.layout.get(step.table)?.columns.fields.some(({ name }) => name === step.column)) {
        await moveApart((name) => schema.table(name), step, address.url, options)
      }
    }
    for (const step of steps.flatMap(({ backfill }) => backfill ?? [])) {
      if (before.layout.has(step.table)) await fill(schema.table(step.table), step, options)
    }
    throwIfAborted(signal)
    if (before.layout.has('files') && steps.some(({ regroupsFrames }) => regroupsFrames)) {
      onProgress?.({ doing: 'deciding frames over the names of folders', rows: 0 })
      await regroupFrames(store.tables(tx), null)
    }
    throwIfAborted(signal)
    if (needsRecount(MIGRATIONS, before.version, CATALOG_VERSION)) {
      onProgress?.({ doing: 'making the digests of files', rows: 0 })
      await recount((name) => schema.table(name))
    }
    throwIfAborted(signal)
    if (applied.length > 0) {
      const now = BigInt(Date.now()) * 1000n
      const rows = applied.map(({ version, name }) => [version, name, now, toolVersion])
      await schema.table('schema_migrations').insert(rowBatch(tableNamed('schema_migrations'), rows))
    }
  })
  const { layout } = await readSchema(store)
  return { layout, applied }
}

/**
 * Takes a catalog back to an older version, in one transaction: vectors go back into the tables they came from, tables and
 * columns that the older version does not know are dropped with what is in them. Returns the steps taken.
 */
export async function revertSchema(
  store: Store,
  target: number,
  options: MigrateOptions = {},
): Promise<AppliedMigration[]> {
  const { address, session } = store
  const revert = () =>
    session.transaction(async (tx) => {
      const schema = tx.bucket(address.bucket).schema(address.schema)
      const { version, layout } = await readState(tx, address)
      const steps = MIGRATIONS.slice(target, version).reverse()
      const isThere = (table: string, column: string) =>
        layout.get(table)?.columns.fields.some(({ name }) => name === column)
      // Before any row is changed: a server may take no other columns for a table whose rows the transaction has changed.
      for (const { columns = {}, tables = {} } of steps) {
        throwIfAborted(options.signal)
        for (const [table, added] of Object.entries(columns)) {
          const names = Object.keys(added).filter((name) => isThere(table, name))
          if (names.length > 0) await schema.table(table).dropColumns(names)
        }
        for (const table of Object.keys(tables)) if (layout.has(table)) await schema.table(table).drop()
      }
      for (const step of steps.flatMap(({ apart = [] }) => apart)) {
        const field = arrowSchema(tableNamed(step.table)).fields.find(({ name }) => name === step.column)!
        await schema.table(step.table).addColumns(new Schema([new Field(field.name, field.type, true)]))
        await moveBack((name) => schema.table(name), step, address.url, options)
        await schema.table(step.into).drop()
      }
      const migrations = schema.table('schema_migrations')
      const later = migrations.select({ columns: [], where: col('version').gt(target), rowId: true })
      const rowIds = await readRows(later, (row) => row.big(0)!)
      if (rowIds.length > 0) await migrations.delete(rowIds)
      return steps.map(({ version, name }): AppliedMigration => ({ version, name, direction: 'down' }))
    })
  return retry(revert, { ...REPEAT, mayRetry: isPassing, signal: options.signal })
}

function indexOf({ name }: TableDefinition, session: Session): CreateTableOptions {
  return name === INDEXED.table && session.supports('vectors') ? { vectorIndex: INDEXED.index } : {}
}

/** Gives existing rows what a backfill makes of them. */
async function fill(
  table: Table,
  { table: name, reads, writes, values }: Backfill,
  { onProgress, signal }: MigrateOptions,
): Promise<void> {
  const changes: { rowId: bigint; values: readonly CellValue[] }[] = []
  let read = 0
  for await (const batch of table.select({ columns: reads, rowId: true })) {
    throwIfAborted(signal)
    read += batch.numRows
    onProgress?.({ doing: `filling ${name}`, rows: read })
    for (const row of plainRows(batch)) {
      const found = values(row.slice(0, -1))
      if (found) changes.push({ rowId: row.at(-1) as bigint, values: found })
    }
  }
  for (let start = 0; start < changes.length; start += ROWS_PER_UPDATE) {
    throwIfAborted(signal)
    await table.update(updateBatch(name, writes, changes.slice(start, start + ROWS_PER_UPDATE)))
  }
}

interface Changes {
  readonly tables: readonly TableDefinition[]
  readonly columns: readonly { readonly table: string; readonly fields: Field[] }[]
}

function planChanges({ layout }: SchemaState, url: string): Changes {
  const tables = VAST_TABLES.filter((table) => !layout.has(table.name))
  const columns = VAST_TABLES.flatMap((table) => {
    const found = layout.get(table.name)
    const fields = found ? missingColumns(table, found.columns, url) : []
    return fields.length > 0 ? [{ table: table.name, fields }] : []
  })
  return { tables, columns }
}

async function readState(tx: Transaction, address: CatalogAddress): Promise<SchemaState> {
  const bucket = tx.bucket(address.bucket)
  if (!(await bucket.exists())) {
    throw new ExrError(
      'ERR_VASTDB_NOT_FOUND',
      `Catalog ${address.url}: there is no bucket ${address.bucket}, or these keys may not see it. ` +
        'Create it as a database bucket, or name another.',
    )
  }
  const schema = bucket.schema(address.schema)
  if (!(await schemaExists(tx, address))) return { version: 0, layout: new Map() }
  const listed = new Map((await schema.tables()).map((table) => [table.name, table]))
  const known = VAST_TABLES.filter(({ name }) => listed.has(name))
  const sorted = known.find(({ name }) => listed.get(name)?.sorted)
  if (sorted) {
    const found = 'is a sorted table, whose rows the catalog cannot update. Use a semi-sorted projection instead'
    throw schemaError(address.url, `table ${sorted.name} ${found}`)
  }
  const layout = new Map<string, TableLayout>()
  for (const { name } of known) {
    const table = schema.table(name)
    const vectorIndexed = name === INDEXED.table && (await table.stats()).vectorIndices.length > 0
    layout.set(name, { columns: await table.columns(), vectorIndexed })
  }
  const migrations = layout.get('schema_migrations')?.columns
  if (!migrations?.fields.some(({ name }) => name === 'version')) return { version: 0, layout }
  const table = schema.table('schema_migrations', { columns: migrations, sorted: false })
  const versions = await readRows(table.select({ columns: ['version'], splits: 1 }), (row) => row.int(0) ?? 0)
  const version = Math.max(0, ...versions)
  if (version > CATALOG_VERSION) throw newerError(address.url, version)
  return { version, layout }
}

/** A nested schema's parents may be missing too. */
async function schemaExists(tx: Transaction, address: CatalogAddress): Promise<boolean> {
  const parts = address.schema.split('/')
  for (let depth = 1; depth <= parts.length; depth++) {
    if (!(await tx.bucket(address.bucket).schema(parts.slice(0, depth).join('/')).exists())) return false
  }
  return true
}

/** The fields to add to a table. Throws ERR_CATALOG_SCHEMA for a column of another type, or one that cannot be added. */
function missingColumns(table: TableDefinition, found: Schema, url: string): Field[] {
  const byName = new Map(found.fields.map((field) => [field.name, field]))
  const missing: Field[] = []
  table.columns.forEach((column, index) => {
    const expected = serverSchema(table).fields[index]!
    const there = byName.get(column.name)
    if (there === undefined) {
      if (!column.nullable) {
        throw schemaError(
          url,
          `table ${table.name} has no column ${column.name} (${expected.type}), which no row can lack`,
        )
      }
      missing.push(expected)
    } else if (!sameType(expected.type, there.type)) {
      throw schemaError(
        url,
        `column ${column.name} of table ${table.name} should be ${expected.type} but is ${there.type}`,
      )
    }
  })
  return missing
}

/** Top-level columns are nullable on the server: that is what every version of it is known to accept. */
function serverSchema(table: TableDefinition): Schema {
  return new Schema(arrowSchema(table).fields.map(({ name, type }) => new Field(name, type, true)))
}

/** Servers do not keep time zones. */
function sameType(expected: DataType, found: DataType): boolean {
  if (DataType.isTimestamp(expected)) return DataType.isTimestamp(found) && expected.unit === found.unit
  if (DataType.isFixedSizeList(expected)) {
    if (!DataType.isFixedSizeList(found) || expected.listSize !== found.listSize) return false
    return String(expected.children[0]!.type) === String(found.children[0]!.type)
  }
  return String(expected) === String(found)
}

function isRace(error: unknown): boolean {
  return isPassing(error) || (error instanceof ExrError && error.code === 'ERR_VASTDB_EXISTS')
}

function schemaError(url: string, found: string): ExrError {
  return failure('ERR_CATALOG_SCHEMA', url, `${found}. Use another schema, or drop the table and ingest again.`)
}

function newerError(url: string, version: number): ExrError {
  const known = `this release knows versions up to ${CATALOG_VERSION}. Upgrade exr-inspector.`
  return failure('ERR_CATALOG_NEWER', url, `it has schema version ${version}, and ${known}`)
}

function failure(code: ErrorCode, url: string, text: string): ExrError {
  return new ExrError(code, `Catalog ${url}: ${text}`, { details: { path: url } })
}
