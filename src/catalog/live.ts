/**
 * Which files of a catalog are there now, said once for both catalogs: not superseded by another file at the same path, and
 * not removed since they were last inspected. Views, searches through SQL and scans all follow from here.
 */

/** Condition that a row `file` of `files` is live, `removal` being its last row in `removals` or null. */
export function liveCondition(file: string, removal: string): string {
  return `${file}.superseded_by IS NULL AND (${removal}.removed_at IS NULL OR ${removal}.removed_at < ${file}.last_inspected)`
}

/** When each file was last removed, as a query of `removals` with the columns file_id and removed_at. */
export function lastRemovals(removals: string): string {
  return `SELECT file_id, max(removed_at) AS removed_at FROM ${removals} GROUP BY file_id`
}

/** When each file was last marked as removed, in microseconds since the Unix epoch. */
export type Removals = ReadonlyMap<string, bigint>

/** Notes a removal; of several the last counts. */
export function noteRemoval(removals: Map<string, bigint>, fileId: string, removedAtUs: bigint): void {
  const before = removals.get(fileId)
  if (before === undefined || removedAtUs > before) removals.set(fileId, removedAtUs)
}

/** Whether a file is removed: one that is inspected again after its removal is live again. */
export function isRemoved(removals: Removals, fileId: string, lastInspectedUs: bigint | null): boolean {
  const removedAtUs = removals.get(fileId)
  return removedAtUs !== undefined && (lastInspectedUs === null || removedAtUs >= lastInspectedUs)
}
