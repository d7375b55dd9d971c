import type { EncodedBatch } from '../arrow/encoded.ts'
import type { CatalogFailure } from '../catalog/catalog.ts'
import type { IngestProblem } from './counts.ts'
import type { Listing, WalkTask } from './listing.ts'

/** Inspect these files and encode what was found. */
export interface InspectTask {
  readonly kind: 'inspect'
  readonly locations: readonly string[]
  readonly runId: string
  readonly foldCase: boolean
}

export interface InspectAnswer {
  /** Files that could be read, their vectors included. */
  readonly batch: EncodedBatch
  /** Files that could not be read, and files whose header breaks the format (those are in `batch` too). */
  readonly failures: readonly CatalogFailure[]
  /** Files of `batch` with pixels missing, and why. */
  readonly incomplete: readonly IngestProblem[]
  /** Bytes of all files of `batch`. */
  readonly bytes: number
}

export type IngestTask = WalkTask | InspectTask

/** The threads behind an ingest. */
export interface IngestWorkers {
  walk(task: WalkTask): Promise<Listing>
  /** Never rejects for one bad file. Rejects when the work as a whole cannot go on. */
  inspect(task: InspectTask): Promise<InspectAnswer>
  /** May be called twice. */
  close(): Promise<void>
}
