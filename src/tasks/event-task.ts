import type { PlainError } from '../errors.ts'
import type { ResolvedInspectOptions } from '../inspect/options.ts'
import type { S3Settings } from '../source/s3-settings.ts'
import type { EncodedBatch } from '../tables/index.ts'

/** One object or file to inspect and encode for the catalog, within a bound of bytes. */
export interface EventTask {
  /** `s3://bucket/key`, or a path or `file://` URL. */
  readonly location: string
  readonly s3: S3Settings
  /** Where a local file must lie. */
  readonly folders: readonly string[]
  readonly options: ResolvedInspectOptions
  /** Bytes that the header may have, and the chunk tables; a file that needs more is answered `larger`. */
  readonly grantBytes: number
  readonly runId: string
  readonly inspectedAtUs: bigint
  /** Of the event; kept with the file. */
  readonly sequencer?: string
  /** Send the payload too, as JSON. */
  readonly wantsPayload: boolean
}

/** What became of it. */
export type EventAnswer =
  | {
      readonly kind: 'encoded'
      readonly batch: EncodedBatch
      readonly path: string
      readonly payload: string | null
      readonly requests: number
      readonly bytes: number
    }
  /** More bytes are needed than were granted: at least so many, infinitely many where none would do. */
  | { readonly kind: 'larger'; readonly neededBytes: number }
  | { readonly kind: 'failed'; readonly error: PlainError }
