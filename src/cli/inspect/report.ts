import type { AttributeFacts, ChannelFacts, FileFacts, PartFacts, Payload, WindowFacts } from '../../inspect/payload.ts'
import { type Verdict, verdictOf } from '../../inspect/verdict.ts'
import { columns, wrap } from '../format/columns.ts'
import { bytes, count, duration, plural } from '../format/units.ts'
import { singleLine } from '../format/visible.ts'
import type { Style } from '../style.ts'
import { attributeText, shortened } from './attribute-text.ts'
import { channelLayers } from './channel-layers.ts'

export interface ReportOptions {
  readonly style: Style
  /** Columns of the terminal; values longer than that are cut, and say so. */
  readonly width: number
  /** Show every attribute, those that the report already tells included. */
  readonly allAttributes: boolean
}

/** Attributes whose content the report tells in other lines. */
const TOLD = new Set([
  'channels',
  'chunkCount',
  'compression',
  'dataWindow',
  'displayWindow',
  'lineOrder',
  'name',
  'pixelAspectRatio',
  'tiles',
  'type',
  'version',
  'view',
])

/** One file for people: the verdict first, then the file, then each part with its channels by layer and its attributes. */
export function fileReport(payload: Payload, options: ReportOptions): string {
  const { style, width } = options
  const verdict = verdictOf(payload)
  const lines = [
    style.bold(singleLine(payload.file.path)),
    `${paintVerdict(verdict, style)}  ${summaryOf(payload)}`,
    ...reasonLines(verdict.reasons, width),
    '',
    ...facts(fileFacts(payload.file), style),
  ]
  const channels = channelsByPart(payload.channels)
  const shown = Number.isFinite(width) ? PARTS_SHOWN : payload.parts.length
  for (const part of payload.parts.slice(0, shown)) {
    lines.push('', ...partReport(part, channels.get(part.part_index) ?? [], payload, options))
  }
  const more = payload.parts.length - shown
  if (more > 0) lines.push('', style.dim(`and ${plural(more, 'part')} more: --part picks some, --json has all`))
  if (payload.timings_us) lines.push('', style.bold('Timings'), ...facts(timings(payload.timings_us), style))
  if (!payload.readers.oiio.ok) {
    const why = (payload.readers.oiio.error ?? 'did not read this file').replaceAll('\n', ' ')
    lines.push('', ...wrap(`OpenImageIO: ${singleLine(why)}`, width, '').map(style.dim))
  }
  return `${lines.join('\n')}\n`
}

/** Shown on a terminal at most; where the output goes elsewhere nothing is left out. */
const PARTS_SHOWN = 64
const REASONS_SHOWN = 32

function reasonLines(reasons: readonly string[], width: number): string[] {
  const shown = Number.isFinite(width) ? reasons.slice(0, REASONS_SHOWN) : reasons
  const more = reasons.length - shown.length
  const lines = shown.flatMap((reason) => wrap(singleLine(reason), width, '  '))
  return more > 0 ? [...lines, `  and ${plural(more, 'reason')} more: --json has all`] : lines
}

function channelsByPart(channels: readonly ChannelFacts[]): Map<number, ChannelFacts[]> {
  const byPart = new Map<number, ChannelFacts[]>()
  for (const channel of channels) {
    const list = byPart.get(channel.part_index)
    if (list === undefined) byPart.set(channel.part_index, [channel])
    else list.push(channel)
  }
  return byPart
}

export function paintVerdict(verdict: Verdict, style: Style): string {
  if (verdict.state === 'whole') return style.green('whole')
  if (verdict.state === 'invalid') return style.red('INVALID')
  return style.yellow(verdict.state.toUpperCase())
}

