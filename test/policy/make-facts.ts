import type { AttributeFacts, ChannelFacts, FileFacts, PartFacts, Payload } from '../../src/inspect/payload.ts'
import { factsOf, type PolicyFacts } from '../../src/policy/index.ts'

export interface PartSpec {
  readonly facts?: Partial<PartFacts>
  /** `R`, or `Z FLOAT`. */
  readonly channels?: readonly (string | Partial<ChannelFacts>)[]
  /** By name: type and value as payloads have it. */
  readonly attributes?: Readonly<Record<string, readonly [type: string, value: unknown]>>
  readonly stats?: object
  readonly deep?: object
}

export interface FileSpec {
  readonly path?: string
  readonly file?: Partial<FileFacts>
  readonly parts?: readonly PartSpec[]
  readonly defects?: readonly string[]
  readonly hash?: string
  readonly ids?: readonly object[]
  readonly sidecars?: Readonly<Record<string, string | null>>
  readonly plates?: PolicyFacts['plates']
}

const WINDOW = { min: { x: 0, y: 0 }, max: { x: 1919, y: 1079 } }

/** Facts of a sound file of one RGB half part, with what a test wants otherwise. */
export function madeFacts({
  path = '/show/f.1001.exr',
  file = {},
  parts = [{}],
  defects = [],
  hash,
  ids,
  sidecars,
  plates,
}: FileSpec = {}): PolicyFacts {
  const stats = parts.flatMap((part, index) => (part.stats === undefined ? [] : [partStats(index, part.stats)]))
  const deep = parts.flatMap((part, index) =>
    part.deep === undefined ? [] : [{ part_index: index, partial: false, ...part.deep }],
  )
  const payload = {
    schema_version: 1,
    file: {
      path,
      size_bytes: 100_000,
      mtime: null,
      multipart_count: parts.length,
      is_deep: false,
      is_complete: true,
      check_depth: 'leaders',
      format_version: 2,
      version_flags: parts.length > 1 ? 'multi_part' : '',
      trailing_bytes: 0,
      frame_number: null,
      sequence_key: null,
      header_hash: '',
      header_bytes: 400,
      ...file,
    },
    parts: parts.map(partFacts),
    channels: parts.flatMap((part, index) =>
      (part.channels ?? ['R', 'G', 'B']).map((channel) => channelFacts(channel, index)),
    ),
    attributes: { parts: parts.map(attributesOf) },
    stats: stats.length > 0 ? { parts: stats } : {},
    deep_stats: deep.length > 0 || ids !== undefined ? { parts: deep, ...(ids && { ids }) } : {},
    ...(hash !== undefined && { hashes: { image_hash: hash } }),
    validation: {},
    readers: { oiio: { ok: true, version: null }, raw: { ok: true } },
    errors: defects.map((defect) => ({
      code: 'ERR_EXR_HEADER',
      message: `broken: ${defect}`,
      severity: 'error',
      defect,
      part_index: 0,
      byte_offset: 8,
    })),
  } as unknown as Payload
  return {
    ...factsOf(payload),
    ...(sidecars && { sidecars: new Map(Object.entries(sidecars)) }),
    ...(plates && { plates }),
  }
}

function partFacts({ facts = {} }: PartSpec, index: number): PartFacts {
  return {
    part_index: index,
    part_name: null,
    part_type: 'scanlineimage',
    width: 1920,
    height: 1080,
    display_width: 1920,
    display_height: 1080,
    data_window: WINDOW,
    display_window: WINDOW,
    pixel_aspect_ratio: 1,
    line_order: 'increasing_y',
    compression: 'zip',
    render_software: null,
    render_software_version: null,
    is_tiled: false,
    tile_width: null,
    tile_height: null,
    level_mode: null,
    level_count: 1,
    is_deep: false,
    chunk_count: 68,
    missing_chunks: 0,
    ...facts,
  } as PartFacts
}

function channelFacts(channel: string | Partial<ChannelFacts>, index: number): ChannelFacts {
  const given = typeof channel === 'string' ? named(channel) : channel
  const name = given.channel_name ?? ''
  const dot = name.lastIndexOf('.')
  const plain = dot <= 0 || dot === name.length - 1
  return {
    part_index: index,
    layer_name: plain ? '' : name.slice(0, dot),
    component_name: plain ? name : name.slice(dot + 1),
    view_name: null,
    channel_type: 'HALF',
    x_sampling: 1,
    y_sampling: 1,
    p_linear: false,
    ...given,
    channel_name: name,
  }
}

function named(text: string): Partial<ChannelFacts> {
  const match = /^(.*) (HALF|FLOAT|UINT)$/.exec(text)
  return match === null ? { channel_name: text } : { channel_name: match[1]!, channel_type: match[2]! }
}

function attributesOf({ attributes = {} }: PartSpec): AttributeFacts[] {
  return Object.entries(attributes).map(([name, [type, value]]) => ({ name, type, value, source: 'exr' }))
}

/** Statistics of a part whose channels are sound unless said otherwise. */
function partStats(index: number, stats: object) {
  const { channels = [], ...rest } = stats as { channels?: object[] }
  const sound = {
    channel_type: 'HALF',
    count: 100,
    finite_count: 100,
    nan_count: 0,
    pos_inf_count: 0,
    neg_inf_count: 0,
    zero_count: 0,
    negative_count: 0,
    subnormal_count: 0,
    half_limit_count: 0,
    min: 0,
    max: 2,
    mean: 0.5,
    is_constant: false,
    first_non_finite: [],
    non_finite_window: null,
  }
  const found = channels.map((channel) => ({ ...sound, ...channel }))
  return { part_index: index, partial: false, sampled: false, channels: found, frame: null, ...rest }
}
