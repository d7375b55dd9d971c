import { hasMoreChannels, hasMoreParts } from '../../inspect/partial.ts'
import type { AttributeFacts, PartFacts, Payload, WindowFacts } from '../../inspect/payload.ts'
import { bytes, duration, plural } from '../format/units.ts'
import { attributeText } from './attribute-text.ts'

/** A name and what there is to say. */
export type Fact = readonly [name: string, value: string]

/** Attributes that the headline tells; reports do not tell them again. */
export const TOLD_AHEAD: ReadonlySet<string> = new Set([
  'cameraMake',
  'cameraModel',
  'dataWindow',
  'displayWindow',
  'framesPerSecond',
  'lensMake',
  'lensModel',
  'pixelAspectRatio',
  'reelName',
  'timeCode',
])

/** What people ask of a file first, for the whole file: facts of its first part, and that others differ where they do. */
export function headline(payload: Payload): Fact[] {
  const [first] = payload.parts
  if (first === undefined) return []
  const attributes = payload.attributes.parts[0] ?? []
  const named = (name: string) => textOf(attributes, name)
  const differ = (fact: (part: PartFacts) => string | null) => payload.parts.some((part) => fact(part) !== fact(first))
  const rows: (Fact | null)[] = [
    fact('format', format(first)),
    fact(
      'data window',
      dataWindow(
        first,
        differ((part) => dataWindow(part, false)),
      ),
    ),
    fact('frame rate', first.frames_per_second === null ? named('framesPerSecond') : fps(first.frames_per_second)),
    fact('time code', first.time_code ?? named('timeCode')),
    fact('colour', colour(first)),
    fact('software', software(first)),
    fact('reel', named('reelName')),
    fact('camera', first.camera_name ?? both(named('cameraMake'), named('cameraModel'))),
    fact('lens', both(named('lensMake'), named('lensModel'))),
    fact('render', render(first)),
    fact('frame', frame(payload)),
  ]
  return rows.filter((row) => row !== null)
}

/** The whole file in one line: format, rate, parts, channels, how it is stored, bytes. */
export function summary(payload: Payload): string {
  const { parts, channels } = payload
  const [first] = parts
  const rate = first?.frames_per_second ?? null
  return [
    first?.display_window == null ? null : sizeOf(first.display_window),
    rate === null ? null : fps(rate),
    hasMoreParts(payload) ? atLeast(parts.length, 'part') : parts.length === 1 ? null : plural(parts.length, 'part'),
    hasMoreChannels(payload) ? atLeast(channels.length, 'channel') : plural(channels.length, 'channel'),
    first?.compression ?? null,
    ...kinds(parts),
    bytes(payload.file.size_bytes),
  ]
    .filter((text) => text !== null)
    .join(', ')
}

/** What a header that was read in part leaves open. */
function atLeast(count: number, what: string): string {
  return count === 0 ? `${what}s not known` : `at least ${plural(count, what)}`
}

/** What makes a file one that not every program reads: deep, tiled, with levels. Of any part. */
export function kinds(parts: readonly PartFacts[]): string[] {
  const levels = parts.map((part) => part.level_mode).filter((mode) => mode !== null && mode !== 'one_level')
  return [
    parts.some((part) => part.is_deep) ? 'deep' : '',
    levels.length > 0 ? (levels.some((mode) => mode?.startsWith('rip')) ? 'ripmapped' : 'mipmapped') : '',
    levels.length === 0 && parts.some((part) => part.is_tiled) ? 'tiled' : '',
  ].filter((kind) => kind !== '')
}

/** What follows the pixels, which no reader looks at. */
export function trailingText(count: number): string {
  return `${plural(count, 'byte')} after the last chunk`
}

function fact(name: string, value: string | null): Fact | null {
  return value === null || value === '' ? null : [name, value]
}

/** The frame the artist sees, and that its pixels are not square where they are not. */
function format({ display_window: display, pixel_aspect_ratio: aspect }: PartFacts): string | null {
  if (display === null) return null
  const { x, y } = display.min
  const at = x === 0 && y === 0 ? '' : ` at ${x},${y}`
  return `${sizeOf(display)}${at}${aspect === null || aspect === 1 ? '' : `, pixel aspect ${aspect}`}`
}

/** Null where it is the format: nothing to say. */
function dataWindow({ data_window: data, display_window: display }: PartFacts, differs: boolean): string | null {
  const others = differs ? '; other parts differ' : ''
  if (data === null || display === null) return null
  const edges = [
    display.min.x - data.min.x,
    display.min.y - data.min.y,
    data.max.x - display.max.x,
    data.max.y - display.max.y,
  ]
  if (edges.every((edge) => edge === 0)) return differs ? 'as the format; other parts differ' : null
  const outside = edges.every((edge) => edge >= 0)
  const inside = edges.every((edge) => edge <= 0)
  const how = outside
    ? `overscan ${edges.join(', ')} left, top, right, bottom`
    : inside
      ? 'cropped inside the format'
      : 'partly outside the format'
  return `${sizeOf(data)} at ${data.min.x},${data.min.y}; ${how}${others}`
}

function sizeOf({ min, max }: WindowFacts): string {
  return `${max.x - min.x + 1}x${max.y - min.y + 1}`
}

function fps(rate: number): string {
  return `${Number(rate.toFixed(3))} fps`
}

/** What the file states and what a reader assumes are told apart. */
export function colour(part: PartFacts): string {
  const { color_space: stated, color_space_source: source, color_space_derived: derived } = part
  const follows = stated !== null && derived !== null && part.color_space_deriver === 'OpenEXR' ? `: ${derived}` : ''
  if (stated !== null) return source === null ? stated : `${stated} (${source})${follows}`
  if (part.is_partial) return 'not known: the header was read in part'
  return derived === null ? 'not stated' : `not stated (${part.color_space_deriver} assumes ${derived})`
}

export function software({ render_software: name, render_software_version: version }: PartFacts): string | null {
  if (name === null || version === null || name.includes(version)) return name
  return `${name} ${version}`
}

function render(part: PartFacts): string | null {
  const texts = [
    part.render_seconds === null ? null : duration(part.render_seconds * 1000),
    part.render_memory_bytes === null ? null : bytes(part.render_memory_bytes),
    part.render_host === null ? null : `on ${part.render_host}`,
  ].filter((text) => text !== null)
  return texts.length === 0 ? null : texts.join(', ')
}

function frame({ file }: Payload): string | null {
  if (file.sequence_key === null) return null
  return `${file.frame_number} of ${file.sequence_key.slice(file.sequence_key.lastIndexOf('/') + 1)}`
}

function textOf(attributes: readonly AttributeFacts[], name: string): string | null {
  const found = attributes.find((attribute) => attribute.name === name && attribute.source === 'exr')
  return found === undefined ? null : attributeText(found)
}

function both(make: string | null, model: string | null): string | null {
  if (make === null || model === null || model.startsWith(make)) return model ?? make
  return `${make} ${model}`
}