function summaryOf(payload: Payload): string {
  const [first] = payload.parts
  const size = first?.width != null && first.height !== null ? `${first.width}x${first.height}` : null
  const parts = payload.parts.length
  return [
    size,
    parts === 1 ? null : plural(parts, 'part'),
    plural(payload.channels.length, 'channel'),
    first?.compression ?? null,
    payload.file.is_deep ? 'deep' : null,
    bytes(payload.file.size_bytes),
  ]
    .filter((fact) => fact !== null)
    .join(', ')
}

type Fact = readonly [name: string, value: string]

function fileFacts(file: FileFacts): Fact[] {
  const rows: Fact[] = [
    ['size', `${bytes(file.size_bytes)}${file.size_bytes >= 1000 ? ` (${count(file.size_bytes)} bytes)` : ''}`],
  ]
  if (file.mtime !== null) rows.push(['modified', timestamp(file.mtime)])
  if (file.etag !== undefined) rows.push(['etag', file.etag])
  if (file.sequence_key !== null) rows.push(['frame', `${file.frame_number} of ${baseName(file.sequence_key)}`])
  const flags = file.version_flags === '' ? '' : `, ${file.version_flags.replaceAll('_', ' ').replaceAll(',', ', ')}`
  rows.push(['format', `version ${file.format_version}${flags}`])
  rows.push(['header', `${bytes(file.header_bytes)}, sha256 ${file.header_hash.slice(0, 16)}`])
  if (file.trailing_bytes) rows.push(['trailing', `${count(file.trailing_bytes)} bytes after the last chunk`])
  return rows
}

function partReport(
  part: PartFacts,
  channels: readonly ChannelFacts[],
  payload: Payload,
  options: ReportOptions,
): string[] {
  const { style, width } = options
  const attributes = payload.attributes.parts[part.part_index] ?? []
  const name = part.part_name === null ? '' : ` ${singleLine(part.part_name)}`
  const lines = [style.bold(`Part ${part.part_index}${name}`), ...facts(partFacts(part, payload.file), style)]
  const layers = channelLayers(channels)
  if (channels.length > 0) {
    const names = new Set(layers.map((layer) => layer.name))
    const isLayered = names.size > 1 || !names.has('')
    lines.push('', `  ${plural(channels.length, 'channel')}${isLayered ? ` in ${plural(names.size, 'layer')}` : ''}`)
    lines.push(...channelTable(layers, style, width))
  }
  const shown = options.allAttributes ? attributes : attributes.filter(isNotable)
  if (shown.length > 0) lines.push('', `  ${plural(shown.length, 'attribute')}`, ...attributeTable(shown, style, width))
  return lines
}

function isNotable(attribute: AttributeFacts): boolean {
  return attribute.source === 'exr' && !TOLD.has(attribute.name)
}

function partFacts(part: PartFacts, file: FileFacts): Fact[] {
  const rows: Fact[] = [['storage', storage(part)]]
  if (part.chunk_count !== null) rows.push(['chunks', chunks(part, file)])
  if (part.data_window !== null) rows.push(['data window', windowText(part.data_window)])
  if (part.display_window !== null) rows.push(['display window', `${windowText(part.display_window)}${overscan(part)}`])
  if (part.pixel_aspect_ratio !== null && part.pixel_aspect_ratio !== 1) {
    rows.push(['pixel aspect', String(part.pixel_aspect_ratio)])
  }
  if (part.view_name !== null) rows.push(['view', part.view_name])
  if (part.color_space !== null || part.color_space_derived !== null) rows.push(['colour space', colorSpace(part)])
  if (part.render_software !== null) {
    const version = part.render_software_version === null ? '' : ` ${part.render_software_version}`
    rows.push(['software', `${part.render_software}${version}  (${part.render_software_source})`])
  }
  if (part.render_seconds !== null) rows.push(['render time', duration(part.render_seconds * 1000)])
  if (part.render_memory_bytes !== null) rows.push(['render memory', bytes(part.render_memory_bytes)])
  if (part.render_host !== null) rows.push(['render host', part.render_host])
  if (part.camera_name !== null) rows.push(['camera', part.camera_name])
  return rows
}

