import { VAST_TABLES } from '../../tables/index.ts'
import type { CatalogInfo } from '../catalog.ts'
import { CATALOG_VERSION } from '../migrations/index.ts'
import { readSchema } from './schema.ts'
import type { Store } from './store.ts'

export async function readInfo(store: Store): Promise<CatalogInfo> {
  const { version, layout } = await readSchema(store)
  const rows: Record<string, number> = {}
  let sizeBytes = 0n
  await store.read(async (tables) => {
    sizeBytes = 0n
    for (const { name } of VAST_TABLES) {
      if (!layout.has(name)) continue
      const stats = await tables(name).stats()
      rows[name] = Number(stats.rows)
      sizeBytes += stats.bytes
    }
  })
  const { session, address } = store
  return {
    url: address.url,
    engine: `VAST DataBase ${session.version.join('.')}`,
    version,
    latestVersion: CATALOG_VERSION,
    sizeBytes: sizeBytes === 0n ? null : Number(sizeBytes),
    rows,
  }
}
