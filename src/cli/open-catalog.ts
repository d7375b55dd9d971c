import { existsSync } from 'node:fs'
import type { Catalog } from '../catalog/catalog.ts'
import { clock, holderText } from '../catalog/holder.ts'
import { type OpenCatalogOptions, openCatalog } from '../catalog/open.ts'
import { ExrError } from '../errors.ts'
import type { Config } from '../settings/config.ts'
import type { CliContext } from './context.ts'

/** Files that only their owner reads; a catalog that is there keeps its own permissions. */
const PRIVATE = 0o600

/** What the settings say of a catalog. */
type CatalogConfig = Pick<Config, 'catalog' | 'vast' | 'catalogWaitMs'>

/** Opens a catalog that must be there already, to write. Throws ERR_CATALOG_OPEN with the command that makes one. */
export async function openExisting(
  { catalog: url, vast, catalogWaitMs }: CatalogConfig,
  options: OpenCatalogOptions = {},
): Promise<Catalog> {
  const path = url.replace(/^duckdb:/, '')
  if (!isRemote(url) && !existsSync(path)) throw noCatalog(path)
  const wait = catalogWaitMs === null ? {} : { waitMs: catalogWaitMs }
  const settings = { vast, fileMode: PRIVATE, ...wait, ...options }
  if (!isRemote(url) || options.readOnly || options.migrate === false) return openCatalog(url, settings)
  // To bring it up to date would make one where there is none.
  const catalog = await openCatalog(url, { ...settings, migrate: false })
  try {
    if ((await catalog.version()) === 0) throw noCatalog(url)
    await catalog.ensureSchema(options.signal)
    return catalog
  } catch (error) {
    await catalog.close()
    throw error
  }
}

function noCatalog(path: string): ExrError {
  const remedy = `Make one with: exr-inspector ingest <directory> --catalog ${path}, or name another with --catalog`
  return new ExrError('ERR_CATALOG_OPEN', `There is no catalog ${path}. ${remedy}`, { details: { path } })
}

/** The same to read; says so where what is read is a snapshot. */
export async function openToRead(
  config: CatalogConfig,
  context: Pick<CliContext, 'note'>,
  options: Pick<OpenCatalogOptions, 'migrate'> = {},
): Promise<Catalog> {
  const catalog = await openExisting(config, { ...options, readOnly: true })
  const { snapshot } = catalog
  if (snapshot) {
    context.note(`As of ${clock(snapshot.takenAt)}: ${holderText(snapshot.writer)} is writing to ${config.catalog}.`)
  }
  return catalog
}

/** Whether a catalog lies behind a server and not in a file. */
export function isRemote(url: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(url)
}
