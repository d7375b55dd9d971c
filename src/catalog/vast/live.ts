import { forEachRow } from './rows.ts'
import type { Tables } from './store.ts'

/** When each file was last marked as removed. */
export type Removals = ReadonlyMap<string, bigint>

export async function readRemovals(tables: Tables): Promise<Removals> {
  const removals = new Map<string, bigint>()
  await forEachRow(tables('removals').select({ columns: ['file_id', 'removed_at'] }), (row) => {
    const fileId = row.name(0)
    const removedAtUs = row.big(1)!
    if (removedAtUs > (removals.get(fileId) ?? removedAtUs - 1n)) removals.set(fileId, removedAtUs)
  })
  return removals
}

/** A removed file that is inspected again is live again. */
export function isRemoved(removals: Removals, fileId: string, lastInspectedUs: bigint | null): boolean {
  const removedAtUs = removals.get(fileId)
  return removedAtUs !== undefined && (lastInspectedUs === null || removedAtUs >= lastInspectedUs)
}
