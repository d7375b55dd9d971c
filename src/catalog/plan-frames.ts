import { type FrameFacts, frameFacts, frameFactsOf, isReading } from '../sequences/index.ts'

/** A row of `files` as far as its place in a sequence goes; `id` names the row to the engine that holds it. */
export interface FrameRow {
  readonly id: bigint
  /** Normalized. */
  readonly path: string
  readonly frameNumber: number | null
  readonly sequenceKey: string | null
  /** Neither superseded nor removed. */
  readonly isLive: boolean
}

/** What a row's frame and sequence are to become. */
export type FrameChange = Pick<FrameRow, 'id' | 'frameNumber' | 'sequenceKey'>

const MAX_INT32 = 0x7fffffff

/** The folder of a normalized path, with the slash that ends it; empty for a bare name. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1)
}

/**
 * Rows of one folder whose frame or sequence is not what the folder's live files make of it. Superseded rows of a live
 * path follow it; rows of removed files stay as they are. A number that no column holds is no frame.
 */
export function planFrames(rows: readonly FrameRow[]): FrameChange[] {
  const facts = factsOf(rows)
  return rows.flatMap(({ id, path, ...stored }) => {
    const found = facts.get(path)
    if (found === undefined) return []
    const { frameNumber, sequenceKey } = found
    return frameNumber === stored.frameNumber && sequenceKey === stored.sequenceKey
      ? []
      : [{ id, frameNumber, sequenceKey }]
  })
}

/**
 * Rows of one folder whose frame and sequence cannot be: neither what the live names of the folder make of them, nor what
 * the name alone does, nor another reading of the name, which other names once in the folder may have decided for. A row
 * without a frame is one of them where the name has a frame either way.
 */
export function misreadFrames(rows: readonly FrameRow[]): FrameRow[] {
  const facts = factsOf(rows)
  return rows.filter(({ path, frameNumber, sequenceKey, isLive }) => {
    const alone = frameFacts(path)
    const found = facts.get(path)
    if (frameNumber !== null && sequenceKey !== null) {
      const isFound = found?.frameNumber === frameNumber && found.sequenceKey === sequenceKey
      return !isFound && !isReading(path, { frameNumber, sequenceKey })
    }
    // An inspection keeps the sequence of a number that no column holds.
    if (sequenceKey !== null) return sequenceKey !== alone.sequenceKey || held(alone).frameNumber !== null
    if (frameNumber !== null) return true
    return isLive && found?.frameNumber !== null && held(alone).frameNumber !== null
  })
}

/** What the live files of a folder make of their paths. */
function factsOf(rows: readonly FrameRow[]): ReadonlyMap<string, FrameFacts> {
  const paths = [...new Set(rows.filter(({ isLive }) => isLive).map(({ path }) => path))]
  return new Map(frameFactsOf(paths).map((found, index) => [paths[index]!, held(found)]))
}

/** A number that no column holds is no frame. */
function held(facts: FrameFacts): FrameFacts {
  const isFrame = facts.frameNumber !== null && Math.abs(facts.frameNumber) <= MAX_INT32
  return isFrame ? facts : { frameNumber: null, sequenceKey: null }
}
