import type { DuckDBConnection } from '@duckdb/node-api'
import type { EmbeddablePayload } from '../embeddings/index.ts'
import { type ErrorCode, ExrError, toPlainError } from '../errors.ts'
import { normalizePath } from '../inspect/identity.ts'
import { type EncodedBatch, type EncodedRows, encodeRecords, notInFuture } from '../tables/index.ts'
import { abortError, throwIfAborted } from './abort.ts'
import type {
  Adopted,
  AfterFile,
  AppliedMigration,
  Catalog,
  CatalogDialect,
  CatalogFailure,
  CatalogInfo,
  CatalogRecord,
  CatalogReport,
  CatalogSnapshot,
  ConsumedTopic,
  EmbeddingSet,
  FileResults,
  FileToEmbed,
  KnownFiles,
  MigrateOptions,
  MissingEmbeddings,
  NewEmbedding,
  NewVectors,
  Origin,
  OutdatedFile,
  QueryResult,
  QueryStream,
  RemovalOptions,
  RetentionCounts,
  RetentionPolicy,
  RunSummary,
  SampledFile,
  SideDatabase,
  SimilarMatch,
  SimilarOptions,
  SimilarPlan,
  StoredEmbeddings,
  UpsertResult,
} from './catalog.ts'
import { checkCondition } from './condition.ts'
import type { ReadTable } from './content.ts'
import { adoptFiles } from './duckdb/adopt.ts'
import { adoptLoose } from './duckdb/adopt-loose.ts'
import { readConsumed, writeConsumed } from './duckdb/consumed.ts'
import {
  dropEmbeddings,
  findSimilarBy,
  readEmbeddingSets,
  readFilesToEmbed,
  similarBySql,
  writeEmbeddings,
} from './duckdb/embeddings.ts'
import { isFatal, isOutOfMemory, queryError, writeError } from './duckdb/errors.ts'
import { regroupFrames, settleFrames } from './duckdb/frames.ts'
import { readInfo } from './duckdb/info.ts'
import { readKnownFiles } from './duckdb/known-files.ts'
import { largeValue } from './duckdb/large-values.ts'
import { Ledger } from './duckdb/ledger.ts'
import { migrateTo, readVersion } from './duckdb/migrate.ts'
import { readStream } from './duckdb/query.ts'
import { tableReader } from './duckdb/read-table.ts'
import { writeRemovals } from './duckdb/removals.ts'
import { retain } from './duckdb/retention.ts'
import { addFailures, writeFailures, writeRun } from './duckdb/runs.ts'
import { readSequencers } from './duckdb/sequencers.ts'
import { DATABASE, type Session } from './duckdb/session.ts'
import { openSide } from './duckdb/side.ts'
import { findSimilar, similarSql } from './duckdb/similar.ts'
import { inTransaction } from './duckdb/transaction.ts'
import { Upserter } from './duckdb/upsert.ts'
import { replaceResults } from './duckdb/validation.ts'
import { ValueFile } from './duckdb/value-file.ts'
import { VectorIndex } from './duckdb/vector-index.ts'
import { readFactRows, readOutdated, writeVectors } from './duckdb/vectors.ts'
import { verifyCatalog } from './duckdb/verify.ts'
import { checkViews, foreignView } from './duckdb/views.ts'
import { readWholeFiles } from './duckdb/whole-files.ts'
import { isStoredWithFiles } from './embeddings.ts'
import { checkSha256 } from './large-values.ts'
import { CATALOG_VERSION } from './migrations/index.ts'
import { arrowStream, readAll, rowObjects } from './results.ts'
import { sampleFiles } from './sample.ts'
import { byLocation } from './sequencer.ts'
import { storedFacts } from './stored-vectors.ts'
import { FILE_TABLES, type WholeFiles } from './whole-files.ts'
import { writeEncoded } from './write-batch.ts'
import { WriteQueue } from './write-queue.ts'

interface DuckDbCatalogOptions {
  readonly readOnly: boolean
  /** Written into `schema_migrations`. */
  readonly toolVersion: string
  /** Fold the case of paths, for shares that ignore it. */
  readonly foldCase: boolean
}

