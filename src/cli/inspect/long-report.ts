import type { AttributeFacts, ChannelFacts, FileFacts, PartFacts, Payload, WindowFacts } from '../../inspect/payload.ts'
import { verdictOf } from '../../inspect/verdict.ts'
import { columns, hanging, wrap, wrappedColumns } from '../format/columns.ts'
import { cut, shortPath } from '../format/fit.ts'
import { bytes, count, duration, plural } from '../format/units.ts'
import { singleLine } from '../format/visible.ts'
import type { Style } from '../style.ts'
import { attributeText, shortened } from './attribute-text.ts'
import { channelLayers, channelsByPart, layerText } from './channel-layers.ts'
import { colour, type Fact, software, summary, trailingText } from './headline.ts'
import { verdictText } from './verdict-text.ts'

export interface ReportOptions {
  readonly style: Style
  /** Columns of the terminal; values longer than that are cut, and say so. */
  readonly width: number
  /** The path as the user knows it. */
  readonly path: string
  /** Show attributes that OpenImageIO derives too. */
  readonly derived: boolean
}

/** One file with everything its payload holds: the verdict first, then the file, then each part with its channels by layer and its attributes. */
export function longReport(payload: Payload, options: ReportOptions): string {
  const { style, width } = options
  const verdict = verdictOf(payload)
  const lines = [
    style.bold(shortPath(singleLine(options.path), width)),
    ...hanging(`${verdictText(verdict, style)}  ${summary(payload)}`, width, ''),
    ...reasonLines(verdict.reasons, width),
    '',
    ...wholeFacts(fileFacts(payload.file), style, width),
  ]
  const channels = channelsByPart(payload.channels)
  const shown = Number.isFinite(width) ? PARTS_SHOWN : payload.parts.length
  for (const [position, part] of payload.parts.slice(0, shown).entries()) {
    const attributes = payload.attributes.parts[position] ?? []
    for (const line of partReport(part, channels.get(part.part_index) ?? [], attributes, payload.file, options))
      lines.push(line)
  }
  const more = payload.parts.length - shown
  if (more > 0) lines.push('', style.dim(`and ${plural(more, 'part')} more: --part picks some, --json has all`))
  if (payload.timings_us)
    lines.push('', style.bold('Timings'), ...wholeFacts(timings(payload.timings_us), style, width))
  if (!payload.readers.oiio.ok) {
    const why = (payload.readers.oiio.error ?? 'did not read this file').replaceAll('\n', ' ')
    lines.push('', ...wrap(`OpenImageIO: ${singleLine(why)}`, width, '').map(style.dim))
  }
  return `${lines.join('\n')}\n`
}

/** Shown on a terminal at most; where the output goes elsewhere nothing is left out. */
const PARTS_SHOWN = 64
const REASONS_SHOWN = 32

export function reasonLines(reasons: readonly string[], width: number): string[] {
  const shown = Number.isFinite(width) ? reasons.slice(0, REASONS_SHOWN) : reasons
  const more = reasons.length - shown.length
  const lines = shown.flatMap((reason) => wrap(singleLine(reason), width, '  '))
  return more > 0 ? [...lines, `  and ${plural(more, 'reason')} more: --json has all`] : lines
}

function fileFacts(file: FileFacts): Fact[] {
  const rows: Fact[] = [
    ['size', `${bytes(file.size_bytes)}${file.size_bytes >= 1000 ? ` (${count(file.size_bytes)} bytes)` : ''}`],
  ]
  if (file.mtime !== null) rows.push(['modified', timestamp(file.mtime)])
  if (file.etag !== undefined) rows.push(['etag', file.etag])
  if (file.sequence_key !== null) rows.push(['frame', `${file.frame_number} of ${baseName(file.sequence_key)}`])
  const flags = file.version_flags === '' ? '' : `, ${file.version_flags.replaceAll('_', ' ').replaceAll(',', ', ')}`
  rows.push(['version', `${file.format_version}${flags}`])
  rows.push(['header', `${bytes(file.header_bytes)}, sha256 ${file.header_hash.slice(0, 16)}`])
  if (file.trailing_bytes) rows.push(['trailing', trailingText(file.trailing_bytes)])
  return rows
}

