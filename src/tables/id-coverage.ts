import { columnsOf, type RecordTable } from './definition.ts'
import type { IdCoverageRow } from './facts.ts'
import { fileId, filePath, partIndex } from './shared-columns.ts'

const { required, optional } = columnsOf<IdCoverageRow>()

/** How much of the picture each object covers, one row per id of a layer of ids. */
export const idCoverage = {
  name: 'id_coverage',
  doc: 'one row per id of a Cryptomatte or of a channel of an ID manifest',
  key: ['file_id', 'part_index', 'layer_name', 'object_id'],
  parent: 'parts',
  written: 'latest',
  rows: ({ record }) => record.facts?.id_coverage ?? [],
  columns: [
    fileId,
    filePath,
    partIndex,
    required('layer_name', 'utf8', 'name of the Cryptomatte, or of the channel'),
    required('object_id', 'utf8', 'hex'),
    optional('object_name', 'utf8', 'what the manifest calls it; null without one'),
    optional('sample_count', 'int64', 'samples that have the id'),
    optional('coverage', 'float64', 'share of all pixels, in deep parts of all samples'),
    optional('computed_at', 'timestamp', 'when', (_, { record }) => record.inspectedAtUs),
  ],
} as const satisfies RecordTable<IdCoverageRow>
