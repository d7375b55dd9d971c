import type { Command } from 'commander'
import { catalogFlags } from '../catalog-flags.ts'
import type { CliContext } from '../context.ts'
import type { SimilarFlags } from './run.ts'

export function configure(command: Command, context: CliContext): void {
  catalogFlags(command, 'catalog to search')
    .argument('<file|file_id>', 'a file of the catalog, or any other EXR file')
    .option('-k, --count <n>', 'how many matches', '10')
    .option('-w, --where <condition>', 'only files for which this SQL condition over files and parts holds')
    .option('--by <provider[@version]>', 'compare vectors of this provider, which embed made')
    .option('--files', 'every file, not the best frame of each sequence')
    .option('--explain', 'print how the catalog would search, and search nothing')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Files are alike when their headers are: channels, layers, windows, compression,
camera, software. A sequence is one match, as much alike as the best of its
frames.

  exr-inspector similar beauty.1001.exr -k 5
  exr-inspector similar beauty.1001.exr --by channels
  exr-inspector similar beauty.1001.exr --where "width >= 1920 AND is_complete"`,
    )
    .action(async (query: string, flags: SimilarFlags) => {
      const { runSimilar } = await import('./run.ts')
      await runSimilar(query, flags, context)
    })
}
