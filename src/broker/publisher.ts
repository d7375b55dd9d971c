import type { Producer } from '@platformatic/kafka'
import { brokerError, clientOptions, loadKafka } from './client.ts'
import type { BrokerSettings } from './settings.ts'

/** A message to send. */
export interface NewMessage {
  /** Messages of one key end in one partition, in order. */
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers?: ReadonlyMap<string, Buffer>
}

/**
 * Writes to topics as a VAST Event Broker takes it: no compression, no transactions, no numbered producer. A message is
 * written once it is acknowledged; one that was sent again because an answer was lost may be there twice.
 */
export class Publisher {
  readonly #settings: BrokerSettings
  readonly #producer: Producer<Buffer, Buffer, string, Buffer>

  private constructor(settings: BrokerSettings, producer: Producer<Buffer, Buffer, string, Buffer>) {
    this.#settings = settings
    this.#producer = producer
  }

  /** Connects with the first message. Throws ERR_FEATURE_UNAVAILABLE where the client is not installed. */
  static async open(settings: BrokerSettings): Promise<Publisher> {
    const { Producer, ProduceAcks, CompressionAlgorithms, stringSerializer } = await loadKafka()
    const same = (data?: Buffer) => data
    const producer = new Producer<Buffer, Buffer, string, Buffer>({
      ...clientOptions(settings),
      acks: ProduceAcks.ALL,
      compression: CompressionAlgorithms.NONE,
      idempotent: false,
      serializers: { key: same, value: same, headerKey: stringSerializer, headerValue: same },
    })
    return new Publisher(settings, producer)
  }

  /** Resolves when all replicas have them. Throws ERR_BROKER*. */
  async send(topic: string, messages: readonly NewMessage[]): Promise<void> {
    if (messages.length === 0) return
    try {
      await this.#producer.send({
        messages: messages.map(({ key, value, headers }) => ({
          topic,
          ...(key !== null && { key }),
          ...(value !== null && { value }),
          ...(headers && { headers: new Map(headers) }),
        })),
      })
    } catch (error) {
      throw brokerError(error, this.#settings, `write to topic ${topic}`)
    }
  }

  /** May be called twice. */
  async close(): Promise<void> {
    await this.#producer.close()
  }
}
