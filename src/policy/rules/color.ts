import { type PartView, textOf } from '../file-view.ts'
import { eachPart } from '../look.ts'
import { text } from '../options.ts'
import type { FileRule } from '../rule.ts'
import { isColour } from './channel-kinds.ts'
import {
  ACES_MARKERS,
  GAMUTS,
  gamutName,
  gamutOf,
  hasAcesMarker,
  INTEROP_IDS,
  interopId,
  primariesOf,
  samePrimaries,
} from './color-spaces.ts'
import { defectFindings } from './defects.ts'

const hasColour = (part: PartView) => part.channels.some(isColour)
const hasId = (part: PartView) => interopId(part) !== null

/** Attributes in which makers of cameras and software name a colour space. */
const VENDOR = [
  'colorspace',
  'colorSpace',
  'ColorSpace',
  'oiio:ColorSpace',
  'nuke/colorspace',
  'arnold/color_space',
  'color_space',
]
const VENDOR_GAMUT: readonly (readonly [RegExp, string])[] = [
  [/acescg|ap1/i, 'ap1'],
  [/aces ?2065|ap0/i, 'ap0'],
  [/2020/i, 'rec2020'],
  [/p3/i, 'p3d65'],
  [/709|srgb/i, 'rec709'],
]

/** Section "Colour". */
export const colorRules: readonly FileRule[] = [
  {
    id: 'color-identified',
    severity: 'warn',
    tier: 'header',
    title: 'At least one of: `colorInteropID` other than `unknown`, the ACES marker, `chromaticities`.',
    reason: 'Without a word about its colours a file is shown by a guess, and everyone guesses something else.',
    source: ['EXR-1783', 'CIF-EXR'],
    remedy: 'Set colorInteropID or chromaticities when the file is written.',
    check: (file) =>
      eachPart(file, hasColour, (part) => {
        const id = interopId(part)
        const isSaid =
          (id !== null && id !== 'unknown' && id !== '') || hasAcesMarker(part) || part.attributes.has('chromaticities')
        // Where a later part says nothing, the first one speaks for it.
        const first = file.parts[0]!
        const isSaidOnce = part.index > 0 && (interopId(first) !== null || first.attributes.has('chromaticities'))
        return isSaid || isSaidOnce
          ? []
          : [{ expected: 'colorInteropID, the ACES marker or chromaticities', actual: id ?? 'none' }]
      }),
  },
  {
    id: 'color-id-syntax',
    severity: 'error',
    tier: 'header',
    title:
      '`colorInteropID`: lower-case ASCII, digits and `. - _ ~ / * # % ^ + ( ) [ ]` and the vertical bar, no spaces, at most two colons.',
    reason: 'Ids are compared byte by byte: capitals, spaces and further colons match nothing.',
    source: ['CIF-ID'],
    remedy: 'Write the id as it is published, in lower case.',
    check: (file) =>
      eachPart(file, hasId, (part) => {
        const id = interopId(part)!
        const fits = /^[a-z0-9.\-_~/*#%^+()[\]|:]+$/.test(id) && id.split(':').length <= 3
        return fits
          ? []
          : [
              {
                attribute: 'colorInteropID',
                expected: 'lower case, no blanks, two colons at most',
                actual: JSON.stringify(id),
              },
            ]
      }),
  },
  {
    id: 'color-id-known',
    severity: 'warn',
    tier: 'header',
    title: 'Without a namespace, the id is one of the published ids.',
    reason: 'An id without a namespace that is not published means nothing to any reader.',
    source: ['CIF-ID'],
    remedy: 'Use a published id, or put a namespace and a colon before your own.',
    check: (file) =>
      eachPart(
        file,
        (part) => hasId(part) && !interopId(part)!.includes(':'),
        (part) => {
          const id = interopId(part)!
          return INTEROP_IDS.includes(id)
            ? []
            : [{ attribute: 'colorInteropID', expected: 'a published id', actual: JSON.stringify(id) }]
        },
      ),
  },
  {
    id: 'color-id-conflict',
    severity: 'error',
    tier: 'header',
    title: '`colorInteropID` and `chromaticities` describe the same primaries within 0.001 in x and y.',
    reason: 'Two statements about the same primaries that differ: one tool believes the one, the next the other.',
    source: ['CIF-EXR'],
    remedy: 'Remove what is wrong; the id alone is enough.',
    check(file) {
      const told = defectFindings(file, 'colours that agree', ['contradicting-colors'])
      const found = eachPart(
        file,
        (part) => hasId(part) && primariesOf(part) !== null && gamutOf(interopId(part)!) !== null,
        (part) => {
          const [primaries, wanted] = [primariesOf(part)!, gamutOf(interopId(part)!)!]
          return samePrimaries(primaries, wanted)
            ? []
            : [{ attribute: 'chromaticities', expected: `those of ${interopId(part)}`, actual: gamutName(primaries) }]
        },
      )
      return told.length === 0 ? found : [...told, ...(Array.isArray(found) ? found : [])]
    },
  },
  {
    id: 'color-id-redundant',
    severity: 'info',
    tier: 'header',
    title: 'Both are present in a file that is not an ACES container (advised against).',
    reason: 'Two statements of the same thing come apart when one of them is edited.',
    source: ['CIF-EXR'],
    remedy: 'Leave chromaticities out beside an id.',
    check: (file) =>
      eachPart(file, hasId, (part) =>
        part.attributes.has('chromaticities') && !hasAcesMarker(part)
          ? [{ attribute: 'chromaticities', expected: 'one of the two', actual: 'colorInteropID and chromaticities' }]
          : [],
      ),
  },
  {
    id: 'color-id-parts',
    severity: 'warn',
    tier: 'header',
    title: 'The id sits in part 0; any other part that has one says `data`.',
    reason: 'Readers look for the id in the first part; in later ones it is only to keep data from being converted.',
    source: ['CIF-EXR', 'OIIO-5422'],
    remedy: 'Put the id into the first part, and data into parts that hold no colour.',
    check: (file) => {
      if (!file.isMultiPart || !file.parts.some(hasId)) return null
      return hasId(file.parts[0]!)
        ? []
        : [
            {
              part: 0,
              attribute: 'colorInteropID',
              expected: 'present',
              actual: `only in part ${file.parts.find(hasId)!.index}`,
            },
          ]
    },
  },
  {
    id: 'color-id-late-part',
    severity: 'warn',
    tier: 'header',
    title: '`colorInteropID` of a part after the first is `data` or absent.',
    reason: 'An id of a later part other than data is read by nobody, or read for all parts.',
    source: ['CIF-EXR'],
    remedy: 'Remove it; say data where the part holds no colour.',
    check: (file) =>
      eachPart(
        file,
        (part) => part.index > 0 && hasId(part),
        (part) =>
          interopId(part) === 'data'
            ? []
            : [{ attribute: 'colorInteropID', expected: 'data', actual: interopId(part)! }],
      ),
  },
  {
    id: 'color-aces-conflict',
    severity: 'error',
    tier: 'header',
    title: 'With the ACES marker set, id (if any) is `lin_ap0_scene` and primaries are AP0. Never set for ACEScg.',
    reason:
      'The marker promises AP0: with other primaries or another id beside it, readers that trust the marker show wrong colours.',
    source: ['CIF-EXR', 'ACES-VFX'],
    remedy: 'Remove the marker, or write the picture in AP0 with lin_ap0_scene. ACEScg is never marked.',
    check: (file) =>
      eachPart(file, hasAcesMarker, (part) => {
        const marker = ACES_MARKERS.find((name) => part.attributes.has(name))!
        const [id, primaries] = [interopId(part), primariesOf(part)]
        return [
          ...(id !== null && id !== 'lin_ap0_scene'
            ? [{ attribute: marker, expected: 'colorInteropID lin_ap0_scene', actual: id }]
            : []),
          ...(primaries !== null && !samePrimaries(primaries, GAMUTS['ap0']!)
            ? [{ attribute: marker, expected: 'primaries of AP0', actual: gamutName(primaries) }]
            : []),
        ]
      }),
  },
  {
    id: 'color-chromaticities-sane',
    severity: 'error',
    tier: 'header',
    title: 'Finite, primaries not collinear, white inside the triangle. Negative y is legal (AP0 blue).',
    reason: 'A matrix is made of these eight numbers: of collinear or infinite ones there is none.',
    source: ['ACES-REF'],
    remedy: 'Write the chromaticities of the space the picture is in, or none.',
    check: (file) =>
      eachPart(
        file,
        (part) => part.attributes.get('chromaticities')?.type === 'chromaticities',
        (part) => {
          const primaries = primariesOf(part)
          const why = primaries === null ? 'damaged' : primariesProblem(primaries)
          return why === null
            ? []
            : [{ attribute: 'chromaticities', expected: 'a triangle around its white', actual: why }]
        },
      ),
  },
  {
    id: 'color-stale-default',
    severity: 'warn',
    tier: 'header',
    title:
      'Primaries equal to Rec.709 while other tags or the policy say a different space: probably a default that nobody set.',
    reason: 'Libraries fill in Rec.709 when nobody says anything, and it then outlives every conversion.',
    source: ['CIF-EXR'],
    remedy: 'Set chromaticities or an id when the picture is converted.',
    options: { expected: text(null, 'id of the space that the show works in') },
    check: (file, options) =>
      eachPart(
        file,
        (part) => primariesOf(part) !== null,
        (part) => {
          if (!samePrimaries(primariesOf(part)!, GAMUTS['rec709']!)) return []
          const said =
            vendorGamut(part) ?? gamutWord(interopId(part)) ?? gamutWord(options['expected'] as string | null)
          return said === null || said === 'rec709'
            ? []
            : [
                {
                  attribute: 'chromaticities',
                  expected: `primaries of ${said}`,
                  actual: 'Rec. 709, the default that nobody set',
                },
              ]
        },
      ),
  },
  {
    id: 'color-vendor-conflict',
    severity: 'warn',
    tier: 'header',
    title: 'Vendor colour-space strings agree with the standard tags.',
    reason: 'Hosts believe their own attribute before the standard one, so one file has two colours.',
    source: ['OIIO-3969', 'CIF-EXR'],
    remedy: "Remove the vendor's attribute, or make it say the same.",
    check: (file) =>
      eachPart(
        file,
        (part) => vendorGamut(part) !== null && (primariesOf(part) !== null || gamutWord(interopId(part)) !== null),
        (part) => {
          const said = vendorGamut(part)!
          const tagged = gamutWord(interopId(part)) ?? gamutName(primariesOf(part)!)
          const name = VENDOR.find((attribute) => textOf(part, attribute) !== null)!
          return said === tagged ? [] : [{ attribute: name, expected: tagged, actual: textOf(part, name)! }]
        },
      ),
  },
  {
    id: 'color-expected',
    severity: 'policy',
    tier: 'header',
    title: 'The resolved space is the one in the policy.',
    reason: 'A picture in another space than agreed looks nearly right and grades wrong.',
    source: ['delivery'],
    remedy: 'Convert the picture, or correct its tags when only those are wrong.',
    options: { space: text(null, 'interop id that files resolve to') },
    check: (file, options) =>
      eachPart(
        file,
        (part) => hasColour(part) && typeof options['space'] === 'string',
        (part) => {
          const space = resolvedSpace(part)
          return space === options['space']
            ? []
            : [{ expected: options['space'] as string, actual: space ?? 'not stated' }]
        },
      ),
  },
  {
    id: 'color-scene-linear',
    severity: 'policy',
    tier: 'header',
    title: 'The id is scene-referred linear; log or display-encoded EXR is refused.',
    reason: 'Compositing adds light: log and display values add up to something else.',
    source: ['NF-VFX'],
    remedy: 'Convert the picture to scene-linear before it is written.',
    check: (file) =>
      eachPart(
        file,
        (part) => hasColour(part) && resolvedSpace(part) !== null,
        (part) => {
          const space = resolvedSpace(part)!
          const id = space.slice(space.lastIndexOf(':') + 1)
          return /^lin_.*_scene$/.test(id) || id === 'data'
            ? []
            : [{ expected: 'a scene-referred linear space', actual: space }]
        },
      ),
  },
  {
    id: 'color-adopted-neutral',
    severity: 'info',
    tier: 'header',
    title: '`adoptedNeutral` equals the white point when both are set by an ACES writer.',
    reason: 'Two whites in one header make readers adapt to one and display by the other.',
    source: ['ACES-SRC'],
    remedy: 'Set adoptedNeutral to the white of chromaticities.',
    check: (file) =>
      eachPart(
        file,
        (part) => hasAcesMarker(part) && part.attributes.has('adoptedNeutral') && primariesOf(part) !== null,
        (part) => {
          const neutral = part.attributes.get('adoptedNeutral')!.value as number[]
          const { white } = primariesOf(part)!
          const fits = Array.isArray(neutral) && [0, 1].every((axis) => Math.abs(neutral[axis]! - white[axis]!) <= 1e-4)
          return fits
            ? []
            : [{ attribute: 'adoptedNeutral', expected: white.join(' '), actual: JSON.stringify(neutral) }]
        },
      ),
  },
]

function gamutWord(id: string | null): string | null {
  const word = id?.slice(id.lastIndexOf(':') + 1).split('_')[1]
  return word !== undefined && word in GAMUTS ? word : null
}

function vendorGamut(part: PartView): string | null {
  for (const name of VENDOR) {
    const said = textOf(part, name)
    const known = said === null ? undefined : VENDOR_GAMUT.find(([words]) => words.test(said))
    if (known !== undefined) return known[1]
  }
  return null
}

/** The interop id that a part's own tags amount to; null when they leave it open. */
export function resolvedSpace(part: PartView): string | null {
  const id = interopId(part)
  if (id !== null && id !== '' && id !== 'unknown') return id
  if (hasAcesMarker(part)) return 'lin_ap0_scene'
  const primaries = primariesOf(part)
  const word = primaries === null ? null : gamutName(primaries)
  return word !== null && word in GAMUTS ? `lin_${word}_scene` : null
}

function primariesProblem({ red, green, blue, white }: NonNullable<ReturnType<typeof primariesOf>>): string | null {
  const points = [red, green, blue, white]
  if (!points.flat().every((value) => typeof value === 'number' && Number.isFinite(value))) return 'not finite'
  const side = (a: readonly number[], b: readonly number[], p: readonly number[]) =>
    (b[0]! - a[0]!) * (p[1]! - a[1]!) - (b[1]! - a[1]!) * (p[0]! - a[0]!)
  const area = side(red, green, blue)
  if (Math.abs(area) < 1e-6) return 'primaries on one line'
  const inside = [side(red, green, white), side(green, blue, white), side(blue, red, white)].every(
    (value) => value * area > 0,
  )
  return inside ? null : 'white outside the triangle'
}
