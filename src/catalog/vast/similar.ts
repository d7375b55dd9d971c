import { ExrError } from '../../errors.ts'
import { normalizePath } from '../../inspect/identity.ts'
import { EMBEDDING_VERSION, METADATA_DIMENSION } from '../../tables/index.ts'
import { col } from '../../vastdb/index.ts'
import { throwIfAborted } from '../abort.ts'
import type { SimilarOptions } from '../catalog.ts'
import { checkCount, checkVector } from '../similar-options.ts'
import type { Target } from './scan.ts'
import type { Store } from './store.ts'

/** Checks the options and finds the vector to compare with: given, or stored under a file_id or a path. */
export async function similarTarget(
  store: Store,
  query: Float32Array | string,
  { k, embeddingVersion = EMBEDDING_VERSION, signal }: SimilarOptions,
  foldCase: boolean,
): Promise<Target> {
  checkCount(k)
  throwIfAborted(signal)
  if (typeof query !== 'string') return { fileId: null, vector: checkVector(query), version: embeddingVersion }
  const byId = col('file_id').eq(query)
  const atPath = col('file_path_normalized').eq(normalizePath(query, { foldCase })).and(col('superseded_by').isNull())
  const target = await store.read(async (tables) => {
    for (const where of [byId, atPath]) {
      const columns = ['file_id', 'metadata_embedding', 'embedding_version']
      for await (const batch of tables('files').select({ columns, where, splits: 1 })) {
        const vectors = batch.getChildAt(1)!
        for (let row = 0; row < batch.numRows; row++) {
          if (!vectors.isValid(row)) continue
          const values = vectors.data[0]!.children[0]!.values as Float32Array
          const vector = values.slice(row * METADATA_DIMENSION, (row + 1) * METADATA_DIMENSION)
          const version = Number(batch.getChildAt(2)!.get(row))
          return { fileId: String(batch.getChildAt(0)!.get(row)), vector, version }
        }
      }
    }
    return null
  }, signal)
  if (target) return target
  throw new ExrError(
    'ERR_CATALOG_QUERY',
    `No file ${query} in catalog ${store.address.url}. Give a file_id or the path of a file that was ingested.`,
  )
}
