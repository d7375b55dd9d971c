import { unwrap } from '../errors.ts'
import { CHILD_MEMORY_BYTES } from '../oiio/memory-limit.ts'
import type { IngestAnswer, IngestTaskSettings } from '../tasks/ingest-task.ts'
import { type BatchOutcome, type Isolation, openPool } from '../workers/index.ts'
import { workerFile } from '../workers/worker-file.ts'
import type { Listing, WalkTask } from './listing.ts'
import type { Lister } from './walk.ts'

/** The threads and processes behind a run. */
export interface IngestWorkers {
  readonly walk: Lister
  /** Ends the threads that walk; may be called twice. */
  endWalk(): Promise<void>
  /** Answers as they are ready; a file that takes its worker down is an outcome of its own. */
  inspect(locations: AsyncIterable<string>): AsyncIterable<BatchOutcome<string, IngestAnswer>>
  /** May be called twice. */
  close(): Promise<void>
}

/** Files of one task and of one transaction: a transaction's fixed cost is noise, and Ctrl-C is answered soon. */
const FILES_PER_TASK = 256

/** MiB. V8 would let each thread's young objects grow to 48, which costs memory and gains no time. */
const YOUNG_HEAP = { maxYoungGenerationSizeMb: 16 }

/** What a run's workers are told. */
export interface IngestWorkerSettings extends IngestTaskSettings {
  /** How many may inspect at a time. */
  readonly jobs: number
  /** Default `thread`. */
  readonly isolation?: Isolation
}

/** Starts no worker before there is work for it. */
export function openIngestWorkers({ jobs, isolation, ...settings }: IngestWorkerSettings): IngestWorkers {
  const walkers = openPool<WalkTask, Listing[]>({
    worker: workerFile('#walk-worker'),
    maxWorkers: Math.max(2, jobs),
    batchSize: 1,
    nameOf: (task) => task.directory,
  })
  const inspectors = openPool<string, IngestAnswer>({
    worker: workerFile('#ingest-worker'),
    workerData: { memoryBytes: CHILD_MEMORY_BYTES, ...settings },
    ...(isolation && { isolation }),
    maxWorkers: jobs,
    batchSize: FILES_PER_TASK,
    resourceLimits: YOUNG_HEAP,
  })
  return {
    async walk(task) {
      for await (const { result } of walkers.run([task])) {
        const [listing] = unwrap(result)
        if (listing) return listing
      }
      throw new Error('A walk task ended without an answer')
    },
    endWalk: () => walkers.close(),
    inspect: (locations) => inspectors.run(locations),
    async close() {
      await Promise.all([walkers.close(), inspectors.close()])
    },
  }
}
