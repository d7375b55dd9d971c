import type { ChannelFacts } from '../../inspect/payload.ts'
import { type FileView, numberOf, type PartView, textOf } from '../file-view.ts'
import { eachChannel, eachPart } from '../look.ts'
import { flag, number, text, texts } from '../options.ts'
import type { FileRule } from '../rule.ts'
import { isColourOrLuminance, isData } from './channel-kinds.ts'

const isDwa = ({ facts }: PartView) => facts.compression === 'dwaa' || facts.compression === 'dwab'
const isKnown = ({ facts }: PartView) => facts.compression !== null && !facts.compression.startsWith('unknown(')
const LOSSY_HTJ2K = ['lj2k', 'unknown(12)']
const LOSSY = new Set(['pxr24', 'b44', 'b44a', 'dwaa', 'dwab', ...LOSSY_HTJ2K])

/** OpenEXR release that first reads each codec. */
const SINCE: Readonly<Record<string, string>> = {
  none: '1.0',
  rle: '1.0',
  zips: '1.0',
  zip: '1.0',
  piz: '1.0',
  pxr24: '1.2',
  b44: '1.3',
  b44a: '1.4',
  dwaa: '2.2',
  dwab: '2.2',
  htj2k256: '3.4',
  htj2k32: '3.4',
  lj2k: '3.5',
  zstd: '3.5',
}

/** Rows of one chunk. */
const ROWS: Readonly<Record<string, number>> = {
  none: 1,
  rle: 1,
  zips: 1,
  zip: 16,
  piz: 32,
  pxr24: 16,
  b44: 32,
  b44a: 32,
  dwaa: 32,
  dwab: 256,
  htj2k256: 256,
  htj2k32: 32,
  lj2k: 256,
  zstd: 1,
}

