import type { ChannelStats } from '../../pixels/channel-stats.ts'
import type { FileStats, MissingPixels, PartStats } from '../../pixels/types.ts'
import { hanging } from '../format/columns.ts'
import { shortPath } from '../format/fit.ts'
import { fittedTable, type TableColumn } from '../format/fitted-table.ts'
import { count, plural } from '../format/units.ts'
import { singleLine } from '../format/visible.ts'
import type { Style } from '../style.ts'

interface StatsReportOptions {
  readonly style: Style
  /** With percentiles and positions. */
  readonly isLong: boolean
  /** Columns of the terminal; infinity in a pipe. */
  readonly width: number
}

/** Statistics of a file for people: a table a part, and below it what stands out. */
export function statsReport({ parts }: FileStats, path: string, options: StatsReportOptions): string {
  const { style, width } = options
  const lines = [style.bold(shortPath(path, options.width))]
  for (const part of parts) {
    if (parts.length > 1 || part.part_name !== null)
      lines.push(shortPath(`  part ${part.part_index} ${singleLine(part.part_name ?? '')}`.trimEnd(), width))
    lines.push(...partLines(part, options))
  }
  return `${lines.join('\n')}\n`
}

function partLines(part: PartStats, options: StatsReportOptions): string[] {
  const { style, width } = options
  if (part.cannot_check !== undefined)
    return hanging(`cannot tell: ${singleLine(part.cannot_check)}`, width, '  ').map(style.yellow)
  const lines: string[] = []
  if (part.sampled)
    lines.push(
      ...hanging(
        `a sample: ${count(part.chunks_seen)} of ${plural(part.chunk_count, 'chunk')}; means and shares are estimates`,
        width,
        '  ',
      ).map(style.dim),
    )
  const headings = options.isLong ? [...HEADING, ...PERCENTILES.map((percent) => `p${percent}`)] : HEADING
  const columns = headings.map(
    (name, column): TableColumn => (column === 0 ? { name, cut: 'name' } : { name, right: true }),
  )
  lines.push(...fittedTable(columns, rowsOf(part.channels, options), { style, width, indent: '  ', giveWay: GIVE_WAY }))
  const notes = [...part.channels.flatMap((channel) => channelNotes(channel, style)), ...frameNotes(part, style)]
  lines.push(...notes.flatMap((note) => hanging(note, width, '  ')))
  if (part.missing !== undefined) lines.push(...missingLines(part.missing, style, width))
  return lines
}

const HEADING = ['channel', 'samples', 'min', 'max', 'mean', 'stddev', 'zero', 'negative', 'NaN', 'inf']
const PERCENTILES = ['1', '5', '25', '50', '75', '95', '99']
/** Whether there are NaN and what the range is stays the longest. */
const GIVE_WAY = ['p5', 'p95', 'p25', 'p75', 'p1', 'p99', 'stddev', 'samples', 'p50', 'zero', 'negative', 'mean']

function rowsOf(channels: readonly ChannelStats[], { style, isLong }: StatsReportOptions): string[][] {
  return channels.map((channel) => {
    const inf = channel.pos_inf_count + channel.neg_inf_count
    const row = [
      singleLine(channel.channel_name),
      count(channel.count),
      number(channel.min),
      number(channel.max),
      number(channel.mean),
      number(channel.stddev),
      count(channel.zero_count),
      count(channel.negative_count),
      channel.nan_count > 0 ? style.red(count(channel.nan_count)) : '0',
      inf > 0 ? style.red(count(inf)) : '0',
    ]
    return isLong ? [...row, ...PERCENTILES.map((percent) => number(channel.percentiles?.[percent] ?? null))] : row
  })
}

/** Six significant digits; a dash for what does not exist. */
function number(value: number | null): string {
  if (value === null) return '–'
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return String(value)
  return String(Number(value.toPrecision(6)))
}

function channelNotes(channel: ChannelStats, style: Style): string[] {
  const notes: string[] = []
  const name = singleLine(channel.channel_name)
  const [first] = channel.first_non_finite
  if (first !== undefined) notes.push(style.red(`${name}: the first ${first.value} is at ${first.x}, ${first.y}`))
  if (channel.half_limit_count > 0)
    notes.push(`${name}: ${plural(channel.half_limit_count, 'sample')} at the limit of half floats (±65504)`)
  return notes
}

function frameNotes({ frame, monochrome_layers, channels }: PartStats, style: Style): string[] {
  const notes: string[] = []
  const constant = channels.filter(({ is_constant }) => is_constant).map(({ channel_name }) => singleLine(channel_name))
  if (constant.length > 0) notes.push(`constant: ${constant.join(', ')}`)
  const grey = monochrome_layers.map((layer) => (layer === '' ? 'RGB' : singleLine(layer)))
  if (grey.length > 0) notes.push(`red, green and blue are equal: ${grey.join(', ')}`)
  if (frame === null) return notes
  if (frame.is_black) notes.push(style.red('the frame is black'))
  else if (frame.empty_share > 0) notes.push(`empty: ${(100 * frame.empty_share).toPrecision(3)} % of the data window`)
  for (const { x, y, width, height } of frame.is_black ? [] : frame.black_rectangles) {
    notes.push(style.yellow(`black rectangle of ${width} x ${height} at ${x}, ${y}`))
  }
  const [hole] = frame.alpha_pinholes
  if (hole !== undefined)
    notes.push(
      style.yellow(`${plural(frame.alpha_pinhole_count!, 'pinhole')} in the alpha, the first at ${hole.x}, ${hole.y}`),
    )
  if (frame.colour_without_alpha_count)
    notes.push(`${plural(frame.colour_without_alpha_count, 'pixel')} with colour and an alpha of 0`)
  return notes
}

/** Which pixels could not be decoded, and why. */
export function missingLines(
  { chunks, rows, tiles, reasons, truncated }: MissingPixels,
  style: Style,
  width: number,
): string[] {
  const places =
    rows?.map(([first, last]) => (first === last ? `${first}` : `${first} to ${last}`)) ??
    tiles?.map(({ x, y }) => `${x}, ${y}`) ??
    []
  const shown = places.slice(0, 8).join('; ')
  const more = places.length > 8 || truncated ? '; …' : ''
  const what = `not decoded: ${plural(chunks, 'chunk')}, ${rows === undefined ? 'tiles' : 'rows'} ${shown}${more}`
  return [
    ...hanging(what, width, '  ').map(style.yellow),
    ...reasons.slice(0, 3).flatMap((reason) => hanging(singleLine(reason), width, '    ').map(style.dim)),
  ]
}
