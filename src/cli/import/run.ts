import { openCatalog } from '../../catalog/open.ts'
import { readManifest } from '../../exchange/manifest.ts'
import { importCatalog } from '../../lazy.ts'
import type { CatalogFlags } from '../catalog-flags.ts'
import type { CliContext } from '../context.ts'
import { count } from '../format/units.ts'
import { catchInterrupts } from '../interrupts.ts'
import { printTaken } from '../taken.ts'
import { toldProgress } from '../told-progress.ts'

export interface ImportFlags extends CatalogFlags {
  readonly quiet?: true
  readonly json?: true
}

export async function runImport(folder: string, flags: ImportFlags, context: CliContext): Promise<void> {
  const config = context.config(flags)
  // A folder that is no export makes no catalog.
  await readManifest(folder)
  const catalog = await openCatalog(config.catalog, {
    vast: config.vast,
    fileMode: config.catalogMode,
    ...(config.catalogWaitMs !== null && { waitMs: config.catalogWaitMs }),
  })
  const progress = toldProgress(flags, context)
  const interrupts = catchInterrupts(() => progress.end())
  try {
    const taken = await importCatalog(catalog, folder, {
      signal: interrupts.signal,
      onProgress: ({ inserted, updated, unchanged }) =>
        progress.update(() => `${count(inserted + updated + unchanged)} files`),
    })
    progress.end()
    await printTaken(taken, flags, context)
  } finally {
    progress.end()
    interrupts.release()
    await catalog.close()
  }
}