function partReport(
  part: PartFacts,
  channels: readonly ChannelFacts[],
  attributes: readonly AttributeFacts[],
  file: FileFacts,
  options: ReportOptions,
): string[] {
  const { style, width } = options
  const name = part.part_name === null ? '' : ` ${singleLine(part.part_name)}`
  const title = shortPath(`Part ${part.part_index}${name}`, width)
  const lines = ['', style.bold(title), ...wholeFacts(partFacts(part, file), style, width)]
  const layers = channelLayers(channels)
  if (channels.length > 0) {
    const names = new Set(layers.map((layer) => layer.name))
    const isLayered = names.size > 1 || !names.has('')
    lines.push('', `  ${plural(channels.length, 'channel')}${isLayered ? ` in ${plural(names.size, 'layer')}` : ''}`)
    lines.push(...channelTable(layers, style, width))
  }
  const shown = attributes.filter((attribute) => attribute.source === 'exr' || options.derived)
  if (shown.length > 0) lines.push('', `  ${plural(shown.length, 'attribute')}`, ...attributeTable(shown, style, width))
  return lines
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
  rows.push(['colour', colour(part)])
  const program = software(part)
  if (program !== null) rows.push(['software', `${program}  (${part.render_software_source})`])
  if (part.render_seconds !== null)
    rows.push(['render time', `${duration(part.render_seconds * 1000)}  (${part.render_seconds_source})`])
  if (part.render_memory_bytes !== null)
    rows.push(['render memory', `${bytes(part.render_memory_bytes)}  (${part.render_memory_source})`])
  if (part.render_host !== null) rows.push(['render host', `${part.render_host}  (${part.render_host_source})`])
  if (part.camera_name !== null) rows.push(['camera', `${part.camera_name}  (${part.camera_name_source})`])
  return rows
}

function storage(part: PartFacts): string {
  const levels =
    part.level_mode === null || part.level_mode === 'one_level'
      ? ''
      : `, ${part.level_count} ${part.level_mode.replaceAll('_', ' ')}`
  const size = part.tile_width === null ? '' : ` of ${part.tile_width}x${part.tile_height}`
  const tiles = part.is_tiled ? `tiles${size}${levels}` : 'scan lines'
  const order =
    part.line_order === null || part.line_order === 'increasing_y' ? '' : `, ${part.line_order.replace('_', ' ')} order`
  return `${part.is_deep ? 'deep ' : ''}${tiles}, ${part.compression ?? 'unknown compression'}${order}`
}

/** A table that names a chunk is no proof of it: what was looked at is said. */
function chunks(part: PartFacts, { check_depth: depth, checked_chunks: checked }: FileFacts): string {
  const total = part.chunk_count ?? 0
  if (part.missing_chunks === null) {
    if (part.chunk_count === null) return 'how many is not known'
    return `${count(total)}; which are there cannot be told${depth === 'all' ? '' : ' from what was looked at'}`
  }
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
    singleLine(layerText(layer)),
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

/** Names and values in two columns; values are cut at the edge of the terminal. */
export function facts(rows: readonly Fact[], style: Style, width: number): string[] {
  const names = widestName(rows)
  return rows.map(([name, value]) => `  ${style.dim(name.padEnd(names))}  ${cut(singleLine(value), width - names - 4)}`)
}

/** The same with every value whole, on as many lines as it takes. */
function wholeFacts(rows: readonly Fact[], style: Style, width: number): string[] {
  const names = widestName(rows)
  const cells = rows.map(([name, value]) => [style.dim(name.padEnd(names)), singleLine(value)])
  return wrappedColumns(cells, { indent: '  ', width })
}

function widestName(rows: readonly Fact[]): number {
  return Math.max(12, ...rows.map(([name]) => name.length))
}

export function timestamp(iso: string): string {
  return `${iso.slice(0, 19).replace('T', ' ')} UTC`
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
