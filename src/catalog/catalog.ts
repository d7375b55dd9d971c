import type { Payload } from '../inspect/payload.ts'

/** One inspected file on its way into a catalog. */
export interface CatalogRecord {
  readonly payload: Payload
  /** When it was inspected, microseconds since the Unix epoch. */
  readonly inspectedAtUs: bigint
  /** Wall time of the inspection. */
  readonly durationUs: number
}

/** A location that could not be read: one row of `ingest_errors`. */
export interface CatalogFailure {
  readonly path: string
  readonly code: string
  readonly message: string
  readonly byteOffset: number | null
  readonly seenAtUs: bigint
}

/** What became of one record, in the order of the batch. */
export type UpsertResult =
  | { readonly status: 'inserted' | 'updated'; readonly fileId: string; readonly path: string }
  | { readonly status: 'error'; readonly path: string; readonly code: string; readonly message: string }

/** A known file's last sighting: enough to skip it without opening. */
export interface KnownFile {
  readonly sizeBytes: bigint
  readonly mtimeUs: bigint | null
  readonly etag: string | null
}

export interface RunSummary {
  readonly runId: string
  readonly startedAtUs: bigint
  readonly endedAtUs: bigint
  readonly source: string
  readonly found: number
  readonly inserted: number
  readonly updated: number
  readonly unchanged: number
  readonly failed: number
  readonly toolVersion: string
}

export interface SimilarMatch {
  readonly fileId: string
  readonly path: string
  /** Cosine of the two vectors, -1 to 1; larger is more alike. */
  readonly similarity: number
}

export interface SimilarOptions {
  /** How many matches. */
  readonly k: number
  /** SQL condition over `files` and the first part's columns, such as `width >= 1920`. */
  readonly where?: string
  readonly signal?: AbortSignal
}

/** Rows of a read-only query: column names with SQL types, and values as plain JavaScript. */
export interface QueryResult {
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly rows: readonly (readonly unknown[])[]
}

/**
 * The one interface both catalogs (embedded DuckDB, VAST DataBase) implement. Every method throws ExrError
 * with an ERR_CATALOG_* code; `upsert` never throws for a single bad record but reports it in its result.
 */
export interface Catalog {
  readonly url: string
  /** Create what is missing and bring older tables up to date. Safe to call again. */
  ensureSchema(signal?: AbortSignal): Promise<void>
  /** One transaction; rolled back whole on error, then split so that one bad record does not sink the others. */
  upsert(batch: readonly CatalogRecord[], runId: string, signal?: AbortSignal): Promise<UpsertResult[]>
  /** Record locations that could not be read; repeated sightings raise `attempts`. */
  recordFailures(failures: readonly CatalogFailure[], runId: string): Promise<void>
  recordRun(summary: RunSummary): Promise<void>
  /** Last sighting per normalized path under a prefix, for skipping unchanged files. */
  knownFiles(prefix: string): Promise<Map<string, KnownFile>>
  findSimilar(query: Float32Array | string, options: SimilarOptions): Promise<SimilarMatch[]>
  /** Runs one read-only statement; anything that writes is refused with ERR_CATALOG_QUERY. */
  sql(query: string, signal?: AbortSignal): Promise<QueryResult>
  /** May be called twice. */
  close(): Promise<void>
}
