import type { RecordBatch } from 'apache-arrow'
import { unwrap } from '../../errors.ts'
import { METADATA_DIMENSION } from '../../tables/index.ts'
import { col } from '../../vastdb/index.ts'
import { openPool } from '../../workers/index.ts'
import { workerFile } from '../../workers/worker-file.ts'
import { throwIfAborted } from '../abort.ts'
import type { SimilarMatch, SimilarOptions } from '../catalog.ts'
import { isRemoved, type Removals } from '../live.ts'
import { pushCondition } from './condition.ts'
import { type RankTask, similarities } from './rank.ts'
import { readRemovals } from './removals.ts'
import { forEachRow, RowView } from './rows.ts'
import type { Store, Tables } from './store.ts'
import { TopK } from './top-k.ts'

export interface Target {
  /** Left out of the matches. */
  readonly fileId: string | null
  readonly vector: Float32Array
  /** Of the recipe that made it: only vectors of the same one compare. */
  readonly version: number
}

const COLUMNS = ['file_id', 'file_path', 'sequence_key']
const FILE_ID = 0
const FILE_PATH = 1
const SEQUENCE_KEY = 2
const LAST_INSPECTED = 3

/**
 * Exact cosine over every live file, on this machine: the vectors stream past and leave one number a file, then the names of the
 * files that the server lets through, and the best k stay. Memory grows with files by their ids.
 */
export function scanSimilar(
  store: Store,
  target: Target,
  { k, where, each = false, signal }: SimilarOptions,
): Promise<SimilarMatch[]> {
  const pushed = where === undefined ? null : pushCondition(where)
  return store.read(async (tables) => {
    const among = pushed?.firstPart ? await filesWithFirstPart(tables, pushed.firstPart, signal) : null
    const removals = await readRemovals(tables)
    const options = signal ? { signal } : {}
    const vectors = tables('vectors').select({
      columns: ['metadata_embedding', 'file_id'],
      where: col('embedding_version').eq(target.version),
      ...options,
    })
    const similarityOf = new Map<string, number>()
    await compareAll(vectors, target.vector, (compared) => note(compared, similarityOf), signal)
    const isCurrent = col('superseded_by').isNull()
    const selection = tables('files').select({
      columns: removals.size > 0 ? [...COLUMNS, 'last_inspected'] : COLUMNS,
      where: pushed?.files ? isCurrent.and(pushed.files) : isCurrent,
      ...options,
    })
    const best = new TopK(k)
    const sequences = each ? null : new Map<string, number>()
    await forEachRow(selection, (row) => rank(row, { best, sequences, among, removals, target, similarityOf }))
    return best.sorted().map(({ kin: _, ...match }) => ({
      ...match,
      fileCount: sequences?.get(match.sequenceKey ?? '') ?? 1,
    }))
  }, signal)
}

/** A batch and the similarity of each of its rows. */
interface Compared {
  readonly batch: RecordBatch
  readonly similarity: Float64Array
}

/** Smaller batches are compared here at once: sending them to a thread would take longer. */
const ROWS_WORTH_A_THREAD = 4096

/** Compares every batch, in no particular order; large ones on worker threads while the next arrive. */
async function compareAll(
  selection: AsyncIterable<RecordBatch>,
  query: Float32Array,
  take: (compared: Compared) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const away = new Map<number, RecordBatch>()
  let next = 0
  const large = (async function* (): AsyncGenerator<RankTask> {
    for await (const batch of selection) {
      throwIfAborted(signal)
      const vectors = vectorsOf(batch)
      if (batch.numRows < ROWS_WORTH_A_THREAD) take({ batch, similarity: similarities(vectors, query) })
      else {
        away.set(next, batch)
        yield { batch: next++, vectors, query }
      }
    }
  })()
  const pool = openPool<RankTask, Float64Array[]>({
    worker: workerFile('#rank-worker'),
    batchSize: 1,
    nameOf: ({ batch }) => `batch ${batch}`,
  })
  try {
    for await (const { items, result } of pool.run(large, signal ? { signal } : {})) {
      const [similarity] = unwrap(result)
      const { batch: id } = items[0]!
      take({ batch: away.get(id)!, similarity: similarity! })
      away.delete(id)
    }
  } finally {
    await pool.close()
  }
}

function vectorsOf(batch: RecordBatch): Float32Array {
  const values = batch.getChildAt(0)!.data[0]!.children[0]!.values as Float32Array
  return values.subarray(0, batch.numRows * METADATA_DIMENSION)
}

function note({ batch, similarity }: Compared, similarityOf: Map<string, number>): void {
  const row = new RowView(batch)
  for (; row.row < batch.numRows; row.row++) {
    if (!row.isNull(0)) similarityOf.set(row.name(1), similarity[row.row]!)
  }
}

interface Ranking {
  readonly best: TopK
  /** Files of each sequence, counted; null where every file stands for itself. */
  readonly sequences: Map<string, number> | null
  readonly target: Target
  /** The only files that count, or null for all. */
  readonly among: ReadonlySet<string> | null
  readonly removals: Removals
  /** By file; those that have no vector to compare are not there. */
  readonly similarityOf: ReadonlyMap<string, number>
}

function rank(row: RowView, { best, sequences, among, removals, target, similarityOf }: Ranking): void {
  const fileId = row.name(FILE_ID)
  const similarity = similarityOf.get(fileId)
  if (similarity === undefined) return
  const isTooFar = similarity < best.threshold
  if (isTooFar && sequences === null) return
  const sequenceKey = row.text(SEQUENCE_KEY)
  // One that stands for itself needs no count.
  if (isTooFar && sequenceKey === null) return
  if (fileId === target.fileId || (among && !among.has(fileId))) return
  if (removals.has(fileId) && isRemoved(removals, fileId, row.big(LAST_INSPECTED))) return
  if (sequences && sequenceKey !== null) sequences.set(sequenceKey, (sequences.get(sequenceKey) ?? 0) + 1)
  if (isTooFar) return
  const kin = sequences ? (sequenceKey ?? fileId) : null
  best.add({ fileId, path: row.name(FILE_PATH), sequenceKey, kin, similarity })
}

/** Files whose first part a condition holds for. */
export async function filesWithFirstPart(
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
