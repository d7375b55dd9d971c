import { ExrError } from '../errors.ts'
import type { EventAnswer, EventTask } from '../tasks/event-task.ts'
import { type Isolation, type MemoryBudget, openPool, type Pool } from '../workers/index.ts'
import { workerFile } from '../workers/worker-file.ts'

/** Header bytes of a file that is inspected on the loop that answers requests: some milliseconds of work. */
export const SMALL_HEADER_BYTES = 256 * 1024
/** Grants grow by this: few files are read more than twice. */
const GRANT_GROWTH = 4
/**
 * Memory that a byte of a header costs on its way to the catalog, in the worker and in this process together: the bytes,
 * their text, the payload's copy, the encoded rows, their copy between processes and the catalog's own. Measured in the
 * worker, by what one file adds to its peak: 4 to 7 for long texts (manifests, control characters, emoji, quotes), of
 * which this process gets a part compressed; 45 for parts of 350 bytes, which is why parts count as more than their
 * bytes; 35 for very many attributes of 30 bytes, which 65,536 a part bound at 90 MiB.
 */
const COST_FACTOR = 10

/** A file that is not read on the loop that answers requests. */
export interface LargeFile {
  /** `s3://bucket/key`, or a path. */
  readonly location: string
  /** What its header is known to need at least; 0 where nothing is known, infinite where no number of bytes would do. */
  readonly neededBytes: number
}

/** A file as a worker read it. */
type EncodedFile = Extract<EventAnswer, { kind: 'encoded' }>

interface LargeFilesOptions {
  readonly budget: MemoryBudget
  /** What a header may have at most. */
  readonly maxHeaderBytes: number
  readonly workers: number
  readonly isolation: Isolation
  /** How long one file may take. */
  readonly timeoutMs: number
}

/** Inspects files with large headers in workers, each within memory that was reserved for what its header turns out to have. */
export class LargeFiles {
  readonly #options: LargeFilesOptions
  #pool: Pool<EventTask, EventAnswer> | undefined

  constructor(options: LargeFilesOptions) {
    this.#options = options
  }

  /**
   * Hands what a worker read of the file to `use`, with the memory still reserved. Throws ERR_EXR_LIMIT for a header
   * larger than any may be, ERR_ABORTED, ERR_NATIVE_CRASH and the like when the file takes its worker down, and what
   * `inspect` throws.
   */
  async read<T>(
    { neededBytes, ...task }: Omit<EventTask, 'grantBytes'> & LargeFile,
    signal: AbortSignal,
    use: (file: EncodedFile) => Promise<T>,
  ): Promise<T> {
    const { budget, maxHeaderBytes } = this.#options
    let granted = SMALL_HEADER_BYTES
    for (let needed = neededBytes; ; ) {
      // A header says how much it needs only as far as it was read, but it never needs less.
      if (needed > maxHeaderBytes) throw tooLarge(task.location, maxHeaderBytes)
      granted = Math.min(Math.max(granted * GRANT_GROWTH, needed), maxHeaderBytes)
      const release = await budget.reserve(granted * COST_FACTOR, signal)
      try {
        const answer = await this.#workers().ask({ ...task, grantBytes: granted }, { signal })
        if (answer.kind === 'failed') {
          throw new ExrError(answer.error.code, answer.error.message, { details: answer.error.details })
        }
        if (answer.kind === 'encoded') return await use(answer)
        needed = granted === maxHeaderBytes ? Infinity : answer.neededBytes
      } finally {
        release()
      }
    }
  }

  /** May be called twice. */
  async close(): Promise<void> {
    await this.#pool?.close()
  }

  /** Workers start with the first large file. */
  #workers(): Pool<EventTask, EventAnswer> {
    const { workers, isolation, timeoutMs, maxHeaderBytes } = this.#options
    const heapMiB = Math.ceil((maxHeaderBytes * COST_FACTOR) / 2 ** 20) + 96
    this.#pool ??= openPool({
      worker: workerFile('#event-worker'),
      workerData: { memoryBytes: heapMiB * 2 * 2 ** 20 },
      isolation,
      maxWorkers: workers,
      batchSize: 1,
      itemTimeoutMs: timeoutMs,
      resourceLimits: { maxOldGenerationSizeMb: heapMiB, maxYoungGenerationSizeMb: 16 },
      nameOf: ({ location }) => location,
    })
    return this.#pool
  }
}

function tooLarge(path: string, maxHeaderBytes: number): ExrError {
  return new ExrError(
    'ERR_EXR_LIMIT',
    `Did not read ${path} to its end: its header or its chunk tables have more than the ${maxHeaderBytes} bytes of ` +
      'EXR_MAX_HEADER_BYTES, or more parts, channels or attributes than a file may have. Ingest it with the command line, or raise the setting and the memory.',
    { details: { path } },
  )
}
