import { parseAlgorithm } from '../../pixels/hashes.ts'
import type { FileHashes } from '../../pixels/types.ts'
import type { CliContext } from '../context.ts'
import { columns } from '../format/columns.ts'
import { singleLine } from '../format/visible.ts'
import { type PixelFileFlags, type PixelFileOutput, runOnPixelFiles } from '../pixel-files.ts'
import { missingLines } from '../stats/report.ts'
import type { Style } from '../style.ts'

export interface HashFlags extends PixelFileFlags {
  readonly algorithm: string
  readonly long?: true
}

/** Content hashes of what the arguments name. */
export async function runHash(args: readonly string[], flags: HashFlags, context: CliContext): Promise<void> {
  const output: PixelFileOutput = {
    json: ({ hashes }) => hashes!,
    text: ({ hashes }, path) => `${hashLines(hashes!, path, flags.long === true, context.style).join('\n')}\n`,
    isPartial: ({ hashes }) => hashes!.parts.some(({ pixel_hash }) => pixel_hash === null),
  }
  await runOnPixelFiles(args, flags, { hash: parseAlgorithm(flags.algorithm, '--algorithm') }, output, context)
}

function hashLines(hashes: FileHashes, path: string, isLong: boolean, style: Style): string[] {
  const lines = [`${hashes.image_hash ?? style.yellow('cannot tell'.padEnd(32))}  ${path}`]
  const rows: string[][] = []
  if (isLong) {
    rows.push(['file', hashes.file_hash], ['perceptual', hashes.perceptual_hash ?? '–'])
    for (const part of hashes.parts) {
      rows.push([`part ${part.part_index} ${singleLine(part.part_name ?? '')}`.trimEnd(), part.pixel_hash ?? '–'])
      for (const { channel_name, pixel_hash } of part.channels) {
        rows.push([`  ${singleLine(channel_name)}`, pixel_hash ?? '–'])
      }
    }
    lines.push(...columns(rows, { indent: '  ', width: Number.POSITIVE_INFINITY }))
  }
  for (const part of hashes.parts) {
    if (part.cannot_check !== undefined)
      lines.push(style.yellow(`  part ${part.part_index}: ${singleLine(part.cannot_check)}`))
    if (part.missing !== undefined) lines.push(...missingLines(part.missing, style))
  }
  return lines
}
