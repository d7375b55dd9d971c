import type { S3Connection } from '../source/s3-client.ts'
import { lookForAbsent } from './reader.ts'
import type { RemoveWork } from './work.ts'

/** What is to be marked as removed, or why nothing is. */
export type Removal = { readonly paths: readonly string[]; readonly removedAtUs: bigint } | { readonly reason: string }

/**
 * An event's word that an object is gone is checked: the object is looked for, and what is there stays. The moment of
 * the look is the removal's time, because that clock also dates inspections; an event's own clock may be anywhere.
 * Throws ERR_SOURCE_* when the store cannot be asked.
 */
export async function decideRemoval(
  s3: S3Connection,
  { target, removedAt }: RemoveWork,
  signal: AbortSignal,
): Promise<Removal> {
  const lookedAtMs = Date.now()
  const absence = await lookForAbsent(s3, target, signal)
  if (absence.kind === 'present') return { reason: 'The object is there: it was written again after this removal' }
  if (absence.kind === 'absent') return { paths: absence.paths, removedAtUs: BigInt(lookedAtMs) * 1000n }
  const told = Date.parse(removedAt)
  if (Number.isNaN(told)) {
    return { reason: 'The removal has no time, and the keys may not look whether the object is there' }
  }
  const paths = target.keys.map((key) => `s3://${target.bucket}/${key}`)
  return { paths, removedAtUs: BigInt(Math.min(told, lookedAtMs)) * 1000n }
}
