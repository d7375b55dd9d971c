import type { DuckDBValue } from '@duckdb/node-api'
import { blobValue } from '../../duckdb-api.ts'
import { readIpcSchema } from '../arrow/ipc-read.ts'
import { schemaMessage } from '../arrow/ipc-write.ts'
import type { Field } from '../arrow/types.ts'
import { conflict, notFound } from '../errors.ts'
import { quoteText } from './sql-types.ts'
import type { Transaction } from './transactions.ts'

interface SchemaEntry {
  readonly id: number
  readonly bucket: string
  /** All components below the bucket, joined by `/`. */
  readonly path: string
  readonly properties: string
}

/** A column and the number that names it in DuckDB, whatever it is called on the wire. */
export interface TableColumn {
  readonly id: number
  readonly field: Field
}

export interface VectorIndex {
  readonly column: string
  readonly metric: string
  /** Quantization of clusters and of searches. */
  readonly cluster: string
  readonly search: string
}

/** One key a table is partitioned by: what a transform makes of one of its columns. */
export interface PartitionKey {
  /** Id of the column. */
  readonly column: number
  readonly transform: 'identity' | 'year' | 'month' | 'day' | 'hour' | 'truncate'
  /** Width of `truncate`. */
  readonly arg: number | null
}

export interface TableEntry {
  readonly id: number
  readonly schemaId: number
  readonly name: string
  readonly properties: string
  readonly columns: readonly TableColumn[]
  /** Ids of the sorting key's columns, in key order; empty for a regular table. */
  readonly sortingKey: readonly number[]
  readonly externalRowIds: boolean
  readonly vectorIndex: VectorIndex | null
  /** Most significant first; empty where a table is not partitioned. */
  readonly partitionKeys: readonly PartitionKey[]
}

/** Whether a table's rows have ids of 128 bits: those of tables with a sorting key or a vector index do. */
export function hasWideRowIds({ sortingKey, vectorIndex }: Pick<TableEntry, 'sortingKey' | 'vectorIndex'>): boolean {
  return sortingKey.length > 0 || vectorIndex !== null
}

/** Name and place of a table without its columns. */
type TableName = Pick<TableEntry, 'id' | 'name' | 'properties'> & {
  readonly isSorted: boolean
  readonly isPartitioned: boolean
}

export interface ProjectionEntry {
  readonly id: number
  readonly name: string
  /** Column ids, in key order. */
  readonly sorted: readonly number[]
  readonly unsorted: readonly number[]
}

function schemaKey(bucket: string, path: string): string {
  return `schema ${bucket}/${path}`
}

/** Key of everything that stands in the way of dropping a schema. */
export function schemaContentKey(schemaId: number): string {
  return `content of schema ${schemaId}`
}

export function tableKey(schemaId: number, name: string): string {
  return `table ${schemaId}/${name}`
}

/** Key of a table's columns: shared by those who write rows, exclusive for those who alter. */
export function tableContentKey(tableId: number): string {
  return `definition of table ${tableId}`
}

export async function listSchemas(tx: Transaction, bucket: string): Promise<SchemaEntry[]> {
  const rows = await tx.rows('SELECT id, bucket, path, properties FROM catalog.schemas WHERE bucket = $1 ORDER BY id', [
    bucket,
  ])
  return rows.map(toSchema)
}

export async function findSchema(tx: Transaction, bucket: string, path: string): Promise<SchemaEntry | null> {
  // Written into the text: a prepared statement takes more than twice as long, and every request looks names up.
  const [row] = await tx.rows(
    `SELECT id, bucket, path, properties FROM catalog.schemas
     WHERE bucket = ${quoteText(bucket)} AND path = ${quoteText(path)}`,
  )
  return row ? toSchema(row) : null
}

/** Throws 404. */
export async function getSchema(tx: Transaction, bucket: string, path: string): Promise<SchemaEntry> {
  const schema = await findSchema(tx, bucket, path)
  if (schema === null) throw notFound(`Schema ${path} does not exist in bucket ${bucket}`)
  return schema
}

export async function insertSchema(tx: Transaction, schema: SchemaEntry): Promise<void> {
  tx.intents.claim(tx, schemaKey(schema.bucket, schema.path))
  if (await findSchema(tx, schema.bucket, schema.path)) {
    throw conflict(`Schema ${schema.path} already exists in bucket ${schema.bucket}`, 'TabularSchemaAlreadyExists')
  }
  const values = [BigInt(schema.id), schema.bucket, schema.path, schema.properties]
  await tx.run('INSERT INTO catalog.schemas VALUES ($1, $2, $3, $4)', values)
}

