import type { AttributeDiff, ChannelDiff, FileDiff, PartDiff } from '../../pixels/diff-types.ts'
import { hanging } from '../format/columns.ts'
import { shortPath } from '../format/fit.ts'
import { fittedTable, type TableColumn } from '../format/fitted-table.ts'
import { count, plural } from '../format/units.ts'
import { singleLine } from '../format/visible.ts'
import { missingLines } from '../stats/report.ts'
import { displayWidth, type Style } from '../style.ts'

const WORDS = { same: 'same', differs: 'DIFFERS', cannot_tell: 'CANNOT TELL' } as const

interface DiffReportOptions {
  readonly style: Style
  /** Columns of the terminal; infinity in a pipe. */
  readonly width: number
  /** A path as whoever typed the arguments knows it. */
  readonly shown: (path: string) => string
}

/** A diff for people: one line when nothing differs, else what does. */
export function diffReport(diff: FileDiff, { style, width, shown }: DiffReportOptions): string {
  const paint = diff.result === 'same' ? style.green : diff.result === 'differs' ? style.red : style.yellow
  const lines = headLines(diff, paint(WORDS[diff.result].padEnd(11)), width, shown)
  for (const name of diff.parts_only_in_a) lines.push(...hanging(`part only in a: ${singleLine(name)}`, width, '  '))
  for (const name of diff.parts_only_in_b) lines.push(...hanging(`part only in b: ${singleLine(name)}`, width, '  '))
  for (const part of diff.parts) {
    const told = partLines(part, style, width)
    if (told.length === 0) continue
    if (diff.parts.length > 1) lines.push(`  part ${part.part_index_a} ${singleLine(part.part_name ?? '')}`.trimEnd())
    lines.push(...told)
  }
  return `${lines.join('\n')}\n`
}

/** On a line of its own each, where both names do not fit on one. */
function headLines({ a, b }: FileDiff, word: string, width: number, shown: (path: string) => string): string[] {
  const names = [a, b].map((path) => singleLine(shown(path)))
  const line = `${word}  ${names.join('  ')}`
  if (displayWidth(line) <= width) return [line]
  const [first = '', second = ''] = names.map((name) => shortPath(name, Math.max(24, width - 13)))
  return [`${word}  ${first}`, `${' '.repeat(13)}${second}`]
}

function partLines(part: PartDiff, style: Style, width: number): string[] {
  const lines: string[] = []
  const say = (text: string) => lines.push(...hanging(text, width, '  '))
  if (part.channels_only_in_a.length > 0) say(`channels only in a: ${singleLine(part.channels_only_in_a.join(', '))}`)
  if (part.channels_only_in_b.length > 0) say(`channels only in b: ${singleLine(part.channels_only_in_b.join(', '))}`)
  if (part.reason !== undefined)
    lines.push(...hanging(`pixels: ${singleLine(part.reason)}`, width, '  ').map(style.yellow))
  if (part.missing_a !== undefined) lines.push('  a:', ...missingLines(part.missing_a, style, width))
  if (part.missing_b !== undefined) lines.push('  b:', ...missingLines(part.missing_b, style, width))
  if (part.pixels_only_in_a > 0) say(`not compared: ${plural(part.pixels_only_in_a, 'pixel')} that only a has`)
  if (part.pixels_only_in_b > 0) say(`not compared: ${plural(part.pixels_only_in_b, 'pixel')} that only b has`)
  const differing = part.channels.filter((channel) => channel.differing + channel.count_mismatches > 0)
  if (differing.length > 0)
    lines.push(...fittedTable(COLUMNS, differing.map(rowOf), { style, width, indent: '  ', giveWay: GIVE_WAY }))
  lines.push(...part.attributes.flatMap((each) => hanging(attributeText(each), width, '  ')))
  const stored = part.storage.flatMap((each) => hanging(`${attributeText(each)} (how it is stored)`, width, '  '))
  lines.push(...stored.map(style.dim))
  return lines
}

const COLUMNS: readonly TableColumn[] = [
  { name: 'channel', cut: 'name' },
  ...['compared', 'differ', 'over fail', 'NaN, inf', 'max', 'mean', 'rms', 'PSNR'].map((name) => ({
    name,
    right: true as const,
  })),
  { name: 'worst at' },
]
const GIVE_WAY = ['PSNR', 'rms', 'compared', 'mean', 'NaN, inf', 'over fail', 'worst at']

function rowOf(channel: ChannelDiff): string[] {
  return [
    singleLine(channel.channel_name),
    count(channel.compared),
    count(channel.differing + channel.count_mismatches),
    count(channel.over_fail + channel.count_mismatches),
    count(channel.non_finite),
    number(channel.max_absolute),
    number(channel.mean_absolute),
    number(channel.rms),
    channel.psnr === null ? '–' : channel.psnr.toFixed(1),
    channel.worst === null
      ? '–'
      : `${channel.worst.x}, ${channel.worst.y}: ${number(channel.worst.a)} and ${number(channel.worst.b)}`,
  ]
}

function number(value: number): string {
  return String(Number(value.toPrecision(5)))
}

function attributeText({ name, change, a, b }: AttributeDiff): string {
  if (change === 'added') return `attribute only in b: ${singleLine(`${name} ${b}`)}`
  if (change === 'removed') return `attribute only in a: ${singleLine(`${name} ${a}`)}`
  return `attribute ${singleLine(`${name}: ${a} and ${b}`)}`
}
