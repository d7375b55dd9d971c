import type { Command } from 'commander'
import type { CliContext } from '../context.ts'
import { listOf } from '../pixel-files.ts'
import type { DiffFlags } from './run.ts'

export function configure(command: Command, context: CliContext): void {
  command
    .argument('<a>', 'file, URL or directory')
    .argument('<b>', 'what it is compared with; files of two directories are paired by name')
    .option('--fail <difference>', 'pixels differ above this absolute difference', '0')
    .option('--warn <difference>', 'count pixels above this absolute difference', '0')
    .option('--strict', 'a NaN differs from a NaN')
    .option('--ignore-attr <glob>', 'do not compare attributes of this name (repeat for more)', listOf)
    .option('--all-attrs', 'compare attributes that change with every render, too')
    .option('--image <picture>', 'write a map of the differences: .png, .jpg or .webp')
    .option('-j, --jobs <n>', 'pairs at a time')
    .option('--json', 'JSON: one object for two files, else an array')
    .option('--list-volatile', 'print the attributes that are not compared by default, and compare nothing')
    .addHelpText(
      'after',
      `
Parts are paired by name, then by place. Compression, tiles and order of lines
are no difference. Pixels are compared where both data windows are. Exit code 0
same, 1 differs, 2 usage, 3 cannot tell.

  exr-inspector diff before.exr after.exr --fail 0.001 --image diff.png
  exr-inspector diff /show/v001 /show/v002 --json`,
    )
    .action(async (a: string, b: string, flags: DiffFlags) => {
      const { runDiff } = await import('./run.ts')
      await runDiff(a, b, flags, context)
    })
}
