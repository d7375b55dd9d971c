import { setTimeout as sleep } from 'node:timers/promises'
import type { Consumer, MessagesStream } from '@platformatic/kafka'
import { ExrError } from '../errors.ts'
import { type Logger, silentLogger } from '../log.ts'
import { brokerError, clientOptions, loadKafka } from './client.ts'
import type { BrokerSettings } from './settings.ts'

/** A message as the broker has it. */
export interface BrokerMessage {
  readonly partition: number
  readonly offset: bigint
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: ReadonlyMap<string, string>
}

/** Offsets by partition: of the next message, not of the last. */
export type Offsets = ReadonlyMap<number, bigint>

/** What is read, and as whose member. */
export interface GroupReaderOptions {
  readonly topic: string
  readonly group: string
  /** A member that says nothing for so long is taken for dead. Default 30 s. */
  readonly sessionMs?: number
  /** Offsets that are known to be done by another record than the broker's. */
  readonly done?: Offsets
  readonly log?: Logger
  /** Called when partitions were handed out anew. */
  readonly onRebalance?: (partitions: readonly number[]) => void
}

/** Messages that the client holds before they are taken. */
const AHEAD_MESSAGES = 256
/** Bytes of one answer. */
const FETCH_BYTES = 4 * 2 ** 20
const LONGEST_WAIT_MS = 10_000
/** A broker that is away for longer ends the reading. */
const MOST_AWAY_MS = 300_000

/**
 * Reads a topic as one member of a group, with what a VAST Event Broker has: offsets kept by the broker, the whole group
 * stopping when partitions are handed out anew. Every message is given at least once to some member, and by one
 * reader at most once: what it has given already is passed over when it comes again.
 */
export class GroupReader {
  readonly #settings: BrokerSettings
  readonly #options: GroupReaderOptions
  readonly #consumer: Consumer<Buffer, Buffer, string, string>
  readonly #log: Logger
  /** The next message to give, by partition. */
  readonly #given = new Map<number, bigint>()
  /** What is done, by partition. */
  readonly #done: Map<number, bigint>
  /** What the broker knows to be done. */
  readonly #committed = new Map<number, bigint>()
  #generation = 0
  #partitions: readonly number[] = []
  #stream: MessagesStream<Buffer, Buffer, string, string> | null = null
  #failure: unknown = null
  #isMember = false
  /** A broker that took this member once is waited for when it goes away. */
  #wasMember = false
  #closing: Promise<void> | null = null