/** Rename a schema and move everything nested below it along. */
export async function renameSchema(tx: Transaction, schema: SchemaEntry, path: string): Promise<void> {
  tx.intents.claim(tx, schemaKey(schema.bucket, schema.path))
  tx.intents.claim(tx, schemaKey(schema.bucket, path))
  if (await findSchema(tx, schema.bucket, path)) {
    throw conflict(`Schema ${path} already exists in bucket ${schema.bucket}`, 'TabularSchemaAlreadyExists')
  }
  await tx.run(
    `UPDATE catalog.schemas SET path = $1 || substr(path, length($2) + 1)
     WHERE bucket = $3 AND (path = $2 OR starts_with(path, $2 || '/'))`,
    [path, schema.path, schema.bucket],
  )
}

export async function setSchemaProperties(tx: Transaction, schema: SchemaEntry, properties: string): Promise<void> {
  tx.intents.claim(tx, schemaKey(schema.bucket, schema.path))
  await tx.run('UPDATE catalog.schemas SET properties = $1 WHERE id = $2', [properties, BigInt(schema.id)])
}

/** Throws 409 when tables or schemas are left inside. */
export async function deleteSchema(tx: Transaction, schema: SchemaEntry): Promise<void> {
  tx.intents.claim(tx, schemaKey(schema.bucket, schema.path))
  tx.intents.claim(tx, schemaContentKey(schema.id))
  const [row] = await tx.rows(
    `SELECT (SELECT count(*) FROM catalog.tables WHERE schema_id = $1)
          + (SELECT count(*) FROM catalog.schemas WHERE bucket = $2 AND starts_with(path, $3 || '/')) AS inside`,
    [BigInt(schema.id), schema.bucket, schema.path],
  )
  if (row!['inside'] !== 0n) throw conflict(`Schema ${schema.path} is not empty`, 'TabularSchemaNotEmpty')
  await tx.run('DELETE FROM catalog.schemas WHERE id = $1', [BigInt(schema.id)])
}

export async function listTables(tx: Transaction, schemaId: number): Promise<TableName[]> {
  const rows = await tx.rows(
    `SELECT id, name, properties, len(sorting_key) > 0 AS sorted, partition_keys <> '[]' AS partitioned
     FROM catalog.tables WHERE schema_id = $1 ORDER BY id`,
    [BigInt(schemaId)],
  )
  return rows.map((row) => ({
    id: Number(row['id']),
    name: String(row['name']),
    properties: String(row['properties']),
    isSorted: row['sorted'] === true,
    isPartitioned: row['partitioned'] === true,
  }))
}

const MAX_DECODED = 256

export async function findTable(tx: Transaction, schemaId: number, name: string): Promise<TableEntry | null> {
  const [row] = await tx.rows(
    `SELECT * FROM catalog.tables WHERE schema_id = ${schemaId} AND name = ${quoteText(name)}`,
  )
  return row ? toTable(row, tx) : null
}

/** A table by its whole name. Throws 404 and says what is missing. */
export async function getTable(tx: Transaction, bucket: string, path: string, name: string): Promise<TableEntry> {
  const [row] = await tx.rows(
    `SELECT t.* FROM catalog.tables AS t JOIN catalog.schemas AS s ON s.id = t.schema_id
     WHERE s.bucket = ${quoteText(bucket)} AND s.path = ${quoteText(path)} AND t.name = ${quoteText(name)}`,
  )
  if (row) return toTable(row, tx)
  await getSchema(tx, bucket, path)
  throw notFound(`Table ${name} does not exist in schema ${bucket}/${path}`)
}

export async function insertTable(tx: Transaction, table: TableEntry, revision: number): Promise<void> {
  tx.intents.share(tx, schemaContentKey(table.schemaId))
  tx.intents.claim(tx, tableKey(table.schemaId, table.name))
  const [existing] = await tx.rows('SELECT id FROM catalog.tables WHERE schema_id = $1 AND name = $2', [
    BigInt(table.schemaId),
    table.name,
  ])
  if (existing) throw conflict(`Table ${table.name} already exists`, 'TabularTableAlreadyExists')
  await tx.run(
    `INSERT INTO catalog.tables VALUES ($1, $2, $3, $4, $5, $6, ${idList(table.columns.map((column) => column.id))},
       ${idList(table.sortingKey)}, $7, $8, $9, 0, $10, $11, $12)`,
    [
      BigInt(table.id),
      BigInt(table.schemaId),
      table.name,
      table.properties,
      BigInt(revision),
      blobValue(schemaMessage(table.columns.map((column) => column.field))),
      table.externalRowIds,
      table.vectorIndex?.column ?? null,
      table.vectorIndex?.metric ?? null,
      table.vectorIndex?.cluster ?? null,
      table.vectorIndex?.search ?? null,
      JSON.stringify(table.partitionKeys),
    ],
  )
}

/** Write back name, place, properties, sorting key and columns. The caller has claimed what it changes. */
export async function updateTable(tx: Transaction, table: TableEntry, revision: number): Promise<void> {
  await tx.run(
    `UPDATE catalog.tables SET schema_id = $2, name = $3, properties = $4, revision = $5, arrow_schema = $6,
       columns = ${idList(table.columns.map((column) => column.id))}, sorting_key = ${idList(table.sortingKey)}
     WHERE id = $1`,
    [
      BigInt(table.id),
      BigInt(table.schemaId),
      table.name,
      table.properties,
      BigInt(revision),
      blobValue(schemaMessage(table.columns.map((column) => column.field))),
    ],
  )
}

