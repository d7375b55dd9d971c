import { REQUIRED_ATTRIBUTES, STANDARD_ATTRIBUTES, STRUCTURAL_ATTRIBUTES } from '../header/format.ts'
import type { ExrHeader, HeaderAttribute, HeaderMemory, HeaderPart } from '../header/index.ts'
import { isRenamed } from './oiio-attributes.ts'

/** Longest list of texts that OpenImageIO is shown. */
const LONGEST_LIST_BYTES = 256

/** Texts that OpenImageIO makes something of. */
const READ_BY_OIIO: ReadonlySet<string> = new Set(['name', 'type', 'view', 'multiView'])

/** What it derives something from under any of its names, in any case of letters. */
const DERIVED_FROM: ReadonlySet<string> = new Set([
  ...['xdensity', 'xresolution', 'pixelaspectratio', 'acesimagecontainerflag', 'colorinteropid'],
])

/**
 * Where types begin that OpenImageIO is to see as another it does not know, and so passes over: it keeps every text it reads
 * for as long as the process lives, a hundred bytes and more for a date or a path that no other frame has. Any bytes are
 * a text, so hiding one hides nothing that is wrong; of the answer nothing is lost, since a text that keeps its name
 * is in the header already. Offsets from the start of the file, rising.
 */
export function hiddenTexts(header: ExrHeader, memory?: HeaderMemory): Float64Array {
  const offsets: number[] = []
  for (const part of header.parts) {
    const places = memory?.recall(header, part, hiddenPlaces) ?? hiddenPlaces(part)
    for (const place of places) offsets.push(typeOffset(part.attributes[place]!))
  }
  return Float64Array.from(offsets)
}

function hiddenPlaces({ attributes }: HeaderPart): number[] {
  return [...attributes.keys()].filter((place) => isHidden(attributes[place]!))
}

/** Looks at the value only where the type is a list. */
export function isHidden(attribute: HeaderAttribute): boolean {
  const { name, type } = attribute
  if (type !== 'string' && type !== 'stringvector') return false
  // A name that is not UTF-8 is another one to OpenImageIO.
  if (READ_BY_OIIO.has(name) || isRenamed(name) || isDerivedFrom(name) || !/^[ -~]+$/.test(name)) return false
  // A standard attribute of another type than it should have is refused for it.
  if ((typeOfStandard(name) ?? type) !== type) return false
  return type === 'string' || attribute.byteLength > LONGEST_LIST_BYTES
}

/** Whether OpenImageIO derives another attribute from the value of one of this name. */
export function isDerivedFrom(name: string): boolean {
  return DERIVED_FROM.has(name.toLowerCase())
}

function typeOfStandard(name: string): string | undefined {
  return REQUIRED_ATTRIBUTES.get(name) ?? STRUCTURAL_ATTRIBUTES.get(name) ?? STANDARD_ATTRIBUTES.get(name)
}

/** The type's text ends with NUL, and four bytes of length follow it. */
function typeOffset({ valueOffset, type }: HeaderAttribute): number {
  return valueOffset - 4 - 1 - type.length
}
