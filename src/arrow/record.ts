import type { Payload } from '../inspect/payload.ts'

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
  /** Computed from the payload where left out. */
  readonly vectors?: RecordVectors
}
