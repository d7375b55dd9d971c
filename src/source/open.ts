import { fileSource } from './file.ts'
import { memorySource } from './memory.ts'
import type { S3Settings } from './s3-settings.ts'
import { isS3Url, parseS3Url } from './s3-url.ts'
import type { ByteSource } from './source.ts'

/**
 * What can be inspected: a path, `file://` URL or `s3://bucket/key` as text; a `file:` URL object; `{ path }` with
 * the bytes of a file name that is not UTF-8; the bytes of an EXR file; or a source of one's own.
 */
export type SourceInput = string | URL | { readonly path: string | Uint8Array } | Uint8Array | ByteSource

/** How locations are opened. */
export interface OpenSourceOptions {
  /** How to reach the object store of an `s3://` location. Default: the AWS SDK's own chain. */
  readonly s3?: S3Settings
  /** Folders that a local file must lie in, links followed. Default: anywhere. */
  readonly folders?: readonly string[]
}

/** A source for any input, and whether it was opened here and so has to be closed here. */
interface OpenedSource {
  readonly source: ByteSource
  readonly isOwned: boolean
}

/** Throws ERR_OPTION_INVALID for what names no file. Nothing is opened or read before the first use. */
export async function openSource(input: SourceInput, options: OpenSourceOptions = {}): Promise<OpenedSource> {
  if (input instanceof Uint8Array) return { source: memorySource(input), isOwned: true }
  if (typeof input === 'object' && 'read' in input) return { source: input, isOwned: false }
  const local = options.folders === undefined ? {} : { folders: options.folders }
  if (input instanceof URL || typeof input === 'string') {
    const text = String(input)
    if (isS3Url(text)) return { source: await s3Source(text, options.s3), isOwned: true }
    return { source: fileSource(input, local), isOwned: true }
  }
  return { source: fileSource(input.path, local), isOwned: true }
}

async function s3Source(url: string, settings: S3Settings | undefined): Promise<ByteSource> {
  const [{ connectS3 }, { S3Source }] = await Promise.all([import('./s3-client.ts'), import('./s3-source.ts')])
  const connection = await connectS3(settings)
  const source = new S3Source(connection, parseS3Url(url))
  return {
    path: source.path,
    get counters() {
      return source.counters
    },
    identity: (signal) => source.identity(signal),
    read: (start, endExclusive, signal) => source.read(start, endExclusive, signal),
    async close() {
      await source.close()
      connection.close()
    },
  }
}