/** Section "Compression". */
export const compressRules: readonly FileRule[] = [
  {
    id: 'compress-allowed',
    severity: 'policy',
    tier: 'header',
    title: 'Compression is on the list (a large streamer: none, ZIP or PIZ for plates and finals).',
    reason: 'Receivers test with a few codecs, and lossy ones are refused in plates and finals.',
    source: ['NF-VFX', 'FOX'],
    remedy: 'Write the file again with a codec of the list.',
    options: { allowed: texts(['none', 'zip', 'zips', 'piz'], 'codecs that are agreed') },
    check: (file, options) =>
      eachPart(
        file,
        ({ facts }) => facts.compression !== null,
        ({ facts }) => {
          const allowed = options['allowed'] as string[]
          return allowed.includes(facts.compression!)
            ? []
            : [{ attribute: 'compression', expected: allowed.join(' or '), actual: facts.compression! }]
        },
      ),
  },
  {
    id: 'compress-lossy-data',
    severity: 'error',
    tier: 'header',
    title:
      'No lossy codec on data. DWAA/DWAB are lossy for base names R, G, B, Y, RY, BY (exact case), run-length for A, lossless otherwise, so `Normal.Y` is damaged and `Normal.X` is not; legacy files match names in any case. B44/B44A hit HALF channels; PXR24 hits FLOAT channels.',
    reason:
      'Ids, normals and depths are numbers, not light: what the eye does not see in colour moves vectors and breaks mattes.',
    source: ['DWA', 'EXR-1942', 'TECH'],
    remedy: 'Write data with zip, zips, piz, rle or none, in a part of its own when colour is to stay lossy.',
    options: { legacy_names: flag(false, 'names in any case, as files of OpenEXR 2.2 matched them') },
    check: (file, options) =>
      eachChannel(
        file,
        (channel, part) => LOSSY.has(part.facts.compression ?? '') && isData(channel),
        (channel, { facts }) => {
          const harm = harmOf(facts.compression!, channel, options['legacy_names'] === true)
          return harm === null ? null : { expected: 'a lossless codec', actual: `${facts.compression}: ${harm}` }
        },
      ),
  },
  {
    id: 'compress-dwa-float',
    severity: 'warn',
    tier: 'header',
    title: 'No FLOAT colour channel under DWA (values pass through half range).',
    reason: 'DWA passes colour through half floats, so a FLOAT channel keeps its size and not its precision.',
    source: ['EXR-144', 'EXR-1319'],
    remedy: 'Write the channel as HALF, or use a lossless codec.',
    check: (file) =>
      eachChannel(
        file,
        (channel, part) => isDwa(part) && isColourOrLuminance(channel),
        ({ channel_type }) =>
          channel_type === 'FLOAT' ? { expected: 'HALF', actual: 'FLOAT, which passes through half' } : null,
      ),
  },
  {
    id: 'compress-dwa-level',
    severity: 'policy',
    tier: 'header',
    title: 'Recorded level within range; absent level is reported as unknown, not as 45.',
    reason: 'The level is how much was thrown away; a file that does not say it may have any.',
    source: ['EXR-1982', 'OIIO-4434'],
    remedy: 'Write the file at the agreed level with a library that records it.',
    options: { min: number(0, 'lowest level'), max: number(45, 'highest level') },
    check: (file, options) =>
      eachPart(file, isDwa, (part) => {
        const level = numberOf(part, 'dwaCompressionLevel')
        const [min, max] = [options['min'] as number, options['max'] as number]
        const fits = level !== null && level >= min && level <= max
        const actual = level === null ? 'not recorded: unknown' : `${level}`
        return fits ? [] : [{ attribute: 'dwaCompressionLevel', expected: `${min} to ${max}`, actual }]
      }),
  },
  {
    id: 'compress-none',
    severity: 'info',
    tier: 'header',
    title: 'Uncompressed files are listed with an estimated saving.',
    reason:
      'Uncompressed frames cost disk and network at each step, which lossless codecs save without a change of a bit.',
    source: ['DK'],
    remedy: 'Write the file with zip, zips or piz where nothing asks for none.',
    check: (file) =>
      eachPart(
        file,
        ({ facts }) => facts.compression !== null,
        (part) =>
          part.facts.compression === 'none'
            ? [
                {
                  attribute: 'compression',
                  expected: 'a lossless codec',
                  // Halves of rendered light commonly shrink to some two thirds under zip.
                  actual: `none, ${rawBytes(part) ?? 'an unknown number of'} bytes of samples; zip often saves a third`,
                },
              ]
            : [],
      ),
  },
  {
    id: 'compress-reader-support',
    severity: 'warn',
    tier: 'header',
    title: "The codec is readable by the policy's list of target hosts (the newest codecs need OpenEXR 3.4 or later).",
    reason: 'A host with an older library refuses a codec that it does not know, often without naming it.',
    source: ['CHG', 'DJV-826', 'TJS-31911'],
    remedy: 'Write the file with zip, zips or piz for these hosts.',
    options: { openexr: text('3.1', 'oldest OpenEXR among the readers, as 3.1') },
    check: (file, options) =>
      eachPart(
        file,
        ({ facts }) => facts.compression !== null,
        ({ facts }) => {
          const since = SINCE[facts.compression!]
          const oldest = options['openexr'] as string
          if (since !== undefined && compareVersions(since, oldest) <= 0) return []
          const actual =
            since === undefined ? `${facts.compression}, known to no release` : `${facts.compression}, since ${since}`
          return [{ attribute: 'compression', expected: `a codec that OpenEXR ${oldest} reads`, actual }]
        },
      ),
  },
  {
    id: 'compress-block-fit',
    severity: 'info',
    tier: 'header',
    title: 'Block height suits the use: one-line blocks for line-based compositing, tall blocks for whole-frame reads.',
    reason: 'A line-based host decodes a whole block for one line; a whole-frame reader pays for many small ones.',
    source: ['MB-730', 'HTJ-2092'],
    remedy: 'Use zips for compositing and zip or piz for playback and storage.',
    options: { use: text('rows', '`rows` for compositing line by line, `frames` for whole frames') },
    check: (file, options) =>
      eachPart(
        file,
        (part) => isKnown(part) && !part.facts.is_tiled,
        ({ facts }) => {
          const rows = ROWS[facts.compression!] ?? 1
          const fits = options['use'] === 'frames' ? rows >= 16 || facts.is_deep : rows <= 16
          const expected = options['use'] === 'frames' ? '16 rows a chunk or more' : '16 rows a chunk or fewer'
          return fits ? [] : [{ attribute: 'compression', expected, actual: `${facts.compression}, ${rows} rows` }]
        },
      ),
  },
  {
    id: 'compress-ratio',
    severity: 'info',
    tier: 'structure',
    title: 'Stored size against raw size per part, from chunk offsets; flag a ratio near 1 under a lossless codec.',
    reason:
      'Data that does not get smaller costs the time of the codec for nothing: it is noise, or was compressed before.',
    source: ['EXR-2031'],
    remedy: 'Denoise or round the data, or write it uncompressed.',
    options: { max: number(0.98, 'stored size over raw size above which a lossless codec is flagged') },
    check(file, options) {
      const lossless = file.parts.filter(
        (part) => isKnown(part) && part.facts.compression !== 'none' && !LOSSY.has(part.facts.compression!),
      )
      if (lossless.length === 0 || lossless.length < file.parts.length) return null
      if (file.parts.some(({ facts }) => facts.is_deep)) return null
      if (file.file.is_complete !== true) return { state: 'cannot_check', reason: 'chunks are missing or unknown' }
      const raw = file.parts.map(rawBytes)
      if (raw.includes(null)) return { state: 'cannot_check', reason: 'the size of the samples is not known' }
      const ratio = storedBytes(file) / raw.reduce<number>((sum, bytes) => sum + bytes!, 0)
      const max = options['max'] as number
      return ratio <= max ? [] : [{ expected: `at most ${max} of the raw size`, actual: ratio.toFixed(3) }]
    },
  },
  {
    id: 'compress-lj2k-early',
    severity: 'warn',
    tier: 'header',
    title: 'Lossy HTJ2K is not written by OpenEXR 3.5.0 or 3.5.1: such files should be made again.',
    reason: 'The lossy codec was new in these two releases, and what they wrote is not to be kept.',
    source: ['CHG'],
    remedy: 'Write the file again with OpenEXR 3.5.2 or later.',
    check: (file) =>
      eachPart(
        file,
        ({ facts }) => LOSSY_HTJ2K.includes(facts.compression ?? ''),
        (part) => {
          const writer = writerText(part)
          const version = /openexr[^0-9]{0,12}(\d+\.\d+\.\d+)/i.exec(writer)?.[1]
          if (version === undefined) {
            return [
              {
                attribute: 'compression',
                expected: 'a writer known to be OpenEXR 3.5.2 or later',
                actual: 'no version of OpenEXR named',
                severity: 'info',
              },
            ]
          }
          return version === '3.5.0' || version === '3.5.1'
            ? [{ attribute: 'compression', expected: 'OpenEXR 3.5.2 or later', actual: `OpenEXR ${version}` }]
            : []
        },
      ),
  },
]