/** What the file says and what a reader assumes are told apart. */
function colorSpace(part: PartFacts): string {
  if (part.color_space !== null) return `${part.color_space}  (${part.color_space_source})`
  return `not stated (${part.color_space_deriver} assumes ${part.color_space_derived})`
}

function storage(part: PartFacts): string {
  const levels =
    part.level_mode === null || part.level_mode === 'one_level'
      ? ''
      : `, ${part.level_count} ${part.level_mode.replaceAll('_', ' ')}`
  const tiles = part.is_tiled ? `tiles of ${part.tile_width}x${part.tile_height}${levels}` : 'scan lines'
  const order =
    part.line_order === null || part.line_order === 'increasing_y' ? '' : `, ${part.line_order.replace('_', ' ')} order`
  return `${part.is_deep ? 'deep ' : ''}${tiles}, ${part.compression ?? 'unknown compression'}${order}`
}

/** A table that names a chunk is no proof of it: what was looked at is said. */
function chunks(part: PartFacts, { check_depth: depth, checked_chunks: checked }: FileFacts): string {
  const total = part.chunk_count ?? 0
  if (part.missing_chunks === null) return `${count(total)}, not looked for`
  if (part.missing_chunks > 0) return `${count(total - part.missing_chunks)} of ${count(total)} were found`
  if (depth === 'all' || depth === 'pixels') return `${count(total)}, all there`
  const looked = depth === 'table' ? 'none was looked at' : `${count(checked)} looked at`
  return `${count(total)}, all in the offset table; ${looked} (--check all looks at each)`
}

function windowText(window: WindowFacts): string {
  const { min, max } = window
  return `${max.x - min.x + 1}x${max.y - min.y + 1}  (${min.x},${min.y} to ${max.x},${max.y})`
}

/** How the data window lies in the display window: what a compositor calls overscan or crop. */
function overscan(part: PartFacts): string {
  const { data_window: data, display_window: display } = part
  if (data === null || display === null) return ''
  const left = display.min.x - data.min.x
  const top = display.min.y - data.min.y
  const right = data.max.x - display.max.x
  const bottom = data.max.y - display.max.y
  const edges = [left, top, right, bottom]
  if (edges.every((edge) => edge === 0)) return '  same as the data window'
  if (edges.every((edge) => edge >= 0))
    return `  data has overscan: ${edges.join(', ')} pixels left, top, right, bottom`
  if (edges.every((edge) => edge <= 0)) return '  data is cropped inside it'
  return '  data lies partly outside it'
}

function channelTable(layers: ReturnType<typeof channelLayers>, style: Style, width: number): string[] {
  const rows = layers.map((layer) => [
    layer.name === '' ? style.dim('(no layer)') : singleLine(layer.name),
    layer.types.join(' '),
    layer.sampling ?? '',
    singleLine(layer.components.join(' ')),
  ])
  return columns(rows, { indent: '    ', width })
}

function attributeTable(attributes: readonly AttributeFacts[], style: Style, width: number): string[] {
  const rows = attributes.map((attribute) => [
    singleLine(attribute.name),
    style.dim(singleLine(attribute.type)),
    singleLine(shortened(attributeText(attribute), width)),
  ])
  return columns(rows, { indent: '    ', width, maxWidths: [40, 16] })
}

function timings(timingsUs: Record<string, number>): Fact[] {
  return Object.entries(timingsUs).map(([name, us]) => [name, `${count(Math.round(us))} us`] as const)
}

function facts(rows: readonly Fact[], style: Style): string[] {
  const width = Math.max(0, ...rows.map(([name]) => name.length), 14)
  return rows.map(([name, value]) => `  ${style.dim(name.padEnd(width))}  ${singleLine(value)}`)
}

function timestamp(iso: string): string {
  return `${iso.slice(0, 19).replace('T', ' ')} UTC`
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
