import { hash } from 'node:crypto'
import type { PartFacts, Payload } from './payload.ts'

/** Longer values are told by their hash: they are compared, not read. */
const LONGEST = 200

/**
 * What a header says as texts that compare, by name: `display window`, `channel Z`, `attribute owner`, of a file with
 * several parts with the part's number before it. What `driftOf` compares between the frames of a sequence.
 */
export function headerValues(payload: Payload): Map<string, string> {
  const values = new Map<string, string>([['parts', String(payload.parts.length)]])
  const isSeveral = payload.parts.length > 1
  const name = (part: number, fact: string) => (isSeveral ? `part ${part} ${fact}` : fact)
  for (const part of payload.parts) {
    for (const [fact, value] of partValues(part)) values.set(name(part.part_index, fact), value)
  }
  for (const { part_index, channel_name, channel_type, x_sampling, y_sampling } of payload.channels) {
    const sampling = x_sampling === 1 && y_sampling === 1 ? '' : ` every ${x_sampling}x${y_sampling}`
    values.set(name(part_index, `channel ${channel_name}`), `${channel_type.toLowerCase()}${sampling}`)
  }
  payload.attributes.parts.forEach((attributes, part) => {
    for (const { name: attribute, source, value } of attributes) {
      if (source !== 'exr' || IN_OTHER_FACTS.has(attribute)) continue
      const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'null')
      values.set(name(part, `attribute ${attribute}`), shortened(text))
    }
  })
  return values
}

/** Attributes that facts of parts and channels tell already, and those that say where chunks are. */
const IN_OTHER_FACTS: ReadonlySet<string> = new Set([
  'channels',
  'chunkCount',
  'compression',
  'dataWindow',
  'displayWindow',
  'lineOrder',
  'name',
  'pixelAspectRatio',
  'preview',
  'tiles',
  'type',
  'version',
  'view',
])

function partValues(part: PartFacts): [fact: string, value: string][] {
  const box = (window: PartFacts['data_window']) =>
    window && `(${window.min.x}, ${window.min.y}) - (${window.max.x}, ${window.max.y})`
  const facts: [string, unknown][] = [
    ['name', part.part_name],
    ['type', part.part_type],
    ['view', part.view_name],
    ['data window', box(part.data_window)],
    ['display window', box(part.display_window)],
    ['pixel aspect ratio', part.pixel_aspect_ratio],
    ['compression', part.compression],
    ['line order', part.line_order],
    ['tiles', part.tile_width === null ? null : `${part.tile_width}x${part.tile_height} ${part.level_mode}`],
  ]
  return facts.flatMap(([fact, value]) => (value === null ? [] : [[fact, String(value)] as [string, string]]))
}

function shortened(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, 20)}… (SHA-256 ${hash('sha256', text, 'hex').slice(0, 12)})`
}

/** The hashes of all pixels of a payload as one text; null when it has none, or not of every part. */
export function pixelHashOf({ hashes, parts }: Payload): string | null {
  const list = (hashes as { parts?: { pixel_hash?: string | null }[] } | undefined)?.parts
  if (list === undefined || list.length !== parts.length) return null
  const all = list.map(({ pixel_hash }) => pixel_hash ?? null)
  return all.includes(null) ? null : all.join(' ')
}
