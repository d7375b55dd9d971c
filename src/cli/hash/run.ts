import { parseAlgorithm } from '../../pixels/hashes.ts'
import type { FileHashes } from '../../pixels/types.ts'
import { type CliContext, widthOf } from '../context.ts'
import { hanging } from '../format/columns.ts'
import { shortPath } from '../format/fit.ts'
import { fittedTable } from '../format/fitted-table.ts'
import { singleLine } from '../format/visible.ts'
import { type PixelFileFlags, type PixelFileOutput, runOnPixelFiles } from '../pixel-files.ts'
import { missingLines } from '../stats/report.ts'

export interface HashFlags extends PixelFileFlags {
  readonly algorithm: string
  readonly long?: true
}

/** Content hashes of what the arguments name. */
export async function runHash(args: readonly string[], flags: HashFlags, context: CliContext): Promise<void> {
  const output: PixelFileOutput = {
    json: ({ hashes }) => hashes!,
    text: ({ hashes }, path) => `${hashLines(hashes!, path, flags.long === true, context).join('\n')}\n`,
    isPartial: ({ hashes }) => hashes!.parts.some(({ pixel_hash }) => pixel_hash === null),
  }
  await runOnPixelFiles(args, flags, { hash: parseAlgorithm(flags.algorithm, '--algorithm') }, output, context)
}

function hashLines(hashes: FileHashes, path: string, isLong: boolean, context: CliContext): string[] {
  const { style } = context
  const width = widthOf(context)
  const lines = [
    `${hashes.image_hash ?? style.yellow('cannot tell'.padEnd(32))}  ${shortPath(path, Math.max(24, width - 34))}`,
  ]
  const rows: string[][] = []
  if (isLong) {
    rows.push(['file', hashes.file_hash], ['perceptual', hashes.perceptual_hash ?? '–'])
    for (const part of hashes.parts) {
      rows.push([`part ${part.part_index} ${singleLine(part.part_name ?? '')}`.trimEnd(), part.pixel_hash ?? '–'])
      for (const { channel_name, pixel_hash } of part.channels) {
        rows.push([`  ${singleLine(channel_name)}`, pixel_hash ?? '–'])
      }
    }
    const [, ...told] = fittedTable([{ name: '', cut: 'name' }, { name: '' }], rows, { style, width, indent: '  ' })
    lines.push(...told)
  }
  for (const part of hashes.parts) {
    if (part.cannot_check !== undefined)
      lines.push(...hanging(`part ${part.part_index}: ${singleLine(part.cannot_check)}`, width, '  ').map(style.yellow))
    if (part.missing !== undefined) lines.push(...missingLines(part.missing, style, width))
  }
  return lines
}
