import { connectS3 } from '../source/s3-client.ts'
import type { S3Settings } from '../source/s3-settings.ts'
import { isS3Url } from '../source/s3-url.ts'
import type { WalkStep } from './found.ts'
import type { S3WalkOptions } from './s3-walk.ts'
import { type Lister, type WalkOptions, walk } from './walk.ts'

export interface WalkRootsOptions extends WalkOptions, Pick<S3WalkOptions, 'startAfter'> {
  /** How to reach the object store of `s3://` roots. */
  readonly s3?: S3Settings
}

/** OpenEXR files under all roots: those of the file system first, then `s3://bucket/prefix` in the order given. */
export async function* walkRoots(
  roots: Iterable<string> | AsyncIterable<string>,
  options: WalkRootsOptions,
  list: Lister,
): AsyncGenerator<WalkStep> {
  const remote: string[] = []
  const local = (async function* () {
    for await (const root of roots) {
      if (isS3Url(root)) remote.push(root)
      else yield root
    }
  })()
  yield* walk(local, options, list)
  if (remote.length === 0) return
  const { walkS3 } = await import('./s3-walk.ts')
  const connection = await connectS3(options.s3)
  try {
    const { startAfter, signal } = options
    const listing = { ...(startAfter !== undefined && { startAfter }), ...(signal && { signal }) }
    for (const root of remote) yield* walkS3(connection, root, listing)
  } finally {
    connection.close()
  }
}
