import { createRequire } from 'node:module'
import { unwrap } from '../errors.ts'
import { type BatchOutcome, openPool } from '../workers/index.ts'
import type { Listing, WalkTask } from './listing.ts'
import type { InspectAnswer, InspectSettings } from './tasks.ts'
import type { Lister } from './walk.ts'

/** The threads behind a run. */
export interface IngestWorkers {
  readonly walk: Lister
  /** Ends the threads that walk; may be called twice. */
  endWalk(): Promise<void>
  /** Answers as they are ready; a file that takes its thread down is an outcome of its own. */
  inspect(locations: AsyncIterable<string>): AsyncIterable<BatchOutcome<string, InspectAnswer>>
  /** May be called twice. */
  close(): Promise<void>
}

/** Files of one task and of one transaction: a transaction's fixed cost is noise, and Ctrl-C is answered soon. */
const FILES_PER_TASK = 256

/** MiB. V8 would let each thread's young objects grow to 48, which costs memory and gains no time. */
const YOUNG_HEAP = { maxYoungGenerationSizeMb: 16 }

/** Starts no thread before there is work for it. `jobs` is how many may inspect at a time. */
export function openIngestWorkers(settings: InspectSettings, jobs: number): IngestWorkers {
  const require = createRequire(import.meta.url)
  const walkers = openPool<WalkTask, Listing[]>({
    worker: require.resolve('#walk-worker'),
    maxWorkers: Math.max(2, jobs),
    batchSize: 1,
    nameOf: (task) => task.directory,
  })
  const inspectors = openPool<string, InspectAnswer>({
    worker: require.resolve('#ingest-worker'),
    workerData: settings,
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
