import { mkdir, readdir, rm } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import type { RecordBatch } from 'apache-arrow'
import { tableBatch } from '../arrow/index.ts'
import { throwIfAborted } from '../catalog/abort.ts'
import type { Catalog } from '../catalog/catalog.ts'
import { type ReadTable, textReader } from '../catalog/content.ts'
import { cellOf } from '../catalog/duckdb/read-table.ts'
import { TallySum } from '../catalog/ledger.ts'
import { CATALOG_VERSION } from '../catalog/migrations/index.ts'
import { FILE_TABLES } from '../catalog/whole-files.ts'
import { ExrError } from '../errors.ts'
import { pathTemplate, templatePattern } from '../policy/path-template.ts'
import { toolVersion } from '../settings/version.ts'
import {
  createTableSql,
  deflatePiece,
  digestRows,
  type EncodedRows,
  encodeRows,
  TABLES,
  type TableDefinition,
  TextCells,
  tableNamed,
} from '../tables/index.ts'
import { writeArrowFile } from './arrow-file.ts'
import { binaryBatch } from './large-values.ts'
import {
  beginExport,
  describeFile,
  type ExportedTable,
  type ExportFormat,
  type ExportManifest,
  finishExport,
  KIND,
  wasCutShort,
} from './manifest.ts'
import { appendTable, fileError, isVector, literal, openScratch, quoted, type Scratch } from './scratch.ts'

/** How a catalog is exported. */
export interface ExportOptions {
  /** Default `parquet`. */
  readonly format?: ExportFormat
  /** Fields of `template` by whose values rows are put into folders, `show=abc` in the manner of Hive. */
  readonly partitionBy?: readonly string[]
  /** Path with fields in braces, such as `/renders/{show}/{shot}/**`. */
  readonly template?: string
  readonly onProgress?: (progress: ExportProgress) => void
  readonly signal?: AbortSignal
}

/** How far an export has come. */
export interface ExportProgress {
  readonly table: string
  /** Rows of the table so far. */
  readonly rows: number
}

/** Rows of a Parquet row group, and of an Arrow batch: vectors make rows wide. */
const GROUP_ROWS = 16_384
const EXTENSIONS = { parquet: 'parquet', arrow: 'arrow', csv: 'csv' } as const

/**
 * Writes every table of a catalog into a folder, one state of it whatever is written meanwhile: files of Parquet, Arrow IPC or
 * CSV, and `manifest.json` last, so that an export that was cut short is known as such. The folder is made; one that holds
 * anything but an export that was cut short is refused with ERR_OPTION_INVALID. Cancelled, it leaves nothing behind. Throws ERR_DISK_FULL, ERR_EXPORT_WRITE,
 * ERR_CATALOG_VALUE for a large value that is damaged, ERR_ABORTED.
 */
export async function exportCatalog(
  catalog: Catalog,
  folder: string,
  { format = 'parquet', partitionBy = [], template, onProgress, signal }: ExportOptions = {},
): Promise<ExportManifest> {
  const partition = partitioner(partitionBy, template)
  if ((await catalog.version()) !== CATALOG_VERSION) {
    throw new ExrError(
      'ERR_CATALOG_SCHEMA',
      `Catalog ${catalog.url} is of an older release: run catalog migrate first.`,
    )
  }
  await prepare(folder)
  try {
    const scratch = await openScratch(null, join(folder, '_spill'))
    try {
      const exporter = { catalog, scratch, folder, format, partition, onProgress, signal }
      const tables = await catalog.readTables((read) => exportTables(read, exporter))
      const manifest: ExportManifest = {
        kind: KIND,
        format,
        schema_version: CATALOG_VERSION,
        tool_version: toolVersion(),
        exported_at: new Date().toISOString(),
        catalog: catalog.url,
        partition_by: partitionBy,
        template: template ?? null,
        tables,
      }
      throwIfAborted(signal)
      await rm(join(folder, '_spill'), { recursive: true, force: true })
      await finishExport(folder, manifest)
      return manifest
    } finally {
      scratch.close()
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true }).catch(() => undefined)
    throw fileError(error, 'write', folder)
  }
}

interface Partition {
  readonly fields: readonly string[]
  readonly of: (path: string) => readonly (string | null)[]
}

function partitioner(fields: readonly string[], template: string | undefined): Partition {
  const invalid = (message: string) => new ExrError('ERR_OPTION_INVALID', message)
  if (template === undefined) {
    if (fields.length === 0) return { fields, of: () => [] }
    throw invalid(
      `Expected a template that says where in a path ${fields.join(' and ')} stand, such as /renders/{show}/{shot}/**, ` +
        'but received none',
    )
  }
  const { names } = templatePattern(template)
  const columns = new Set(FILE_TABLES.flatMap((table) => table.columns.map(({ name }) => name)))
  for (const field of fields) {
    if (!names.includes(field)) {
      throw invalid(
        `Expected fields of the template ${template} (${names.join(', ') || 'it has none'}) but received ${field}`,
      )
    }
    if (columns.has(field)) throw invalid(`Field ${field} has the name of a column: name it otherwise in the template`)
  }
  const read = pathTemplate(template)
  return {
    fields,
    of: (path) => {
      const found = read(path)
      return fields.map((field) => found?.[field] ?? null)
    },
  }
}