  private constructor(
    settings: BrokerSettings,
    options: GroupReaderOptions,
    consumer: Consumer<Buffer, Buffer, string, string>,
  ) {
    this.#settings = settings
    this.#options = options
    this.#consumer = consumer
    this.#log = options.log ?? silentLogger
    this.#done = new Map(options.done)
    for (const [partition, offset] of this.#done) this.#given.set(partition, offset)
    // Once more than the streams do: a topic that nobody reads is left, and to join again stops the whole group.
    consumer.topics.track(options.topic)
    consumer.on('consumer:group:join', ({ assignments }) => {
      this.#generation += 1
      this.#partitions = assignments?.find(({ topic }) => topic === options.topic)?.partitions ?? []
      options.onRebalance?.(this.#partitions)
      this.#leaveStream()
    })
    // Who could not join again is no member any more, and nobody says so.
    consumer.on('error', (error: unknown) => {
      this.#failure = error
      this.#leaveStream()
    })
  }

  /** Joins with the first message that is asked for. Throws ERR_FEATURE_UNAVAILABLE where the client is not installed. */
  static async open(settings: BrokerSettings, options: GroupReaderOptions): Promise<GroupReader> {
    const { Consumer, FetchIsolationLevels } = await loadKafka()
    const { sessionMs = 30_000, group } = options
    const text = (data?: Buffer) => data?.toString('utf8') ?? ''
    const same = (data?: Buffer) => data as Buffer
    const consumer = new Consumer<Buffer, Buffer, string, string>({
      ...clientOptions(settings),
      groupId: group,
      sessionTimeout: sessionMs,
      rebalanceTimeout: Math.max(sessionMs, 60_000),
      heartbeatInterval: Math.min(3_000, Math.ceil(sessionMs / 5)),
      isolationLevel: FetchIsolationLevels.READ_COMMITTED,
      deserializers: { key: same, value: same, headerKey: text, headerValue: text },
    })
    return new GroupReader(settings, options, consumer)
  }

  /** Identity of the topic: one that was deleted and made again has another. Null where the broker names none. */
  static async topicId(settings: BrokerSettings, topic: string): Promise<string | null> {
    const { Admin } = await loadKafka()
    const admin = new Admin(clientOptions(settings))
    try {
      const { topics } = await admin.metadata({ topics: [topic] })
      const id = topics.get(topic)?.id ?? ''
      return /[1-9a-f]/i.test(id) ? id : null
    } catch (error) {
      throw brokerError(error, settings, `read topic ${topic}`)
    } finally {
      await admin.close()
    }
  }

  /** Partitions that are this member's now. */
  get partitions(): readonly number[] {
    return this.#partitions
  }

  /**
   * Messages as they come, until `stop`. Taken no faster than asked for. Throws ERR_BROKER* when the broker refuses at once,
   * or is away for five minutes.
   */
  async *messages(stop: AbortSignal): AsyncGenerator<BrokerMessage, void, undefined> {
    const onStop = () => this.#leaveStream()
    stop.addEventListener('abort', onStop)
    let awaySinceMs: number | null = null
    try {
      while (!stop.aborted) {
        try {
          if (this.#failure !== null) throw this.#failure
          for await (const message of this.#stretch(stop)) {
            awaySinceMs = null
            yield message
          }
          awaySinceMs = null
        } catch (error) {
          this.#failure = null
          this.#isMember = false
          const failure = brokerError(error, this.#settings, `read topic ${this.#options.topic}`)
          awaySinceMs ??= Date.now()
          const awayMs = Date.now() - awaySinceMs
          if (!this.#wasMember || failure.code !== 'ERR_BROKER' || awayMs > MOST_AWAY_MS) throw failure
          this.#log.warn({ code: failure.code }, failure.message)
          await sleep(Math.min(LONGEST_WAIT_MS, 500 + awayMs), undefined, { signal: stop }).catch(() => undefined)
        }
      }
    } finally {
      stop.removeEventListener('abort', onStop)
    }
  }

  /**
   * Tells the broker what is done; partitions that are another member's by now are left to it. A broker that does not take it
   * is told again with the next, and until then hands the messages out again.
   */
  async commit(offsets: Offsets): Promise<void> {
    for (const [partition, offset] of offsets) {
      const before = this.#done.get(partition)
      if (before === undefined || before < offset) this.#done.set(partition, offset)
    }
    await this.#tell()
  }

  /** How many messages of this member's partitions are not done. Throws ERR_BROKER*. */
  async lag(): Promise<Map<number, bigint>> {
    const { topic } = this.#options
    const lag = new Map<number, bigint>()
    if (this.#partitions.length === 0) return lag
    try {
      const ends = (await this.#consumer.listOffsets({ topics: [topic] })).get(topic) ?? []
      for (const partition of this.#partitions) {
        const done = this.#committed.get(partition) ?? (await this.#firstOffset(partition))
        const left = (ends[partition] ?? 0n) - done
        lag.set(partition, left > 0n ? left : 0n)
      }
    } catch (error) {
      throw brokerError(error, this.#settings, `ask for the ends of topic ${topic}`)
    }
    return lag
  }

  /** Leaves the group, so that others need not wait for this member. May be called twice. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await this.#tell()
    this.#leaveStream()
    try {
      await this.#consumer.close(true)
    } catch (error) {
      const { code, message } = brokerError(error, this.#settings, `leave group ${this.#options.group}`)
      this.#log.warn({ code }, message)
    }
  }

  /** Messages until partitions are handed out anew, the connection is lost, or `stop`. */
  async *#stretch(stop: AbortSignal): AsyncGenerator<BrokerMessage> {
    const { topic } = this.#options
    if (!this.#isMember) await this.#consumer.joinGroup({})
    this.#isMember = true
    this.#wasMember = true
    const generation = this.#generation
    await this.#catchUp()
    const { MessagesStreamModes, MessagesStreamFallbackModes } = await loadKafka()
    const stream = await this.#consumer.consume({
      topics: [topic],
      mode: MessagesStreamModes.COMMITTED,
      fallbackMode: MessagesStreamFallbackModes.EARLIEST,
      autocommit: false,
      highWaterMark: AHEAD_MESSAGES,
      maxBytes: FETCH_BYTES,
      maxWaitTime: 500,
    })
    this.#stream = stream
    if (stop.aborted || generation !== this.#generation) this.#leaveStream()
    try {
      for await (const { partition, offset, key, value, headers } of stream) {
        // What an old stream still holds may be another member's by now.
        if (stop.aborted || generation !== this.#generation) return
        const given = this.#given.get(partition)
        if (given !== undefined && offset < given) continue
        this.#given.set(partition, offset + 1n)
        yield { partition, offset, key: key ?? null, value: value ?? null, headers }
      }
    } finally {
      if (this.#stream === stream) this.#leaveStream()
    }
  }

  #leaveStream(): void {
    const stream = this.#stream
    this.#stream = null
    void stream?.close().catch(() => undefined)
  }

  /** What the broker says of this member's partitions, and what it must be told first. */
  async #catchUp(): Promise<void> {
    const { topic } = this.#options
    this.#committed.clear()
    if (this.#partitions.length === 0) return
    const topics = [{ topic, partitions: [...this.#partitions] }]
    const known = (await this.#consumer.listCommittedOffsets({ topics })).get(topic) ?? []
    for (const partition of this.#partitions) {
      const offset = known[partition] ?? -1n
      if (offset >= 0n) this.#committed.set(partition, offset)
    }
    await this.#tell()
  }

  async #tell(): Promise<void> {
    const { topic } = this.#options
    const news = this.#partitions.flatMap((partition) => {
      const offset = this.#done.get(partition)
      const told = this.#committed.get(partition)
      return offset === undefined || (told !== undefined && told >= offset) ? [] : { partition, offset }
    })
    if (news.length === 0) return
    try {
      await this.#consumer.commit({ offsets: news.map((each) => ({ ...each, topic, leaderEpoch: -1 })) })
      for (const { partition, offset } of news) this.#committed.set(partition, offset)
    } catch (error) {
      const { code, message } = brokerError(error, this.#settings, `keep what is read of topic ${topic}`)
      this.#log.warn({ code }, message)
    }
  }

  async #firstOffset(partition: number): Promise<bigint> {
    const { topic } = this.#options
    const { ListOffsetTimestamps } = await loadKafka()
    const timestamp = ListOffsetTimestamps.EARLIEST
    const first = await this.#consumer.listOffsets({ topics: [topic], timestamp, partitions: { [topic]: [partition] } })
    return first.get(topic)?.[partition] ?? 0n
  }
}

/** A group or topic by its name, as brokers take it. Throws ERR_OPTION_INVALID. */
export function checkName(name: string, flag: string): string {
  if (/^[A-Za-z0-9._-]{1,249}$/.test(name) && name !== '.' && name !== '..') return name
  throw new ExrError(
    'ERR_OPTION_INVALID',
    `Expected a name of letters, digits, ., _ and - for ${flag} but received ${name}`,
  )
}
