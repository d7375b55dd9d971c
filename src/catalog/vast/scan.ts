import type { RecordBatch } from 'apache-arrow'
import { METADATA_DIMENSION } from '../../arrow/index.ts'
import { col } from '../../vastdb/index.ts'
import { throwIfAborted } from '../abort.ts'
import type { SimilarMatch, SimilarOptions } from '../catalog.ts'
import { pushCondition } from './condition.ts'
import { isRemoved, type Removals, readRemovals } from './live.ts'
import { forEachRow, RowView } from './rows.ts'
import type { Store, Tables } from './store.ts'
import { TopK } from './top-k.ts'

export interface Target {
  /** Left out of the matches. */
  readonly fileId: string | null
  readonly vector: Float32Array
}

const COLUMNS = ['metadata_embedding', 'file_id', 'file_path']
const VECTOR = 0
const FILE_ID = 1
const FILE_PATH = 2
const LAST_INSPECTED = 3

/**
 * Exact cosine over every live file, on this machine: the vector column streams past with the names of its files,
 * filtered by the server, and the best k stay.
 */
export function scanSimilar(
  store: Store,
  target: Target,
  { k, where, signal }: SimilarOptions,
): Promise<SimilarMatch[]> {
  const pushed = where === undefined ? null : pushCondition(where)
  return store.read(async (tables) => {
    const among = pushed?.firstPart ? await filesWithFirstPart(tables, pushed.firstPart, signal) : null
    const removals = await readRemovals(tables)
    const isCurrent = col('superseded_by').isNull()
    const selection = tables('files').select({
      columns: removals.size > 0 ? [...COLUMNS, 'last_inspected'] : COLUMNS,
      where: pushed?.files ? isCurrent.and(pushed.files) : isCurrent,
      ...(signal ? { signal } : {}),
    })
    const best = new TopK(k)
    for await (const batch of selection) {
      throwIfAborted(signal)
      rank(batch, target, { best, among, removals })
    }
    return best.sorted()
  }, signal)
}

interface Ranking {
  readonly best: TopK
  /** The only files that count, or null for all. */
  readonly among: ReadonlySet<string> | null
  readonly removals: Removals
}

function rank(batch: RecordBatch, target: Target, { best, among, removals }: Ranking): void {
  const vectors = batch.getChildAt(VECTOR)!
  const values = vectors.data[0]!.children[0]!.values as Float32Array
  const query = target.vector
  const queryNorm = Math.sqrt(dot(query, query, 0))
  const row = new RowView(batch)
  for (; row.row < batch.numRows; row.row++) {
    if (!vectors.isValid(row.row)) continue
    const start = row.row * METADATA_DIMENSION
    const norm = Math.sqrt(squares(values, start)) * queryNorm
    const similarity = norm === 0 ? 0 : dot(query, values, start) / norm
    if (similarity < best.threshold) continue
    const fileId = row.name(FILE_ID)
    if (fileId === target.fileId || (among && !among.has(fileId))) continue
    if (removals.has(fileId) && isRemoved(removals, fileId, row.big(LAST_INSPECTED))) continue
    best.add({ fileId, path: row.name(FILE_PATH), similarity: Math.max(-1, Math.min(1, similarity)) })
  }
}

/** Of `a` with the part of `b` that begins at `start`. */
function dot(a: Float32Array, b: Float32Array, start: number): number {
  let sum = 0
  for (let index = 0; index < METADATA_DIMENSION; index++) sum += a[index]! * b[start + index]!
  return sum
}

function squares(values: Float32Array, start: number): number {
  let sum = 0
  for (let index = start; index < start + METADATA_DIMENSION; index++) sum += values[index]! * values[index]!
  return sum
}

async function filesWithFirstPart(
  tables: Tables,
  firstPart: NonNullable<ReturnType<typeof pushCondition>['firstPart']>,
  signal: AbortSignal | undefined,
): Promise<ReadonlySet<string>> {
  const files = new Set<string>()
  const where = col('part_index').eq(0).and(firstPart)
  const options = { columns: ['file_id'], where, ...(signal ? { signal } : {}) }
  await forEachRow(tables('parts').select(options), (row) => files.add(row.name(0)))
  return files
}
