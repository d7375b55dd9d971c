import type { Command } from 'commander'
import { catalogFlags } from '../catalog-flags.ts'
import type { CliContext } from '../context.ts'
import type { RetentionFlags } from './run.ts'

export function configure(command: Command, context: CliContext): void {
  catalogFlags(command, 'catalog to clean')
    .requiredOption('--keep <time>', 'keep what happened since: 90d, 12h')
    .option('--only <kinds>', 'clean only these: superseded, removed, sightings, runs, failures')
    .option('-n, --dry-run', 'count what would be cleaned, and clean nothing')
    .option('--json', 'print counts as JSON')
    .addHelpText(
      'after',
      `
Headers that others superseded, files that were removed, sightings between a
file's first and last, runs and failures go when they are older. Files that are
there stay, whenever they were seen. All in one transaction; Ctrl-C leaves the
catalog as it was. Room comes back with: exr-inspector catalog compact

  exr-inspector retention --keep 90d --dry-run
  exr-inspector retention --keep 365d --only superseded,removed`,
    )
    .action(async (flags: RetentionFlags) => {
      const { runRetention } = await import('./run.ts')
      await runRetention(flags, context)
    })
}
