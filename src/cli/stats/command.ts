import type { Command } from 'commander'
import type { CliContext } from '../context.ts'
import { addPixelFileFlags, listOf } from '../pixel-files.ts'
import type { StatsFlags } from './run.ts'

export function configure(command: Command, context: CliContext): void {
  addPixelFileFlags(command)
    .option('--sample <n|share>', 'look at every nth row or tile, or at this share of the chunks (0.1 or 0.1,seed=7)')
    .option('--level <n|x,y>', 'this mip level, or x and y level of a rip map, instead of the image itself')
    .option('--channel <glob>', 'only channels of this name (repeat for more)', listOf)
    .option('--layer <name>', 'only channels of this layer')
    .option('-l, --long', 'percentiles and where samples are that are no number, too')
    .addHelpText(
      'after',
      `
Every sample of the data window is looked at, chunk by chunk, in bounded memory.
NaN and infinities are counted and left out of the rest. Exit code 1 when a file
cannot be read or pixels of it cannot be decoded.

  exr-inspector stats beauty.1001.exr
  exr-inspector stats /show/shot/renders --sample 8 --ndjson
  exr-inspector stats beauty.1001.exr --layer diffuse --json`,
    )
    .action(async (locations: string[], flags: StatsFlags) => {
      const { runStats } = await import('./run.ts')
      await runStats(locations, flags, context)
    })
}
