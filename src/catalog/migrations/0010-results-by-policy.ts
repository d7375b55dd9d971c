import type { Migration } from './migration.ts'

/** What results were made from, so that they are made again only when that changes. Null in rows of earlier releases. Frozen: later changes are later migrations. */
export const resultsByPolicy: Migration = {
  version: 10,
  name: 'what validation results were made from, and every finding',
  columns: {
    validation_results: {
      judged_from: 'utf8',
      details: 'utf8',
    },
  },
}
