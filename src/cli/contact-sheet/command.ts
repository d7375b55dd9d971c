import type { Command } from 'commander'
import type { CliContext } from '../context.ts'
import { LOCATIONS_HELP, listOf } from '../pixel-files.ts'
import type { ContactSheetFlags } from './run.ts'

export function configure(command: Command, context: CliContext): void {
  command
    .argument('<location...>', LOCATIONS_HELP)
    .requiredOption('-o, --output <picture>', 'where to write it: .png, .jpg or .webp')
    .option('--size <pixels>', 'the longer side of a frame', '192')
    .option('--columns <n>', 'frames in a row (default: about a square)')
    .option('--layer <name>', 'this layer, part or channel instead of the beauty')
    .option('--view <name>', 'this view of stereo files')
    .option('--exposure <stops>', 'brighter or darker', '0')
    .option('--range <low,high>', 'values shown as black and white, or as the ends of the false colours')
    .option('--background <checker|none|#rrggbb>', 'what lies behind transparent pixels', 'checker')
    .option('--ignore <pattern>', 'leave out what matches, as in .gitignore (repeat for more)', listOf)
    .option('-j, --jobs <n>', 'files at a time')
    .option('--json', 'print what was drawn as JSON')
    .addHelpText(
      'after',
      `
Frames have their numbers below. A gap in the sequence is a grey place, a frame
that cannot be read is crossed out in red, one with pixels missing is framed in
yellow.

  exr-inspector contact-sheet /show/shot/beauty -o sheet.png
  exr-inspector contact-sheet 'renders/beauty.*.exr' -o sheet.jpg --columns 10`,
    )
    .action(async (locations: string[], flags: ContactSheetFlags) => {
      const { runContactSheet } = await import('./run.ts')
      await runContactSheet(locations, flags, context)
    })
}
