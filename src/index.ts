export type { BrokerSettings } from './broker/index.ts'
export type * from './catalog/catalog.ts'
export type { Compacted, OpenCatalogOptions, VastConnection } from './catalog/open.ts'
export {
  BUILT_IN_PROVIDERS,
  computeChannelFingerprint,
  computeMetadataEmbedding,
  EMBEDDING_VERSION,
  type EmbeddablePayload,
  type EmbeddablePicture,
  type EmbeddingProvider,
  FINGERPRINT_DIM,
  type HeaderProvider,
  METADATA_DIM,
  type ThumbnailProvider,
} from './embeddings/index.ts'
export type { PixelValues, PlanWishes } from './embeddings/onnx/index.ts'
export {
  ERROR_STATUS,
  type ErrorCode,
  type ErrorDetails,
  ExrError,
  type PlainError,
  type TaskResult,
} from './errors.ts'
export type { ExportOptions, ExportProgress } from './exchange/export.ts'
export type { ImportOptions } from './exchange/import.ts'
export type { ExportedFile, ExportedTable, ExportFormat, ExportManifest } from './exchange/manifest.ts'
export type { MergeOptions, MergeProgress } from './exchange/merge.ts'
export type { ConsumeCallOptions, ConsumeCounts, ConsumeWatcher } from './farm/consume.ts'
export type { DispatchCallOptions, DispatchCounts, DispatchSummary } from './farm/dispatch.ts'
export {
  DEFAULT_LIMITS,
  decodeHeader,
  displayValue,
  encodeHeader,
  makeAttribute,
  makeHeader,
  makePart,
  type ScanOptions,
} from './header/index.ts'
export type * from './header/model.ts'
export type { CompressionSavings, SavingsOptions, SavingsRow } from './ingest/compression-savings.ts'
export type { IngestCounts, IngestProblem } from './ingest/counts.ts'
export type { EmbedCounts, EmbedOptions, EmbedProblem, EmbedSummary } from './ingest/embed-options.ts'
export type { IngestCallOptions, IngestStep, IngestSummary } from './ingest/ingest.ts'
export type { WatchCallOptions, WatchReason } from './ingest/watch.ts'
export { headerValues, pixelHashOf } from './inspect/header-values.ts'
export { fileId, headerHash, type IdentityOptions, normalizePath } from './inspect/identity.ts'
export type { InspectCallOptions } from './inspect/inspect.ts'
export { inspectFileSync, inspectFilesSync } from './inspect/inspect-file.ts'
export type { InspectOptions } from './inspect/options.ts'
export type * from './inspect/payload.ts'
export { type Verdict, verdictOf } from './inspect/verdict.ts'
export {
  attributeValue,
  compactCatalog,
  consume,
  diff,
  dispatch,
  embed,
  exportCatalog,
  importCatalog,
  ingest,
  inspect,
  inspectMany,
  measureCompression,
  mergeCatalogs,
  onnxProvider,
  openCatalog,
  readRegion,
  toArrow,
  watch,
} from './lazy.ts'
export type { Logger } from './log.ts'
export { nativeStatus } from './oiio/index.ts'
export type { NativeStatus } from './oiio/types.ts'
export type { DiffOptions } from './pixels/diff.ts'
export type * from './pixels/diff-types.ts'
export type { RegionPixels, RegionWish } from './pixels/region.ts'
export type * from './pixels/types.ts'
export * from './sequences/index.ts'
export { fileSource } from './source/file.ts'
export { displayPath } from './source/file-path.ts'
export { memorySource } from './source/memory.ts'
export type { OpenSourceOptions, SourceInput } from './source/open.ts'
export type { S3Settings } from './source/s3-settings.ts'
export type { ByteRange, ByteSource, SourceCounters, SourceIdentity } from './source/source.ts'
export type { CatalogRecord, EncodeOptions, RecordTableName } from './tables/index.ts'
export type { Inspected, InspectManyOptions } from './tasks/inspect-many.ts'
export type { OnnxOptions, OnnxProvider } from './tasks/onnx-provider.ts'
