import type { Command } from 'commander'
import { catalogFlags } from '../catalog-flags.ts'
import type { CliContext } from '../context.ts'
import type { ImportFlags } from './run.ts'

export function configure(command: Command, context: CliContext): void {
  catalogFlags(
    command.argument('<folder>', 'folder that export made'),
    'catalog that takes it over; made when it is not there',
  )
    .option('-q, --quiet', 'print nothing but failures')
    .option('--json', 'print counts as JSON')
    .addHelpText(
      'after',
      `
All of the export is compared with its manifest before anything is taken over.
Files that the catalog knows are not doubled: their sightings are put together.
Run again it goes on where it was ended.

  exr-inspector import /backup/renders --catalog restored.duckdb`,
    )
    .action(async (folder: string, flags: ImportFlags) => {
      const { runImport } = await import('./run.ts')
      await runImport(folder, flags, context)
    })
}
