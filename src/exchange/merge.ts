import { existsSync } from 'node:fs'
import { constants, copyFile, mkdtemp, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { throwIfAborted } from '../catalog/abort.ts'
import type { Adopted, Catalog } from '../catalog/catalog.ts'
import { textReader } from '../catalog/content.ts'
import { type OpenCatalogOptions, openCatalog } from '../catalog/open.ts'
import { folderOf } from '../catalog/plan-frames.ts'
import { LOOSE_TABLES } from '../catalog/whole-files.ts'
import { ExrError } from '../errors.ts'
import { tableNamed } from '../tables/index.ts'

/** How far a merge has come. */
export interface MergeProgress extends Adopted {
  /** The catalog that is being read. */
  readonly from: string
}

/** How catalogs are merged. */
export interface MergeOptions {
  readonly onProgress?: (progress: MergeProgress) => void
  readonly signal?: AbortSignal
}

/** A catalog that is merged, open to read. */
export interface MergeSource {
  readonly catalog: Catalog
  /** Closes it, and removes the copy where it is one. */
  close(): Promise<void>
}

/**
 * Opens a catalog to merge it. With `migrateCopies` one of an older version is copied into a folder of its own below `workFolder`, and the
 * copy is brought up to date; without, it is refused with ERR_CATALOG_SCHEMA, as it is for a VAST DataBase.
 */
export async function openMergeSource(
  url: string,
  options: OpenCatalogOptions,
  { migrateCopies = false, workFolder }: { readonly migrateCopies?: boolean; readonly workFolder: string },
): Promise<MergeSource> {
  try {
    const catalog = await openCatalog(url, { ...options, readOnly: true })
    return { catalog, close: () => catalog.close() }
  } catch (error) {
    const isOlder = error instanceof ExrError && error.code === 'ERR_CATALOG_SCHEMA'
    if (!isOlder || !migrateCopies || /^vast:/i.test(url)) throw error
  }
  const path = url.replace(/^duckdb:/, '')
  const work = await mkdtemp(join(workFolder, '.exr-merge-'))
  try {
    const copy = join(work, basename(path))
    // Reading holds the file: nobody writes it while it is copied.
    const held = await openCatalog(url, { ...options, readOnly: true, migrate: false })
    try {
      for (const suffix of ['', '.wal', '.values']) {
        if (existsSync(`${path}${suffix}`))
          await copyFile(`${path}${suffix}`, `${copy}${suffix}`, constants.COPYFILE_FICLONE)
      }
    } finally {
      await held.close()
    }
    const catalog = await openCatalog(copy)
    const close = async () => {
      await catalog.close()
      await rm(work, { recursive: true, force: true })
    }
    return { catalog, close }
  } catch (error) {
    await rm(work, { recursive: true, force: true })
    throw error
  }
}

const PATH = tableNamed('files').columns.findIndex(({ name }) => name === 'file_path_normalized')

/**
 * Takes everything that other catalogs know over into one, batch after batch: each batch is one transaction, and what is there
 * already is not doubled, so that a merge that was ended in any way is completed by doing it again. Frames and
 * sequences of the folders that were met are decided anew at the end. Throws ERR_CATALOG_CORRUPT for files of a catalog that are not what
 * their digests say, ERR_ABORTED.
 */
export async function mergeCatalogs(
  target: Catalog,
  sources: readonly Catalog[],
  { onProgress, signal }: MergeOptions = {},
): Promise<Adopted> {
  let [inserted, updated, unchanged] = [0, 0, 0]
  const folders = new Set<string>()
  for (const source of sources) {
    for await (const files of source.wholeFiles(signal)) {
      const adopted = await target.adopt(files, source, signal)
      inserted += adopted.inserted
      updated += adopted.updated
      unchanged += adopted.unchanged
      const path = textReader(files.tables.get('files')!, PATH)
      for (let row = 0; row < files.fileCount; row++) folders.add(folderOf(path(row) ?? ''))
      onProgress?.({ from: source.url, inserted, updated, unchanged })
    }
    for (const name of LOOSE_TABLES) {
      throwIfAborted(signal)
      await source.readTables(async (read) => {
        for await (const rows of read(tableNamed(name))) await target.adoptLoose(name, rows)
      })
    }
  }
  await target.regroupFrames(folders, signal)
  return { inserted, updated, unchanged }
}