/** What a lossy codec does to a channel; null when it keeps it. */
function harmOf(codec: string, channel: ChannelFacts, legacyNames: boolean): string | null {
  const { channel_type: type, component_name: name } = channel
  if (codec === 'b44' || codec === 'b44a') return type === 'HALF' ? 'HALF loses bits' : null
  if (codec === 'pxr24') return type === 'FLOAT' ? 'FLOAT loses 8 bits' : null
  if (codec === 'dwaa' || codec === 'dwab') {
    const base = legacyNames ? name.toUpperCase() : name
    return type !== 'UINT' && isColourOrLuminance({ ...channel, component_name: base })
      ? 'treated as colour by its name'
      : null
  }
  return type === 'UINT' ? null : 'samples are approximated'
}

const BYTES: Readonly<Record<string, number>> = { HALF: 2, FLOAT: 4, UINT: 4 }

/** Bytes of a part's samples before compression, level 0 alone; null where a fact is missing. */
function rawBytes({ facts, channels }: PartView): number | null {
  if (facts.width === null || facts.height === null || facts.is_deep || (facts.level_count ?? 1) > 1) return null
  let total = 0
  for (const { channel_type, x_sampling, y_sampling } of channels) {
    const size = BYTES[channel_type]
    if (size === undefined || x_sampling < 1 || y_sampling < 1) return null
    total += size * Math.ceil(facts.width / x_sampling) * Math.ceil(facts.height / y_sampling)
  }
  return total
}

/** Bytes behind the chunk tables, leaders included. */
function storedBytes({ file, parts }: FileView): number {
  const chunks = parts.reduce((sum, { facts }) => sum + (facts.chunk_count ?? 0), 0)
  return file.size_bytes - file.header_bytes - 8 * chunks - (file.trailing_bytes ?? 0)
}

function writerText(part: PartView): string {
  const names = [
    'openexrVersion',
    'OpenEXRVersion',
    'Software',
    'software',
    'writer',
    'generatedBy',
    'fileCreatedBy',
    'comments',
  ]
  return names.map((name) => `${/version/i.test(name) ? 'OpenEXR ' : ''}${textOf(part, name) ?? ''}`).join('\n')
}

/** Below 0 when `a` is older than `b`; dotted numbers. */
function compareVersions(a: string, b: string): number {
  const [x, y] = [a.split('.').map(Number), b.split('.').map(Number)]
  for (let i = 0; i < Math.max(x.length, y.length); i++) {
    const difference = (x[i] ?? 0) - (y[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
