import { base64, float32, float64 } from '../header/index.ts'
import type { HeaderPart } from '../header/model.ts'

/** One attribute of OpenImageIO's ImageSpec as the addon hands it over. */
export interface OiioAttribute {
  readonly name: string
  /** OpenImageIO's own type name, such as `string`, `float[8]` or `rational2i`. */
  readonly type: string
  readonly value: unknown
}

/** OpenEXR names by the name OpenImageIO gives them instead, over both of its readers and all versions. */
const ORIGINALS: ReadonlyMap<string, readonly string[]> = new Map([
  ['Copyright', ['owner']],
  ['DateTime', ['capDate']],
  ['ExposureTime', ['expTime']],
  ['FNumber', ['aperture']],
  ['FramesPerSecond', ['framesPerSecond']],
  ['ImageDescription', ['comments']],
  ['PixelAspectRatio', ['pixelAspectRatio']],
  ['XResolution', ['xDensity']],
  ['openexr:chunkCount', ['chunkCount']],
  ['openexr:compressedIDManifest', ['idManifest']],
  ['openexr:compressedIDManifeset', ['idManifest']],
  ['openexr:deepImageState', ['deepImageState']],
  ['openexr:dwaCompressionLevel', ['dwaCompressionLevel']],
  ['openexr:lineOrder', ['lineOrder']],
  ['openexr:maxSamplesPerPixel', ['maxSamplesPerPixel']],
  ['smpte:KeyCode', ['keyCode']],
  ['smpte:TimeCode', ['timeCode']],
  ['worldtocamera', ['worldToCamera', 'cameraTransform']],
  ['worldtoscreen', ['worldToNDC', 'worldToScreen']],
])

/** The other way round. */
const RENAMES: ReadonlyMap<string, readonly string[]> = namesByOriginal()

function namesByOriginal(): Map<string, string[]> {
  const names = new Map<string, string[]>()
  for (const [name, originals] of ORIGINALS) {
    for (const original of originals) names.set(original, [...(names.get(original) ?? []), name])
  }
  return names
}

/** Whether OpenImageIO gives this attribute of a file another name. */
export function isRenamed(name: string): boolean {
  return RENAMES.has(name)
}

/** What is known of a part's attributes, as `DerivedSource` has it. */
export function knownNamesOf({ attributes }: HeaderPart): string {
  const known = attributes.map(({ name }) => name).join('\0')
  const renamed = attributes.flatMap(({ name }) => RENAMES.get(name) ?? [])
  return renamed.length === 0 ? known : `${known}\0\0${renamed.join('\0')}`
}

/** OpenImageIO's view of one part, set against what is in the file. */
interface OiioView {
  /** OpenImageIO's name by the name in the file, where the two differ. */
  readonly names: ReadonlyMap<string, string>
  /** What it derives on top, in its own order. */
  readonly derived: readonly OiioAttribute[]
}

/** Tells renamed attributes from derived ones. An attribute that is in the file under the same name is neither. */
export function compareWithOiio(part: HeaderPart, attributes: readonly OiioAttribute[]): OiioView {
  const names = new Map<string, string>()
  const derived: OiioAttribute[] = []
  for (const attribute of attributes) {
    if (part.get(attribute.name) !== undefined) continue
    const original =
      ORIGINALS.get(attribute.name)?.find((name) => part.get(name) !== undefined) ?? guessedName(part, attribute.name)
    if (original === undefined) derived.push(attribute)
    else names.set(original, attribute.name)
  }
  return { names, derived }
}

/** Our name of an attribute whose name is not UTF-8, which OpenImageIO hands over as if it were. */
function guessedName(part: HeaderPart, name: string): string | undefined {
  if (!name.includes('\ufffd')) return undefined
  const decoder = new TextDecoder()
  return part.attributes.find(({ nameBytes }) => decoder.decode(nameBytes) === name)?.name
}

/** OpenImageIO keeps most numbers as float32, and the addon hands every number over as a double. */
export function encodeOiioValue({ value, type }: OiioAttribute): unknown {
  if (value instanceof Uint8Array) return base64(value)
  const encode = type.startsWith('double') ? float64 : float32
  if (Array.isArray(value)) return value.map((item) => (typeof item === 'number' ? encode(item) : item))
  return typeof value === 'number' ? encode(value) : value
}
