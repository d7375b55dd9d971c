import type { Registry } from 'prom-client'
import { loadPart } from '../parts.ts'
import type { ConsumeWatcher } from './consume.ts'

/** What a consumer shows to Prometheus; `registry.metrics()` is the page. */
export interface ConsumeMetrics {
  readonly registry: Registry
  readonly watcher: ConsumeWatcher
}

/** New counters in a registry of their own, all at zero. Throws ERR_FEATURE_UNAVAILABLE without prom-client. */
export async function consumeMetrics(): Promise<ConsumeMetrics> {
  const { Counter, Gauge, Registry } = await loadPart(() => import('prom-client'))
  const registry = new Registry()
  const registers = [registry]
  const counter = (name: string, help: string) => new Counter({ name, help, registers })
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Resident memory of the consumer, its threads included.',
    registers,
    collect() {
      this.set(process.memoryUsage.rss())
    },
  })
  const messages = counter('exr_consumer_messages_total', 'Messages that are done.')
  const deadLetters = counter('exr_consumer_dead_letters_total', 'Messages that can never be done.')
  const batches = counter('exr_consumer_batches_total', 'Transactions of the catalog.')
  const rebalances = counter('exr_consumer_rebalances_total', 'Times that partitions were handed out anew.')
  const work = new Counter({
    name: 'exr_consumer_work_total',
    help: 'Pieces of work by outcome: stored, updated, removed, skipped, bad_file.',
    labelNames: ['outcome'],
    registers,
  })
  const partitionCount = new Gauge({
    name: 'exr_consumer_partitions',
    help: "Partitions that are this member's.",
    registers,
  })
  const lag = new Gauge({
    name: 'exr_consumer_lag',
    help: "Messages of this member's partitions that are not done.",
    labelNames: ['partition'],
    registers,
  })
  return {
    registry,
    watcher: {
      stored(added) {
        messages.inc(added.messages)
        deadLetters.inc(added.deadLetters)
        batches.inc(added.batches)
        const { stored, updated, removed, skipped, failed } = added
        const outcomes = { stored, updated, removed, skipped, bad_file: failed }
        for (const [outcome, count] of Object.entries(outcomes)) work.inc({ outcome }, count)
      },
      rebalanced(partitions) {
        rebalances.inc()
        partitionCount.set(partitions.length)
      },
      behind(left) {
        lag.reset()
        for (const [partition, count] of left) lag.set({ partition: String(partition) }, Number(count))
      },
    },
  }
}