/** The one connection that writes, and what writes through it. */
interface Writer {
  readonly connection: DuckDBConnection
  readonly upserter: Upserter
  readonly ledger: Ledger
}

/** Errors after which writing the rest of a batch is hopeless or unwanted. */
const FINAL_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'ERR_ABORTED',
  'ERR_DISK_FULL',
  'ERR_CATALOG_CORRUPT',
  'ERR_CATALOG_SCHEMA',
  'ERR_CATALOG_COLUMNS',
])

/** How often one write may have the file opened again. */
const MOST_REOPENINGS = 4

/** The embedded catalog: one DuckDB file. Writes run one after the other; reads run beside them. */
export class DuckDbCatalog implements Catalog {
  readonly url: string
  readonly dialect: CatalogDialect = { kind: 'duckdb', tableName: (table) => table }
  #session: Session
  readonly #reopen: () => Promise<Session>
  readonly #options: DuckDbCatalogOptions
  readonly #values: ValueFile
  readonly #index: VectorIndex
  #writer: Promise<Writer> | null = null
  readonly #queue = new WriteQueue()
  #state: 'open' | 'broken' | 'closed' = 'open'
  #closing: Promise<void> | null = null

  /** Takes the session over and closes it; `reopen` gives another one after DuckDB has given this one up. */
  constructor(session: Session, reopen: () => Promise<Session>, options: DuckDbCatalogOptions) {
    this.#session = session
    this.#reopen = reopen
    this.#options = options
    this.#values = new ValueFile(session.path)
    this.#index = new VectorIndex(session.path)
    this.url = `duckdb:${session.path}`
  }

