import { numberOf, type PartView } from '../file-view.ts'
import { eachAttribute, eachPart } from '../look.ts'
import { texts } from '../options.ts'
import type { FileRule } from '../rule.ts'
import { noDefect } from './defects.ts'

const MATRICES = ['worldToCamera', 'worldToNDC']
const DEPRECATED = ['renderingTransform', 'lookModTransform', 'dwaCompressionLevel', 'maxSamplesPerPixel']

/** Section "Required attributes and value ranges". */
export const headerRules: readonly FileRule[] = [
  {
    id: 'header-required',
    severity: 'error',
    tier: 'header',
    title:
      '`channels`, `compression`, `dataWindow`, `displayWindow`, `lineOrder`, `pixelAspectRatio`, `screenWindowCenter`, `screenWindowWidth` all present in every part.',
    reason: 'The library invents what is missing (ZIP, a window of 64 x 64), so a picture comes out that nobody made.',
    source: ['LAYOUT', 'VAL'],
    remedy: 'Write the header again with every required attribute.',
    check: noDefect('all eight required attributes', ['missing-required-attribute']),
  },
  {
    id: 'header-required-types',
    severity: 'error',
    tier: 'header',
    title: 'Each has its defined type.',
    reason: 'A reader that expects one type and finds another refuses the file or takes a value of its own.',
    source: ['LAYOUT', 'VAL'],
    remedy: 'Write the attribute with its defined type.',
    check: noDefect('its defined type', ['wrong-attribute-type']),
  },
  {
    id: 'header-windows-valid',
    severity: 'error',
    tier: 'header',
    title: 'min <= max on both axes; all corners strictly inside +/- INT_MAX/2.',
    reason:
      'Readers compute sizes and allocate by the windows: inverted or huge ones overflow, and have been used to crash them.',
    source: ['VAL'],
    remedy: 'Write the windows again with min at most max.',
    check: noDefect('min <= max, inside +/- INT_MAX/2', ['bad-window']),
  },
  {
    id: 'header-pixel-aspect',
    severity: 'error',
    tier: 'header',
    title: 'Finite, normal, from 1e-6 to 1e+6.',
    reason: 'Hosts divide by it: zero, infinity and NaN break the display, the format and every transform after it.',
    source: ['VAL'],
    remedy: 'Set pixelAspectRatio to the squeeze of the lens, 1 for spherical.',
    check: noDefect('finite, from 1e-6 to 1e+6', ['bad-pixel-aspect-ratio']),
  },
  {
    id: 'header-screen-window',
    severity: 'error',
    tier: 'header',
    title: '`screenWindowWidth` is finite and not negative.',
    reason:
      'It scales the camera that is made of the header: a negative or infinite one turns or loses the picture in 3D.',
    source: ['VAL'],
    remedy: 'Set screenWindowWidth to 1 unless the camera says otherwise.',
    check: noDefect('finite and not negative', ['bad-screen-window']),
  },
  {
    id: 'header-line-order',
    severity: 'error',
    tier: 'header',
    title: 'Increasing or decreasing for scan lines; random only for tiles.',
    reason: 'Scan lines in no order are not defined, and readers that stream wait for a row that does not come.',
    source: ['TECH', 'HDR'],
    remedy: 'Write the part with increasing y.',
    check: noDefect('a line order that suits the part', ['bad-line-order']),
  },
  {
    id: 'header-compression-known',
    severity: 'warn',
    tier: 'header',
    title: 'Code is one this build knows; name the library version that introduced it.',
    reason:
      'A code that this release has no name for belongs to a newer library or to damage: its pixels cannot be judged here.',
    source: ['CHG'],
    remedy: 'Update exr-inspector, or write the file with a codec that is released.',
    check: (file) =>
      eachPart(
        file,
        ({ facts }) => facts.compression !== null,
        ({ facts }) =>
          facts.compression!.startsWith('unknown(')
            ? [{ attribute: 'compression', expected: 'a compression this version knows', actual: facts.compression! }]
            : [],
      ),
  },
  {
    id: 'header-standard-types',
    severity: 'warn',
    tier: 'header',
    title:
      'A standard attribute name carries its standard type (a `framesPerSecond` stored as float, an `owner` stored as int); an enumeration holds a value that it defines.',
    reason: 'Tools look a standard attribute up by name and type together: with another type it is invisible to them.',
    source: ['STD', 'OIIO-4083'],
    remedy: 'Write the attribute with its standard type, or under a name of its own.',
    check: noDefect('the standard type of its name, a value that the type defines', [
      'nonstandard-attribute-type',
      'unknown-enum-value',
    ]),
  },
  {
    id: 'header-finite-values',
    severity: 'warn',
    tier: 'header',
    title: 'No NaN or infinity in float, vector or matrix attributes; `worldToCamera` and `worldToNDC` are invertible.',
    reason:
      'Cameras, lenses and transforms are made of these numbers: one NaN moves everything that hangs on it out of the world.',
    source: ['STD', 'proposal'],
    remedy: 'Correct the value where it was made; a camera matrix must be invertible.',
    check: (file) =>
      eachAttribute(
        file,
        ({ type }) => /^(?:float|double|floatvector|v[23][fd]|m[34]{2}[fd]|box2f|chromaticities)$/.test(type),
        ({ name, value }) => {
          if (/"(?:NaN|-?Infinity)"/.test(JSON.stringify(value))) {
            return { expected: 'finite numbers', actual: JSON.stringify(value) }
          }
          const singular = MATRICES.includes(name) && Array.isArray(value) && value.length === 16 && isSingular(value)
          return singular ? { expected: 'a matrix that can be inverted', actual: JSON.stringify(value) } : null
        },
      ),
  },
  {
    id: 'header-deprecated',
    severity: 'info',
    tier: 'header',
    title:
      '`renderingTransform`, `lookModTransform`, `dwaCompressionLevel`, `maxSamplesPerPixel` are listed as deprecated; do not trust their values.',
    reason:
      'Nothing keeps these attributes up to date any more, so what they say is what some older program left behind.',
    source: ['STD'],
    remedy: 'Remove the attribute; put what is still true into its replacement.',
    check: (file) => {
      const found = eachAttribute(file, DEPRECATED, () => ({ expected: 'no deprecated attribute', actual: 'present' }))
      return found ?? (file.parts.some(({ attributes }) => attributes.size > 0) ? [] : null)
    },
  },
  {
    id: 'header-opaque',
    severity: 'info',
    tier: 'header',
    title: 'Attributes of an unknown type are listed with type name, size and hash, never dropped.',
    reason:
      'Tools drop what they do not know, so private data is gone after the first of them: it should be known that there is some.',
    source: ['TECH', 'TJS-20094'],
    remedy: 'Keep a list of the private types; use standard types for what has to survive.',
    options: { known_types: texts([], 'types that the show uses and that are no finding') },
    check: (file, options) => {
      const known = options['known_types'] as string[]
      const found = eachAttribute(
        file,
        ({ type, value }) => isOpaque(type, value) && !known.includes(type),
        ({ type, value }) => ({
          expected: 'a type that the format defines',
          actual: `${type}, ${Buffer.byteLength((value as { data: string }).data, 'base64')} bytes`,
        }),
      )
      return found ?? (file.parts.some(({ attributes }) => attributes.size > 0) ? [] : null)
    },
  },
]

