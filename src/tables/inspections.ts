import { columnsOf, type RecordTable } from './definition.ts'
import type { CatalogRecord } from './record.ts'
import { fileId, runId, sightingColumns } from './shared-columns.ts'

const { required, optional } = columnsOf<CatalogRecord>()

/** One row per sighting of a file. */
export const inspections = {
  name: 'inspections',
  doc: 'one row per sighting of a file',
  key: [],
  parent: 'files',
  written: 'sighting',
  rows: ({ record }) => [record],
  columns: [
    fileId,
    required('inspected_at', 'timestamp', 'when', ({ inspectedAtUs }) => inspectedAtUs),
    ...sightingColumns,
    runId,
    optional('duration_us', 'int64', 'wall time of the inspection', ({ durationUs }) => Math.round(durationUs)),
  ],
} as const satisfies RecordTable<CatalogRecord>
