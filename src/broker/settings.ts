/** How to reach a Kafka broker, or a VAST Event Broker. */
export interface BrokerSettings {
  /** `host:port` of brokers to begin with. */
  readonly brokers: readonly string[]
  /** Encrypt; with a bundle of authorities in PEM where the system's do not do. Null for plain text. */
  readonly tls: { readonly ca: string | null } | null
  /** Null for brokers that ask nobody who they are. */
  readonly sasl: {
    readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'
    readonly username: string
    readonly password: string
  } | null
}

/** What one message may have at most: bytes of its key and of its value. A VAST Event Broker takes no more. */
export const MOST_VALUE_BYTES = 126 * 1000
