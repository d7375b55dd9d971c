import type { Command } from 'commander'
import type { CliContext } from '../context.ts'
import { limitOption } from '../inspection-flags.ts'
import type { LsFlags } from './run.ts'

export function configure(command: Command, context: CliContext): void {
  command
    .argument(
      '[location...]',
      'folders, files, patterns (a.####.exr), s3:// prefixes, a catalog, or - for names on standard input; default .',
    )
    .option('-l, --long', 'size, resolution, compression, layers, whether it is whole, and drift: reads every header')
    .option('-r, --recursive', 'folders below, too')
    .option('-s, --sort <key>', 'name, frames, missing or size', 'name')
    .option('-a, --all', 'every file, not OpenEXR files alone')
    .option('--allow-empty', 'finding no file is no error')
    .option('--follow', 'follow symbolic links in folders')
    .option('--json', 'JSON: an array with an object a sequence')
    .option('-0, --null', 'names on standard input end in NUL bytes')
    .option('-j, --jobs <n>', 'threads')
    .addOption(limitOption())
    .addHelpText(
      'after',
      `
One line a sequence: how many frames, which, which are missing, and the pattern,
which every other command takes.
A name without a frame number is a line of its own.

  exr-inspector ls /show/shot/renders
  exr-inspector ls -l -r /show --sort size
  exr-inspector ls farm.duckdb --json
  find . -name '*.exr' | exr-inspector ls -`,
    )
    .action(async (locations: string[], flags: LsFlags) => {
      const { runLs } = await import('./run.ts')
      await runLs(locations, flags, context)
    })
}
