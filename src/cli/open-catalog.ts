import { existsSync } from 'node:fs'
import type { Catalog } from '../catalog/catalog.ts'
import { type OpenCatalogOptions, openCatalog } from '../catalog/open.ts'
import { ExrError } from '../errors.ts'

/** Files that only their owner reads; a catalog that is there keeps its own permissions. */
const PRIVATE = 0o600

/** Opens a catalog that must be there already. Throws ERR_CATALOG_OPEN with the command that makes one. */
export async function openExisting(url: string, options: OpenCatalogOptions = {}): Promise<Catalog> {
  const path = url.replace(/^duckdb:/, '')
  if (!isRemote(url) && !existsSync(path)) {
    const remedy = `Make one with: exr-inspector ingest <directory> --catalog ${path}, or name another with --catalog`
    throw new ExrError('ERR_CATALOG_OPEN', `There is no catalog ${path}. ${remedy}`, { details: { path } })
  }
  return openCatalog(url, { fileMode: PRIVATE, ...options })
}

/** Whether a catalog lies behind a server and not in a file. */
export function isRemote(url: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(url)
}
