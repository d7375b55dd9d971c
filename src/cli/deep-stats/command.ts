import type { Command } from 'commander'
import type { CliContext } from '../context.ts'
import { addPixelFileFlags, type PixelFileFlags } from '../pixel-files.ts'

export function configure(command: Command, context: CliContext): void {
  addPixelFileFlags(command)
    .addHelpText(
      'after',
      `
Samples per pixel, depths, whether they are tidy and keep what the header
declares, and what loading them takes.
Of Cryptomattes and channels with an ID manifest, in flat parts too: ids, names,
and how much each object covers.

  exr-inspector deep-stats volume.1001.exr
  exr-inspector deep-stats /show/shot/deep --ndjson`,
    )
    .action(async (locations: string[], flags: PixelFileFlags) => {
      const { runDeepStats } = await import('./run.ts')
      await runDeepStats(locations, flags, context)
    })
}