/** An export that was cut short goes; everything else that is there stays, and there is no export. */
async function prepare(folder: string): Promise<void> {
  const cannot = (found: string, cause?: unknown) =>
    new ExrError('ERR_OPTION_INVALID', `Cannot export to ${folder}: ${found}. Name a folder that is not there yet.`, {
      ...(cause ? { cause } : {}),
      details: { path: folder },
    })
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw cannot(error.code === 'ENOTDIR' ? 'it is a file' : error.message, error)
  })
  if (await wasCutShort(folder)) await rm(folder, { recursive: true, force: true })
  else if (names.length > 0) throw cannot('it is not empty')
  await mkdir(folder, { recursive: true }).catch((error: Error) => {
    throw cannot(error.message, error)
  })
  await beginExport(folder)
}

interface Exporter {
  readonly catalog: Catalog
  readonly scratch: Scratch
  readonly folder: string
  readonly format: ExportFormat
  readonly partition: Partition
  readonly onProgress: ExportOptions['onProgress']
  readonly signal: AbortSignal | undefined
}

async function exportTables(read: ReadTable, exporter: Exporter): Promise<ExportedTable[]> {
  const { partition, scratch } = exporter
  if (partition.fields.length > 0) {
    const columns = partition.fields.map((field) => `, ${quoted(field)} VARCHAR`)
    await scratch.connection.run(`CREATE TABLE partitions (file_id VARCHAR${columns.join('')})`)
  }
  const tables: ExportedTable[] = []
  for (const definition of TABLES) {
    throwIfAborted(exporter.signal)
    await scratch.connection.run(createTableSql(definition, 'duckdb').replace('IF NOT EXISTS ', ''))
    const { rows, digest } = await fill(read, definition, exporter)
    const files = await writeTable(definition, rows, exporter)
    await scratch.connection.run(`DROP TABLE ${definition.name}`)
    tables.push({ name: definition.name, rows, digest, columns: definition.columns.map(({ name }) => name), files })
  }
  return tables
}

/** Puts the rows of a table into the scratch database; what does not fit in memory is spilled. */
async function fill(read: ReadTable, definition: TableDefinition, exporter: Exporter) {
  const { scratch, partition, onProgress, signal } = exporter
  if (definition.name === 'large_values') return { rows: await fillValues(read, exporter), digest: null }
  const sum = new TallySum()
  let rows = 0
  for await (const batch of read(definition)) {
    throwIfAborted(signal)
    sum.addRows(digestRows(definition, batch, new TextCells(batch.strings)))
    await appendTable(scratch, definition, batch)
    if (definition.name === 'files' && partition.fields.length > 0) await appendPartitions(batch, exporter)
    rows += batch.rowCount
    onProgress?.({ table: definition.name, rows })
  }
  return { rows, digest: sum.tally().digest }
}

async function appendPartitions(batch: EncodedRows, { scratch, partition }: Exporter): Promise<void> {
  const place = (name: string) => FILE_TABLES[0]!.columns.findIndex((column) => column.name === name)
  const [id, path] = [textReader(batch, place('file_id')), textReader(batch, place('file_path'))]
  const names = ['file_id', ...partition.fields].map((name) => ({ name, type: 'utf8' as const }))
  const cells = Array.from({ length: batch.rowCount }, (_, row) => [id(row), ...partition.of(path(row) ?? '')])
  const rows = encodeRows(names, cells.length, (row, column) => cells[row]![column])
  await appendTable(scratch, { name: 'partitions', columns: names }, rows)
}

/** Large values as a VAST DataBase keeps them, piece by piece, whichever catalog they come from. */
async function fillValues(read: ReadTable, { catalog, scratch, onProgress, signal }: Exporter): Promise<number> {
  const definition = tableNamed('large_values')
  const named = definition.columns.slice(0, 3)
  const lengths = new Map<string, bigint>()
  for await (const batch of read({ ...definition, columns: named })) {
    const sha256 = textReader(batch, 0)
    for (let row = 0; row < batch.rowCount; row++) lengths.set(sha256(row)!, batch.columns[2]!.data[row] as bigint)
  }
  const appender = await scratch.connection.createAppender(definition.name)
  let rows = 0
  for (const [sha256, byteLength] of lengths) {
    let piece = 0
    for await (const bytes of catalog.largeValue(sha256)) {
      throwIfAborted(signal)
      const data = deflatePiece(bytes)
      appender.appendVarchar(sha256)
      appender.appendInteger(piece++)
      appender.appendBigInt(byteLength)
      appender.appendBigInt(BigInt(data.length))
      appender.appendNull()
      appender.appendBlob(data)
      appender.endRow()
      rows++
    }
    appender.flushSync()
    onProgress?.({ table: definition.name, rows })
  }
  appender.closeSync()
  return rows
}

