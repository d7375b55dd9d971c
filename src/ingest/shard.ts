import { hash } from 'node:crypto'
import { ExrError } from '../errors.ts'

/** One of `count` machines that share a tree between them. */
export interface Shard {
  /** From 1 to `count`. */
  readonly index: number
  readonly count: number
}

/** `2/8` is the second of eight. Throws ERR_OPTION_INVALID. */
export function toShard(text: string): Shard {
  const match = /^(\d{1,6})\/(\d{1,6})$/.exec(text.trim())
  const index = Number(match?.[1])
  const count = Number(match?.[2])
  if (match && index >= 1 && index <= count) return { index, count }
  throw new ExrError(
    'ERR_OPTION_INVALID',
    `Expected i/n with i from 1 to n, such as 2/8, for --shard but received ${text}`,
  )
}

/**
 * Whether a normalized path belongs to the shard: the first 32 bits of its SHA-256, big-endian, modulo `count`,
 * are `index` - 1. Files of one sequence spread over all shards, so that no shard gets all of a long one.
 */
export function inShard(normalizedPath: string, shard: Shard): boolean {
  if (shard.count === 1) return true
  const leading = Number.parseInt(hash('sha256', normalizedPath, 'hex').slice(0, 8), 16)
  return leading % shard.count === shard.index - 1
}
