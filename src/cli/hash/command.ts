import type { Command } from 'commander'
import type { CliContext } from '../context.ts'
import { addPixelFileFlags } from '../pixel-files.ts'
import type { HashFlags } from './run.ts'

export function configure(command: Command, context: CliContext): void {
  addPixelFileFlags(command)
    .option('--algorithm <name>', 'xxh3-128 or sha-256', 'xxh3-128')
    .option('-l, --long', 'hashes of parts and channels too')
    .addHelpText(
      'after',
      `
The hash is that of the decoded samples: the same pixels give the same hash,
whatever the compression, tiles, order of lines, header, or the way channels are
spread over parts.

  exr-inspector hash beauty.1001.exr
  exr-inspector hash a.exr b.exr --long
  exr-inspector hash /show/renders --ndjson`,
    )
    .action(async (locations: string[], flags: HashFlags) => {
      const { runHash } = await import('./run.ts')
      await runHash(locations, flags, context)
    })
}
