import type { AttributeFacts, Payload } from '../../inspect/payload.ts'
import { verdictOf } from '../../inspect/verdict.ts'

/** What `--csv` shows where `--columns` does not say. */
export const DEFAULT_COLUMNS: readonly string[] = [
  'path',
  'state',
  'size_bytes',
  'part_count',
  'channel_count',
  'width',
  'height',
  'compression',
  'is_tiled',
  'is_deep',
  'frame_number',
  'time_code',
  'color_space',
  'render_software',
]

/** Facts of the whole file that no single field of the payload holds. */
const COMPUTED: Readonly<Record<string, (payload: Payload) => unknown>> = {
  state: (payload) => verdictOf(payload).state,
  reasons: (payload) => verdictOf(payload).reasons.join(' '),
  part_count: (payload) => payload.parts.length,
  channel_count: (payload) => payload.channels.length,
  channels: (payload) => payload.channels.map(({ channel_name: name }) => name),
}

/**
 * Values by name: `state`, `reasons`, `part_count`, `channel_count`, `channels`, a field of the payload's file, a field of
 * its first part, else an attribute of the first part that has it, in the file's or OpenImageIO's spelling. Null where
 * the file has none.
 */
export function namedValues(payload: Payload, names: readonly string[]): unknown[] {
  return names.map((name) => factOf(payload, name) ?? null)
}

/** The same as one object. */
export function namedColumns(payload: Payload, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, factOf(payload, name) ?? null]))
}

/** Whether a name stands for anything in this file, be it empty. */
export function hasColumn(payload: Payload, name: string): boolean {
  return factOf(payload, name) !== undefined
}

function factOf(payload: Payload, name: string): unknown {
  if (Object.hasOwn(COMPUTED, name)) return COMPUTED[name]?.(payload)
  if (Object.hasOwn(payload.file, name)) return payload.file[name as keyof Payload['file']]
  const [first] = payload.parts
  if (first !== undefined && Object.hasOwn(first, name)) return first[name as keyof typeof first]
  for (const attributes of payload.attributes.parts) {
    const found = attributes.find((attribute) => attribute.name === name || attribute.oiio_name === name)
    if (found !== undefined) return attributeValue(found)
  }
  return undefined
}

/** A time code as people write it; texts and numbers as they are; anything else as the payload has it. */
function attributeValue({ display, value }: AttributeFacts): unknown {
  return display ?? value
}
