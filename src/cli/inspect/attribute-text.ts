import type { AttributeFacts } from '../../inspect/payload.ts'
import { bytes, count, plural } from '../format/units.ts'

/** The value of an attribute as one line for people; long lists and blobs are described, not listed. */
export function attributeText(attribute: Pick<AttributeFacts, 'value' | 'display' | 'encoding' | 'type'>): string {
  if (attribute.display !== undefined) {
    return attribute.display + (attribute.encoding === undefined ? '' : ` (guessed to be ${attribute.encoding})`)
  }
  return valueText(attribute.value)
}

/** Longest text looked at for one line of a terminal. */
const LONGEST_CELL = 4096

/** A text of many megabytes cut before it is measured for a terminal of `width` columns; the cut says how to see all. */
export function shortened(text: string, width: number): string {
  if (!Number.isFinite(width) || text.length <= LONGEST_CELL) return text
  const note = ` … ${count(text.length)} characters, --json has all`
  return text.slice(0, Math.max(16, Math.floor(width / 5))) + note
}

function valueText(value: unknown): string {
  if (typeof value === 'string') return value
  if (value === null || typeof value !== 'object') return String(value)
  if (Array.isArray(value)) return listText(value)
  const record = value as Record<string, unknown>
  if (record['encoding'] === 'base64' && typeof record['data'] === 'string') return blobText(record)
  if (isPoint(record['min']) && isPoint(record['max'])) {
    return `${record['min'].x},${record['min'].y} to ${record['max'].x},${record['max'].y}`
  }
  if ('numerator' in record && 'denominator' in record) return `${record['numerator']}/${record['denominator']}`
  return Object.entries(record)
    .map(([name, member]) => `${name.replaceAll('_', ' ')} ${valueText(member)}`)
    .join(', ')
}

const LIST_SHOWN = 16

function listText(list: readonly unknown[]): string {
  const shown = list.slice(0, LIST_SHOWN).map((member) => {
    if (typeof member === 'object' && member !== null && 'name' in member) return String(member.name)
    return valueText(member)
  })
  const rest = list.length - shown.length
  return shown.join(typeof list[0] === 'number' ? ' ' : ', ') + (rest > 0 ? ` and ${plural(rest, 'value')} more` : '')
}

function blobText(record: Record<string, unknown>): string {
  const size = Buffer.byteLength(String(record['data']), 'base64')
  if (typeof record['width'] === 'number') return `${record['width']}x${record['height']} thumbnail`
  return bytes(size)
}

function isPoint(value: unknown): value is { x: unknown; y: unknown } {
  return typeof value === 'object' && value !== null && 'x' in value && 'y' in value
}
