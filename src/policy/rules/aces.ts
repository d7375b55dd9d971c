import type { FileView, PartView } from '../file-view.ts'
import { eachPart } from '../look.ts'
import { flag } from '../options.ts'
import type { FileRule, Finding } from '../rule.ts'
import { ACES_MARKERS, GAMUTS, gamutName, hasAcesMarker, primariesOf, samePrimaries } from './color-spaces.ts'

type PartFindings = readonly Omit<Finding, 'part'>[]

const always = { always: flag(false, 'judge files without the marker too') }

/** Judges files that carry the marker, or all when a policy asks for ACES containers. */
const acesParts =
  (judge: (part: PartView, file: FileView) => PartFindings): FileRule['check'] =>
  (file, options) =>
    file.parts.some(hasAcesMarker) || options['always'] === true
      ? eachPart(
          file,
          () => true,
          (part) => judge(part, file),
        )
      : null

const CHANNEL_SETS = ['B,G,R', 'A,B,G,R', 'B,G,R,left.B,left.G,left.R', 'A,B,G,R,left.A,left.B,left.G,left.R']

function containerFlag({ attributes }: PartView): PartFindings {
  const name = ACES_MARKERS.find((marker) => attributes.has(marker))
  const attribute = name === undefined ? undefined : attributes.get(name)
  const actual = attribute === undefined ? 'absent' : `${name} ${attribute.type} ${JSON.stringify(attribute.value)}`
  const fits = name === 'acesImageContainerFlag' && attribute?.type === 'int' && attribute.value === 1
  return fits ? [] : [{ attribute: name ?? 'acesImageContainerFlag', expected: 'acesImageContainerFlag int 1', actual }]
}

function versionWord(_: PartView, { file, knowsDefects }: FileView): PartFindings {
  // A catalog of before keeps no version word.
  if (!knowsDefects && (file.format_version as number | null) === null) return []
  const fits = file.format_version === 2 && (file.version_flags === '' || file.version_flags === 'long_names')
  return fits
    ? []
    : [{ expected: 'version word 2 or 1026', actual: `version ${file.format_version}, flags ${file.version_flags}` }]
}

function scanline({ facts }: PartView, file: FileView): PartFindings {
  const fits = !file.isMultiPart && facts.part_type === 'scanlineimage'
  return fits ? [] : [{ expected: 'one part of scan lines', actual: `${file.parts.length} parts, ${facts.part_type}` }]
}

function channelSet({ channels }: PartView): PartFindings {
  const names = channels
    .map(({ channel_name }) => channel_name)
    .sort()
    .join(',')
  return CHANNEL_SETS.includes(names)
    ? []
    : [{ attribute: 'channels', expected: CHANNEL_SETS.slice(0, 2).join(' or '), actual: names }]
}

function half({ channels }: PartView): PartFindings {
  return channels
    .filter(
      ({ channel_type, x_sampling, y_sampling, p_linear }) =>
        channel_type !== 'HALF' || x_sampling !== 1 || y_sampling !== 1 || p_linear,
    )
    .map(({ channel_name, channel_type, x_sampling, y_sampling, p_linear }) => ({
      channel: channel_name,
      expected: 'HALF, rates 1, hint 0',
      actual: `${channel_type}, rates ${x_sampling} ${y_sampling}, hint ${Number(p_linear)}`,
    }))
}

function uncompressed({ facts }: PartView): PartFindings {
  return facts.compression === 'none'
    ? []
    : [{ attribute: 'compression', expected: 'none', actual: `${facts.compression}` }]
}

function chromaticities(part: PartView): PartFindings {
  const primaries = primariesOf(part)
  const fits = primaries !== null && samePrimaries(primaries, GAMUTS['ap0']!, 1e-5)
  const actual = primaries === null ? 'absent' : gamutName(primaries)
  return fits
    ? []
    : [{ attribute: 'chromaticities', expected: 'AP0', actual: actual === 'ap0' ? JSON.stringify(primaries) : actual }]
}

function lineOrder({ facts }: PartView): PartFindings {
  const fits = facts.line_order === 'increasing_y' || facts.line_order === 'decreasing_y'
  return fits ? [] : [{ attribute: 'lineOrder', expected: 'increasing or decreasing', actual: `${facts.line_order}` }]
}

const TEXT_NAMES = /^(?:camera|lens|recorder|storage|reel)|^(?:owner|creator|comments)$/

function noEmptyStrings({ attributes }: PartView): PartFindings {
  return [...attributes.values()]
    .filter(({ name, type, value }) => type === 'string' && TEXT_NAMES.test(name) && value === '')
    .map(({ name }) => ({ attribute: name, expected: 'text', actual: 'empty' }))
}

