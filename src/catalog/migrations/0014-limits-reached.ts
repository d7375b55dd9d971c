import type { Migration } from './migration.ts'

/** Which limits kept part of a file unread; null until the file is looked at again. Frozen: later changes are later migrations. */
export const limitsReached: Migration = {
  version: 14,
  name: 'limits that were reached',
  columns: { files: { limit_reached: 'utf8' } },
}
