export {
  BUILT_IN_PROVIDERS,
  checkProvider,
  type EmbeddablePicture,
  type EmbeddingProvider,
  type HeaderProvider,
  MOST_DIMENSIONS,
  type ThumbnailProvider,
  unitVector,
} from './provider.ts'
export {
  computeChannelFingerprint,
  computeMetadataEmbedding,
  EMBEDDING_VERSION,
  type EmbeddablePayload,
  FINGERPRINT_DIM,
  METADATA_DIM,
  valueCounts,
} from './vectors.ts'
