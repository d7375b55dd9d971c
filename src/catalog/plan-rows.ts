import { ExrError } from '../errors.ts'
import {
  type AnyRecordTable,
  type CellType,
  type ColumnData,
  type EncodedBatch,
  type EncodedTable,
  type RecordTableName,
  recordTables,
  selectRows,
} from '../tables/index.ts'
import type { BatchFile, UpsertPlan } from './plan-upsert.ts'

/** What a batch adds to one table. */
interface TableRows {
  readonly name: RecordTableName
  readonly table: AnyRecordTable
  readonly rows: EncodedTable
  /** Files whose earlier rows in this table these take the place of. */
  readonly replaced: readonly string[]
}

/** What a batch adds to each table, in the order to write; tables that get nothing are left out. */
export function planRows(batch: EncodedBatch, files: readonly BatchFile[], plan: UpsertPlan): TableRows[] {
  return recordTables().flatMap((table): TableRows[] => {
    const { name, written } = table
    const all = batch.tables[name]
    checkFits(table, all)
    if (all.rowCount === 0 && (written !== 'once' || plan.refreshes.length === 0)) return []
    if (written === 'sighting') return [{ name, table, rows: all, replaced: [] }]
    const positions =
      written === 'once' ? [...plan.inserts, ...plan.refreshes].sort((a, b) => a - b) : latestWithRows(all, files)
    const rows = positions.length === files.length ? all : selectRows(table, all, positions)
    const replaced = (written === 'once' ? plan.refreshes : positions).map((position) => files[position]!.fileId)
    return rows.rowCount > 0 || replaced.length > 0 ? [{ name, table, rows, replaced }] : []
  })
}

/** Of each file that has rows in a table, the last position in the batch that does. */
function latestWithRows({ rowStart }: EncodedTable, files: readonly BatchFile[]): number[] {
  const last = new Map<string, number>()
  files.forEach(({ fileId }, position) => {
    if (rowStart[position + 1]! > rowStart[position]!) last.set(fileId, position)
  })
  return [...last.values()].sort((a, b) => a - b)
}

/** A batch that another release or another list of tables encoded is the program's fault, not that of a record in it. */
function checkFits(table: AnyRecordTable, rows: EncodedTable | undefined): void {
  const { columns } = table
  const wrong = columns.find(({ type }, index) => !(rows?.columns[index]?.data instanceof arrayOf(type)))
  if (!wrong && rows?.columns.length === columns.length) return
  const found = rows ? `${rows.columns.length} columns` : 'no rows at all'
  throw columnsError(
    `Could not store a batch: it has ${found} for table ${table.name}, which has ${columns.length}` +
      `${wrong ? `, and nothing that fits ${wrong.name}` : ''}`,
  )
}

/** ERR_CATALOG_COLUMNS: what was tried and found, and that it is the program's fault. */
export function columnsError(message: string): ExrError {
  return new ExrError(
    'ERR_CATALOG_COLUMNS',
    `${message}. This is a fault of the program and not of a file: nothing of the batch was stored. ` +
      'Run one release of exr-inspector everywhere, and report it if you do.',
  )
}

function arrayOf(type: CellType): new (length: number) => ColumnData {
  if (typeof type === 'object') return Float32Array
  return ARRAYS[type]
}

const ARRAYS = {
  utf8: Int32Array,
  int32: Int32Array,
  int64: BigInt64Array,
  timestamp: BigInt64Array,
  float32: Float32Array,
  float64: Float64Array,
  bool: Uint8Array,
} as const
