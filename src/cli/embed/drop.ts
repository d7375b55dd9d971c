import { embeddingsToDrop } from '../../catalog/embeddings.ts'
import { unexpected } from '../../settings/parse.ts'
import type { CatalogFlags } from '../catalog-flags.ts'
import type { CliContext } from '../context.ts'
import { plural } from '../format/units.ts'
import { openExisting } from '../open-catalog.ts'

interface DropFlags extends CatalogFlags {
  readonly provider: string
  readonly dryRun?: true
  readonly quiet?: true
  readonly json?: true
}

/** `embed --drop`: vectors of old versions of a provider, or of one version, set by set. */
export async function runDrop(named: string, flags: DropFlags, context: CliContext): Promise<void> {
  if (flags.provider !== 'metadata') throw unexpected('no provider', '--drop', flags.provider)
  const isDry = flags.dryRun === true
  const catalog = await openExisting(context.config(flags))
  try {
    const sets = embeddingsToDrop(await catalog.embeddingSets(), named, catalog.url)
    const dropped: { provider: string; version: string; files: number }[] = []
    for (const { provider, version, fileCount } of sets) {
      const files = isDry ? fileCount : await catalog.dropEmbeddings({ provider, version })
      dropped.push({ provider, version, files })
    }
    if (flags.json) {
      return await context.printData(`${JSON.stringify({ dry_run: isDry, dropped }, null, 2)}\n`)
    }
    if (flags.quiet) return
    const done = isDry ? 'Would drop' : 'Dropped'
    const lines = dropped.map(
      ({ provider, version, files }) => `${done} ${plural(files, 'vector')} of ${provider}@${version}.`,
    )
    const none = `${named} has one version alone, by which similar compares. Drop it with: --drop ${named}@<version>`
    await context.print(`${lines.length > 0 ? lines.join('\n') : none}\n`)
  } finally {
    await catalog.close()
  }
}
