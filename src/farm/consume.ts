import { randomUUID } from 'node:crypto'
import {
  type BrokerMessage,
  type BrokerSettings,
  GroupReader,
  type GroupReaderOptions,
  Publisher,
} from '../broker/index.ts'
import type { CatalogConsumer, CatalogWriter, RunSummary, UpsertResult } from '../catalog/catalog.ts'
import { decideRemoval } from '../function/removal.ts'
import { nameOf } from '../function/target.ts'
import type { InspectWork, RemoveWork } from '../function/work.ts'
import { type IngestWorkerSettings, type IngestWorkers, openIngestWorkers } from '../ingest/workers.ts'
import { normalizePath } from '../inspect/identity.ts'
import { wantsPixels } from '../inspect/options.ts'
import { type Logger, silentLogger } from '../log.ts'
import { connectS3, type S3Connection } from '../source/s3-client.ts'
import { batchesOf } from '../workers/batches.ts'
import { flow } from '../workers/flow.ts'
import { type DeadLetter, deadLetter } from './dead-letters.ts'
import { emptyBatch, type InspectedWorks, inspectWorks } from './inspect-works.ts'
import { readMessage } from './message.ts'

/** What to read, where results go, and what to find out. */
export interface ConsumeOptions
  extends Pick<IngestWorkerSettings, 'foldCase' | 'inspect' | 's3' | 'jobs' | 'isolation'>,
    Pick<GroupReaderOptions, 'topic' | 'group' | 'sessionMs'> {
  readonly broker: BrokerSettings
  /** Open, its schema ensured. Stays open. */
  readonly catalog: CatalogWriter & CatalogConsumer
  /** Where messages go that can never be done; null keeps a note of each in `ingest_errors` alone. */
  readonly deadLetterTopic: string | null
  /** The only places whose files may be named; empty for all. */
  readonly below?: readonly string[]
  /** Messages of one transaction at most. Default 256. */
  readonly batchMessages?: number
  /** How long a transaction waits for more messages. Default 250 ms. */
  readonly batchWaitMs?: number
  /** End when everything is done and nothing has come for so long; null for never. */
  readonly idleMs?: number | null
  /** Finish what was begun, tell the broker, leave the group, and end: no error. */
  readonly stop: AbortSignal
  readonly toolVersion: string
  readonly log?: Logger
  readonly watcher?: ConsumeWatcher
  /** Called after every transaction. */
  readonly onProgress?: (counts: ConsumeCounts) => void
}

/** Told what happens, for metrics. */
export interface ConsumeWatcher {
  /** What one transaction adds to the counts. */
  stored(added: ConsumeCounts): void
  /** Partitions that are this member's now. */
  rebalanced(partitions: readonly number[]): void
  /** Messages of its partitions that are not done, every five seconds. */
  behind(lag: ReadonlyMap<number, bigint>): void
}

/** What became of the messages of a run. */
export interface ConsumeCounts {
  readonly messages: number
  readonly stored: number
  readonly updated: number
  readonly removed: number
  readonly skipped: number
  /** Files that could not be read or stored: rows of `ingest_errors`. */
  readonly failed: number
  readonly incomplete: number
  readonly deadLetters: number
  readonly batches: number
  readonly rebalances: number
}

/** What the library's `consume` must be told, and what it may be. */
export type ConsumeCallOptions = Pick<ConsumeOptions, 'broker' | 'topic' | 'group'> &
  Partial<Omit<ConsumeOptions, 'broker' | 'topic' | 'group' | 'catalog' | 'toolVersion'>>

const BATCH_MESSAGES = 256
const BATCH_WAIT_MS = 250
const LAG_EVERY_MS = 5_000
/** Frames and sequences are decided over all names of a folder, which costs more than storing a few of its files. */
const REGROUP_EVERY_MS = 60_000

/**
 * Reads a topic as a member of a group until `stop`, and stores what its messages ask for. A batch of messages is one
 * transaction with how far its partitions are read inside it (an embedded catalog), or an upsert that changes nothing when done again
 * (VAST DataBase); the broker is told after it. So nothing is lost, whatever ends this process, and no file is stored twice. A
 * file that cannot be read stops nothing. Messages are taken no faster than they are stored.
 * Throws ERR_BROKER*, ERR_CATALOG_*, ERR_DISK_FULL; what was stored before stays, and the rest is given out again.
 */
export async function consume(options: ConsumeOptions): Promise<ConsumeCounts> {
  const run = new Consumption(options)
  await run.run()
  return run.counts
}

/** A batch that is ready to be stored. */
interface Prepared extends InspectedWorks {
  readonly messages: readonly BrokerMessage[]
  readonly removals: readonly RemoveWork[]
  readonly skipped: number
  readonly deadLetters: readonly DeadLetter[]
}

class Consumption {
  readonly #options: ConsumeOptions
  readonly #log: Logger
  readonly #runId = randomUUID()
  readonly #startedAtUs = nowUs()
  readonly #idle = new AbortController()
  readonly #stop: AbortSignal
  readonly #folders = new Set<string>()
  #regroupedMs = Date.now()
  #lastMessageMs = Date.now()
  #publisher: Publisher | null = null
  #s3: S3Connection | null = null
  readonly counts = noCounts()

