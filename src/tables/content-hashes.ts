import { columnsOf, type RecordTable } from './definition.ts'
import type { ContentHashRow } from './facts.ts'
import { fileId, filePath, partIndex } from './shared-columns.ts'

const { required, optional } = columnsOf<ContentHashRow>()

/** One row per hash of a part or of one of its channels. */
export const contentHashes = {
  name: 'content_hashes',
  doc: 'one row per hash of a part or of one of its channels',
  key: ['file_id', 'part_index', 'channel_name', 'algorithm'],
  parent: 'parts',
  written: 'latest',
  rows: ({ record }) => record.facts?.content_hashes ?? [],
  columns: [
    fileId,
    filePath,
    partIndex,
    optional('channel_name', 'utf8', 'null for the whole part'),
    required('algorithm', 'utf8', 'name of the hash'),
    required('pixel_hash', 'utf8', 'hex'),
    optional('computed_at', 'timestamp', 'when', (_, { record }) => record.inspectedAtUs),
  ],
} as const satisfies RecordTable<ContentHashRow>
