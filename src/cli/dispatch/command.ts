import type { Command } from 'commander'
import type { CliContext } from '../context.ts'
import type { DispatchFlags } from './run.ts'

export function configure(command: Command, context: CliContext): void {
  const list = (value: string, before: readonly string[] = []) => [...before, value]
  command
    .argument('[root...]', 'directory, file, pattern (*.exr, a.####.exr, a.1-9#.exr), s3://bucket/prefix, or -')
    .option('--brokers <host:port,...>', 'Kafka brokers, or a VAST Event Broker (EXR_KAFKA_BROKERS)')
    .requiredOption('--topic <name>', 'topic to put the locations on; must be there')
    .option('--state <file>', 'keep what is on the topic here, and go on from it')
    .option('-j, --jobs <n>', 'threads that walk (EXR_JOBS; default one a core)')
    .option('--allow-empty', 'finding no file at all is no error')
    .option('--follow', 'follow symbolic links')
    .option('--hidden', 'look at hidden files and directories too')
    .option('--ignore <pattern>', 'leave out what matches, as in .gitignore (repeat for more)', list)
    .option('-0, --null', 'names on standard input end in NUL bytes')
    .option('-q, --quiet', 'print failures only')
    .option('--json', 'print the summary as JSON')
    .addHelpText(
      'after',
      `
Walks once and puts the location of every file on a topic, for
exr-inspector consume; no file is opened. The frames of a sequence have one key,
so that one consumer gets them. Whatever ends it, the same command with --state
goes on: folders that were not put there whole, or have changed since, are put
there again.

  exr-inspector dispatch /show --brokers kafka:9092 --topic exr --state done`,
    )
    .action(async (roots: string[], flags: DispatchFlags) => {
      const { runDispatch } = await import('./run.ts')
      await runDispatch(roots, flags, context)
    })
}
