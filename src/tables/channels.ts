import type { ChannelFacts } from '../inspect/payload.ts'
import { columnsOf, type RecordTable } from './definition.ts'
import { FINGERPRINT_DIMENSION, type FileRecord } from './record.ts'
import { fileId, filePath, partIndex } from './shared-columns.ts'

/** A channel, and its part's fingerprint where it is the part's first. */
export interface ChannelRow {
  readonly part_index: number
  readonly channel: ChannelFacts
  readonly fingerprint: Float32Array | null | undefined
}

const { optional } = columnsOf<ChannelRow>()

/** One row per channel of a part. */
export const channels = {
  name: 'channels',
  doc: 'one row per channel of a part',
  key: ['file_id', 'part_index', 'channel_name'],
  parent: 'parts',
  written: 'once',
  repeats: true,
  rows: channelRows,
  shared: ({ channel }) => channel,
  columns: [
    fileId,
    filePath,
    partIndex,
    optional('channel_name', 'utf8', 'full name', ({ channel }) => channel.channel_name),
    optional(
      'layer_name',
      'utf8',
      'text before the last dot, empty for a bare name',
      ({ channel }) => channel.layer_name,
    ),
    optional('component_name', 'utf8', 'text after the last dot', ({ channel }) => channel.component_name),
    optional('channel_type', 'utf8', 'HALF, FLOAT or UINT', ({ channel }) => channel.channel_type),
    optional('x_sampling', 'int32', 'one sample every this many pixels', ({ channel }) => channel.x_sampling),
    optional('y_sampling', 'int32', 'one sample every this many rows', ({ channel }) => channel.y_sampling),
    optional('p_linear', 'bool', 'perceptually linear flag', ({ channel }) => channel.p_linear),
    {
      ...optional(
        'channel_fingerprint',
        { vector: FINGERPRINT_DIMENSION },
        "vector of the part's channel list, L2 norm 1; on the part's first channel only",
        ({ fingerprint }) => fingerprint,
      ),
      varies: true,
    },
    optional(
      'view_name',
      'utf8',
      'view it belongs to; null in a file without views',
      ({ channel }) => channel.view_name,
    ),
  ],
} as const satisfies RecordTable<ChannelRow>

function channelRows({ record, vectors }: FileRecord): ChannelRow[] {
  let lastPart = -1
  return record.payload.channels.map((channel) => {
    const { part_index } = channel
    const fingerprint = part_index === lastPart ? null : vectors.fingerprints[part_index]
    lastPart = part_index
    return { part_index, channel, fingerprint }
  })
}
