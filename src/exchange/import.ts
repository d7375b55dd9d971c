import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { throwIfAborted } from '../catalog/abort.ts'
import type { Adopted, Catalog } from '../catalog/catalog.ts'
import { type ReadTable, tallyOf } from '../catalog/content.ts'
import { ValueFile } from '../catalog/duckdb/value-file.ts'
import { withWholeRows } from '../catalog/duckdb/whole-rows.ts'
import { openCatalog } from '../catalog/open.ts'
import { framedPieces, TABLES, tableNamed } from '../tables/index.ts'
import { readArrowFile } from './arrow-file.ts'
import { checkFiles, type ExportedTable, type ExportManifest, invalidExport, readManifest } from './manifest.ts'
import { type MergeOptions, mergeCatalogs } from './merge.ts'
import { appendTable, fileError, literal, openScratch, quoted, type Scratch } from './scratch.ts'

/** How an export is imported. */
export interface ImportOptions extends MergeOptions {
  /** Folder in which the export is put together as a catalog before anything is taken over; default beside the target, or the system's. */
  readonly workFolder?: string
}

/** What each table is not imported for: they say how the other catalog was written. */
const NOT_ROWS = new Set(['schema_migrations'])
/** Longest line of CSV, and what DuckDB reads of a file at a time. */
const [MOST_LINE_BYTES, READ_BYTES] = [2 ** 24, 2 ** 26]

/**
 * Imports what `exportCatalog` wrote into a catalog, empty or not; what is there already is not doubled. All files are compared with
 * the manifest, and all rows with its counts and digests, before the first is taken over; from then on it is a merge, which
 * doing it again completes. Exports of earlier releases are brought up to date on the way. Throws ERR_EXPORT_INVALID for an export
 * that was cut short or is not what its manifest says, and what `mergeCatalogs` throws.
 */
