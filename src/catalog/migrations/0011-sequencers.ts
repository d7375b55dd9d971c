import type { Migration } from './migration.ts'

/** Which event about an object was the last; null until one with a number comes. Frozen: later changes are later migrations. */
export const sequencers: Migration = {
  version: 11,
  name: 'the last numbered event about an object',
  columns: { files: { sequencer: 'utf8' } },
}
