import { randomUUID } from 'node:crypto'
import type { Adopted, Catalog, CatalogConsumer, CatalogValues, CatalogWriter } from './catalog/catalog.ts'
import type { Compacted, OpenCatalogOptions } from './catalog/open.ts'
import { ExrError } from './errors.ts'
import type { ExportOptions } from './exchange/export.ts'
import type { ImportOptions } from './exchange/import.ts'
import type { ExportManifest } from './exchange/manifest.ts'
import type { MergeOptions } from './exchange/merge.ts'
import type { ConsumeCallOptions, ConsumeCounts } from './farm/consume.ts'
import type { DispatchCallOptions, DispatchSummary } from './farm/dispatch.ts'
import type { CompressionSavings, SavingsOptions } from './ingest/compression-savings.ts'
import type { EmbedOptions, EmbedSummary } from './ingest/embed-options.ts'
import type { IngestCallOptions, IngestStep, IngestSummary } from './ingest/ingest.ts'
import type { WatchCallOptions } from './ingest/watch.ts'
import { type InspectCallOptions, inspect as inspectHeader } from './inspect/inspect.ts'
import { resolveInspectOptions } from './inspect/options.ts'
import type { Payload } from './inspect/payload.ts'
import { loadPart } from './parts.ts'
import type { DiffOptions } from './pixels/diff.ts'
import type { FileDiff } from './pixels/diff-types.ts'
import type { RegionPixels, RegionWish } from './pixels/region.ts'
import type { OpenSourceOptions, SourceInput } from './source/open.ts'
import type { CatalogRecord, EncodeOptions, RecordTableName } from './tables/index.ts'
import type { Inspected, InspectManyOptions } from './tasks/inspect-many.ts'
import type { OnnxOptions, OnnxProvider } from './tasks/onnx-provider.ts'
import { workerFile } from './workers/worker-file.ts'

/** Arrow, DuckDB and the worker pool take up to a second to load, so they load with the first call that needs them. */

/**
 * Everything the header of one EXR file says, read with as few and as small reads as it takes; with `stats`, `deepStats`
 * or `hash` what its pixels say too, which are decoded in a child process unless `isolation` says `thread` or the bytes
 * are in memory. A source that was passed in stays open. Throws ERR_SOURCE_* when it cannot be read; ERR_EXR_MAGIC,
 * ERR_EXR_TRUNCATED and ERR_SOURCE_EMPTY when it is not an OpenEXR file; ERR_NATIVE_CRASH when its pixels end a child
 * process; ERR_OPTION_INVALID for a bad option; ERR_ABORTED. A damaged file is no exception: its payload says what could
 * be read and, in `errors`, what is wrong.
 */
export async function inspect(input: SourceInput, options: InspectCallOptions = {}): Promise<Payload> {
  const { signal: _, s3: __, isolation: ___, ...rest } = options
  const resolved = resolveInspectOptions(rest)
  const { stats, deepStats, hash, validate } = resolved
  if (!stats && !deepStats && hash === null) {
    if (!validate) return inspectHeader(input, options)
    const { checkPolicy, withValidation } = await import('./tasks/validation.ts')
    const policy = options.s3 === undefined ? {} : { s3: options.s3 }
    await checkPolicy(resolved, policy)
    return withValidation(await inspectHeader(input, options), resolved, policy)
  }
  const { inspectMany } = await import('./tasks/inspect-many.ts')
  for await (const { payload, error } of inspectMany([input], { ...options, maxThreads: 1 })) {
    if (error !== null) throw error
    return payload
  }
  throw new ExrError('ERR_INTERNAL', 'Inspecting one file gave no result.')
}

/**
 * Linear half-float RGBA of some pixels of a level, decoding only the chunks that hold them, in this process.
 * Throws ERR_OPTION_INVALID for a region outside of the level, a level or layer that is not there, or too many pixels;
 * ERR_PIXELS_UNSUPPORTED, ERR_SOURCE_*, ERR_EXR_*, ERR_ABORTED.
 */
export async function readRegion(
  input: SourceInput,
  wish: RegionWish = {},
  options: OpenSourceOptions = {},
): Promise<RegionPixels> {
  const [{ readRegion: read }, { openSource }] = await Promise.all([
    import('./pixels/region.ts'),
    import('./source/open.ts'),
  ])
  const { source, isOwned } = await openSource(input, options)
  try {
    return await read(source, wish)
  } finally {
    if (isOwned) await source.close()
  }
}

/**
 * What two files do not have in common: parts, attributes, and the pixels of the channels that both have, compared in this
 * process, band by band. Sources that were passed in stay open. Throws ERR_SOURCE_*, ERR_EXR_*, ERR_ABORTED.
 */
export async function diff(
  a: SourceInput,
  b: SourceInput,
  wish: Omit<DiffOptions, 'map'> = {},
  options: OpenSourceOptions = {},
): Promise<FileDiff> {
  const [{ diffFiles }, { openSource }] = await Promise.all([import('./pixels/diff.ts'), import('./source/open.ts')])
  const opened = [await openSource(a, options), await openSource(b, options)] as const
  try {
    return (await diffFiles(opened[0].source, opened[1].source, wish)).diff
  } finally {
    for (const { source, isOwned } of opened) if (isOwned) await source.close()
  }
}

