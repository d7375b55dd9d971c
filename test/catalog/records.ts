import type { CatalogRecord } from '../../src/catalog/catalog.ts'
import type { AttributeFacts, ChannelFacts, PartFacts, Payload } from '../../src/inspect/payload.ts'

export interface RecordSpec {
  readonly path: string
  /** Any text; the header hash is made from it. */
  readonly header?: string
  readonly sizeBytes?: number
  readonly mtime?: string | null
  readonly etag?: string
  readonly inspectedAtUs?: bigint
  readonly parts?: number
  readonly channels?: readonly string[]
  readonly attributes?: readonly AttributeFacts[]
  readonly width?: number
  readonly compression?: string
}

/** An inspected file as `inspect` would describe it, made without reading anything. */
export function record(spec: RecordSpec): CatalogRecord {
  return {
    payload: payload(spec),
    inspectedAtUs: spec.inspectedAtUs ?? 1_700_000_000_000_000n,
    durationUs: 120,
  }
}

/** Frames of one sequence, each with its own time code. */
export function sequence(folder: string, count: number, spec: Omit<RecordSpec, 'path'> = {}): CatalogRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const frame = String(1001 + index).padStart(4, '0')
    return record({ header: `${folder}${frame}`, ...spec, path: `${folder}/beauty.${frame}.exr` })
  })
}

export function payload(spec: RecordSpec): Payload {
  const parts = Array.from({ length: spec.parts ?? 1 }, (_, index) => part(index, spec))
  const names = spec.channels ?? ['A', 'B', 'G', 'R', 'diffuse.B', 'diffuse.G', 'diffuse.R', 'Z']
  const frame = /\.(\d+)\.exr$/.exec(spec.path)?.[1]
  return {
    schema_version: 1,
    file: {
      path: spec.path,
      size_bytes: spec.sizeBytes ?? 123_456,
      mtime: spec.mtime === undefined ? '2024-03-01T10:00:00.123456Z' : spec.mtime,
      ...(spec.etag === undefined ? {} : { etag: spec.etag }),
      multipart_count: parts.length,
      is_deep: false,
      is_complete: true,
      check_depth: 'leaders',
      checked_chunks: 1,
      format_version: 2,
      version_flags: '',
      trailing_bytes: 0,
      frame_number: frame === undefined ? null : Number(frame),
      sequence_key: frame === undefined ? null : spec.path.replace(frame, '#'.repeat(frame.length)),
      header_hash: hexOf(spec.header ?? spec.path),
      header_bytes: 400,
    },
    parts,
    channels: parts.flatMap(({ part_index }) => names.map((name) => channel(part_index, name))),
    attributes: { parts: parts.map(() => [...(spec.attributes ?? defaultAttributes(spec))]) },
    stats: {},
    deep_stats: {},
    validation: {},
    readers: { oiio: { ok: true, version: '2.4.7' }, raw: { ok: true } },
    errors: [],
  }
}

function part(index: number, spec: RecordSpec): PartFacts {
  const width = spec.width ?? 1920
  const window = { min: { x: 0, y: 0 }, max: { x: width - 1, y: 1079 } }
  return {
    part_index: index,
    part_name: `part${index}`,
    part_type: 'scanlineimage',
    view_name: null,
    multi_view: false,
    width,
    height: 1080,
    display_width: width,
    display_height: 1080,
    data_x_offset: 0,
    data_y_offset: 0,
    data_window: window,
    display_window: window,
    pixel_aspect_ratio: 1,
    line_order: 'increasing_y',
    compression: spec.compression ?? 'zips',
    color_space: null,
    color_space_source: null,
    color_space_derived: null,
    color_space_deriver: null,
    render_software: 'Arnold 7.2',
    render_software_version: null,
    render_software_source: null,
    render_seconds: null,
    render_seconds_source: null,
    render_memory_bytes: null,
    render_memory_source: null,
    render_host: null,
    render_host_source: null,
    camera_name: null,
    camera_name_source: null,
    frames_per_second: null,
    time_code: null,
    is_tiled: false,
    tile_width: null,
    tile_height: null,
    tile_depth: null,
    level_mode: null,
    level_count: 1,
    is_deep: false,
    chunk_count: 1080,
    missing_chunks: 0,
  }
}

function channel(partIndex: number, name: string): ChannelFacts {
  const dot = name.lastIndexOf('.')
  return {
    part_index: partIndex,
    channel_name: name,
    layer_name: dot === -1 ? '' : name.slice(0, dot),
    component_name: name.slice(dot + 1),
    view_name: null,
    channel_type: name === 'Z' ? 'FLOAT' : 'HALF',
    x_sampling: 1,
    y_sampling: 1,
    p_linear: false,
  }
}

function defaultAttributes(spec: RecordSpec): AttributeFacts[] {
  return [
    { name: 'compression', type: 'compression', value: spec.compression ?? 'zips', source: 'exr' },
    { name: 'owner', type: 'string', value: 'Example Studio', source: 'exr', oiio_name: 'Copyright' },
    { name: 'isoSpeed', type: 'float', value: 800, source: 'exr' },
    { name: 'frame', type: 'int', value: 1001, source: 'exr' },
    { name: 'timeCode', type: 'timecode', value: { time_and_flags: hashOf(spec.path), user_data: 0 }, source: 'exr' },
    { name: 'oiio:ColorSpace', type: 'string', value: 'Linear', source: 'oiio' },
  ]
}

function hexOf(text: string): string {
  let hex = ''
  for (let round = 0; hex.length < 64; round++) hex += hashOf(`${round}${text}`).toString(16).padStart(8, '0')
  return hex.slice(0, 64)
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return hash >>> 0
}
