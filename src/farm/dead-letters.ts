import { type BrokerMessage, MOST_VALUE_BYTES, type NewMessage } from '../broker/index.ts'
import type { PlainError } from '../errors.ts'

/** A message that can never be done, and why. */
export interface DeadLetter {
  readonly message: BrokerMessage
  readonly reason: PlainError
}

/** Of a value that is too long for some broker so much is kept. */
const KEPT_BYTES = 100_000

/**
 * The message to put on the topic for dead letters: key, value and headers as they were, with the reason and where it
 * stood in `exr_` headers. A value that some broker would not take is cut, which `exr_cut` says.
 */
export function deadLetter({ message, reason }: DeadLetter, topic: string): NewMessage {
  const { key, value, headers, partition, offset } = message
  const isCut = value !== null && value.length > MOST_VALUE_BYTES
  const added = {
    exr_code: reason.code,
    exr_reason: reason.message.slice(0, 4_000),
    exr_topic: topic,
    exr_partition: String(partition),
    exr_offset: String(offset),
    ...(isCut && { exr_cut: String(value.length) }),
  }
  const all = [...headers, ...Object.entries(added)]
  return {
    key,
    value: isCut ? value.subarray(0, KEPT_BYTES) : value,
    headers: new Map(all.map(([name, text]) => [name, Buffer.from(text)])),
  }
}
