import { ExrError } from '../../errors.ts'
import { normalizePath } from '../../inspect/identity.ts'
import { EMBEDDING_VERSION } from '../../tables/index.ts'
import { col } from '../../vastdb/index.ts'
import { throwIfAborted } from '../abort.ts'
import type { SimilarOptions } from '../catalog.ts'
import { checkCount, checkVector } from '../similar-options.ts'
import { readRows } from './rows.ts'
import type { Target } from './scan.ts'
import type { Store, Tables } from './store.ts'

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
  const atPath = col('file_path_normalized').eq(normalizePath(query, { foldCase })).and(col('superseded_by').isNull())
  const target = await store.read(async (tables) => {
    const own = await vectorOf(tables, query)
    if (own) return own
    const named = tables('files').select({ columns: ['file_id'], where: atPath, splits: 1 })
    for (const fileId of await readRows(named, (row) => row.name(0))) {
      const found = await vectorOf(tables, fileId)
      if (found) return found
    }
    return null
  }, signal)
  if (target) return target
  throw new ExrError(
    'ERR_CATALOG_QUERY',
    `No file ${query} in catalog ${store.address.url}. Give a file_id or the path of a file that was ingested.`,
  )
}

async function vectorOf(tables: Tables, fileId: string): Promise<Target | null> {
  const columns = ['metadata_embedding', 'embedding_version']
  const found = await readRows(
    tables('vectors').select({ columns, where: col('file_id').eq(fileId), splits: 1 }),
    (row) => ({ fileId, vector: row.floats(0)?.slice() ?? null, version: row.int(1) ?? 0 }),
  )
  const [first] = found.flatMap(({ vector, ...rest }) => (vector ? [{ ...rest, vector }] : []))
  return first ?? null
}
