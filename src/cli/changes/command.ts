import type { Command } from 'commander'
import { catalogFlags } from '../catalog-flags.ts'
import type { CliContext } from '../context.ts'
import type { ChangesFlags } from './run.ts'

export function configure(command: Command, context: CliContext): void {
  catalogFlags(
    command.argument('<file|sequence>', 'path of a file, or of a sequence with # for its digits'),
    'catalog to ask',
  )
    .option('--since <time>', 'compare the state at a time (2026-01-31T12:00Z) or so long ago (7d) with the latest')
    .option('--json', 'print an object a file')
    .addHelpText(
      'after',
      `
Without --since the latest look is compared with the last one that was
different. No file is opened: the catalog keeps the rows of superseded headers,
until retention cleans them.

  exr-inspector changes /renders/sh010/beauty.1001.exr
  exr-inspector changes '/renders/sh010/beauty.####.exr' --since 7d`,
    )
    .action(async (location: string, flags: ChangesFlags) => {
      const { runChanges } = await import('./run.ts')
      await runChanges(location, flags, context)
    })
}