export async function importCatalog(target: Catalog, folder: string, options: ImportOptions = {}): Promise<Adopted> {
  const { signal } = options
  const manifest = await readManifest(folder)
  await checkFiles(folder, manifest, signal)
  const work = await mkdtemp(join(options.workFolder ?? folderOf(target.url), '.exr-import-'))
  try {
    const path = join(work, 'export.duckdb')
    await load(folder, manifest, path, signal)
    const source = await openCatalog(path)
    try {
      return await mergeCatalogs(target, [named(source, folder)], options)
    } finally {
      await source.close()
    }
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** The same catalog under the name that messages are to have. */
function named(source: Catalog, folder: string): Catalog {
  return new Proxy(source, {
    get(catalog, key) {
      const value = key === 'url' ? folder : Reflect.get(catalog, key, catalog)
      return typeof value === 'function' ? value.bind(catalog) : value
    },
  })
}

function folderOf(url: string): string {
  return url.startsWith('duckdb:') ? dirname(url.slice('duckdb:'.length)) : tmpdir()
}

/** Makes a catalog of the export's version and rows, and compares it with the manifest. */
async function load(folder: string, manifest: ExportManifest, path: string, signal: AbortSignal | undefined) {
  const empty = await openCatalog(path, { migrate: false })
  await empty.migrate(manifest.schema_version).finally(() => empty.close())
  const scratch = await openScratch(path, `${path}.spill`)
  try {
    const { connection } = scratch
    await withWholeRows(connection, manifest.schema_version, async () => {
      for (const table of manifest.tables) {
        throwIfAborted(signal)
        if (NOT_ROWS.has(table.name)) continue
        checkTable(table, folder)
        const place = { scratch, folder, manifest, path }
        if (table.name === 'large_values') await loadValues(table, place)
        else await loadTable(table, place)
      }
    })
  } catch (error) {
    throw fileError(error, 'read', folder)
  } finally {
    scratch.close()
  }
  const loaded = await openCatalog(path, { migrate: false, readOnly: true })
  try {
    await loaded.readTables((read) => compare(read, folder, manifest, signal))
  } finally {
    await loaded.close()
  }
}

function checkTable({ name, columns }: ExportedTable, folder: string): void {
  const definition = TABLES.find((table) => table.name === name)
  if (!definition) throw invalidExport(folder, `it has a table ${name}, which no catalog has`)
  const unknown = columns.find((column) => !definition.columns.some((known) => known.name === column))
  if (unknown !== undefined)
    throw invalidExport(folder, `its table ${name} has a column ${unknown}, which no catalog has`)
}

interface Place {
  readonly scratch: Scratch
  readonly folder: string
  readonly manifest: ExportManifest
  /** The catalog that is being made. */
  readonly path: string
}

async function loadTable(table: ExportedTable, place: Place): Promise<void> {
  const { scratch, folder, manifest } = place
  for (const { path } of table.files) {
    const file = join(folder, path)
    if (manifest.format === 'arrow') await loadArrow(table, file, scratch)
    else await scratch.connection.run(insertSql(table, source(file, manifest, table.columns)))
  }
}

function insertSql({ name, columns }: ExportedTable, from: string): string {
  const list = columns.map(quoted).join(', ')
  return `INSERT INTO ${name} (${list}) SELECT ${list} FROM ${from}`
}

function source(file: string, { format }: ExportManifest, columns: readonly string[]): string {
  if (format === 'parquet') return `read_parquet(${literal(file)}, hive_partitioning = false)`
  const types = columns.map((name) => `${literal(name)}: 'VARCHAR'`).join(', ')
  return (
    `read_csv(${literal(file)}, auto_detect = false, header = true, columns = {${types}}, delim = ',', quote = '"', ` +
    `escape = '"', nullstr = '', allow_quoted_nulls = false, hive_partitioning = false, parallel = false, ` +
    `max_line_size = ${MOST_LINE_BYTES}, buffer_size = ${READ_BYTES})`
  )
}

/** Batches of an Arrow file through DuckDB's appender. */
async function loadArrow({ name, columns }: ExportedTable, file: string, scratch: Scratch): Promise<void> {
  const { encodeBatch } = await import('../catalog/vast/read-table.ts')
  const definition = tableNamed(name)
  const typed = columns.map((column) => definition.columns.find((known) => known.name === column)!)
  for await (const batch of readArrowFile(file)) {
    await appendTable(scratch, { name, columns: typed }, encodeBatch(batch, typed))
  }
}

/** The pieces of large values of an Arrow file. */
async function loadArrowPieces(file: string, { connection }: Scratch): Promise<void> {
  const appender = await connection.createAppender('pieces', null, 'temp')
  for await (const batch of readArrowFile(file)) {
    for (let row = 0; row < batch.numRows; row++) {
      for (let column = 0; column < batch.numCols; column++) {
        const value = batch.getChildAt(column)!.get(row) as Uint8Array | string | number | bigint | null
        if (value === null) appender.appendNull()
        else if (value instanceof Uint8Array) appender.appendBlob(value)
        else appender.appendVarchar(String(value))
      }
      appender.endRow()
    }
    appender.flushSync()
  }
  appender.closeSync()
}

/** Large values into the file beside the catalog, one at a time. */
async function loadValues(table: ExportedTable, { scratch, folder, manifest, path }: Place): Promise<void> {
  const { connection } = scratch
  const { columns } = tableNamed('large_values')
  await connection.run(
    `CREATE TEMP TABLE pieces (${columns.map(({ name, type }) => `${name} ${type === 'binary' ? 'BLOB' : 'VARCHAR'}`).join(', ')})`,
  )
  for (const { path: file } of table.files) {
    const place = join(folder, file)
    if (manifest.format === 'arrow') await loadArrowPieces(place, scratch)
    else await connection.run(insertSql({ ...table, name: 'temp.pieces' }, source(place, manifest, table.columns)))
  }
  const values = new ValueFile(path)
  try {
    const result = await connection.runAndReadAll(
      'SELECT sha256, any_value(byte_length)::BIGINT FROM temp.pieces GROUP BY sha256 ORDER BY sha256',
    )
    for (const [sha256, byteLength] of result.getRows() as [string, bigint][]) {
      const pieces = await connection.runAndReadAll(
        'SELECT data FROM temp.pieces WHERE sha256 = $1 ORDER BY piece::INTEGER',
        [sha256],
      )
      const stored = framedPieces(pieces.getRows().map(([data]) => (data as { bytes: Uint8Array }).bytes))
      const [place] = await values.append([{ sha256, byteLength: Number(byteLength), stored }])
      values.settle()
      await connection.run(
        'INSERT INTO large_values (sha256, piece, byte_length, stored_bytes, file_offset) VALUES ($1, 0, $2, $3, $4)',
        [sha256, byteLength, BigInt(place!.storedBytes), BigInt(place!.offset)],
      )
    }
  } finally {
    await values.close()
  }
}

/** Throws ERR_EXPORT_INVALID for a table that has other rows than the manifest says. */
async function compare(
  read: ReadTable,
  folder: string,
  { tables }: ExportManifest,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const { name, rows, digest } of tables) {
    throwIfAborted(signal)
    if (NOT_ROWS.has(name) || digest === null) continue
    const found = await tallyOf(read, name)
    if (found.rows !== rows) throw invalidExport(folder, `table ${name} has ${found.rows} rows and should have ${rows}`)
    if (found.digest !== digest)
      throw invalidExport(folder, `the rows of table ${name} are not those that were exported`)
  }
}
