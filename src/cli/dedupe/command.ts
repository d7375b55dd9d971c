import type { Command } from 'commander'
import { catalogFlags } from '../catalog-flags.ts'
import type { CliContext } from '../context.ts'
import type { DedupeFlags } from './run.ts'

export function configure(command: Command, context: CliContext): void {
  catalogFlags(command, 'catalog to ask')
    .option('-w, --where <condition>', 'only files for which this SQL condition over files and parts holds')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Tells files apart by their pixels, however they are stored: fill the catalog
with ingest --hash first. Nothing is deleted.

  exr-inspector dedupe
  exr-inspector dedupe --where "file_path LIKE '/show/%'" --json`,
    )
    .action(async (flags: DedupeFlags) => {
      const { runDedupe } = await import('./run.ts')
      await runDedupe(flags, context)
    })
}
