import { ExrError } from '../../errors.ts'

/** Where a catalog lies in a VAST DataBase. */
export interface CatalogAddress {
  readonly bucket: string
  /** Path of the schema inside the bucket. */
  readonly schema: string
  /** `vast://bucket/schema`. */
  readonly url: string
}

const DEFAULT_SCHEMA = 'exr_metadata'

const NAME = /^[A-Za-z0-9._~-]+$/

/** Reads `vast://bucket/schema`; without a schema it is `exr_metadata`. Throws ERR_OPTION_INVALID. */
export function parseVastUrl(url: string): CatalogAddress {
  const [bucket = '', ...path] = url
    .replace(/^vast:\/\//i, '')
    .replace(/\/+$/, '')
    .split('/')
  const schema = path.length === 0 ? [DEFAULT_SCHEMA] : path
  if (!/^vast:\/\//i.test(url) || ![bucket, ...schema].every((name) => NAME.test(name))) {
    throw new ExrError(
      'ERR_OPTION_INVALID',
      `Expected vast://<bucket>/<schema> with names of letters, digits and . _ ~ - for the catalog but received ${url}`,
    )
  }
  return { bucket, schema: schema.join('/'), url: `vast://${bucket}/${schema.join('/')}` }
}
