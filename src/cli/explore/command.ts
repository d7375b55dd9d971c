import type { Command } from 'commander'
import type { CliContext } from '../context.ts'
import { listOf } from '../pixel-files.ts'

export function configure(command: Command, context: CliContext): void {
  command
    .argument('[what]', 'catalog, folder, file or s3:// prefix; default: EXR_CATALOG, or exr-catalog.duckdb')
    .option('--catalog <url>', 'catalog to look at, or with --ingest to fill')
    .option('--ingest <root>', 'fill the catalog from this directory or prefix while it is looked at')
    .option('--watch [seconds]', 'with --ingest: look for new files again and again, every 30 s unless said')
    .option('--template <path>', 'fields of the path as facets, such as "/shows/{show}/{shot}/**"')
    .option('--policy <file>', 'policy of your own to judge by (repeat for more)', listOf)
    .option(
      '--host <address>',
      'address to bind; another than this machine is reached by everyone who knows the link',
      '127.0.0.1',
    )
    .option('--port <number>', 'port to bind, 0 for a free one', '0')
    .option('--open', 'open the page in the browser')
    .addHelpText(
      'after',
      '\nA folder or file is ingested into a catalog of its own first, which is gone at\nthe end.\nThe page changes nothing. Stop with Ctrl-C.',
    )
    .action(async (what: string | undefined, flags) => {
      const { runExplore } = await import('./run.ts')
      await runExplore(what, flags, context)
    })
}
