import type { Command } from 'commander'
import { catalogFlags } from '../catalog-flags.ts'
import type { CliContext } from '../context.ts'
import type { EmbedFlags } from './run.ts'

export function configure(command: Command, context: CliContext): void {
  catalogFlags(command, 'catalog to bring up to date')
    .option('--provider <name>', 'who makes the vectors: metadata, channels, or the name of --model', 'metadata')
    .option('--model <file.onnx>', 'a model that makes them of a picture of each file')
    .option('--size <pixels>', 'of the pictures, where the model takes any (default 224)')
    .option('--pixels <values>', 'that the model takes: imagenet, signed, unit or bytes (default imagenet)')
    .option('--output <name>', 'the output of the model that is the vector (default the first)')
    .option('-j, --jobs <n>', 'workers that read files again (EXR_JOBS; default one a core)')
    .option('--rows-only', 'read no file again: leave those whose rows do not suffice')
    .option('--drop <provider[@version]>', 'drop old versions of its vectors, or that one, and make none')
    .option('-n, --dry-run', 'with --drop: count what would go')
    .option('-q, --quiet', 'print failures only')
    .option('-v, --verbose', 'print every file that was left, not the first 20')
    .option('--json', 'print the summary as JSON')
    .addHelpText(
      'after',
      `
Vectors of another release do not compare with new ones: similar searches among
vectors of one version only. This makes the old ones anew, from the catalog's
rows where they suffice, else from the files. With --provider it makes vectors
of another kind, for similar --by, of every file that has none yet. Ctrl-C
finishes the batch at hand; the same command goes on from there.

  exr-inspector embed
  exr-inspector embed --provider channels
  exr-inspector embed --provider looks --model lite0.onnx
  exr-inspector embed --drop looks --dry-run
  exr-inspector embed --catalog vast://bucket/schema --rows-only --json`,
    )
    .action(async (flags: EmbedFlags) => {
      const { runEmbed } = await import('./run.ts')
      await runEmbed(flags, context)
    })
}