/**
 * Inspects any number of files, local ones on worker threads; inputs are read only as fast as results are taken. A bad
 * file is a result with an error and never ends the iteration.
 * Throws ERR_OPTION_INVALID, ERR_ABORTED, what `inputs` throws, and ERR_FEATURE_UNAVAILABLE in a bundle without the workers.
 */
export async function* inspectMany(
  inputs: Iterable<SourceInput> | AsyncIterable<SourceInput>,
  options?: InspectManyOptions,
): AsyncGenerator<Inspected, void, undefined> {
  // A bundle that lacks the worker lacks what the pool needs, too, and says so in fewer words.
  workerFile('#inspect-worker')
  const pool = await import('./tasks/inspect-many.ts')
  yield* pool.inspectMany(inputs, options)
}

/**
 * Opens a catalog by path or URL and brings its tables up to date; it is created when it is not there.
 * Throws ERR_OPTION_INVALID for a URL of another kind and ERR_CATALOG_*.
 */
export async function openCatalog(url: string, options?: OpenCatalogOptions): Promise<Catalog> {
  const catalog = await import('./catalog/open.ts')
  return catalog.openCatalog(url, options)
}

/**
 * What an attribute's `value_json` stands for: of a large value, which the row names by its SHA-256, all of it, read from
 * where the catalog keeps it. Throws ERR_CATALOG_VALUE when it is not there or not whole.
 */
export async function attributeValue(catalog: CatalogValues, valueJson: string): Promise<unknown> {
  const values = await import('./catalog/large-values.ts')
  return values.attributeValue(catalog, valueJson)
}

/**
 * Writes every table of a catalog into a folder as Parquet, Arrow or CSV, and `manifest.json` last. Throws
 * ERR_OPTION_INVALID for a folder that holds something, ERR_DISK_FULL, ERR_EXPORT_WRITE, ERR_CATALOG_VALUE, ERR_ABORTED.
 */
export async function exportCatalog(
  catalog: Catalog,
  folder: string,
  options?: ExportOptions,
): Promise<ExportManifest> {
  const { exportCatalog: run } = await loadPart(() => import('./exchange/export.ts'))
  return run(catalog, folder, options)
}

/**
 * Writes the file of an embedded catalog that nobody has open anew, smaller, and puts it in the place of the old one at once.
 * Throws ERR_CATALOG_LOCKED while anyone has it, ERR_DISK_FULL, ERR_ABORTED, ERR_FEATURE_UNAVAILABLE for a VAST DataBase.
 */
export async function compactCatalog(url: string, options?: OpenCatalogOptions): Promise<Compacted> {
  const { compactCatalog: run } = await import('./catalog/open.ts')
  return run(url, options)
}

/**
 * Takes an export over into a catalog, without doubles, once all of it has been compared with its manifest. Throws
 * ERR_EXPORT_INVALID for one that was cut short or changed.
 */
export async function importCatalog(catalog: Catalog, folder: string, options?: ImportOptions): Promise<Adopted> {
  const { importCatalog: run } = await loadPart(() => import('./exchange/import.ts'))
  return run(catalog, folder, options)
}

/**
 * Takes everything that other catalogs know over into one, without doubles; done again it goes on where it was ended.
 * Throws ERR_CATALOG_CORRUPT for files that are not what they were stored as.
 */
export async function mergeCatalogs(
  target: Catalog,
  sources: readonly Catalog[],
  options?: MergeOptions,
): Promise<Adopted> {
  const { mergeCatalogs: run } = await import('./exchange/merge.ts')
  return run(target, sources, options)
}

/**
 * A provider for `embed` that runs an ONNX model on pictures of files, in child processes until it is closed; needs the package onnxruntime-node.
 * Throws ERR_EMBEDDING_MODEL for a model that cannot be used, ERR_FEATURE_UNAVAILABLE, ERR_OPTION_INVALID.
 */
export async function onnxProvider(options: OnnxOptions): Promise<OnnxProvider> {
  const { openOnnxProvider } = await import('./tasks/onnx-provider.ts')
  return openOnnxProvider(options)
}

/**
 * Gives every file of a catalog whose vectors another release made vectors of this one, from the catalog's rows where
 * they suffice, else from the file if its header has not changed. Stopped, it goes on where it was. Throws ERR_CATALOG_*;
 * files that keep their old vectors are problems of the summary.
 */
export async function embed(catalog: Catalog, options?: EmbedOptions): Promise<EmbedSummary> {
  const { embed: run } = await import('./ingest/embed.ts')
  return run(catalog, options)
}

/**
 * What other compressions would save, measured: some files of each compression are opened, some of their chunks decoded in child
 * processes and encoded anew by OpenEXR. Says what was looked at. Throws ERR_OPTION_INVALID, ERR_CATALOG_QUERY, ERR_FEATURE_UNAVAILABLE for a
 * catalog without SQL, ERR_NATIVE_UNAVAILABLE, ERR_ABORTED.
 */
