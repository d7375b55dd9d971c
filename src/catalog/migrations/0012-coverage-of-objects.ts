import type { Migration } from './migration.ts'

/** What deep analytics say of ids. Frozen: later changes are later migrations. */
export const coverageOfObjects: Migration = {
  version: 12,
  name: 'coverage of objects by their ids',
  tables: {
    id_coverage: {
      file_id: 'utf8!',
      file_path: 'utf8!',
      part_index: 'int32!',
      layer_name: 'utf8!',
      object_id: 'utf8!',
      object_name: 'utf8',
      sample_count: 'int64',
      coverage: 'float64',
      computed_at: 'timestamp',
    },
  },
}
