import type { EmbeddablePayload } from '../embeddings/index.ts'
import type { CheckDepth } from '../inspect/check-depth.ts'
import type { CatalogRecord, EncodedBatch, EncodedRows, ValidationResultRow } from '../tables/index.ts'
import type { ReadTable } from './content.ts'
import type { CatalogEmbeddings } from './embeddings.ts'
import type { Holder } from './holder.ts'
import type { RetentionCounts, RetentionPolicy } from './retention.ts'
import type { AfterFile, NewVectors, OutdatedFile } from './stored-vectors.ts'
import type { WholeFiles } from './whole-files.ts'

export type { CatalogRecord, RecordVectors } from '../tables/index.ts'
export type {
  EmbeddingSet,
  FileToEmbed,
  MissingEmbeddings,
  NewEmbedding,
  StoredEmbeddings,
} from './embeddings.ts'
export type { RetentionCounts, RetentionKind, RetentionPolicy } from './retention.ts'
export type { AfterFile, NewVectors, OutdatedFile } from './stored-vectors.ts'

import type { AppliedMigration, MigrateOptions } from './migrations/migration.ts'

export type { AppliedMigration, MigrateOptions, MigrationProgress } from './migrations/migration.ts'

/** A location that could not be read: one row of `ingest_errors`. */
export interface CatalogFailure {
  readonly path: string
  readonly code: string
  readonly message: string
  readonly byteOffset: number | null
  readonly seenAtUs: bigint
}

/**
 * What became of one record, in the order of the batch. `refreshed` is an update that also put the file's rows in the place of
 * those an older release wrote, or of those of other bytes under the same header.
 */
export type UpsertResult =
  | { readonly status: 'inserted' | 'updated' | 'refreshed'; readonly fileId: string; readonly path: string }
  | { readonly status: 'error'; readonly path: string; readonly code: string; readonly message: string }

/** A known file's last sighting: enough to skip it without opening. */
export interface KnownFile {
  readonly sizeBytes: bigint
  readonly mtimeUs: bigint | null
  readonly etag: string | null
  /** How far its chunks were looked at: of `none` a deeper look would say no more. */
  readonly checkDepth: CheckDepth | null
  /** Limits that kept part of it unread, such as `header-bytes=65536`; null for none. */
  readonly limitReached: string | null
}

/** Last sightings by normalized path. A few bytes a file beside its path, so that millions fit in memory. */
export interface KnownFiles {
  readonly size: number
  get(normalizedPath: string): KnownFile | undefined
  has(normalizedPath: string): boolean
  /** Every normalized path. */
  paths(): Iterable<string>
  /** Every normalized path that `get` was not asked for. */
  unasked(): Iterable<string>
}

/** One run of an ingest: one row of `ingest_runs`. Times are microseconds since the Unix epoch. */
export interface RunSummary {
  readonly runId: string
  readonly startedAtUs: bigint
  /** Null while it runs, and for one that did not come to its end. */
  readonly endedAtUs: bigint | null
  readonly source: string
  readonly found: number
  readonly inserted: number
  readonly updated: number
  readonly unchanged: number
  readonly failed: number
  readonly toolVersion: string
}

/** A file that is like another, and how much: of a sequence the most alike of its frames, unless each was asked for. */
export interface SimilarMatch {
  readonly fileId: string
  readonly path: string
  /** Path of its sequence with `#` for the digits of the frame; null without a frame. */
  readonly sequenceKey: string | null
  /** How many files it stands for: those of its sequence that were compared, or itself alone. */
  readonly fileCount: number
  /** Cosine of the two vectors, -1 to 1; larger is more alike. */
  readonly similarity: number
}

