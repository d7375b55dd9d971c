import { type Command, Option } from 'commander'
import { catalogFlags } from '../catalog-flags.ts'
import type { CliContext } from '../context.ts'
import type { ExportFlags } from './run.ts'

export function configure(command: Command, context: CliContext): void {
  catalogFlags(command.argument('<folder>', 'folder to make'), 'catalog to export')
    .addOption(
      new Option('--format <name>', 'form of the files').choices(['parquet', 'arrow', 'csv']).default('parquet'),
    )
    .option('--partition-by <fields>', 'put rows into folders by fields of the path, such as show or show,shot')
    .option('--template <path>', 'where in a path the fields stand, such as /renders/{show}/{shot}/**')
    .option('-q, --quiet', 'print nothing but failures')
    .option('--json', 'print the manifest')
    .addHelpText(
      'after',
      `
Every table becomes a folder; manifest.json is written last, so that an export
that was cut short is known as one. Whatever reads Parquet reads the
folders, exr-inspector import takes them over into a catalog.

  exr-inspector export /backup/renders
  exr-inspector export out --partition-by show --template '/renders/{show}/**'`,
    )
    .action(async (folder: string, flags: ExportFlags) => {
      const { runExport } = await import('./run.ts')
      await runExport(folder, flags, context)
    })
}
