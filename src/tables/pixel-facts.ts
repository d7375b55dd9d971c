import type { Payload } from '../inspect/payload.ts'
import type { FileDeepStats, FileHashes, FileStats } from '../pixels/types.ts'
import type { ChannelStatsRow, ContentHashRow, DeepStatsRow, IdCoverageRow, RecordFacts } from './facts.ts'

/** What a payload says of its pixels, as rows; tables it says nothing of are left out. Pure. */
export function pixelFacts({ stats, deep_stats, hashes }: Payload): RecordFacts {
  return {
    ...('parts' in stats && { channel_stats: channelRows(stats as unknown as FileStats) }),
    ...('parts' in deep_stats && {
      deep_stats: deepRows(deep_stats as unknown as FileDeepStats),
      id_coverage: idRows(deep_stats as unknown as FileDeepStats),
    }),
    ...(hashes !== undefined && { content_hashes: hashRows(hashes as unknown as FileHashes) }),
  }
}

function channelRows({ parts }: FileStats): ChannelStatsRow[] {
  return parts.flatMap(({ part_index, level, sampling, partial, chunks_seen, chunk_count, channels }) => {
    const seen = JSON.stringify({ ...sampling, partial, chunks_seen, chunk_count })
    const { x: level_x, y: level_y } = typeof level === 'number' ? { x: level, y: level } : level
    return channels.map((channel) => ({
      part_index,
      level_x,
      level_y,
      channel_name: channel.channel_name,
      min: channel.min,
      max: channel.max,
      mean: channel.mean,
      stddev: channel.stddev,
      nan_count: channel.nan_count,
      inf_count: channel.pos_inf_count + channel.neg_inf_count,
      finite_count: channel.finite_count,
      zero_count: channel.zero_count,
      negative_count: channel.negative_count,
      percentiles: channel.percentiles === null ? null : JSON.stringify(channel.percentiles),
      histogram: channel.histogram === null ? null : JSON.stringify(channel.histogram),
      sampling: seen,
    }))
  })
}

/** Parts of which nothing could be looked at have no row: unknown is not zero. */
function deepRows({ parts }: FileDeepStats): DeepStatsRow[] {
  return parts
    .filter(({ cannot_check }) => cannot_check === undefined)
    .map((part) => ({
      part_index: part.part_index,
      sample_count: part.sample_count,
      empty_pixels: part.empty_pixels,
      max_samples: part.max_samples,
      mean_samples: part.mean_samples,
      depth_min: part.depth_min,
      depth_max: part.depth_max,
      histogram: JSON.stringify(part.histogram),
      is_tidy: part.is_tidy,
      is_sorted: part.is_sorted,
    }))
}

function idRows({ ids }: FileDeepStats): IdCoverageRow[] {
  return ids.flatMap(({ part_index, layer, objects }) =>
    objects.map(({ id, name, samples, coverage }) => ({
      part_index,
      layer_name: layer,
      object_id: id,
      object_name: name,
      sample_count: samples,
      coverage,
    })),
  )
}

function hashRows({ parts, perceptual_hash }: FileHashes): ContentHashRow[] {
  const rows = parts.flatMap(({ part_index, algorithm, pixel_hash, channels }) =>
    [{ channel_name: null, pixel_hash }, ...channels].flatMap(({ channel_name, pixel_hash: hash }) =>
      hash === null ? [] : [{ part_index, channel_name, algorithm, pixel_hash: hash }],
    ),
  )
  if (perceptual_hash === null) return rows
  return [...rows, { part_index: 0, channel_name: null, algorithm: 'perceptual-64', pixel_hash: perceptual_hash }]
}
