import type { InspectOptions } from '../inspect/options.ts'
import type { S3Settings } from '../source/s3-settings.ts'
import type { EncodedBatch } from '../tables/index.ts'

/** What every inspection of a run has in common. */
export interface IngestTaskSettings {
  /** Written into `inspections`. */
  readonly runId: string
  readonly foldCase: boolean
  /** How far files are looked at, and what their headers may claim. */
  readonly inspect?: Pick<
    InspectOptions,
    'check' | 'limits' | 'firstReadBytes' | 'validate' | 'policyPath' | 'stats' | 'deepStats' | 'hash' | 'sample'
  >
  /** How to reach the object store of `s3://` locations. */
  readonly s3: S3Settings
  /** What a child process may take; see `limitChildMemory`. */
  readonly memoryBytes?: number
}

/** What became of a batch of files. */
export interface IngestAnswer {
  /** Files that could be read, their vectors included. */
  readonly batch: EncodedBatch
  /** Files that could not be read, and files whose header breaks the format (those are in `batch` too). */
  readonly failures: readonly FileFailure[]
  /** Files of `batch` with pixels missing, and why. */
  readonly incomplete: readonly FileProblem[]
  /** Size of all files of `batch` together. */
  readonly bytes: number
}

/** Something a person should look at: a location, a stable code and the reason in words. */
export interface FileProblem {
  readonly path: string
  readonly code: string
  readonly message: string
}

/** A location that could not be read. */
export interface FileFailure extends FileProblem {
  /** Where in the file; null when it cannot be said. */
  readonly byteOffset: number | null
  /** Microseconds since the Unix epoch. */
  readonly seenAtUs: bigint
}