/** How many similar files are wanted, and among which. */
export interface SimilarOptions {
  /** How many matches, 1 to 10,000. */
  readonly k: number
  /** Every file is a match of its own. Default false: of a sequence the best frame is one. */
  readonly each?: boolean
  /** SQL condition over `files` and the first part's columns, such as `width >= 1920`. */
  readonly where?: string
  /**
   * Version of the recipe that made a given vector; default this release's. A stored file is compared with files whose
   * vectors have its own version: those of others do not compare.
   */
  readonly embeddingVersion?: number
  /** Compares the vectors of this provider, `name` or `name@version`; default those that are stored with every file. */
  readonly by?: string
  readonly signal?: AbortSignal
}

/** How a catalog searches for similar files. */
export interface SimilarPlan {
  /** `duckdb`: in the embedded database. For VAST DataBase `scan`, `trino` or `engine`. */
  readonly method: 'duckdb' | 'scan' | 'trino' | 'engine'
  /**
   * The query; for `scan` the one whose answer it computes. With placeholders for the vector in an embedded catalog, and where
   * none was given.
   */
  readonly sql: string
}

/** One column of a query's result. */
export interface QueryColumn {
  readonly name: string
  /** SQL type, such as `VARCHAR` or `FLOAT[384]`. */
  readonly type: string
}

/**
 * Rows of a read-only query. Integers of up to 32 bits and floating point are numbers, wider integers bigint,
 * decimals and intervals text, times ISO 8601 text (UTC, microseconds), blobs Uint8Array, lists arrays,
 * structs and maps objects.
 */
export interface QueryResult {
  readonly columns: readonly QueryColumn[]
  readonly rows: readonly (readonly unknown[])[]
}

/** The same, a few thousand rows at a time. Leaving the loop early ends the query. */
export interface QueryStream {
  readonly columns: readonly QueryColumn[]
  readonly batches: AsyncIterable<readonly (readonly unknown[])[]>
}

/** One row as an object, values as in `QueryResult`; of two columns of one name the second gets `_2` behind it. */
export type QueryRow = Readonly<Record<string, unknown>>

/** What `catalog info` shows. */
export interface CatalogInfo {
  readonly url: string
  /** Name and version of the engine, such as `DuckDB v1.5.6`. */
  readonly engine: string
  /** Version of the schema in the catalog, 0 for an empty one. */
  readonly version: number
  /** Version this release writes. */
  readonly latestVersion: number
  /** Bytes on disk, journal and large values included; null where it is not known. */
  readonly sizeBytes: number | null
  /** Rows by table, for the tables that exist. */
  readonly rows: Readonly<Record<string, number>>
}

/** One property of a consistent catalog and what breaks it. */
export interface CatalogCheck {
  readonly name: string
  /** Rows that break it; 0 is good. */
  readonly violations: number
  /** Up to five of them. */
  readonly examples: readonly string[]
}

/** Something that breaks nothing and limits what the checks could look at. */
export interface CatalogNote {
  readonly name: string
  /** Rows it is about; 0 where it is about none. */
  readonly rows: number
  /** Up to five of them. */
  readonly examples: readonly string[]
}

/** What checking a catalog found; `ok` when every check passed. */
export interface CatalogReport {
  readonly ok: boolean
  readonly checks: readonly CatalogCheck[]
  /** What could not be checked, and why. */
  readonly notes: readonly CatalogNote[]
}

/** What a removal is told with. */
export interface RemovalOptions {
  /** The object store's number of the event, hexadecimal; kept with the files where none of a later event is. */
  readonly sequencer?: string | undefined
  readonly signal?: AbortSignal
}

/** How far a group of consumers has stored a topic. */
export interface ConsumedTopic {
  readonly group: string
  readonly topic: string
  /** The broker's own name of the topic, another one once it was made again; null where it has none. */
  readonly topicId: string | null
  /** By partition the first message that is not stored. */
  readonly offsets: ReadonlyMap<number, bigint>
}