export async function measureCompression(catalog: Catalog, options?: SavingsOptions): Promise<CompressionSavings> {
  const { measureCompression: run } = await import('./ingest/compression-savings.ts')
  return run(catalog, options)
}

/**
 * Fills a catalog with the files below directories, S3 prefixes and lists: a step for every transaction, which says what
 * became of its files and how far the run has come; the summary is what the iterator returns. Steps are made as fast as they are taken. Leaving
 * the loop ends the run, and the same call goes on from there: files that have not changed are not opened again. A file
 * that cannot be read is a failure of its step and stops nothing.
 * Throws ERR_OPTION_INVALID, ERR_CATALOG_*, ERR_DISK_FULL, and ERR_FEATURE_UNAVAILABLE in a bundle without the workers.
 */
export async function* ingest(
  catalog: CatalogWriter,
  roots: readonly string[] | AsyncIterable<string>,
  options: IngestCallOptions = {},
): AsyncGenerator<IngestStep, IngestSummary, undefined> {
  workerFile('#ingest-worker')
  const [{ ingestSteps }, { toolVersion }, { availableParallelism }] = await Promise.all([
    import('./ingest/ingest.ts'),
    import('./settings/version.ts'),
    import('node:os'),
  ])
  const source = Array.isArray(roots) ? roots.join(' ') : 'a list'
  return yield* ingestSteps({
    jobs: availableParallelism(),
    source,
    ...options,
    roots,
    catalog,
    toolVersion: toolVersion(),
  })
}

/**
 * Ingests roots, and then whatever changes below them until `stop` fires: files once they are quiet, removals, directories
 * that come and go. What cannot be watched is walked from time to time. Throws what `ingest` throws.
 */
export async function watch(
  catalog: CatalogWriter,
  roots: readonly string[],
  options: WatchCallOptions,
): Promise<void> {
  workerFile('#ingest-worker')
  const [{ watchAndIngest }, { toolVersion }, { availableParallelism }] = await Promise.all([
    import('./ingest/watch.ts'),
    import('./settings/version.ts'),
    import('node:os'),
  ])
  const source = roots.join(' ')
  await watchAndIngest({ jobs: availableParallelism(), source, ...options, roots, catalog, toolVersion: toolVersion() })
}

/**
 * Walks roots and puts the location of every file on a topic of a Kafka broker, for `consume`; no file is opened. With `statePath` the same call
 * goes on from where it was ended. Throws ERR_BROKER*, ERR_OPTION_INVALID, and ERR_FEATURE_UNAVAILABLE without the package of the brokers' client.
 */
export async function dispatch(
  roots: readonly string[] | AsyncIterable<string>,
  options: DispatchCallOptions,
): Promise<DispatchSummary> {
  const [{ dispatch: run }, { availableParallelism }] = await Promise.all([
    import('./farm/dispatch.ts'),
    import('node:os'),
  ])
  const stop = new AbortController().signal
  return run({ jobs: availableParallelism(), statePath: null, stop, ...options, roots })
}

/**
 * Reads a topic as a member of a group until `stop`, and stores what its messages ask for: lists of `dispatch`, S3 notifications,
 * DataEngine events. A batch and how far the topic is read are one transaction of an embedded catalog; the broker is told
 * afterwards, so that nothing is lost and no file is stored twice, whatever ends the process.
 * Throws ERR_BROKER*, ERR_CATALOG_*, and ERR_FEATURE_UNAVAILABLE without the package of the brokers' client.
 */
export async function consume(
  catalog: CatalogWriter & CatalogConsumer,
  options: ConsumeCallOptions,
): Promise<ConsumeCounts> {
  workerFile('#ingest-worker')
  const [{ consume: run }, { toolVersion }, { availableParallelism }] = await Promise.all([
    import('./farm/consume.ts'),
    import('./settings/version.ts'),
    import('node:os'),
  ])
  const stop = new AbortController().signal
  const usual = { jobs: availableParallelism(), foldCase: false, s3: {}, deadLetterTopic: null, stop }
  return run({ ...usual, ...options, catalog, toolVersion: toolVersion() })
}

/**
 * Inspected files as Arrow IPC streams, one per catalog table, vectors included; pyarrow, DuckDB and the like read
 * them. `runId` names the run in `inspections`; a random one where left out.
 * Throws ERR_CATALOG_WRITE, naming the file, when a record cannot be encoded.
 */
export async function toArrow(
  records: readonly CatalogRecord[],
  options: Partial<EncodeOptions> = {},
): Promise<Record<RecordTableName, Uint8Array>> {
  const { recordsToBatches, toIpcStream } = await import('./arrow/index.ts')
  const batches = recordsToBatches(records, { ...options, runId: options.runId ?? randomUUID() })
  const streams = Object.entries(batches).map(([name, batch]) => [name, toIpcStream(batch)])
  return Object.fromEntries(streams) as Record<RecordTableName, Uint8Array>
}