/** Writes a table's files, into folders where its rows are about files; returns them in the order of their names. */
async function writeTable(definition: TableDefinition, rows: number, exporter: Exporter) {
  const { scratch, folder, format, partition } = exporter
  const isOfFiles = FILE_TABLES.some(({ name }) => name === definition.name)
  const fields = isOfFiles && rows > 0 ? partition.fields : []
  const target = join(folder, definition.name)
  await mkdir(target, { recursive: true })
  const list = definition.columns.map(({ name, type }) => {
    // A list of fixed length that is null makes a Parquet file that other readers refuse.
    return isVector(type) && format === 'parquet' ? `CAST(t.${name} AS FLOAT[]) AS ${name}` : `t.${name}`
  })
  const from = `${definition.name} t${fields.length > 0 ? ' LEFT JOIN partitions p USING (file_id)' : ''}`
  if (format === 'arrow') return writeArrow({ definition, from, fields }, target, exporter)
  const names = fields.map(quoted)
  const select = `SELECT ${[...list, ...names.map((name) => `p.${name}`)].join(', ')} FROM ${from}`
  const options = [
    format === 'parquet' ? `FORMAT parquet, ROW_GROUP_SIZE ${GROUP_ROWS}` : 'FORMAT csv, HEADER',
    ...(fields.length > 0 ? [`PARTITION_BY (${names.join(', ')}), FILENAME_PATTERN 'part-{i}'`] : []),
    'RETURN_FILES',
  ]
  const file = fields.length > 0 ? target : join(target, `part-0.${EXTENSIONS[format]}`)
  const reader = await scratch.connection.runAndReadAll(`COPY (${select}) TO ${literal(file)} (${options.join(', ')})`)
  const [{ Files: found } = { Files: [] }] = reader.getRowObjectsJson() as { Files: string[] }[]
  return describe(found, folder)
}

async function writeArrow(
  { definition, from, fields }: { definition: TableDefinition; from: string; fields: readonly string[] },
  target: string,
  { scratch, folder, signal }: Exporter,
) {
  const values = fields.map((field) => `p.${quoted(field)}`)
  const groups =
    fields.length === 0
      ? [[]]
      : (
          await scratch.connection.runAndReadAll(`SELECT DISTINCT ${values.join(', ')} FROM ${from} ORDER BY ALL`)
        ).getRows()
  const files: string[] = []
  for (const group of groups) {
    const where = group.map((value, index) => {
      return value === null ? `${values[index]} IS NULL` : `${values[index]} = ${literal(String(value))}`
    })
    const place = join(target, ...group.map((value, index) => `${fields[index]}=${folderName(value as string | null)}`))
    await mkdir(place, { recursive: true })
    const file = join(place, 'part-0.arrow')
    const query = `SELECT ${definition.columns.map(({ name }) => `t.${name}`).join(', ')} FROM ${from}`
    const batches = batchesOf(
      definition,
      where.length > 0 ? `${query} WHERE ${where.join(' AND ')}` : query,
      scratch,
      signal,
    )
    await writeArrowFile(
      file,
      batchOf(definition, 0, () => null),
      batches,
    )
    files.push(file)
  }
  return describe(files, folder)
}

async function* batchesOf(
  definition: TableDefinition,
  query: string,
  { connection }: Scratch,
  signal: AbortSignal | undefined,
): AsyncGenerator<RecordBatch> {
  const result = await connection.stream(query)
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    throwIfAborted(signal)
    const columns = chunk.getColumns()
    const cell = (row: number, column: number) => cellOf(columns[column]![row]!)
    yield batchOf(definition, chunk.rowCount, cell)
  }
}

function batchOf(definition: TableDefinition, rowCount: number, cell: (row: number, column: number) => unknown) {
  if (definition.columns.some(({ type }) => type === 'binary')) return binaryBatch(definition, rowCount, cell)
  const rows = encodeRows(definition.columns, rowCount, cell)
  return tableBatch(definition, rows, rows.strings)
}

/** As Hive and DuckDB write it. */
function folderName(value: string | null): string {
  return value === null ? '__HIVE_DEFAULT_PARTITION__' : encodeURIComponent(value)
}

async function describe(files: readonly string[], folder: string) {
  const names = files.map((file) => relative(folder, file).split(sep).join('/')).sort()
  const described = []
  for (const name of names) described.push(await describeFile(folder, name))
  return described
}
