import type { EncodedBatch } from '../arrow/encoded.ts'
import type { CatalogFailure } from '../catalog/catalog.ts'
import type { S3Settings } from '../source/s3-client.ts'
import type { IngestProblem } from './counts.ts'

/** What every inspection of a run has in common. */
export interface InspectSettings {
  /** Written into `inspections`. */
  readonly runId: string
  readonly foldCase: boolean
  /** How to reach the object store of `s3://` locations. */
  readonly s3: S3Settings
}

/** What became of a batch of files. */
export interface InspectAnswer {
  /** Files that could be read, their vectors included. */
  readonly batch: EncodedBatch
  /** Files that could not be read, and files whose header breaks the format (those are in `batch` too). */
  readonly failures: readonly CatalogFailure[]
  /** Files of `batch` with pixels missing, and why. */
  readonly incomplete: readonly IngestProblem[]
  /** Size of all files of `batch` together. */
  readonly bytes: number
}
