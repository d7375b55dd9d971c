import type { Payload } from '../../inspect/payload.ts'
import { verdictOf } from '../../inspect/verdict.ts'
import { columns, wrap } from '../format/columns.ts'
import { bytes, plural } from '../format/units.ts'
import { singleLine } from '../format/visible.ts'
import { padEnd, padStart, type Style } from '../style.ts'
import { attributeText, shortened } from './attribute-text.ts'
import { paintVerdict } from './report.ts'

export interface FileLineOptions {
  readonly style: Style
  readonly width: number
  /** Show the attributes that are in the payload below each file. */
  readonly withAttributes: boolean
}

const WIDTHS = { state: 10, size: 10, resolution: 11, parts: 5, channels: 8, compression: 11 } as const

const INDENT = ' '.repeat(12)
const REASONS_SHOWN = 3

/** Heading over `fileLine`s. */
export function fileLineHeading(style: Style): string {
  const { state, size, resolution, parts, channels, compression } = WIDTHS
  const cells = [
    'state'.padEnd(state),
    'size'.padStart(size),
    'resolution'.padStart(resolution),
    'parts'.padStart(parts),
    'channels'.padStart(channels),
    'compression'.padEnd(compression),
    'file',
  ]
  return style.dim(cells.join('  '))
}

/** One file as one line, and below it why it is not whole. Widths are fixed, so that lines can be printed as they come. */
export function fileLine(payload: Payload, options: FileLineOptions): string {
  const { style, width, withAttributes } = options
  const verdict = verdictOf(payload)
  const [first] = payload.parts
  const compressions = [...new Set(payload.parts.map((part) => part.compression ?? '?'))]
  const cells = [
    padEnd(paintVerdict(verdict, style), WIDTHS.state),
    padStart(bytes(payload.file.size_bytes), WIDTHS.size),
    padStart(first?.width == null || first.height === null ? '-' : `${first.width}x${first.height}`, WIDTHS.resolution),
    padStart(String(payload.parts.length), WIDTHS.parts),
    padStart(String(payload.channels.length), WIDTHS.channels),
    padEnd(compressions.length > 1 ? 'several' : (compressions[0] ?? '-'), WIDTHS.compression),
    singleLine(payload.file.path),
  ]
  const lines = [cells.join('  ')]
  if (verdict.state !== 'whole') {
    const shown = verdict.reasons.slice(0, REASONS_SHOWN)
    const more = verdict.reasons.length - shown.length
    if (more > 0) shown.push(`and ${plural(more, 'reason')} more: inspect this file alone`)
    lines.push(...shown.flatMap((reason) => wrap(singleLine(reason), width, INDENT)))
  }
  if (withAttributes) lines.push(...attributeLines(payload, style, width))
  return `${lines.join('\n')}\n`
}

/** A file that could not be read, in the same columns. */
export function unreadableLine(path: string, reason: string, style: Style, width: number): string {
  const gap = ' '.repeat(WIDTHS.size + WIDTHS.resolution + WIDTHS.parts + WIDTHS.channels + WIDTHS.compression + 8)
  const head = `${padEnd(style.red('UNREADABLE'), WIDTHS.state)}  ${gap}  ${singleLine(path)}`
  return `${[head, ...wrap(singleLine(reason), width, INDENT)].join('\n')}\n`
}

function attributeLines(payload: Payload, style: Style, width: number): string[] {
  const rows = payload.parts.flatMap((part, position) =>
    (payload.attributes.parts[position] ?? []).map((attribute) => [
      payload.parts.length > 1 ? style.dim(`part ${part.part_index}`) : '',
      singleLine(attribute.name),
      singleLine(shortened(attributeText(attribute), width)),
    ]),
  )
  return columns(rows, { indent: INDENT, width })
}
