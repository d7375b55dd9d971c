import type { EmbeddablePayload } from '../embeddings/index.ts'
import { ExrError } from '../errors.ts'
import { normalizePath } from '../inspect/identity.ts'
import { type EncodedBatch, type EncodedRows, encodeRecords, notInFuture } from '../tables/index.ts'
import { connect } from '../vastdb/index.ts'
import { throwIfAborted } from './abort.ts'
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
  SimilarMatch,
  SimilarOptions,
  SimilarPlan,
  StoredEmbeddings,
  UpsertResult,
} from './catalog.ts'
import { checkPortableCondition } from './condition.ts'
import type { ReadTable } from './content.ts'
import { chooseEmbeddings, isStoredWithFiles } from './embeddings.ts'
import { checkSha256 } from './large-values.ts'
import { CATALOG_VERSION } from './migrations/index.ts'
import { arrowStream, readAll, rowObjects } from './results.ts'
import { sampleFiles } from './sample.ts'
import { byLocation } from './sequencer.ts'
import { storedFacts } from './stored-vectors.ts'
import type { CatalogAddress } from './vast/address.ts'
import { adoptFiles, adoptLoose } from './vast/adopt.ts'
import { pushCondition } from './vast/condition.ts'
import type { VastConnection } from './vast/connection.ts'
import {
  dropEmbeddings,
  readEmbeddingSets,
  readFilesToEmbed,
  scanSet,
  targetOfSet,
  writeEmbeddings,
} from './vast/embeddings.ts'
import { asColumnsError, inCatalog, refusesRows } from './vast/errors.ts'
import { regroupFrames } from './vast/frames.ts'
import { readInfo } from './vast/info.ts'
import { readKnownFiles } from './vast/known-files.ts'
import { largeValue } from './vast/large-values.ts'
import { tableReader } from './vast/read-table.ts'
import { writeRemovals } from './vast/removals.ts'
import { retain } from './vast/retention.ts'
import { writeFailures, writeRun } from './vast/runs.ts'
import { scanSimilar } from './vast/scan.ts'
import { checkLayout, ensureSchema, readSchema, revertSchema } from './vast/schema.ts'
import { readSequencers } from './vast/sequencers.ts'
import { similarTarget } from './vast/similar.ts'
import { similarSql } from './vast/similar-sql.ts'
import { searchDoor, similarThrough, sqlDoor } from './vast/sql.ts'
import { Store } from './vast/store.ts'
import { writeBatch } from './vast/upsert.ts'
import { replaceResults } from './vast/validation.ts'
import { readFactRows, readOutdated, writeVectors } from './vast/vectors.ts'
import { verifyCatalog } from './vast/verify.ts'
import { readWholeFiles } from './vast/whole-files.ts'
import type { WholeFiles } from './whole-files.ts'
import { writeEncoded } from './write-batch.ts'
import { WriteQueue } from './write-queue.ts'

interface VastCatalogOptions {
  readonly readOnly: boolean
  /** Written into `schema_migrations`. */
  readonly toolVersion: string
  /** Fold the case of paths, for shares that ignore it. */
  readonly foldCase: boolean
}

/** Connects; nothing is read or written yet. Throws ERR_OPTION_INVALID and the client's ERR_VASTDB_* codes. */
export async function connectVastCatalog(
  address: CatalogAddress,
  connection: VastConnection,
  options: VastCatalogOptions,
): Promise<VastCatalog> {
  const { endpoint, accessKey, secretKey, region, dataEndpoints } = connection
  const missing = endpoint ? (accessKey ? (secretKey ? null : 'SECRET_KEY') : 'ACCESS_KEY') : 'ENDPOINT'
  if (!endpoint || !accessKey || !secretKey) {
    throw new ExrError(
      'ERR_OPTION_INVALID',
      `Expected an endpoint and keys for catalog ${address.url} but received none: set VAST_DB_${missing}.`,
    )
  }
  try {
    const keys = { endpoint, accessKey, secretKey, region, ...(dataEndpoints ? { dataEndpoints } : {}) }
    return new VastCatalog(new Store(await connect(keys), address), connection, options)
  } catch (error) {
    throw inCatalog(address.url, error, 'ERR_CATALOG_OPEN')
  }
}

/** A catalog in a VAST DataBase. Writes of one catalog run one after the other; other processes may write too. */
class VastCatalog implements Catalog {
  readonly url: string
  readonly openSide = null
  readonly snapshot = null
  readonly #store: Store
  readonly #connection: VastConnection
  readonly #options: VastCatalogOptions
  #isOpen = true
  #isChecked = false
  readonly #queue = new WriteQueue()
  #closing: Promise<void> | null = null