const STRICT = { versionWord, scanline, channelSet, half, uncompressed, lineOrder, noEmptyStrings, containerFlag }
const STRICT_IDS: Record<keyof typeof STRICT, string> = {
  versionWord: 'aces-version-word',
  scanline: 'aces-scanline',
  channelSet: 'aces-channels',
  half: 'aces-half',
  uncompressed: 'aces-uncompressed',
  lineOrder: 'aces-line-order',
  noEmptyStrings: 'aces-no-empty-strings',
  containerFlag: 'aces-flag',
}

/** Section "ACES container (SMPTE ST 2065-4)". */
export const acesRules: readonly FileRule[] = [
  {
    id: 'aces-flag',
    severity: 'error',
    tier: 'header',
    title: '`acesImageContainerFlag` is an int with value 1.',
    reason: 'Readers look for this int and this value: another type or number is no marker.',
    source: ['ACES'],
    remedy: 'Write acesImageContainerFlag as int 1, or remove it.',
    options: always,
    check: acesParts(containerFlag),
  },
  {
    id: 'aces-version-word',
    severity: 'error',
    tier: 'header',
    title: 'Version word is 2 or 1026.',
    reason: 'The standard allows these two words; others have tiles, parts or deep data.',
    source: ['ACES'],
    remedy: 'Write the file as single-part scan lines.',
    options: always,
    check: acesParts(versionWord),
  },
  {
    id: 'aces-scanline',
    severity: 'error',
    tier: 'header',
    title: 'Single part, scan lines, not deep, not tiled.',
    reason: 'The container is made for machines that stream lines.',
    source: ['ACES'],
    remedy: 'Write one flat part of scan lines.',
    options: always,
    check: acesParts(scanline),
  },
  {
    id: 'aces-channels',
    severity: 'error',
    tier: 'header',
    title: 'Exactly one of {B,G,R}, {A,B,G,R}, or either with the matching `left.` set.',
    reason: 'Readers of the container take fixed sets and refuse others.',
    source: ['OIIO-4907'],
    remedy: "Write R, G, B with or without A, and the left eye's with the same names after left.",
    options: always,
    check: acesParts(channelSet),
  },
  {
    id: 'aces-half',
    severity: 'error',
    tier: 'header',
    title: 'All channels HALF, rates 1, linearity hint 0.',
    reason: 'The standard has one type, so that every reader has the same precision.',
    source: ['ACES-REF'],
    remedy: 'Write all channels as HALF with sampling 1 and a hint of 0.',
    options: always,
    check: acesParts(half),
  },
  {
    id: 'aces-uncompressed',
    severity: 'error',
    tier: 'header',
    title: 'Compression is none.',
    reason: 'The standard has no compression, so that archives can be read without a codec.',
    source: ['ACES'],
    remedy: 'Write the file uncompressed.',
    options: always,
    check: acesParts(uncompressed),
  },
  {
    id: 'aces-chromaticities',
    severity: 'error',
    tier: 'header',
    title: 'AP0: 0.7347 0.2653, 0 1, 0.0001 -0.077, white 0.32168 0.33767.',
    reason: 'The container is defined by these primaries: with others it is another space under its name.',
    source: ['ACES-REF'],
    remedy: 'Write the AP0 chromaticities, and the picture in AP0.',
    options: always,
    check: acesParts(chromaticities),
  },
  {
    id: 'aces-line-order',
    severity: 'error',
    tier: 'header',
    title: 'Increasing or decreasing.',
    reason: 'Machines that stream lines cannot take them in random order.',
    source: ['ACES-REF'],
    remedy: 'Write lines in increasing y.',
    options: always,
    check: acesParts(lineOrder),
  },
  {
    id: 'aces-no-empty-strings',
    severity: 'error',
    tier: 'header',
    title: 'Camera, lens, recorder, owner, creator, comments, reel and storage strings are non-empty when present.',
    reason: 'The standard has such an attribute say something or be absent.',
    source: ['OIIO-4907'],
    remedy: 'Remove the empty attribute or fill it in.',
    options: always,
    check: acesParts(noEmptyStrings),
  },
  {
    id: 'aces-near-miss',
    severity: 'warn',
    tier: 'header',
    title:
      'Looks like ACES (AP0 primaries) but fails one of the above: name which, since most "ACES EXR" in practice is not a container.',
    reason:
      'Most files that are called ACES have its primaries and are no containers: who asked for one will refuse them.',
    source: ['ACES'],
    remedy: 'Correct what is named, or call it an AP0 file and not a container.',
    check: (file) =>
      eachPart(
        file,
        (part) => {
          const primaries = primariesOf(part)
          return primaries !== null && samePrimaries(primaries, GAMUTS['ap0']!)
        },
        (part) => {
          const broken = Object.entries(STRICT).filter(([, judge]) => judge(part, file).length > 0)
          if (broken.length === 0) return []
          const names = broken.map(([name]) => STRICT_IDS[name as keyof typeof STRICT]).join(', ')
          return [{ expected: 'a container by ST 2065-4', actual: `AP0, but not ${names}` }]
        },
      ),
  },
]