  readonly openSide = (memoryBytes: number): Promise<SideDatabase> => openSide(() => this.#open(), memoryBytes)

  get snapshot(): CatalogSnapshot | null {
    return this.#session.snapshot
  }

  /** Version of the schema on disk. Throws ERR_CATALOG_NEWER or ERR_CATALOG_SCHEMA for one it cannot work with. */
  async version(): Promise<number> {
    const connection = await this.#reader()
    try {
      const version = await readVersion(connection, this.#session.path)
      // Whoever may write has them put back.
      if (this.#options.readOnly) await checkViews(connection, this.#session.path, version)
      return version
    } finally {
      connection.closeSync()
    }
  }

  async ensureSchema(signal?: AbortSignal): Promise<void> {
    throwIfAborted(signal)
    const version = await this.version()
    const isDone = version === CATALOG_VERSION && (await this.#read((reader) => foreignView(reader, version))) === null
    if (!isDone) await this.migrate(CATALOG_VERSION, { signal })
  }

  migrate(target: number = CATALOG_VERSION, options: MigrateOptions = {}): Promise<AppliedMigration[]> {
    return this.#write(async (connection, upserter, ledger) => {
      upserter.forgetLayout()
      const steps = await migrateTo(connection, this.#session.path, target, {
        ...options,
        toolVersion: this.#options.toolVersion,
      })
      if (steps.length > 0) {
        ledger.forget()
        // In the file and not in the journal alone: who takes the journal away takes rows, which are missed, and not the tables.
        await connection.run(`CHECKPOINT ${DATABASE}`).catch(() => undefined)
      }
      return steps
    })
  }

  async upsert(batch: readonly CatalogRecord[], runId: string, signal?: AbortSignal): Promise<UpsertResult[]> {
    if (batch.length === 0) return []
    return this.upsertEncoded(encodeRecords(batch, { runId, foldCase: this.#options.foldCase }), signal)
  }

  async upsertEncoded(batch: EncodedBatch, signal?: AbortSignal): Promise<UpsertResult[]> {
    throwIfAborted(signal)
    return this.#write(() =>
      writeEncoded(batch, {
        write: (part) => this.#writeWhole(part, signal),
        isFinal: (error) => FINAL_CODES.has(toPlainError(error, 'ERR_CATALOG_WRITE').code),
      }),
    )
  }

  async storeConsumed(
    batch: EncodedBatch,
    failures: readonly CatalogFailure[],
    topic: ConsumedTopic,
    runId: string,
  ): Promise<UpsertResult[]> {
    return this.#write(async (connection) => {
      let isStored = false
      const rest = async (through: DuckDBConnection) => {
        await addFailures(through, failures, runId)
        await writeConsumed(through, topic)
      }
      const results = await writeEncoded(batch, {
        write: async (part) => {
          // Of a batch with a record that cannot be stored the halves go first, and how far the topic is stored last.
          const isWhole = part.fileCount === batch.fileCount
          const written = await this.#writeWhole(part, undefined, { ...(isWhole && { inside: rest }) })
          isStored ||= isWhole
          return written
        },
        isFinal: (error) => FINAL_CODES.has(toPlainError(error, 'ERR_CATALOG_WRITE').code),
      })
      if (!isStored) await inTransaction(connection, () => rest(connection))
      return results
    })
  }

  async consumedOffsets(topic: Omit<ConsumedTopic, 'offsets'>): Promise<ReadonlyMap<number, bigint>> {
    return this.#read((connection) => readConsumed(connection, topic))
  }

  async recordFailures(failures: readonly CatalogFailure[], runId: string): Promise<void> {
    if (failures.length > 0) await this.#write((connection) => writeFailures(connection, failures, runId))
  }

  async markRemoved(
    paths: readonly string[],
    removedAtUs: bigint,
    { signal, sequencer }: RemovalOptions = {},
  ): Promise<number> {
    throwIfAborted(signal)
    const normalized = paths.map((path) => normalizePath(path, this.#options))
    return this.#write((connection, _upserter, ledger) =>
      writeRemovals(connection, ledger, normalized, notInFuture(removedAtUs), sequencer),
    )
  }

  async lastSequencers(paths: readonly string[]): Promise<Map<string, string>> {
    return this.#read((connection) =>
      byLocation(paths, this.#options, (normalized) => readSequencers(connection, normalized)),
    )
  }

  async regroupFrames(folders: ReadonlySet<string> | null, signal?: AbortSignal): Promise<number> {
    throwIfAborted(signal)
    return this.#write((connection) => inTransaction(connection, () => regroupFrames(connection, folders, signal)))
  }

  async settleFrames(folders: ReadonlySet<string>, signal?: AbortSignal): Promise<number> {
    throwIfAborted(signal)
    return this.#write((connection) => settleFrames(connection, folders, signal))
  }

  recordRun(summary: RunSummary): Promise<void> {
    return this.#write((connection) => writeRun(connection, summary))
  }

  async knownFiles(prefix: string): Promise<KnownFiles> {
    return readKnownFiles(this.#open(), prefix)
  }

  async findSimilar(query: Float32Array | string, options: SimilarOptions): Promise<SimilarMatch[]> {
    const { by } = options
    if (!isStoredWithFiles(by)) return findSimilarBy(this.#open(), query, { ...options, by })
    return findSimilar(this.#open(), this.#index, query, options)
  }

  async explainSimilar({ where, each, by }: Pick<SimilarOptions, 'k' | 'where' | 'each' | 'by'>): Promise<SimilarPlan> {
    if (where !== undefined) await checkCondition(where)
    return { method: 'duckdb', sql: isStoredWithFiles(by) ? similarSql(where, each) : similarBySql(where, each) }
  }

  async outdatedFiles(limit: number, after: AfterFile | null = null): Promise<OutdatedFile[]> {
    return this.#read((connection) => readOutdated(connection, limit, after))
  }

  async embeddableFacts(files: readonly OutdatedFile[]): Promise<Map<string, EmbeddablePayload>> {
    if (files.length === 0) return new Map()
    return this.#read(async (connection) => storedFacts(await readFactRows(connection, files)))
  }

  async writeVectors(batch: readonly NewVectors[]): Promise<void> {
    if (batch.length > 0)
      await this.#write((connection, { once }, ledger) => writeVectors(connection, ledger, once, batch))
  }

  async filesToEmbed(
    set: MissingEmbeddings,
    limit: number,
    after: Pick<FileToEmbed, 'path' | 'fileId'> | null = null,
  ): Promise<FileToEmbed[]> {
    return this.#read((connection) => readFilesToEmbed(connection, set, limit, after))
  }

  async writeEmbeddings(set: EmbeddingSet, batch: readonly NewEmbedding[]): Promise<void> {
    if (batch.length > 0) await this.#write((connection) => writeEmbeddings(connection, set, batch))
  }

  async embeddingSets(): Promise<StoredEmbeddings[]> {
    return this.#read(readEmbeddingSets)
  }

  async dropEmbeddings(set: EmbeddingSet): Promise<number> {
    return this.#write((connection) => dropEmbeddings(connection, set))
  }

  async replaceResults(files: readonly FileResults[], validatedAtUs: bigint, signal?: AbortSignal): Promise<void> {
    throwIfAborted(signal)
    if (files.length === 0) return
    await this.#write((connection, _, ledger) => replaceResults(connection, ledger, files, validatedAtUs, signal))
  }

  async sql(query: string, signal?: AbortSignal): Promise<QueryResult> {
    return readAll(await this.sqlStream(query, signal))
  }

  async sqlStream(query: string, signal?: AbortSignal): Promise<QueryStream> {
    return readStream(this.#open(), query, signal)
  }

  sqlRows(query: string, signal?: AbortSignal) {
    return rowObjects(() => this.sqlStream(query, signal))
  }

  sqlArrow(query: string, signal?: AbortSignal) {
    return arrowStream(() => this.sqlStream(query, signal))
  }

  largeValue(sha256: string): AsyncIterable<Uint8Array> {
    return largeValue(this.#open(), checkSha256(sha256))
  }

  /** The connection has begun its transaction when nothing else is being written. */
  async readTables<T>(work: (read: ReadTable) => Promise<T>): Promise<T> {
    const [connection] = await this.#frozen(1)
    try {
      return await work(await tableReader(connection!))
    } catch (error) {
      throw queryError(error, this.#session.path)
    } finally {
      connection!.closeSync()
    }
  }

  async *wholeFiles(signal?: AbortSignal): AsyncGenerator<WholeFiles> {
    const connections = await this.#frozen(FILE_TABLES.length)
    try {
      yield* readWholeFiles(connections, signal)
    } catch (error) {
      throw queryError(error, this.#session.path)
    } finally {
      for (const connection of connections) connection.closeSync()
    }
  }

  async adopt(files: WholeFiles, origin: Origin, signal?: AbortSignal): Promise<Adopted> {
    throwIfAborted(signal)
    return this.#write((connection, upserter, ledger) => {
      upserter.forgetPaths()
      return adoptFiles(connection, { ledger, values: this.#values, once: upserter.once }, files, origin, signal)
    })
  }

  async adoptLoose(name: 'ingest_runs' | 'ingest_errors', rows: EncodedRows): Promise<void> {
    if (rows.rowCount > 0) await this.#write((connection) => adoptLoose(connection, name, rows))
  }

  async info(): Promise<CatalogInfo> {
    return readInfo(this.#open(), this.url)
  }

  async retain(policy: RetentionPolicy): Promise<RetentionCounts> {
    throwIfAborted(policy.signal)
    return this.#write((connection, upserter, ledger) => {
      upserter.once.forget()
      return retain(connection, ledger, policy)
    })
  }

  async verify(signal?: AbortSignal): Promise<CatalogReport> {
    return verifyCatalog(this.#open(), signal)
  }

  async sample(count: number, seed: string): Promise<SampledFile[]> {
    return this.#read(async (connection) => sampleFiles(await tableReader(connection), count, seed))
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await this.#queue.idle()
    const writer = await this.#writer?.catch(() => null)
    if (writer && this.#state === 'open') {
      // Committed rows are safe in the journal; a checkpoint that fails is made up for at the next open.
      await writer.connection.run(`CHECKPOINT ${DATABASE}`).then(
        () => writer.ledger.settled(),
        () => undefined,
      )
    }
    this.#state = 'closed'
    writer?.connection.closeSync()
    await this.#values.close()
    await this.#index.close()
    await this.#session.close()
  }

  /**
   * One transaction. A database that has no memory left, or that DuckDB has given up because of it in the middle of a
   * commit, is opened again first: what it holds of earlier rows is then in the file.
   */
  async #writeWhole(
    batch: EncodedBatch,
    signal?: AbortSignal,
    { isFresh = false, inside }: { isFresh?: boolean; inside?: (connection: DuckDBConnection) => Promise<void> } = {},
  ): Promise<UpsertResult[]> {
    try {
      const { connection, upserter } = await this.#ready()
      return await upserter.write(batch, signal, inside && (() => inside(connection)))
    } catch (cause) {
      if (!signal?.aborted && (isFatal(cause) || isOutOfMemory(cause))) {
        await this.#openAgain()
        const { upserter } = await this.#ready()
        const committed = await upserter.committed(batch)
        if (committed) return committed
        if (!isFresh) return this.#writeWhole(batch, signal, { isFresh: true, ...(inside && { inside }) })
      }
      throw signal?.aborted ? abortError(cause) : writeError(cause, this.#session.path)
    }
  }

  /** Opens the file again: DuckDB forgets what it held in memory, and answers again when it had given up. */
  async #openAgain(): Promise<void> {
    const writer = await this.#writer?.catch(() => null)
    writer?.connection.closeSync()
    this.#writer = null
    this.#state = 'broken'
    await this.#session.close()
    this.#session = await this.#reopen()
    this.#state = 'open'
  }

  /** Runs `work` on the one connection that writes, after everything asked for before. */
  #write<T>(work: (connection: DuckDBConnection, upserter: Upserter, ledger: Ledger) => Promise<T>): Promise<T> {
    return this.#queue.add(async () => {
      this.#open()
      if (this.#options.readOnly) {
        throw new ExrError('ERR_CATALOG_WRITE', `Catalog ${this.#session.path} was opened for reading only.`)
      }
      for (let left = MOST_REOPENINGS; ; left--) {
        const changed = this.#session.changes.begin()
        try {
          const { connection, upserter, ledger } = await this.#ready()
          return await work(connection, upserter, ledger)
        } catch (cause) {
          const mayHelp = isFatal(cause) || isOutOfMemory(cause)
          if (mayHelp && left > 0) await this.#openAgain()
          else {
            if (isFatal(cause)) this.#state = 'broken'
            throw writeError(cause, this.#session.path)
          }
        } finally {
          changed()
        }
      }
    })
  }

  #ready() {
    this.#writer ??= this.#connectWriter()
    return this.#writer
  }

  async #connectWriter(): Promise<Writer> {
    const connection = await this.#session.connect()
    const ledger = new Ledger(connection, this.#session.path)
    const upserter = await Upserter.create(connection, this.#session.path, this.#values, ledger)
    return { connection, ledger, upserter }
  }

  async #read<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const session = this.#open()
    const connection = await session.connect()
    try {
      return await work(connection)
    } catch (error) {
      throw queryError(error, session.path)
    } finally {
      connection.closeSync()
    }
  }

  /** Connections that see one state of the tables: none of this catalog's writes falls between their beginnings. */
  #frozen(count: number): Promise<DuckDBConnection[]> {
    return this.#queue.add(async () => {
      const session = this.#open()
      const connections = await Promise.all(Array.from({ length: count }, () => session.connect()))
      for (const connection of connections) {
        await connection.run('BEGIN TRANSACTION READ ONLY')
        // A transaction of DuckDB sees what was committed when it first reads.
        await connection.run('SELECT 1 FROM files LIMIT 0')
      }
      return connections
    })
  }

  async #reader(): Promise<DuckDBConnection> {
    return this.#open().connect()
  }

  #open(): Session {
    if (this.#state === 'open') return this.#session
    const why =
      this.#state === 'closed' ? 'it is closed' : 'an earlier write failed for good; close it and open it again'
    throw new ExrError('ERR_CATALOG_OPEN', `Cannot use catalog ${this.#session.path}: ${why}.`)
  }
}
