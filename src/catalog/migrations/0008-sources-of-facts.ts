import type { Migration } from './migration.ts'

/** Which attribute said it; null in rows of earlier releases until their files are read again. Frozen: later changes are later migrations. */
export const sourcesOfFacts: Migration = {
  version: 8,
  name: 'attributes that state render time, memory, host and camera',
  columns: {
    parts: {
      render_seconds_source: 'utf8',
      render_memory_source: 'utf8',
      render_host_source: 'utf8',
      camera_name_source: 'utf8',
    },
  },
}
