import { ExrError } from '../errors.ts'
import {
  computeChannelFingerprint,
  computeMetadataEmbedding,
  EMBEDDING_VERSION,
  type EmbeddablePayload,
  FINGERPRINT_DIM,
  METADATA_DIM,
} from './vectors.ts'

interface Provider {
  /** How its vectors are asked for: lower-case letters, digits, dots, hyphens and underscores. */
  readonly name: string
  /** Changes whenever the same file would get another vector; vectors of two versions do not compare. No `@`. */
  readonly version: string
  /** Numbers in a vector. */
  readonly dimension: number
}

/** A small picture: rows from the top, 8 bits sRGB, three values a pixel. */
export interface EmbeddablePicture {
  readonly width: number
  readonly height: number
  readonly bytes: Uint8Array
}

/** Makes vectors of what headers say: the catalog's own rows are enough. */
export interface HeaderProvider extends Provider {
  readonly reads: 'header'
  /** Any length but zero: it is scaled to 1. */
  embed(payload: EmbeddablePayload): Float32Array | Promise<Float32Array>
}

/** Makes vectors of what files look like, each shown as `exr-inspector thumbnail` shows it, before black. */
export interface ThumbnailProvider extends Provider {
  readonly reads: 'thumbnail'
  /** Longer side of the pictures it is given, at most. */
  readonly pictureSize: number
  /** Several may be asked for at once. Any length but zero: it is scaled to 1. */
  embed(picture: EmbeddablePicture): Float32Array | Promise<Float32Array>
}

/** Makes a vector of a file, such that like files have like vectors. */
export type EmbeddingProvider = HeaderProvider | ThumbnailProvider

/** Those that need nothing but a header, and give the same bits on every machine. */
export const BUILT_IN_PROVIDERS = {
  /** What every catalog stores with each file. */
  metadata: {
    name: 'metadata',
    version: String(EMBEDDING_VERSION),
    dimension: METADATA_DIM,
    reads: 'header',
    embed: (payload) => computeMetadataEmbedding(payload),
  },
  /** Which channels the parts of a file have together. */
  channels: {
    name: 'channels',
    version: String(EMBEDDING_VERSION),
    dimension: FINGERPRINT_DIM,
    reads: 'header',
    embed: ({ channels }) => computeChannelFingerprint(channels),
  },
} as const satisfies Readonly<Record<string, HeaderProvider>>

/** Numbers in a vector at most: some thousands of them are held at a time. */
export const MOST_DIMENSIONS = 8192

/** Throws ERR_OPTION_INVALID for a provider whose vectors could not be stored. */
export function checkProvider(provider: EmbeddingProvider): void {
  const { name, version, dimension } = provider
  const refuse = (what: string, found: unknown) => {
    throw new ExrError('ERR_OPTION_INVALID', `Expected ${what} but received ${found}`)
  }
  if (!/^[a-z0-9][a-z0-9._-]{0,63}$/.test(name)) {
    refuse('lower-case letters, digits, dots, hyphens and underscores, 64 at most, for the name of a provider', name)
  }
  const builtIn = Object.values(BUILT_IN_PROVIDERS).find((own) => own.name === name)
  if (builtIn !== undefined && builtIn !== provider) refuse('a name that no built-in provider has', name)
  if (!/^[^@\s]{1,128}$/.test(version)) refuse(`text without @ and spaces for the version of provider ${name}`, version)
  if (!Number.isInteger(dimension) || dimension < 1 || dimension > MOST_DIMENSIONS) {
    refuse(`a whole number from 1 to ${MOST_DIMENSIONS} for the dimension of provider ${name}`, dimension)
  }
}

/**
 * The vector scaled to length 1. Throws ERR_EMBEDDING_VECTOR for one that says nothing: not finite, of no length, of another
 * size; and for what is no Float32Array, as nothing but a compiler keeps a provider from giving it.
 */
export function unitVector({ name, dimension }: EmbeddingProvider, vector: Float32Array): Float32Array {
  const length = vector instanceof Float32Array ? lengthOf(vector) : Number.NaN
  if (vector?.length === dimension && Number.isFinite(length) && length > 0)
    return vector.map((value) => value / length)
  throw new ExrError(
    'ERR_EMBEDDING_VECTOR',
    `Expected a vector of ${dimension} finite values, not all zero, from provider ${name} but received ${found(vector, dimension)}`,
  )
}

function lengthOf(vector: Float32Array): number {
  let squares = 0
  for (const value of vector) squares += value * value
  return Math.sqrt(squares)
}

function found(vector: unknown, dimension: number): string {
  if (!(vector instanceof Float32Array))
    return `${Object.prototype.toString.call(vector).slice(8, -1)}, not Float32Array`
  if (vector.length !== dimension) return `one of ${vector.length}`
  return lengthOf(vector) === 0 ? 'zeros alone' : 'values without bounds'
}
