import { layerOf } from '../../header/channel-names.ts'
import { parseLevel, parseSampling } from '../../pixels/options.ts'
import type { CliContext } from '../context.ts'
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
  const wants = await channelFilter(flags)
  const work = {
    stats: true,
    wants,
    ...(flags.sample !== undefined && { sampling: parseSampling(flags.sample) }),
    ...(flags.level !== undefined && { level: parseLevel(flags.level) }),
  }
  const output: PixelFileOutput = {
    json: ({ stats }) => stats!,
    text: ({ stats }, path) => statsReport(stats!, path, { style: context.style, isLong: flags.long === true }),
    isPartial: ({ stats }) => stats!.parts.some(({ partial }) => partial),
  }
  await runOnPixelFiles(args, flags, work, output, context)
}

async function channelFilter({ channel, layer }: StatsFlags): Promise<((name: string) => boolean) | undefined> {
  if (channel === undefined && layer === undefined) return undefined
  const { default: picomatch } = await import('picomatch')
  // Dots separate layers, nothing in a channel's name is a path.
  const matches = channel === undefined ? () => true : picomatch([...channel], { dot: true, bash: true })
  return (name) => matches(name) && (layer === undefined || layerOf(name) === layer)
}
