import { toPlainError } from '../errors.ts'
import { type EncodedBatch, selectFiles } from '../tables/index.ts'
import { filesOf } from './batch-files.ts'
import type { UpsertResult } from './catalog.ts'

/** How a batch is written that may have to be divided. */
interface DividedWrite<Batch, Result> {
  readonly sizeOf: (batch: Batch) => number
  /** The items from `start`, inclusive, to `end`, exclusive. */
  readonly slice: (batch: Batch, start: number, end: number) => Batch
  /** Writes all of a batch or none of it. Results in the batch's order. */
  readonly write: (batch: Batch) => Promise<readonly Result[]>
  /** Whether halves would meet this failure too: it is then thrown. */
  readonly isFinal: (error: unknown) => boolean
  /** What becomes of an item that cannot be written alone. */
  readonly failed: (batch: Batch, error: unknown) => Result
}

/** Halves a batch that fails until the items at fault stand alone, so that none suffers from another. */
export async function writeInHalves<Batch, Result>(
  batch: Batch,
  how: DividedWrite<Batch, Result>,
): Promise<readonly Result[]> {
  try {
    return await how.write(batch)
  } catch (error) {
    if (how.isFinal(error)) throw error
    const size = how.sizeOf(batch)
    if (size === 1) return [how.failed(batch, error)]
    const first = await writeInHalves(how.slice(batch, 0, size >> 1), how)
    return [...first, ...(await writeInHalves(how.slice(batch, size >> 1, size), how))]
  }
}

/**
 * Writes the files of an encoded batch, in halves where it must be; results are in the order of the records that were
 * encoded, those that could not be encoded included.
 */
export async function writeEncoded(
  batch: EncodedBatch,
  { write, isFinal }: Pick<DividedWrite<EncodedBatch, UpsertResult>, 'write' | 'isFinal'>,
): Promise<UpsertResult[]> {
  const results: UpsertResult[] = []
  for (const { index, path, code, message } of batch.failures) results[index] = { status: 'error', path, code, message }
  if (batch.fileCount === 0) return results
  const written = await writeInHalves(batch, {
    sizeOf: ({ fileCount }) => fileCount,
    slice: (whole, start, end) =>
      selectFiles(
        whole,
        Array.from({ length: end - start }, (_, index) => start + index),
      ),
    write,
    isFinal,
    failed: errorResult,
  })
  written.forEach((result, file) => {
    results[batch.ordinals[file]!] = result
  })
  return results
}

function errorResult(batch: EncodedBatch, error: unknown): UpsertResult {
  const { message } = toPlainError(error, 'ERR_CATALOG_WRITE')
  return { status: 'error', path: filesOf(batch)[0]!.path, code: 'ERR_CATALOG_WRITE', message }
}
