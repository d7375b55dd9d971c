import type { Command } from 'commander'
import { answerFlags } from '../answer.ts'
import { catalogFlags } from '../catalog-flags.ts'
import type { CliContext } from '../context.ts'
import type { QueryFlags } from './run.ts'

export function configure(command: Command, context: CliContext): void {
  answerFlags(
    catalogFlags(command, 'catalog to ask')
      .argument('<name>', 'name of the query, or list')
      .option('-p, --param <name=value>', 'what the query is told; may be given several times', collect, [])
      .option('-w, --where <condition>', 'only files for which this SQL condition over files and parts holds'),
  )
    .option('--measure <files>', 'of compression-cost: encode chunks of so many files of each anew')
    .option('--explain', 'print the SQL of the query, and ask nothing')
    .addHelpText(
      'after',
      `
  exr-inspector query list
  exr-inspector query missing-frames
  exr-inspector query drift --where "file_path LIKE '%/sh010/%'"
  exr-inspector query channel-composition -p all=diffuse,Z -p none=crypto_object
  exr-inspector query compression-cost --measure 20
  exr-inspector query trends -p every=week -p since=2026-01-01 --format csv`,
    )
    .action(async (name: string, flags: QueryFlags) => {
      const { runQuery } = await import('./run.ts')
      await runQuery(name, flags, context)
    })
}

function collect(value: string, all: readonly string[]): string[] {
  return [...all, value]
}