  /** Takes the store's session over and closes it. */
  constructor(store: Store, connection: VastConnection, options: VastCatalogOptions) {
    this.#store = store
    this.#connection = connection
    this.#options = options
    this.url = store.address.url
  }

  get dialect(): CatalogDialect {
    const door = sqlDoor(this.#store, this.#connection)
    if (!door) throw this.#noSql()
    return { kind: door.kind, tableName: (table) => door.tableName(table) }
  }

  /** Version of the schema. Throws ERR_CATALOG_NEWER or ERR_CATALOG_SCHEMA for one it cannot work with. */
  version(): Promise<number> {
    return this.#run(async (store) => {
      const { version, layout } = await readSchema(store)
      checkLayout(layout, this.url)
      if (version === CATALOG_VERSION) store.layout = layout
      return version
    })
  }

  async ensureSchema(signal?: AbortSignal): Promise<void> {
    if (this.#isChecked) return
    await this.#ensure({ signal })
  }

  async migrate(target: number = CATALOG_VERSION, options: MigrateOptions = {}): Promise<AppliedMigration[]> {
    if (!Number.isInteger(target) || target < 0 || target > CATALOG_VERSION) {
      throw new ExrError(
        'ERR_OPTION_INVALID',
        `Expected a schema version from 1 to ${CATALOG_VERSION} for target but received ${target}`,
      )
    }
    if (target === 0) {
      throw new ExrError(
        'ERR_FEATURE_UNAVAILABLE',
        `Catalog ${this.url} is not taken back to version 0, which has no tables: others may use them. ` +
          'Drop its schema yourself if you must.',
      )
    }
    if (target === CATALOG_VERSION) return this.#ensure(options)
    // One that is newer, or as asked, needs no step forward first, which would stay when the way back is ended.
    const { version } = await this.#run(readSchema)
    if (version < target) await this.#ensure(options)
    this.#isChecked = false
    return this.#write(async (store) => {
      const reverted = await revertSchema(store, target, options)
      store.forgetLedger()
      store.layout = (await readSchema(store)).layout
      return reverted
    })
  }

  async upsert(batch: readonly CatalogRecord[], runId: string, signal?: AbortSignal): Promise<UpsertResult[]> {
    if (batch.length === 0) return []
    return this.upsertEncoded(encodeRecords(batch, { runId, foldCase: this.#options.foldCase }), signal)
  }

  async upsertEncoded(batch: EncodedBatch, signal?: AbortSignal): Promise<UpsertResult[]> {
    throwIfAborted(signal)
    return this.#write((store) =>
      writeEncoded(batch, {
        write: async (part) => {
          try {
            return await writeBatch(store, part, signal)
          } catch (error) {
            throw asColumnsError(this.url, error)
          }
        },
        isFinal: (error) => !refusesRows(error),
      }),
    )
  }

  async storeConsumed(
    batch: EncodedBatch,
    failures: readonly CatalogFailure[],
    _topic: ConsumedTopic,
    runId: string,
  ): Promise<UpsertResult[]> {
    const results = await this.upsertEncoded(batch)
    await this.recordFailures(failures, runId)
    return results
  }

  async consumedOffsets(): Promise<ReadonlyMap<number, bigint>> {
    return new Map()
  }

  async recordFailures(failures: readonly CatalogFailure[], runId: string): Promise<void> {
    if (failures.length > 0) await this.#write((store) => writeFailures(store, failures, runId))
  }

  async markRemoved(paths: readonly string[], removedAtUs: bigint, options: RemovalOptions = {}): Promise<number> {
    throwIfAborted(options.signal)
    const normalized = paths.map((path) => normalizePath(path, this.#options))
    return this.#write((store) => writeRemovals(store, normalized, notInFuture(removedAtUs), options))
  }

  lastSequencers(paths: readonly string[]): Promise<Map<string, string>> {
    return this.#run((store) =>
      byLocation(paths, this.#options, (normalized) => store.read((tables) => readSequencers(tables, normalized))),
    )
  }

  async regroupFrames(folders: ReadonlySet<string> | null, signal?: AbortSignal): Promise<number> {
    throwIfAborted(signal)
    return this.#write((store) => store.write((tables) => regroupFrames(tables, folders, signal), { signal }))
  }

  settleFrames(folders: ReadonlySet<string>, signal?: AbortSignal): Promise<number> {
    return this.regroupFrames(folders, signal)
  }

  recordRun(summary: RunSummary): Promise<void> {
    return this.#write((store) => writeRun(store, summary))
  }

  knownFiles(prefix: string): Promise<KnownFiles> {
    return this.#run((store) => readKnownFiles(store, prefix))
  }

  findSimilar(query: Float32Array | string, options: SimilarOptions): Promise<SimilarMatch[]> {
    return this.#run(async (store) => {
      if (options.where !== undefined) await checkPortableCondition(options.where)
      const { by } = options
      if (!isStoredWithFiles(by)) return this.#findSimilarBy(store, query, { ...options, by })
      const door = searchDoor(store, this.#connection, { ofHeaders: true })
      const target = await similarTarget(store, query, options, this.#options.foldCase)
      return door
        ? similarThrough(door, target, options, { timeoutMs: this.#connection.searchTimeoutMs })
        : scanSimilar(store, target, options)
    }, 'ERR_CATALOG_QUERY')
  }

  async explainSimilar(
    options: Pick<SimilarOptions, 'k' | 'where' | 'each' | 'by'>,
    query?: Float32Array | string,
  ): Promise<SimilarPlan> {
    const { k, where, each, by } = options
    if (where !== undefined) await checkPortableCondition(where)
    const method = this.#connection.search ?? 'scan'
    if (method === 'scan' && where !== undefined) pushCondition(where)
    const connection = { ...this.#connection, search: method === 'scan' ? ('engine' as const) : method }
    const door = searchDoor(this.#store, connection, { ofHeaders: isStoredWithFiles(by) })!
    const tableName = door.tableName.bind(door)
    const set = isStoredWithFiles(by) ? null : chooseEmbeddings(await this.embeddingSets(), by, this.url)
    const foldCase = this.#options.foldCase
    const target =
      query === undefined
        ? { vector: null, version: null, fileId: null }
        : await this.#run(
            (store) =>
              set
                ? targetOfSet(store, query, options, { set, foldCase })
                : similarTarget(store, query, options, foldCase),
            'ERR_CATALOG_QUERY',
          )
    return { method, sql: similarSql({ kind: door.kind, tableName, ...target, k, where, each, set }) }
  }

  outdatedFiles(limit: number, after: AfterFile | null = null): Promise<OutdatedFile[]> {
    return this.#run((store) => readOutdated(store, limit, after))
  }

  embeddableFacts(files: readonly OutdatedFile[]): Promise<Map<string, EmbeddablePayload>> {
    return this.#run(async (store) => storedFacts(await readFactRows(store, files)))
  }

  async writeVectors(batch: readonly NewVectors[]): Promise<void> {
    if (batch.length > 0) await this.#write((store) => writeVectors(store, batch))
  }

  filesToEmbed(
    set: MissingEmbeddings,
    limit: number,
    after: Pick<FileToEmbed, 'path' | 'fileId'> | null = null,
  ): Promise<FileToEmbed[]> {
    return this.#run((store) => readFilesToEmbed(store, set, limit, after))
  }

  async writeEmbeddings(set: EmbeddingSet, batch: readonly NewEmbedding[]): Promise<void> {
    if (batch.length > 0) await this.#write((store) => writeEmbeddings(store, set, batch))
  }

  embeddingSets(): Promise<StoredEmbeddings[]> {
    return this.#run(readEmbeddingSets)
  }

  dropEmbeddings(set: EmbeddingSet): Promise<number> {
    return this.#write((store) => dropEmbeddings(store, set))
  }

  async replaceResults(files: readonly FileResults[], validatedAtUs: bigint, signal?: AbortSignal): Promise<void> {
    throwIfAborted(signal)
    if (files.length > 0) await this.#write((store) => replaceResults(store, files, validatedAtUs, signal))
  }

  async sql(query: string, signal?: AbortSignal): Promise<QueryResult> {
    const stream = await this.sqlStream(query, signal)
    return this.#run(() => readAll(stream), 'ERR_CATALOG_QUERY')
  }

  sqlStream(query: string, signal?: AbortSignal): Promise<QueryStream> {
    return this.#run(async (store) => {
      const door = sqlDoor(store, this.#connection)
      if (!door) throw this.#noSql()
      return door.stream(query, signal)
    }, 'ERR_CATALOG_QUERY')
  }

  sqlRows(query: string, signal?: AbortSignal) {
    return rowObjects(() => this.sqlStream(query, signal))
  }

  sqlArrow(query: string, signal?: AbortSignal) {
    return arrowStream(() => this.sqlStream(query, signal))
  }

  async *largeValue(sha256: string): AsyncGenerator<Uint8Array> {
    const pieces = await this.#run(async (store) => largeValue(store, checkSha256(sha256)))
    try {
      yield* pieces
    } catch (error) {
      throw inCatalog(this.url, error, 'ERR_CATALOG_QUERY')
    }
  }

  readTables<T>(work: (read: ReadTable) => Promise<T>): Promise<T> {
    return this.#run((store) => store.readOnce((tables) => work(tableReader(tables))))
  }

  async *wholeFiles(signal?: AbortSignal): AsyncGenerator<WholeFiles> {
    if (!this.#isOpen) await this.#run(async () => undefined)
    try {
      yield* readWholeFiles(this.#store, signal)
    } catch (error) {
      throw inCatalog(this.url, error, 'ERR_CATALOG_QUERY')
    }
  }

  adopt(files: WholeFiles, origin: Origin, signal?: AbortSignal): Promise<Adopted> {
    throwIfAborted(signal)
    return this.#write((store) => adoptFiles(store, files, origin, signal))
  }

  async adoptLoose(name: 'ingest_runs' | 'ingest_errors', rows: EncodedRows): Promise<void> {
    if (rows.rowCount > 0) await this.#write((store) => adoptLoose(store, name, rows))
  }

  info(): Promise<CatalogInfo> {
    return this.#run(readInfo)
  }

  async retain(policy: RetentionPolicy): Promise<RetentionCounts> {
    throwIfAborted(policy.signal)
    if (policy.dryRun) return this.#run((store) => retain(store, policy), 'ERR_CATALOG_QUERY')
    return this.#write((store) => retain(store, policy))
  }

  verify(signal?: AbortSignal): Promise<CatalogReport> {
    return this.#run((store) => verifyCatalog(store, signal))
  }

  sample(count: number, seed: string): Promise<SampledFile[]> {
    return this.#run((store) => store.read((tables) => sampleFiles(tableReader(tables), count, seed)))
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await this.#queue.idle()
    this.#isOpen = false
    await this.#store.session.close()
  }

  async #ensure(options: MigrateOptions): Promise<AppliedMigration[]> {
    return this.#write(async (store) => {
      const { layout, applied } = await ensureSchema(store, this.#options.toolVersion, options)
      store.layout = layout
      if (applied.length > 0) store.forgetLedger()
      this.#isChecked = true
      return applied
    })
  }

  async #findSimilarBy(
    store: Store,
    query: Float32Array | string,
    options: SimilarOptions & { readonly by: string },
  ): Promise<SimilarMatch[]> {
    const set = chooseEmbeddings(await readEmbeddingSets(store), options.by, this.url)
    const target = await targetOfSet(store, query, options, { set, foldCase: this.#options.foldCase })
    const door = searchDoor(store, this.#connection, { ofHeaders: false })
    const timeoutMs = this.#connection.searchTimeoutMs
    return door ? similarThrough(door, target, options, { set, timeoutMs }) : scanSet(store, target, set, options)
  }

  #write<T>(work: (store: Store) => Promise<T>): Promise<T> {
    return this.#queue.add(() =>
      this.#run((store) => {
        if (!this.#options.readOnly) return work(store)
        throw new ExrError('ERR_CATALOG_WRITE', `Catalog ${this.url} was opened for reading only.`)
      }),
    )
  }

  async #run<T>(
    work: (store: Store) => Promise<T>,
    fallback: 'ERR_CATALOG_WRITE' | 'ERR_CATALOG_QUERY' = 'ERR_CATALOG_WRITE',
  ): Promise<T> {
    if (!this.#isOpen) throw new ExrError('ERR_CATALOG_OPEN', `Cannot use catalog ${this.url}: it is closed.`)
    try {
      return await work(this.#store)
    } catch (error) {
      throw inCatalog(this.url, error, fallback)
    }
  }

  #noSql(): ExrError {
    return new ExrError(
      'ERR_FEATURE_UNAVAILABLE',
      `Catalog ${this.url} answers SQL only through a Trino with the VAST connector, or the cluster's own engine: ` +
        'set VAST_TRINO_URL to its address, or VAST_DB_SEARCH=engine.',
    )
  }
}
