import { hasMoreChannels } from '../../inspect/partial.ts'
import type { PartFacts, Payload } from '../../inspect/payload.ts'
import { verdictOf } from '../../inspect/verdict.ts'
import { columns, wrap } from '../format/columns.ts'
import { cut, shortPath } from '../format/fit.ts'
import { bytes, plural } from '../format/units.ts'
import { singleLine } from '../format/visible.ts'
import { displayWidth, padEnd, padStart, type Style } from '../style.ts'
import { attributeText, shortened } from './attribute-text.ts'
import { kinds } from './headline.ts'
import { verdictText } from './verdict-text.ts'

interface FileLineOptions {
  readonly style: Style
  readonly width: number
  /** The path as the user knows it. */
  readonly path: string
  /** Show the attributes that are in the payload below each file. */
  readonly withAttributes: boolean
}

/** Together 54 columns of a terminal, so that 26 of 80 are left for the path. */
const WIDTHS = { state: 10, size: 8, resolution: 9, channels: 2, storage: 15 } as const
const GAP = '  '
const BEFORE_PATH = Object.values(WIDTHS).reduce((sum, width) => sum + width + GAP.length, 0)
const INDENT = ' '.repeat(WIDTHS.state + GAP.length)
const NARROWEST_PATH = 16
const REASONS_SHOWN = 3

/** Heading over `fileLine`s, below the name of the directory that their paths start from. */
export function fileLineHeading(style: Style, below: string | null): string {
  const { state, size, resolution, channels, storage } = WIDTHS
  const heading = [
    'state'.padEnd(state),
    'size'.padStart(size),
    'pixels'.padStart(resolution),
    'ch'.padStart(channels),
    'storage'.padEnd(storage),
    'file',
  ].join(GAP)
  return `${below === null ? '' : `${singleLine(below)}:\n`}${style.dim(heading)}`
}

/** One file as one line, and below it why it is not whole. Widths are fixed, so that lines can be printed as they come. */
export function fileLine(payload: Payload, options: FileLineOptions): string {
  const { style, width, withAttributes, path } = options
  const verdict = verdictOf(payload)
  const [first] = payload.parts
  const cells = [
    padEnd(verdictText(verdict, style), WIDTHS.state),
    padStart(bytes(payload.file.size_bytes), WIDTHS.size),
    padStart(first?.width == null || first.height === null ? '-' : `${first.width}x${first.height}`, WIDTHS.resolution),
    padStart(channelCount(payload), WIDTHS.channels),
    padEnd(cut(storageText(payload.parts), width - BEFORE_PATH - NARROWEST_PATH + WIDTHS.storage), WIDTHS.storage),
  ]
  const head = cells.join(GAP) + GAP
  const lines = [`${head}${pathText(path, width - displayWidth(head))}`]
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
  const gap = ' '.repeat(BEFORE_PATH - WIDTHS.state)
  const head = `${padEnd(style.red('UNREADABLE'), WIDTHS.state)}${gap}${pathText(path, width - BEFORE_PATH)}`
  return `${[head, ...wrap(singleLine(reason), width, INDENT)].join('\n')}\n`
}

/** `zip`, `zips deep`, `several 10 parts`, `zip mipmapped`. */
export function storageText(parts: readonly PartFacts[]): string {
  const compressions = [...new Set(parts.map((part) => part.compression ?? '?'))]
  const number = parts.length > 1 ? [plural(parts.length, 'part')] : []
  return [compressions.length > 1 ? 'several' : (compressions[0] ?? '-'), ...kinds(parts), ...number].join(' ')
}

function pathText(path: string, room: number): string {
  return shortPath(singleLine(path), Math.max(NARROWEST_PATH, room))
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

/** With a plus where the header was read in part. */
function channelCount(payload: Payload): string {
  const count = payload.channels.length
  return hasMoreChannels(payload) ? (count === 0 ? '?' : `${count}+`) : String(count)
}
