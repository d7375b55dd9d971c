import type { Command } from 'commander'
import type { CliContext } from '../context.ts'
import type { ThumbnailFlags } from './run.ts'

export function configure(command: Command, context: CliContext): void {
  command
    .argument('<file>', 'file or URL')
    .requiredOption('-o, --output <picture>', 'where to write it: .png, .jpg or .webp')
    .option('--size <pixels>', 'the longer side', '512')
    .option('--part <n>', 'this part, from 0, instead of the first that can be shown')
    .option('--layer <name>', 'this layer, part or channel instead of the beauty')
    .option('--view <name>', 'this view of a stereo file')
    .option('--exposure <stops>', 'brighter or darker', '0')
    .option('--range <low,high>', 'values shown as black and white, or as the ends of the false colours')
    .option('--background <checker|none|#rrggbb>', 'what lies behind transparent pixels', 'checker')
    .option('--json', 'print what is shown as JSON')
    .addHelpText(
      'after',
      `
Depth and other data are shown in false colour. Pixels that cannot be decoded
are drawn as red stripes.

  exr-inspector thumbnail beauty.1001.exr -o beauty.png
  exr-inspector thumbnail beauty.1001.exr -o z.png --layer Z --range 0,100
  exr-inspector thumbnail stereo.exr -o left.jpg --view left --exposure +1`,
    )
    .action(async (file: string, flags: ThumbnailFlags) => {
      const { runThumbnail } = await import('./run.ts')
      await runThumbnail(file, flags, context)
    })
}
