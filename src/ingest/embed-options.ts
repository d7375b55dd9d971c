import type { EmbeddingProvider } from '../embeddings/index.ts'
import type { S3Settings } from '../source/s3-settings.ts'
import type { FileProblem } from '../tasks/ingest-task.ts'

/** What `embed` is told. */
export interface EmbedOptions {
  /** Who makes the vectors. Default those that are stored with every file. */
  readonly provider?: EmbeddingProvider
  /** Read files again whose rows do not suffice. Default true. */
  readonly reread?: boolean
  /** Threads that read files again, or processes that look at pixels. Default one a core. */
  readonly jobs?: number
  /** How to reach the object store of `s3://` locations. */
  readonly s3?: S3Settings
  /** Finish the batch at hand, and end: no error. */
  readonly stop?: AbortSignal
  /** Called after every batch, and now and then within one. */
  readonly onProgress?: (counts: EmbedCounts) => void
}

/** How far a run has come, in files. */
export interface EmbedCounts {
  /** Looked at so far: all that were outdated or had no vector, when the run has ended. */
  readonly outdated: number
  /** New vectors made from the catalog's rows. */
  readonly fromRows: number
  /** New vectors made from files that were read again. */
  readonly fromFiles: number
  /** Left as they are, or without a vector: their problems say why. */
  readonly left: number
}

/** What became of a run. */
export interface EmbedSummary {
  readonly counts: EmbedCounts
  /** Files that keep their old vectors or have none, and why: the first thousand. */
  readonly problems: readonly EmbedProblem[]
  /** The run was asked to stop before its end. */
  readonly stopped: boolean
}

/** A file that got no new vector, and why. */
export type EmbedProblem = Omit<FileProblem, 'state'>
