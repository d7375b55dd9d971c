import { toS3Url } from '../source/s3-url.ts'

/** One object of a store, whose key an event may have named in several ways. */
export interface ObjectTarget {
  readonly kind: 'object'
  readonly bucket: string
  /** Most likely first; never empty. */
  readonly keys: readonly string[]
}

/** What one piece of work is about. */
export type Target = ObjectTarget | { readonly kind: 'path'; readonly path: string }

/** The location to name in messages and in `ingest_errors` when nothing could be read. */
export function nameOf(target: Target): string {
  return target.kind === 'path' ? target.path : toS3Url({ bucket: target.bucket, key: target.keys[0] ?? '' })
}
