import type { Migration } from './migration.ts'

/** What `verify` compares the rows with. Frozen: later changes are later migrations. */
export const digests: Migration = {
  version: 6,
  name: 'digests of files, and a ledger of what writers stored',
  tables: {
    ledger: {
      writer_id: 'utf8!',
      follows: 'utf8',
      started_at: 'timestamp!',
      last_commit_at: 'timestamp!',
      transactions: 'int64!',
      files: 'int64!',
      files_digest: 'utf8!',
      current_files: 'int64!',
      current_digest: 'utf8!',
      inspections: 'int64!',
      inspections_digest: 'utf8!',
      removals: 'int64!',
      removals_digest: 'utf8!',
    },
  },
  columns: { files: { content_digest: 'utf8', latest_rows: 'utf8' } },
  recount: true,
}
