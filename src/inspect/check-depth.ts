/**
 * How far a verdict on completeness looked, from nothing to every pixel. `none`: the offset tables could not be found, or
 * are past a limit; `table`: at offset tables and the file's size; `leaders`: at some chunks' leaders too, the last one's
 * among them; `all`: at the leader of every chunk that has a place in the file; `pixels`: every chunk was decoded.
 */
export const CHECK_DEPTHS = ['none', 'table', 'leaders', 'all', 'pixels'] as const
/** How far one look went. */
export type CheckDepth = (typeof CHECK_DEPTHS)[number]

/** Whether one look goes further than another. */
export function isDeeper(depth: CheckDepth, than: CheckDepth): boolean {
  return CHECK_DEPTHS.indexOf(depth) > CHECK_DEPTHS.indexOf(than)
}
