import { frameFactsOf } from '../sequences/index.ts'

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
  const paths = [...new Set(rows.filter(({ isLive }) => isLive).map(({ path }) => path))]
  const facts = new Map(frameFactsOf(paths).map((found, index) => [paths[index]!, found]))
  return rows.flatMap(({ id, path, ...stored }) => {
    const found = facts.get(path)
    if (found === undefined) return []
    const isFrame = found.frameNumber !== null && Math.abs(found.frameNumber) <= MAX_INT32
    const frameNumber = isFrame ? found.frameNumber : null
    const sequenceKey = isFrame ? found.sequenceKey : null
    return frameNumber === stored.frameNumber && sequenceKey === stored.sequenceKey
      ? []
      : [{ id, frameNumber, sequenceKey }]
  })
}