const BYTE_TYPES = new Set(['bytes', 'idmanifest', 'preview', 'string', 'stringvector'])

function isOpaque(type: string, value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'encoding' in value && !BYTE_TYPES.has(type)
}

/** Whether a 4 x 4 matrix of rows has no inverse, by elimination with pivots. */
function isSingular(values: readonly unknown[]): boolean {
  const rows = Array.from({ length: 4 }, (_, row) => values.slice(row * 4, row * 4 + 4).map(Number))
  const scale = Math.max(...rows.flat().map(Math.abs), 1e-300)
  for (let column = 0; column < 4; column++) {
    const pivot = rows
      .slice(column)
      .reduce((best, row) => (Math.abs(row[column]!) > Math.abs(best[column]!) ? row : best))
    if (Math.abs(pivot[column]!) <= scale * 1e-12) return true
    const at = rows.indexOf(pivot)
    ;[rows[column], rows[at]] = [rows[at]!, rows[column]!]
    for (let row = column + 1; row < 4; row++) {
      const factor = rows[row]![column]! / rows[column]![column]!
      for (let i = column; i < 4; i++) rows[row]![i]! -= factor * rows[column]![i]!
    }
  }
  return false
}

/** Frames a second of a rational attribute; null when it is missing or its denominator is 0. */
export function rateOf(part: PartView, name: string): number | null {
  const value = part.attributes.get(name)?.value as { numerator?: number; denominator?: number } | undefined
  if (typeof value?.numerator === 'number' && typeof value.denominator === 'number') {
    return value.denominator === 0 ? null : value.numerator / value.denominator
  }
  return numberOf(part, name)
}
