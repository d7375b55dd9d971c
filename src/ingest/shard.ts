import { hash } from 'node:crypto'
import { ExrError } from '../errors.ts'
import { frameFacts } from '../sequences/index.ts'

/** One of `count` machines that share a tree between them. */
export interface Shard {
  /** From 1 to `count`. */
  readonly index: number
  readonly count: number
  /** What stays together. Default `file`: the frames of a sequence are spread over all. */
  readonly by?: ShardBy
}

/** A `file`, or a `sequence` whole. */
export const SHARD_BY = ['file', 'sequence'] as const

export type ShardBy = (typeof SHARD_BY)[number]

/** `2/8` is the second of eight. Throws ERR_OPTION_INVALID. */
export function toShard(text: string, by: ShardBy = 'file'): Shard {
  const match = /^(\d{1,6})\/(\d{1,6})$/.exec(text.trim())
  const index = Number(match?.[1])
  const count = Number(match?.[2])
  if (match && index >= 1 && index <= count) return { index, count, by }
  throw new ExrError(
    'ERR_OPTION_INVALID',
    `Expected i/n with i from 1 to n, such as 2/8, for --shard but received ${text}`,
  )
}

/**
 * Whether a normalized path belongs to the shard: the first 32 bits of its SHA-256, big-endian, modulo `count`,
 * are `index` - 1. By `file` those of one sequence spread over all shards, so that no shard gets all of a long one; by
 * `sequence` it is the sequence's name that is hashed.
 */
export function inShard(normalizedPath: string, shard: Shard): boolean {
  if (shard.count === 1) return true
  const name = shard.by === 'sequence' ? neighbourKey(normalizedPath) : normalizedPath
  const leading = Number.parseInt(hash('sha256', name, 'hex').slice(0, 8), 16)
  return leading % shard.count === shard.index - 1
}

/**
 * What the frames of a sequence have in common, by the name of each alone: the path with one `#` in the place of the frame,
 * however many digits it has; of a file without a frame its path.
 */
export function neighbourKey(path: string): string {
  return frameFacts(path).sequenceKey?.replaceAll(/#+/g, '#') ?? path
}
