import type { Command } from 'commander'
import { catalogFlags } from '../catalog-flags.ts'
import type { CliContext } from '../context.ts'
import { checkOption, firstReadOption, limitOption } from '../inspection-flags.ts'
import { isolateOption } from '../isolate.ts'
import type { ConsumeFlags } from './run.ts'

export function configure(command: Command, context: CliContext): void {
  const list = (value: string, before: readonly string[] = []) => [...before, value]
  catalogFlags(command, 'catalog to fill')
    .option('--brokers <host:port,...>', 'Kafka brokers, or a VAST Event Broker (EXR_KAFKA_BROKERS)')
    .requiredOption('--topic <name>', 'topic to read')
    .requiredOption('--group <name>', 'group of consumers that share the topic')
    .option('--dead-letter <topic>', 'where messages go that can never be done; else ingest_errors')
    .option('--below <root>', 'files of no other folder or s3:// prefix (repeat for more)', list)
    .option('--batch <n>', 'messages of one transaction at most (default 256)')
    .option('--batch-wait <time>', 'how long a transaction waits for messages (default 250ms)')
    .option('--session <time>', 'a member that says nothing for so long is dead (default 30s)')
    .option('--idle-exit <time>', 'end when all is done and nothing came for so long')
    .option('--metrics <[host:]port>', 'serve /metrics for Prometheus, and /liveness')
    .option('-j, --jobs <n>', 'workers at a time (EXR_JOBS; default one a core)')
    .addOption(isolateOption('thread'))
    .option('--catalog-memory <bytes>', 'buffers of an embedded catalog, such as 1G (EXR_CATALOG_MEMORY)')
    .addOption(limitOption())
    .addOption(checkOption())
    .addOption(firstReadOption())
    .option('--validate [policy]', 'judge by a policy and keep the results: a built-in name (default core) or a file')
    .option(
      '--stats [sample=n]',
      'statistics of the pixels; of every nth row or tile, or a share (sample=8, sample=0.1)',
    )
    .option('--deep-stats', 'samples and depths of deep parts')
    .option('--hash', 'hashes of the pixels')
    .option('--fold-case', 'treat paths that differ only in case as one, for shares that ignore case')
    .option('-q, --quiet', 'print failures only')
    .option('--json', 'print the summary as JSON')
    .addHelpText(
      'after',
      `
Reads S3 notifications, DataEngine events and the lists of exr-inspector
dispatch from a topic, and stores what they name. A batch and how far the topic
is read are one transaction of an embedded catalog; in VAST DataBase a batch
that comes again changes nothing. The broker is told afterwards.
An embedded catalog has one writer: several consumers need VAST DataBase, or a
catalog each and exr-inspector catalog merge.
Ctrl-C finishes what was begun and leaves the group; a second one ends at once.

  exr-inspector consume --brokers kafka:9092 --topic exr --group farm \\
    -c vast://bucket/schema --dead-letter exr-dead`,
    )
    .action(async (flags: ConsumeFlags) => {
      const { runConsume } = await import('./run.ts')
      await runConsume(flags, context)
    })
}