/** Storing what messages of a topic ask for. */
export interface CatalogConsumer {
  /**
   * Files, failures and how far the topic is stored by that, in one transaction of an embedded catalog. A VAST DataBase keeps no
   * offsets: files and failures stored again change nothing there, so the broker's own offsets do. Results as of `upsertEncoded`.
   */
  storeConsumed(
    batch: EncodedBatch,
    failures: readonly CatalogFailure[],
    topic: ConsumedTopic,
    runId: string,
  ): Promise<UpsertResult[]>
  /** By partition the first message that is not stored; empty where the catalog keeps none. */
  consumedOffsets(topic: Omit<ConsumedTopic, 'offsets'>): Promise<ReadonlyMap<number, bigint>>
}

/** Writing: what ingests and the function need. */
export interface CatalogWriter {
  /**
   * One transaction; rolled back whole on error, then split so that one bad record does not sink the others.
   * Throws when nothing more can be written: ERR_DISK_FULL, ERR_ABORTED, a closed or damaged catalog. Records of
   * parts already committed by then stay.
   */
  upsert(batch: readonly CatalogRecord[], runId: string, signal?: AbortSignal): Promise<UpsertResult[]>
  /** The same for records that another thread has encoded; results are in the order of the records encoded there. */
  upsertEncoded(batch: EncodedBatch, signal?: AbortSignal): Promise<UpsertResult[]>
  /** Record locations that could not be read; repeated sightings raise `attempts`. */
  recordFailures(failures: readonly CatalogFailure[], runId: string): Promise<void>
  /**
   * Marks the files at these locations as removed at that moment, or now if that moment has not come yet; their rows
   * stay. Told twice, it is marked once. Returns how many files are marked.
   */
  markRemoved(paths: readonly string[], removedAtUs: bigint, options?: RemovalOptions): Promise<number>
  /** The object store's number of the last event about each location that has one stored, by location as given. */
  lastSequencers(paths: readonly string[]): Promise<Map<string, string>>
  /**
   * Decides frame and sequence of the files of these folders (normalized, with the slash that ends them; null for all)
   * anew over the live names of each folder, in one transaction: an inspection knows the name of its own file alone.
   * Returns how many rows changed.
   */
  regroupFrames(folders: ReadonlySet<string> | null, signal?: AbortSignal): Promise<number>
  /**
   * The same, but folders may be left out in which it was decided since their files came and went: by the runs that these
   * came with or went in, and that came to their end. What a killed run, or none, left undecided is never left out.
   */
  settleFrames(folders: ReadonlySet<string>, signal?: AbortSignal): Promise<number>
  /** Write a run's summary, or write it again with newer counts. */
  recordRun(summary: RunSummary): Promise<void>
  /** Last sighting per normalized path that starts with a prefix, for skipping unchanged files; removed ones left out. */
  knownFiles(prefix: string): Promise<KnownFiles>
}

/** What a policy says of one stored file. */
export interface FileResults {
  readonly fileId: string
  readonly path: string
  readonly rows: readonly ValidationResultRow[]
}

/** Keeping what policies say of stored files. */
export interface CatalogResults {
  /** Puts the results of these files in the place of those they have, in one transaction. */
  replaceResults(files: readonly FileResults[], validatedAtUs: bigint, signal?: AbortSignal): Promise<void>
}

/** Searching by likeness. */
export interface CatalogSearch {
  /**
   * The files whose header vectors are most alike, best first, by exact cosine over all current files
   * that are not marked as removed: the best of each sequence, or `each`. `query` is a
   * vector, a `file_id`, or the path of a file in the catalog; that file itself is left out.
   */
  findSimilar(query: Float32Array | string, options: SimilarOptions): Promise<SimilarMatch[]>
  /** What `findSimilar` would run. Nothing is sent. Throws ERR_CATALOG_QUERY for a condition it would refuse. */
  explainSimilar(
    options: Pick<SimilarOptions, 'k' | 'where' | 'each' | 'by'>,
    query?: Float32Array | string,
  ): Promise<SimilarPlan>
}

