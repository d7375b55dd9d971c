import { dirname } from 'node:path'
import { openCatalog } from '../../catalog/open.ts'
import { ExrError } from '../../errors.ts'
import { type MergeSource, mergeCatalogs, openMergeSource } from '../../exchange/merge.ts'
import type { CatalogFlags } from '../catalog-flags.ts'
import type { CliContext } from '../context.ts'
import { count } from '../format/units.ts'
import { catchInterrupts } from '../interrupts.ts'
import { isRemote } from '../open-catalog.ts'
import { printTaken } from '../taken.ts'
import { toldProgress } from '../told-progress.ts'

/** What `catalog merge` takes. */
export interface MergeFlags extends CatalogFlags {
  readonly migrateCopies?: true
  readonly quiet?: true
  readonly json?: true
}

export async function merge(urls: readonly string[], flags: MergeFlags, context: CliContext): Promise<void> {
  const config = context.config(flags)
  const same = urls.find((url) => pathOf(url) === pathOf(config.catalog))
  if (same !== undefined) {
    throw new ExrError(
      'ERR_OPTION_INVALID',
      `Catalog ${same} cannot be merged into itself: name another with --catalog`,
    )
  }
  const options = { vast: config.vast, ...(config.catalogWaitMs !== null && { waitMs: config.catalogWaitMs }) }
  const workFolder = isRemote(config.catalog) ? '.' : dirname(pathOf(config.catalog))
  const sources: MergeSource[] = []
  const progress = toldProgress(flags, context)
  const interrupts = catchInterrupts(() => {
    progress.end()
    context.note('Storing the batch at hand. Run the same command again to go on from there.')
  })
  try {
    // All that cannot be read is told before anything is taken over.
    for (const url of urls) {
      sources.push(await openMergeSource(url, options, { migrateCopies: flags.migrateCopies === true, workFolder }))
    }
    const target = await openCatalog(config.catalog, { ...options, fileMode: config.catalogMode })
    try {
      const taken = await mergeCatalogs(
        target,
        sources.map(({ catalog }) => catalog),
        {
          signal: interrupts.signal,
          onProgress: ({ from, inserted, updated, unchanged }) =>
            progress.update(() => `${count(inserted + updated + unchanged)} files, now those of ${from}`),
        },
      )
      progress.end()
      await printTaken(taken, flags, context)
    } finally {
      await target.close()
    }
  } finally {
    progress.end()
    interrupts.release()
    for (const source of sources) await source.close()
  }
}

function pathOf(url: string): string {
  return url.replace(/^duckdb:/, '')
}
