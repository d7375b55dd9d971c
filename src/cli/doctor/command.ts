import type { Command } from 'commander'
import type { CliContext } from '../context.ts'

export function configure(command: Command, context: CliContext): void {
  command
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExit code 3 when something required is missing: Node.js, or a catalog or\nstore that a setting names.\nWithout OpenImageIO headers are read all the same.',
    )
    .action(async (flags: { readonly json?: true }) => {
      const { runDoctor } = await import('./run.ts')
      await runDoctor(flags.json === true, context)
    })
}
