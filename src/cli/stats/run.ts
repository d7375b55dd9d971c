import { parseSampling } from '../../inspect/sampling.ts'
import { parseLevel } from '../../pixels/options.ts'
import { type CliContext, widthOf } from '../context.ts'
import { type PixelFileFlags, type PixelFileOutput, runOnPixelFiles } from '../pixel-files.ts'
import { statsReport } from './report.ts'

export interface StatsFlags extends PixelFileFlags {
  readonly sample?: string
  readonly level?: string
  readonly channel?: readonly string[]
  readonly layer?: string
  readonly long?: true
}

/** Statistics of the pixels of what the arguments name. */
export async function runStats(args: readonly string[], flags: StatsFlags, context: CliContext): Promise<void> {
  const work = {
    stats: true,
    ...(flags.channel !== undefined && { channels: flags.channel }),
    ...(flags.layer !== undefined && { layer: flags.layer }),
    ...(flags.sample !== undefined && { sampling: parseSampling(flags.sample, '--sample') }),
    ...(flags.level !== undefined && { level: parseLevel(flags.level) }),
  }
  const output: PixelFileOutput = {
    json: ({ stats }) => stats!,
    text: ({ stats }, path) =>
      statsReport(stats!, path, { style: context.style, isLong: flags.long === true, width: widthOf(context) }),
    isPartial: ({ stats }) => stats!.parts.some(({ partial }) => partial),
  }
  await runOnPixelFiles(args, flags, work, output, context)
}
