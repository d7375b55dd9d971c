import type { AttributeDiff, ChannelDiff, FileDiff, PartDiff } from '../../pixels/diff-types.ts'
import { columns } from '../format/columns.ts'
import { count, plural } from '../format/units.ts'
import { singleLine } from '../format/visible.ts'
import { missingLines } from '../stats/report.ts'
import type { Style } from '../style.ts'

const WORDS = { same: 'same', differs: 'DIFFERS', cannot_tell: 'CANNOT TELL' } as const

/** A diff for people: one line when nothing differs, else what does. */
export function diffReport(diff: FileDiff, style: Style): string {
  const paint = diff.result === 'same' ? style.green : diff.result === 'differs' ? style.red : style.yellow
  const lines = [`${paint(WORDS[diff.result].padEnd(11))}  ${singleLine(diff.a)}  ${singleLine(diff.b)}`]
  for (const name of diff.parts_only_in_a) lines.push(`  part only in a: ${singleLine(name)}`)
  for (const name of diff.parts_only_in_b) lines.push(`  part only in b: ${singleLine(name)}`)
  for (const part of diff.parts) {
    const told = partLines(part, style)
    if (told.length === 0) continue
    if (diff.parts.length > 1) lines.push(`  part ${part.part_index_a} ${singleLine(part.part_name ?? '')}`.trimEnd())
    lines.push(...told)
  }
  return `${lines.join('\n')}\n`
}

function partLines(part: PartDiff, style: Style): string[] {
  const lines: string[] = []
  if (part.channels_only_in_a.length > 0)
    lines.push(`  channels only in a: ${singleLine(part.channels_only_in_a.join(', '))}`)
  if (part.channels_only_in_b.length > 0)
    lines.push(`  channels only in b: ${singleLine(part.channels_only_in_b.join(', '))}`)
  if (part.reason !== undefined) lines.push(style.yellow(`  pixels: ${singleLine(part.reason)}`))
  if (part.missing_a !== undefined) lines.push('  a:', ...missingLines(part.missing_a, style))
  if (part.missing_b !== undefined) lines.push('  b:', ...missingLines(part.missing_b, style))
  if (part.pixels_only_in_a > 0) lines.push(`  not compared: ${plural(part.pixels_only_in_a, 'pixel')} that only a has`)
  if (part.pixels_only_in_b > 0) lines.push(`  not compared: ${plural(part.pixels_only_in_b, 'pixel')} that only b has`)
  const differing = part.channels.filter((channel) => channel.differing + channel.count_mismatches > 0)
  if (differing.length > 0)
    lines.push(
      ...columns(table(differing, style), {
        indent: '  ',
        width: Number.POSITIVE_INFINITY,
        right: [1, 2, 3, 4, 5, 6, 7, 8],
      }),
    )
  lines.push(...part.attributes.map((each) => `  ${attributeText(each)}`))
  lines.push(...part.storage.map((each) => style.dim(`  ${attributeText(each)} (how it is stored)`)))
  return lines
}

function table(channels: readonly ChannelDiff[], style: Style): string[][] {
  const heading = ['channel', 'compared', 'differ', 'over fail', 'NaN, inf', 'max', 'mean', 'rms', 'PSNR', 'worst at']
  return [
    heading.map((text) => style.dim(text)),
    ...channels.map((channel) => [
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
    ]),
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
