import type { InspectOptions } from '../inspect/options.ts'
import type { Verdict } from '../inspect/verdict.ts'
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
  /** What headers that a worker holds at a time may need; a file with a larger one is heavy. */
  readonly grantBytes?: number
  /** What a child process may take; see `limitChildMemory`. */
  readonly memoryBytes?: number
}

/** A file to inspect; a heavy one by itself, with what its header may need, null for whatever the limits allow. */
export type IngestTask = string | { readonly location: string; readonly grantBytes: number | null }

/** A file that was left unread, since its header needs more than was granted: so many bytes at least, or infinitely many. */
export interface HeavyFile {
  readonly location: string
  readonly neededBytes: number
}

/** What became of a batch of files. */
export interface IngestAnswer {
  /** Files that could be read, their vectors included. */
  readonly batch: EncodedBatch
  /** Files that could not be read, and files whose header breaks the format (those are in `batch` too). */
  readonly failures: readonly FileFailure[]
  /** Files of `batch` with pixels missing, or of which that cannot be told, and why. */
  readonly incomplete: readonly FileProblem[]
  /** Size of all files of `batch` together. */
  readonly bytes: number
  /** Files that are to be asked for again, by themselves. */
  readonly heavy: readonly HeavyFile[]
}

/** A verdict's word for a file that is not whole; or that nothing of it could be read, or not be stored. */
export type ProblemState = Exclude<Verdict['state'], 'whole'> | 'unreadable' | 'not stored'

/** Something a person should look at: a location, a stable code and the reason in words. */
export interface FileProblem {
  readonly path: string
  readonly state: ProblemState
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
