import type { Migration } from './migration.ts'

/** What removal events fill. Frozen: later changes are later migrations. */
export const removalsTable: Migration = {
  version: 3,
  name: 'removals of files',
  tables: {
    removals: {
      file_id: 'utf8!',
      file_path: 'utf8!',
      removed_at: 'timestamp!',
    },
  },
  views: {
    live_files: `SELECT f.* FROM files f
      LEFT JOIN (SELECT file_id, max(removed_at) AS removed_at FROM removals GROUP BY file_id) r USING (file_id)
      WHERE f.superseded_by IS NULL AND (r.removed_at IS NULL OR r.removed_at < f.last_inspected)`,
  },
}