/** Bringing vectors that another release made up to date. */
export interface CatalogVectors {
  /**
   * Files whose vectors are missing or not of this release's version, superseded and removed ones included, ordered by
   * path and then id: at most `limit`, behind the file `after`.
   */
  outdatedFiles(limit: number, after?: AfterFile): Promise<OutdatedFile[]>
  /** What vectors are made from, by file_id, of those files whose rows suffice. */
  embeddableFacts(files: readonly OutdatedFile[]): Promise<Map<string, EmbeddablePayload>>
  /** Puts vectors in the place of stored ones, in one transaction. */
  writeVectors(batch: readonly NewVectors[]): Promise<void>
}

/** Whose SQL a catalog takes. */
export interface CatalogDialect {
  /** `engine` is the one of a VAST cluster. */
  readonly kind: 'duckdb' | 'trino' | 'engine'
  /** How a table of the catalog is named. */
  readonly tableName: (table: string) => string
}

/** Asking in SQL. */
export interface CatalogSql {
  /** Throws ERR_FEATURE_UNAVAILABLE where nothing answers SQL. */
  readonly dialect: CatalogDialect
  /**
   * Runs one read-only statement; anything that writes, or touches files or the network, is refused with
   * ERR_CATALOG_QUERY. So are results of more than a million rows: use LIMIT or `sqlStream`.
   */
  sql(query: string, signal?: AbortSignal): Promise<QueryResult>
  /** The same without a limit. The catalog stays busy with the query until the stream is read or left. */
  sqlStream(query: string, signal?: AbortSignal): Promise<QueryStream>
  /** The rows as objects, as many as are taken. Throws when the first is asked for what `sqlStream` throws. */
  sqlRows(query: string, signal?: AbortSignal): AsyncGenerator<QueryRow, void, undefined>
  /**
   * The rows as an Arrow IPC stream, piece by piece, for `tableFromIPC`, pyarrow, Polars or a file. Numbers, booleans, texts, bytes,
   * times, lists and decimals keep their types; dates, intervals, structs and maps are text, the last two as JSON.
   */
  sqlArrow(query: string, signal?: AbortSignal): AsyncGenerator<Uint8Array, void, undefined>
}

/**
 * A database in memory that is filled from an embedded catalog and can be asked when the catalog is closed. Its statements are the
 * program's own: nobody else's text may come here. Methods throw ERR_CATALOG_QUERY or ERR_ABORTED.
 */
export interface SideDatabase {
  /** Makes a table of what the catalog, which must still be open, answers. */
  fill(table: string, query: string, signal?: AbortSignal): Promise<void>
  run(statements: string, signal?: AbortSignal): Promise<void>
  rows(query: string, signal?: AbortSignal): Promise<QueryRow[]>
  close(): void
}

/** Reading attribute values that are too large for a row. */
export interface CatalogValues {
  /**
   * The bytes of a value that its `value_json` names by SHA-256 (hex): a text in UTF-8 or JSON, in pieces of up to 128 KiB.
   * Throws ERR_CATALOG_VALUE when it is not there, and at its end when it is not what was stored; `attributeValue` reads
   * whole ones.
   */
  largeValue(sha256: string): AsyncIterable<Uint8Array>
}

/** What became of files that were taken over from another catalog. */
export interface Adopted {
  /** New here. */
  readonly inserted: number
  /** Known here, and something was added to them. */
  readonly updated: number
  /** Known here, with all that the other catalog says of them. */
  readonly unchanged: number
}

/** Where files come from that are taken over: their large values are read there. */
export type Origin = CatalogValues & { readonly url: string }

