import { BUILT_IN_PROVIDERS } from '../embeddings/index.ts'
import { ExrError } from '../errors.ts'

/** Whose vectors: only those of one provider and version compare with each other. */
export interface EmbeddingSet {
  readonly provider: string
  readonly version: string
}

/** Vectors of one provider and version that a catalog has. */
export interface StoredEmbeddings extends EmbeddingSet {
  readonly dimension: number
  /** Files that have one, superseded and removed ones included. */
  readonly fileCount: number
  /** Microseconds since the Unix epoch of the latest. */
  readonly lastMadeAtUs: bigint
}

/** Which files have no vector yet. */
export interface MissingEmbeddings extends EmbeddingSet {
  /** It is made from pixels: one of other bytes under the same header does not count. */
  readonly readsPixels: boolean
}

/** A live file to make a vector of, and what was seen of its bytes last. */
export interface FileToEmbed {
  readonly fileId: string
  readonly path: string
  readonly headerHash: string
  readonly sizeBytes: bigint | null
  readonly mtimeUs: bigint | null
  readonly etag: string | null
}

/** A vector to store for a file; `bytes` when it was made from its pixels. */
export interface NewEmbedding {
  readonly fileId: string
  readonly path: string
  readonly vector: Float32Array
  readonly bytes: Pick<FileToEmbed, 'sizeBytes' | 'mtimeUs' | 'etag'> | null
}

/** Vectors of providers, beside those that are stored with every file. */
export interface CatalogEmbeddings {
  /** Live files without a vector of a set, ordered by path and then id: at most `limit`, behind the file `after`. */
  filesToEmbed(
    set: MissingEmbeddings,
    limit: number,
    after?: Pick<FileToEmbed, 'path' | 'fileId'>,
  ): Promise<FileToEmbed[]>
  /** Stores vectors, in the place of those of the same files and set, in one transaction. */
  writeEmbeddings(set: EmbeddingSet, batch: readonly NewEmbedding[]): Promise<void>
  /** What there is, the latest first. */
  embeddingSets(): Promise<StoredEmbeddings[]>
  /** Takes all vectors of a set away, in one transaction, and says how many there were. */
  dropEmbeddings(set: EmbeddingSet): Promise<number>
}

/** Whether `by` asks for the vectors that are stored with every file. */
export function isStoredWithFiles(by: string | undefined): by is undefined {
  return by === undefined || by === BUILT_IN_PROVIDERS.metadata.name
}

/**
 * The set that `provider` or `provider@version` names: of several versions the latest. Throws ERR_CATALOG_QUERY, with what
 * there is, when it is not there; ERR_OPTION_INVALID for what is no such name, and for a version of `metadata`.
 */
export function chooseEmbeddings(
  sets: readonly StoredEmbeddings[],
  by: string,
  url: string,
  remedy = (provider: string) => ` Make them: exr-inspector embed --provider ${provider}`,
): StoredEmbeddings {
  const [provider, version, ...more] = by.split('@')
  if (!provider || version === '' || more.length > 0) {
    throw new ExrError('ERR_OPTION_INVALID', `Expected provider or provider@version but received ${by}`)
  }
  if (provider === BUILT_IN_PROVIDERS.metadata.name) {
    const rule = 'a search keeps to the version of the file that is given, or to that of this release'
    throw new ExrError('ERR_OPTION_INVALID', `Expected metadata without a version but received ${by}: ${rule}`)
  }
  const found = sets.find((set) => set.provider === provider && (version === undefined || set.version === version))
  if (found !== undefined) return found
  const names = [...new Set(sets.map((set) => `${set.provider}@${set.version}`))]
  const there = names.length > 0 ? `there are ${names.join(', ')}` : 'there are none of any provider'
  throw new ExrError('ERR_CATALOG_QUERY', `Catalog ${url} has no vectors of ${by}: ${there}.${remedy(provider)}`)
}

/**
 * What `provider@version` names to be dropped: that set alone; `provider` all of its versions but the latest, by which searches compare.
 * Throws as `chooseEmbeddings` does.
 */
export function embeddingsToDrop(sets: readonly StoredEmbeddings[], named: string, url: string): StoredEmbeddings[] {
  if (isStoredWithFiles(named.split('@')[0])) {
    const rule = 'those of metadata are stored with their files, and go with them'
    throw new ExrError(
      'ERR_OPTION_INVALID',
      `Expected another provider for vectors to drop but received ${named}: ${rule}`,
    )
  }
  const chosen = chooseEmbeddings(sets, named, url, () => '')
  if (named.includes('@')) return [chosen]
  return sets.filter((set) => set.provider === chosen.provider && set.version !== chosen.version)
}

/** Throws ERR_CATALOG_QUERY: the file is not there, or has no vector of the set. */
export function withoutEmbedding(query: string, { provider, version }: EmbeddingSet, url: string): ExrError {
  return new ExrError(
    'ERR_CATALOG_QUERY',
    `No vector of ${provider}@${version} for ${query} in catalog ${url}. Ingest the file if it is not there, and run ` +
      `exr-inspector embed --provider ${provider}`,
  )
}

/** Throws ERR_OPTION_INVALID for a vector that the set cannot be compared with. */
export function checkDimension(vector: Float32Array, { provider, version, dimension }: StoredEmbeddings): Float32Array {
  if (vector.length === dimension && vector.every(Number.isFinite)) return vector
  throw new ExrError(
    'ERR_OPTION_INVALID',
    `Expected ${dimension} finite values to compare with ${provider}@${version} but received ${vector.length} values`,
  )
}
