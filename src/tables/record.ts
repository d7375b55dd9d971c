import {
  computeChannelFingerprint,
  computeMetadataEmbedding,
  EMBEDDING_VERSION,
  type EmbeddablePayload,
} from '../embeddings/index.ts'
import { RememberedVectors } from '../embeddings/remembered.ts'
import { fileId, type IdentityOptions, normalizePath } from '../inspect/identity.ts'
import type { ChannelFacts, Payload } from '../inspect/payload.ts'
import type { LargeValueCollector } from './encoded/large-values.ts'
import type { RecordFacts } from './facts.ts'
import { pixelFacts } from './pixel-facts.ts'
import { timestampUs } from './timestamp.ts'

/** Numbers of a file's vector. */
export const METADATA_DIMENSION = 384
/** Numbers of a channel list's vector. */
export const FINGERPRINT_DIMENSION = 128

/** `schema_version` of the rows this release writes. */
export const ROW_SCHEMA_VERSION = 4

/** The vectors of one file, computed elsewhere. */
export interface RecordVectors {
  /** `METADATA_DIMENSION` values. */
  readonly metadata: Float32Array
  /** By part index, `FINGERPRINT_DIMENSION` values each; null for a part without channels. */
  readonly fingerprints: readonly (Float32Array | null)[]
  /** Version of the recipe that made them. */
  readonly version: number
}

/** One inspected file on its way into a catalog. */
export interface CatalogRecord {
  readonly payload: Payload
  /** When it was inspected, microseconds since the Unix epoch. */
  readonly inspectedAtUs: bigint
  /** Wall time of the inspection. */
  readonly durationUs: number
  /** The object store's number of the event that had it inspected, hexadecimal: larger is later for one object. */
  readonly sequencer?: string
  /** Computed from the payload where left out. */
  readonly vectors?: RecordVectors
  /** In place of what the payload says, by table. */
  readonly facts?: RecordFacts
}

/** How records become rows. */
export interface EncodeOptions extends IdentityOptions {
  /** Written into `inspections`. */
  readonly runId: string
}

/** A record with what its rows share; everything a catalog stores is decided from this. */
export interface FileRecord {
  readonly record: CatalogRecord
  /** `file_id`. */
  readonly id: string
  /** Absolute path, or URL. */
  readonly path: string
  readonly normalizedPath: string
  readonly mtimeUs: bigint | null
  readonly vectors: RecordVectors
  readonly runId: string
  /** Takes values that are too large for a row; null where rows keep them. */
  readonly large: LargeValueCollector | null
  /** JSON, the rows that are stored once with the file, by table. */
  readonly childRows: string
}

/** All but `childRows`, which the rows tell. Throws for a payload that is not one, and ERR_CATALOG_WRITE for a time that is not one. */
export function fileRecord(
  record: CatalogRecord,
  options: EncodeOptions,
  large: LargeValueCollector | null,
): FileRecord {
  const { file } = record.payload
  const normalizedPath = normalizePath(file.path, options)
  return {
    record: { ...record, facts: { ...pixelFacts(record.payload), ...record.facts } },
    id: fileId(normalizedPath, file.header_hash),
    path: file.path,
    normalizedPath,
    mtimeUs: timestampUs(file.mtime),
    vectors: record.vectors ?? vectorsOf(record.payload, remembered),
    runId: options.runId,
    large,
    childRows: '',
  }
}

/** The vectors a record is stored with. */
export function recordVectors(payload: EmbeddablePayload): RecordVectors {
  return vectorsOf(payload, computed)
}

const remembered = new RememberedVectors()
const computed: Pick<RememberedVectors, 'metadata' | 'fingerprint'> = {
  metadata: (payload) => computeMetadataEmbedding(payload, METADATA_DIMENSION),
  fingerprint: (channels) => computeChannelFingerprint(channels, FINGERPRINT_DIMENSION),
}

function vectorsOf(payload: EmbeddablePayload, makes: typeof computed): RecordVectors {
  const byPart: ChannelFacts[][] = payload.parts.map(() => [])
  for (const channel of payload.channels) byPart[channel.part_index]?.push(channel)
  return {
    metadata: makes.metadata(payload),
    fingerprints: byPart.map((channels) => (channels.length > 0 ? makes.fingerprint(channels) : null)),
    version: EMBEDDING_VERSION,
  }
}
