import type { ArrowType, Field } from '../arrow/types.ts'
import { badRequest, notImplemented } from '../errors.ts'
import type { PartitionKey, TableColumn, TableEntry } from './catalog.ts'
import { columnName, dataTable } from './rows.ts'
import type { Scan } from './scan.ts'

/** A column of the table of partitions that says what all rows of one have in common. */
interface PartitionColumn {
  readonly field: Field
  readonly source: TableColumn
  readonly key: PartitionKey
  /** SQL over a row of the table. */
  readonly expression: string
}

/** Behind a table's name: the table of its partitions, which clients read before they read rows. */
export const PARTITIONS_SUFFIX = '___VAST_PARTITIONS'
const MAX_KEYS = 4
const KEY_PROPERTY = /^VAST:table:partition-key-(\d+)$/
const TRANSFORMS: readonly string[] = ['identity', 'year', 'month', 'day', 'hour', 'truncate']

const estimate = (name: string): Field => ({
  name,
  nullable: true,
  type: { kind: 'int', bits: 64, signed: true },
  metadata: [],
})
const ESTIMATES = ['est_row_count', 'est_byte_size', 'sorting_score'].map(estimate)
/** What a row is taken to weigh; clients choose their requests by it. */
const BYTES_PER_ROW = 64

/** The keys that the metadata of a new table's schema names, in order. Throws 400, and 501 for transforms that are not emulated. */
export function readPartitionKeys(
  metadata: readonly (readonly [string, string])[],
  columns: readonly TableColumn[],
): PartitionKey[] {
  const keys = metadata.flatMap(([name, value]) => {
    const place = KEY_PROPERTY.exec(name)
    return place ? [{ place: Number(place[1]), key: readKey(value, columns) }] : []
  })
  if (keys.length > MAX_KEYS) throw badRequest(`A table has at most ${MAX_KEYS} partition keys, found ${keys.length}`)
  return keys.sort((a, b) => a.place - b.place).map(({ key }) => key)
}

function readKey(text: string, columns: readonly TableColumn[]): PartitionKey {
  let parsed: Readonly<Record<string, unknown>>
  try {
    parsed = Object(JSON.parse(text))
  } catch {
    throw badRequest(`A partition key is no JSON: ${text}`)
  }
  const column = columns[Number(parsed['column-index'])]
  if (column === undefined)
    throw badRequest(`A partition key names column ${parsed['column-index']} of ${columns.length}`)
  const transform = String(parsed['transform'])
  if (!TRANSFORMS.includes(transform)) throw notImplemented(`Partitions by ${transform} are not emulated`)
  const arg = parsed['transform-arg'] ?? null
  const key = {
    column: column.id,
    transform: transform as PartitionKey['transform'],
    arg: arg === null ? null : Number(arg),
  }
  if (transform === 'truncate' && !(Number.isSafeInteger(key.arg) && key.arg! > 0))
    throw badRequest(`truncate needs a width of at least 1, found ${arg}`)
  transformed(column, key)
  return key
}

/** What a table's rows are partitioned by, in the order of its keys. */
export function partitionColumns(table: TableEntry): PartitionColumn[] {
  return table.partitionKeys.map((key) => {
    const source = table.columns.find(({ id }) => id === key.column)!
    return { source, key, ...transformed(source, key) }
  })
}

/** The spec as clients read it in the metadata of a schema. */
export function partitionSpec(table: TableEntry): string {
  return JSON.stringify(
    partitionColumns(table).map(({ field, source, key }) => ({
      column_name: field.name,
      column_type: field.type.kind,
      source_column_name: source.field.name,
      transform: key.transform,
      arg: key.arg,
    })),
  )
}

/** Columns of the table of partitions. */
export function partitionsTableFields(table: TableEntry): Field[] {
  return [...partitionColumns(table).map(({ field }) => field), ...ESTIMATES]
}

/**
 * A scan of the table of partitions: those with a row that meets `condition`, and how many. A partition comes where its
 * first row is.
 */
export function partitionsScan(table: TableEntry, names: readonly string[], condition: string): Scan {
  const keys = partitionColumns(table)
  const columns = names.map((name) => {
    const at = keys.findIndex(({ field }) => field.name === name)
    const field = keys[at]?.field ?? ESTIMATES.find((each) => each.name === name)
    if (!field) throw badRequest(`The table of partitions of ${table.name} has no column ${name}`)
    return { field, name: at === -1 ? name : `p${at}` }
  })
  const source = `(
    SELECT ${keys.map(({ expression }, index) => `${expression} AS p${index}, `).join('')}
      row_number() OVER (ORDER BY min(rid)) - 1 AS rid, count(*) AS est_row_count,
      count(*) * ${BYTES_PER_ROW} AS est_byte_size, 0::BIGINT AS sorting_score
    FROM ${dataTable(table)} WHERE ${condition} GROUP BY ${keys.map(({ expression }) => expression).join(', ')})`
  return { source, position: 'rid', columns, condition: 'true' }
}

/** How many partitions have rows, in SQL. */
export function partitionCount(table: TableEntry): string {
  return `SELECT count(*) AS n FROM ${partitionsScan(table, [], 'true').source}`
}

function transformed({ id, field }: TableColumn, { transform, arg }: PartitionKey) {
  const column = columnName({ id, field })
  if (transform === 'identity') return { field: { ...field, metadata: [] }, expression: column }
  const name = arg === null ? `${field.name}_${transform}` : `${field.name}_${transform}_${arg}`
  const made = (type: ArrowType, expression: string) => ({
    field: { name, nullable: true, type, metadata: [] },
    expression,
  })
  const { type } = field
  if (transform === 'truncate') {
    if (type.kind === 'utf8') return made(type, `left(${column}, ${arg})`)
    if (type.kind === 'int' && type.signed) return made(type, `(${column} - (${column} % ${arg} + ${arg}) % ${arg})`)
    throw refused(field, transform)
  }
  const perDay = unitsPerDay(type)
  if (perDay === null || (transform === 'hour' && perDay === 1n)) throw refused(field, transform)
  const floor = (units: bigint) => `((${column} - (${column} % ${units} + ${units}) % ${units}) // ${units})`
  const day = perDay === 1n ? column : floor(perDay)
  const whole: Readonly<Record<string, string>> = {
    hour: floor(perDay / 24n),
    day,
    month: sinceEpoch('month', day),
    year: sinceEpoch('year', day),
  }
  return made({ kind: 'int', bits: 32, signed: true }, `${whole[transform]}::INTEGER`)
}

function refused(field: Field, transform: string) {
  return badRequest(`Column ${field.name} cannot be partitioned by ${transform}`)
}

function sinceEpoch(unit: string, day: string): string {
  return `date_diff('${unit}', DATE '1970-01-01', DATE '1970-01-01' + ${day}::INTEGER)`
}

/** Dates are stored as days, timestamps in their unit; null for other types. */
function unitsPerDay(type: ArrowType): bigint | null {
  if (type.kind === 'date') return 1n
  if (type.kind !== 'timestamp') return null
  return 86_400n * { second: 1n, millisecond: 1_000n, microsecond: 1_000_000n, nanosecond: 1_000_000_000n }[type.unit]
}