export async function setExternalRowIds(tx: Transaction, table: TableEntry): Promise<void> {
  tx.intents.claim(tx, `row id allocation of table ${table.id}`)
  await tx.run('UPDATE catalog.tables SET external_row_ids = true WHERE id = $1', [BigInt(table.id)])
}

export async function deleteTable(tx: Transaction, table: TableEntry): Promise<void> {
  tx.intents.claim(tx, tableKey(table.schemaId, table.name))
  tx.intents.claim(tx, tableContentKey(table.id))
  await tx.run('DELETE FROM catalog.projections WHERE table_id = $1', [BigInt(table.id)])
  await tx.run('DELETE FROM catalog.tables WHERE id = $1', [BigInt(table.id)])
}

export async function listProjections(tx: Transaction, tableId: number): Promise<ProjectionEntry[]> {
  const rows = await tx.rows('SELECT * FROM catalog.projections WHERE table_id = $1 ORDER BY id', [BigInt(tableId)])
  return rows.map((row) => ({
    id: Number(row['id']),
    name: String(row['name']),
    sorted: listItems(row['sorted']).map(Number),
    unsorted: listItems(row['unsorted']).map(Number),
  }))
}

/** Throws 404. */
export async function getProjection(tx: Transaction, tableId: number, name: string): Promise<ProjectionEntry> {
  const found = (await listProjections(tx, tableId)).find((projection) => projection.name === name)
  if (found === undefined) throw notFound(`Projection ${name} does not exist`)
  return found
}

export async function insertProjection(tx: Transaction, tableId: number, projection: ProjectionEntry): Promise<void> {
  tx.intents.claim(tx, `projection ${tableId}/${projection.name}`)
  const existing = await listProjections(tx, tableId)
  if (existing.some((other) => other.name === projection.name)) {
    throw conflict(`Projection ${projection.name} already exists`, 'TabularProjectionAlreadyExists')
  }
  await tx.run(
    `INSERT INTO catalog.projections VALUES ($1, $2, $3, ${idList(projection.sorted)}, ${idList(projection.unsorted)})`,
    [BigInt(projection.id), BigInt(tableId), projection.name],
  )
}

export async function renameProjection(tx: Transaction, tableId: number, from: string, to: string): Promise<void> {
  tx.intents.claim(tx, `projection ${tableId}/${from}`)
  tx.intents.claim(tx, `projection ${tableId}/${to}`)
  const { id } = await getProjection(tx, tableId, from)
  await tx.run('UPDATE catalog.projections SET name = $1 WHERE id = $2', [to, BigInt(id)])
}

export async function deleteProjection(tx: Transaction, tableId: number, name: string): Promise<void> {
  tx.intents.claim(tx, `projection ${tableId}/${name}`)
  const { id } = await getProjection(tx, tableId, name)
  await tx.run('DELETE FROM catalog.projections WHERE id = $1', [BigInt(id)])
}

function toSchema(row: Record<string, DuckDBValue>): SchemaEntry {
  return {
    id: Number(row['id']),
    bucket: String(row['bucket']),
    path: String(row['path']),
    properties: String(row['properties']),
  }
}

function toTable(row: Record<string, DuckDBValue>, tx: Transaction): TableEntry {
  const fields = decodeFields(row, tx)
  const ids = listItems(row['columns']).map(Number)
  const vectorColumn = row['vector_column']
  return {
    id: Number(row['id']),
    schemaId: Number(row['schema_id']),
    name: String(row['name']),
    properties: String(row['properties']),
    columns: fields.map((field, index) => ({ id: ids[index]!, field })),
    sortingKey: listItems(row['sorting_key']).map(Number),
    externalRowIds: row['external_row_ids'] === true,
    vectorIndex:
      vectorColumn === null
        ? null
        : {
            column: String(vectorColumn),
            metric: String(row['vector_metric']),
            cluster: String(row['vector_cluster']),
            search: String(row['vector_search']),
          },
    partitionKeys: JSON.parse(String(row['partition_keys'])),
  }
}

function decodeFields(row: Record<string, DuckDBValue>, tx: Transaction): readonly Field[] {
  const revisions = tx.decodedFields
  const revision = Number(row['revision'])
  const known = revisions.get(revision)
  if (known) return known
  const fields = readIpcSchema((row['arrow_schema'] as { bytes: Uint8Array }).bytes)
  if (revisions.size >= MAX_DECODED) revisions.clear()
  revisions.set(revision, fields)
  return fields
}

function listItems(value: DuckDBValue | undefined): readonly DuckDBValue[] {
  return (value as { items: readonly DuckDBValue[] }).items
}

function idList(ids: readonly number[]): string {
  return `[${ids.join(', ')}]::BIGINT[]`
}
