/**
 * What a retention may clean: `superseded` headers, files that were `removed` with all that was known of them, `sightings` between a
 * file's first and last, `runs` of ingest, `failures` that nobody met again.
 */
export const RETENTION_KINDS = ['superseded', 'removed', 'sightings', 'runs', 'failures'] as const

/** One kind of rows that a retention may clean. */
export type RetentionKind = (typeof RETENTION_KINDS)[number]

/** What is cleaned, and how. */
export interface RetentionPolicy {
  /** Rows are cleaned that nothing happened to since: microseconds since the Unix epoch. */
  readonly beforeUs: bigint
  /** Default: all kinds. */
  readonly kinds?: readonly RetentionKind[]
  /** Count only. */
  readonly dryRun?: boolean
  readonly signal?: AbortSignal
}

/** How many files (`superseded`, `removed`) or rows of each kind are cleaned, or would be. */
export type RetentionCounts = Readonly<Record<RetentionKind, number>> & {
  /** Rows of all tables, those of cleaned files included. */
  readonly rows: number
  /** Large values that no row names any more. */
  readonly values: number
}