  constructor(options: ConsumeOptions) {
    this.#options = options
    this.#log = options.log ?? silentLogger
    this.#stop = AbortSignal.any([options.stop, this.#idle.signal])
  }

  async run(): Promise<void> {
    const { broker, catalog, topic, group, sessionMs, deadLetterTopic, watcher } = this.#options
    const topicId = await GroupReader.topicId(broker, topic)
    if (deadLetterTopic !== null) await GroupReader.topicId(broker, deadLetterTopic)
    const name = { group, topic, topicId }
    const reader = await GroupReader.open(broker, {
      topic,
      group,
      done: await catalog.consumedOffsets(name),
      log: this.#log,
      ...(sessionMs !== undefined && { sessionMs }),
      onRebalance: (partitions) => {
        this.counts.rebalances += 1
        this.#lastMessageMs = Date.now()
        watcher?.rebalanced(partitions)
        this.#log.info({ partitions }, `Partitions of ${topic}: ${partitions.join(', ') || 'none'}`)
      },
    })
    const workers = this.#openWorkers()
    const watching = setInterval(() => void this.#look(reader), this.#lookEveryMs())
    watching.unref()
    await catalog.recordRun(this.#summary(null))
    let endedAtUs: bigint | null = null
    try {
      await this.#store(reader, workers, name)
      endedAtUs = nowUs()
    } finally {
      clearInterval(watching)
      await reader.close()
      await workers.close()
      await this.#publisher?.close()
      this.#s3?.close()
      await catalog.recordRun(this.#summary(endedAtUs)).catch(() => undefined)
    }
  }

  async #store(reader: GroupReader, workers: IngestWorkers, name: ConsumedName): Promise<void> {
    const { batchMessages = BATCH_MESSAGES, batchWaitMs = BATCH_WAIT_MS, jobs, onProgress } = this.#options
    const batches = batchesOf(this.#noted(reader), batchMessages, batchWaitMs)
    const prepared = flow(batches, (messages) => this.#prepare(messages, workers), { window: jobs + 1, ordered: true })
    for await (const batch of prepared) {
      await this.#storeBatch(batch, name)
      await reader.commit(nextOffsets(batch.messages))
      onProgress?.(this.counts)
      if (Date.now() - this.#regroupedMs > REGROUP_EVERY_MS) await this.#regroup()
    }
    await this.#regroup()
  }

  async *#noted(reader: GroupReader): AsyncGenerator<BrokerMessage> {
    for await (const message of reader.messages(this.#stop)) {
      this.#lastMessageMs = Date.now()
      yield message
    }
  }

  async #prepare(messages: readonly BrokerMessage[], workers: IngestWorkers): Promise<Prepared> {
    const inspections = new Map<string, { readonly work: InspectWork; readonly message: BrokerMessage }>()
    const removals = new Map<string, RemoveWork>()
    const deadLetters: DeadLetter[] = []
    let skipped = 0
    for (const message of messages) {
      const { works, poison } = readMessage(message, this.#options.below ?? [])
      if (poison !== null) deadLetters.push({ message, reason: poison })
      for (const work of works) {
        if (work.kind === 'skip') skipped += 1
        else if (work.kind === 'remove') removals.set(nameOf(work.target), work)
        else inspections.set(nameOf(work.target), { work, message })
      }
    }
    const inspected = await inspectWorks(
      [...inspections.values()].map(({ work }) => work),
      workers,
    )
    for (const { path, code, message } of inspected.unreached) {
      const from = inspections.get(path)?.message
      if (from)
        deadLetters.push({
          message: from,
          reason: { code: code as DeadLetter['reason']['code'], message, details: {} },
        })
    }
    return { ...inspected, messages, removals: [...removals.values()], skipped, deadLetters }
  }

  /** Dead letters first: whatever ends this process then, the message is there once more and not gone. */
  async #storeBatch(prepared: Prepared, name: ConsumedName): Promise<void> {
    const { catalog } = this.#options
    const { messages, batch, removals, deadLetters } = prepared
    await this.#bury(deadLetters)
    const failures = [...prepared.failures, ...this.#notes(deadLetters)]
    const topic = { ...name, offsets: nextOffsets(messages) }
    let results: readonly UpsertResult[]
    if (removals.length === 0) results = await catalog.storeConsumed(batch, failures, topic, this.#runId)
    else {
      // A removal marks what is stored, so it comes behind the files and before the word that all is done.
      results = await catalog.storeConsumed(batch, failures, { ...topic, offsets: new Map() }, this.#runId)
      for (const work of removals) await this.#remove(work)
      await catalog.storeConsumed(emptyBatch(), [], topic, this.#runId)
    }
    const refused = results.flatMap((result) => {
      if (result.status !== 'error') return []
      return [{ ...result, byteOffset: null, seenAtUs: nowUs() }]
    })
    await catalog.recordFailures(refused, this.#runId)
    this.#count(prepared, results, refused.length)
  }

  #count(prepared: Prepared, results: readonly UpsertResult[], refused: number): void {
    const stored = results.filter(({ status }) => status === 'inserted').length
    this.#add({
      messages: prepared.messages.length,
      stored,
      updated: results.length - stored - refused,
      skipped: prepared.skipped,
      failed: prepared.failures.length + refused,
      incomplete: prepared.incomplete.length,
      deadLetters: prepared.deadLetters.length,
      batches: 1,
    })
    for (const { path, code, message } of prepared.failures) {
      this.#log.warn({ path, code }, message.includes(path) ? message : `${path}: ${message}`)
    }
    for (const result of results) {
      const path = normalizePath(result.path, { foldCase: this.#options.foldCase })
      this.#folders.add(path.slice(0, path.lastIndexOf('/') + 1))
    }
  }

  #add(added: Partial<ConsumeCounts>): void {
    const all = { ...noCounts(), ...added }
    for (const name of Object.keys(all) as (keyof ConsumeCounts)[]) this.counts[name] += all[name]
    this.#options.watcher?.stored(all)
  }

  async #bury(letters: readonly DeadLetter[]): Promise<void> {
    const { broker, topic, deadLetterTopic } = this.#options
    for (const { message, reason } of letters) {
      const { partition, offset } = message
      this.#log.warn({ partition, offset: String(offset), code: reason.code }, reason.message)
    }
    if (deadLetterTopic === null || letters.length === 0) return
    this.#publisher ??= await Publisher.open(broker)
    await this.#publisher.send(
      deadLetterTopic,
      letters.map((letter) => deadLetter(letter, topic)),
    )
  }

  /** Where nothing else keeps them, messages that cannot be done are told beside the files that cannot be read. */
  #notes(letters: readonly DeadLetter[]) {
    const { topic, deadLetterTopic } = this.#options
    if (deadLetterTopic !== null) return []
    return letters.map(({ message: { partition, offset }, reason: { code, message } }) => ({
      path: `kafka:${topic}/${partition}/${offset}`,
      code,
      message,
      byteOffset: null,
      seenAtUs: nowUs(),
    }))
  }

  async #remove(work: RemoveWork): Promise<void> {
    this.#s3 ??= await connectS3(this.#options.s3)
    const decided = await decideRemoval(this.#s3, work, new AbortController().signal)
    if ('reason' in decided) return this.#add({ skipped: 1 })
    const { sequencer } = work
    this.#add({
      removed: await this.#options.catalog.markRemoved(decided.paths, decided.removedAtUs, { sequencer }),
    })
    for (const path of decided.paths) this.#folders.add(path.slice(0, path.lastIndexOf('/') + 1))
  }

  async #regroup(): Promise<void> {
    this.#regroupedMs = Date.now()
    if (this.#folders.size === 0) return
    await this.#options.catalog.regroupFrames(this.#folders)
    this.#folders.clear()
  }

  /** How far behind this member is; ends it where it is to end when there is nothing left. */
  async #look(reader: GroupReader): Promise<void> {
    const { watcher, idleMs = null } = this.#options
    try {
      const lag = await reader.lag()
      watcher?.behind(lag)
      const isDone = this.counts.rebalances > 0 && [...lag.values()].every((left) => left === 0n)
      if (idleMs !== null && isDone && Date.now() - this.#lastMessageMs >= idleMs) this.#idle.abort()
    } catch (error) {
      this.#log.warn({}, error instanceof Error ? error.message : String(error))
    }
  }

  #lookEveryMs(): number {
    return Math.min(LAG_EVERY_MS, Math.max(100, (this.#options.idleMs ?? LAG_EVERY_MS) / 4))
  }

  #openWorkers(): IngestWorkers {
    const { foldCase, inspect = {}, s3, jobs, isolation } = this.#options
    const chosen = isolation ?? (wantsPixels(inspect) ? 'process' : undefined)
    return openIngestWorkers({ runId: this.#runId, foldCase, inspect, s3, jobs, ...(chosen && { isolation: chosen }) })
  }

  #summary(endedAtUs: bigint | null): RunSummary {
    const { topic, group, broker, toolVersion } = this.#options
    const { stored, updated, failed } = this.counts
    return {
      runId: this.#runId,
      startedAtUs: this.#startedAtUs,
      endedAtUs,
      source: `topic ${topic} at ${broker.brokers.join(',')}, group ${group}`,
      found: stored + updated + failed,
      inserted: stored,
      updated,
      unchanged: 0,
      failed,
      toolVersion,
    }
  }
}

type MutableCounts = { -readonly [Name in keyof ConsumeCounts]: number }

function noCounts(): MutableCounts {
  return {
    messages: 0,
    stored: 0,
    updated: 0,
    removed: 0,
    skipped: 0,
    failed: 0,
    incomplete: 0,
    deadLetters: 0,
    batches: 0,
    rebalances: 0,
  }
}

type ConsumedName = { readonly group: string; readonly topic: string; readonly topicId: string | null }

function nextOffsets(messages: readonly BrokerMessage[]): Map<number, bigint> {
  return new Map(messages.map(({ partition, offset }) => [partition, offset + 1n]))
}

function nowUs(): bigint {
  return BigInt(Date.now()) * 1000n
}