/** Taking rows out of a catalog as they are, and into another. */
export interface CatalogTransfer {
  /** Runs `work` on one state of the tables, whatever is written meanwhile. */
  readTables<T>(work: (read: ReadTable) => Promise<T>): Promise<T>
  /** Every file with all of its rows, in the order of their paths, of one state of the tables. */
  wholeFiles(signal?: AbortSignal): AsyncIterable<WholeFiles>
  /**
   * Takes files of another catalog over, in one transaction: what is known already is not doubled, and taken again nothing
   * changes. `origin` has the large values that their rows name. Throws ERR_CATALOG_CORRUPT for a file that is not what its digest says.
   */
  adopt(files: WholeFiles, origin: Origin, signal?: AbortSignal): Promise<Adopted>
  /** The same for runs and failures; `name` is the table's. */
  adoptLoose(name: 'ingest_runs' | 'ingest_errors', rows: EncodedRows): Promise<void>
}

/** A stored file, to be compared with what an inspection says of it. */
export interface SampledFile {
  readonly fileId: string
  readonly path: string
  readonly contentDigest: string
  /** Size, time and tag of its bytes when it was seen last, as `bytesKey` joins them. */
  readonly bytes: string
  /** How deep it was looked at; null where that is not known. */
  readonly checkDepth: string | null
  /** Limits that kept part of it unread; null for none. */
  readonly limitReached: string | null
}

/** An embedded catalog as its last commit left it, read while another process writes to it. */
export interface CatalogSnapshot {
  readonly takenAt: Date
  /** Who writes; null where the system does not say. */
  readonly writer: Holder | null
}

/** Keeping the catalog itself in order. */
export interface CatalogAdministration {
  /** Create what is missing and bring older tables up to date. Safe to call again. */
  ensureSchema(signal?: AbortSignal): Promise<void>
  /** Version of the schema that is there, 0 for none. Throws ERR_CATALOG_NEWER or ERR_CATALOG_SCHEMA for one this release cannot work with. */
  version(): Promise<number>
  /**
   * Forward or back to a version of the schema, the latest unless given, in one transaction. Returns the steps taken. Throws ERR_OPTION_INVALID for
   * a version that there is not, ERR_FEATURE_UNAVAILABLE for version 0 of a VAST DataBase, ERR_ABORTED.
   */
  migrate(target?: number, options?: MigrateOptions): Promise<AppliedMigration[]>
  info(): Promise<CatalogInfo>
  /**
   * Cleans what nothing happened to since a moment, in one transaction: superseded headers, removed files, sightings between a file's first
   * and last, runs and failures. Live files stay, whenever they were seen. Cancelled, it leaves everything as it was.
   */
  retain(policy: RetentionPolicy): Promise<RetentionCounts>
  /** Checks that the tables agree with each other and with what was stored. Reads everything; changes nothing. */
  verify(signal?: AbortSignal): Promise<CatalogReport>
  /**
   * At most `count` live files, picked by a hash over the seed and their id, in the order of their paths: the same seed picks the same
   * files of the same catalog. Rows of releases that kept no digest are left out.
   */
  sample(count: number, seed: string): Promise<SampledFile[]>
}

/**
 * What both catalogs (embedded DuckDB, VAST DataBase) implement; whoever needs a side of it asks for that side. Every
 * method throws ExrError with an ERR_CATALOG_* code; `upsert` never throws for a single bad record but reports it in
 * its result.
 */
export interface Catalog
  extends CatalogWriter,
    CatalogConsumer,
    CatalogSearch,
    CatalogVectors,
    CatalogEmbeddings,
    CatalogResults,
    CatalogSql,
    CatalogValues,
    CatalogTransfer,
    CatalogAdministration {
  readonly url: string
  /** Opens a database beside an embedded catalog, within `memoryBytes`; null where the engine is elsewhere and has memory of its own. */
  readonly openSide: ((memoryBytes: number) => Promise<SideDatabase>) | null
  /** Set where an embedded catalog was opened for reading while another process writes: what is committed later is not in it. */
  readonly snapshot: CatalogSnapshot | null
  /** May be called twice. */
  close(): Promise<void>
}
