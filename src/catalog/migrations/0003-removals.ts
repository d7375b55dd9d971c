import type { Migration } from './migration.ts'

/** What removal events fill. Frozen: later changes are later migrations. */
export const removalsTable: Migration = {
  version: 3,
  name: 'removals of files',
  up: [
    `CREATE TABLE removals (
      file_id VARCHAR NOT NULL,
      file_path VARCHAR NOT NULL,
      removed_at TIMESTAMPTZ NOT NULL
    )`,
    `CREATE VIEW live_files AS
      SELECT f.* FROM files f
      LEFT JOIN (SELECT file_id, max(removed_at) AS removed_at FROM removals GROUP BY file_id) r USING (file_id)
      WHERE f.superseded_by IS NULL AND (r.removed_at IS NULL OR r.removed_at < f.last_inspected)`,
  ],
  down: ['DROP VIEW live_files', 'DROP TABLE removals'],
}
