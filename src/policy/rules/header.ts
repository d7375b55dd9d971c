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
    source: ['LAYOUT', 'VAL'],
    check: noDefect('all eight required attributes', ['missing-required-attribute']),
  },
  {
    id: 'header-required-types',
    severity: 'error',
    tier: 'header',
    title: 'Each has its defined type.',
    source: ['LAYOUT', 'VAL'],
    check: noDefect('its defined type', ['wrong-attribute-type']),
  },
  {
    id: 'header-windows-valid',
    severity: 'error',
    tier: 'header',
    title: 'min <= max on both axes; all corners strictly inside +/- INT_MAX/2.',
    source: ['VAL'],
    check: noDefect('min <= max, inside +/- INT_MAX/2', ['bad-window']),
  },
  {
    id: 'header-pixel-aspect',
    severity: 'error',
    tier: 'header',
    title: 'Finite, normal, from 1e-6 to 1e+6.',
    source: ['VAL'],
    check: noDefect('finite, from 1e-6 to 1e+6', ['bad-pixel-aspect-ratio']),
  },
  {
    id: 'header-screen-window',
    severity: 'error',
    tier: 'header',
    title: '`screenWindowWidth` is finite and not negative.',
    source: ['VAL'],
    check: noDefect('finite and not negative', ['bad-screen-window']),
  },
  {
    id: 'header-line-order',
    severity: 'error',
    tier: 'header',
    title: 'Increasing or decreasing for scan lines; random only for tiles.',
    source: ['TECH', 'HDR'],
    check: noDefect('a line order that suits the part', ['bad-line-order']),
  },
  {
    id: 'header-compression-known',
    severity: 'warn',
    tier: 'header',
    title: 'Code is one this build knows; name the library version that introduced it.',
    source: ['CHG'],
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
    source: ['STD', 'OIIO-4083'],
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
    source: ['STD', 'proposal'],
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
    source: ['STD'],
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
    source: ['TECH', 'TJS-20094'],
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
