import type { PartDeepStats } from '../../pixels/types.ts'
import { type FileView, numberOf, type PartView } from '../file-view.ts'
import { eachChannel, eachPart } from '../look.ts'
import { number, texts } from '../options.ts'
import type { FileRule, Finding, Outcome, Unchecked } from '../rule.ts'
import { isAlpha, isDepth, isId } from './channel-kinds.ts'

const isDeep = ({ facts }: PartView) => facts.is_deep
const anyDeep = (file: FileView) => file.parts.some(isDeep)
const deepParts = (file: FileView, judge: (part: PartView) => readonly Omit<Finding, 'part'>[] | null): Outcome =>
  eachPart(file, isDeep, judge)

/** Section "Deep data". */
export const deepRules: readonly FileRule[] = [
  {
    id: 'deep-compression',
    severity: 'error',
    tier: 'header',
    title: 'None, RLE or ZIPS only.',
    reason: 'Only these codecs know deep samples: readers refuse others.',
    source: ['VAL'],
    remedy: 'Write deep parts with ZIPS, RLE or none.',
    check: (file) =>
      deepParts(file, ({ facts: { compression } }) =>
        compression === null || ['none', 'rle', 'zips'].includes(compression)
          ? []
          : [{ attribute: 'compression', expected: 'none, rle or zips', actual: compression }],
      ),
  },
  {
    id: 'deep-version',
    severity: 'error',
    tier: 'header',
    title: '`version` is 1.',
    reason: 'It is the version of the deep layout; readers refuse what is not 1.',
    source: ['LAYOUT'],
    remedy: 'Write the part again with the library.',
    check: (file) =>
      deepParts(file, (part) => {
        if (part.attributes.size === 0) return []
        const version = part.attributes.get('version')?.value
        return version === 1
          ? []
          : [{ attribute: 'version', expected: '1', actual: version === undefined ? 'absent' : `${version}` }]
      }),
  },
  {
    id: 'deep-z',
    severity: 'error',
    tier: 'header',
    title: 'Base layer has `Z`.',
    reason: 'Without a depth samples have no order, and nothing can be merged or flattened.',
    source: ['DEEP'],
    remedy: 'Write Z, and ZBack for volumes.',
    check: (file) =>
      deepParts(file, ({ channels }) =>
        channels.some(({ channel_name }) => channel_name === 'Z')
          ? []
          : [
              {
                expected: 'a channel Z',
                actual: channels.map(({ channel_name }) => channel_name).join(', ') || 'no channels',
              },
            ],
      ),
  },
  {
    id: 'deep-alpha',
    severity: 'warn',
    tier: 'header',
    title: 'Every colour and auxiliary channel resolves to an alpha channel in its own or an enclosing layer.',
    reason: 'Samples are put over each other by their alpha: colour without one adds up to light that is not there.',
    source: ['DEEP'],
    remedy: 'Write an alpha with each colour layer, or one for all.',
    check: (file) => {
      if (!anyDeep(file)) return null
      return eachChannel(
        file,
        (channel, part) => part.facts.is_deep && !isDepth(channel) && !isAlpha(channel) && !isId(channel),
        ({ channel_name, layer_name }, { channels }) => {
          const layers = enclosing(layer_name)
          const found = channels.some((other) => isAlpha(other) && layers.includes(other.layer_name))
          return found
            ? null
            : { expected: 'an alpha channel in its own or an enclosing layer', actual: `none for ${channel_name}` }
        },
      )
    },
  },
  {
    id: 'deep-alpha-colour',
    severity: 'warn',
    tier: 'header',
    title: 'Coloured alpha naming is one scheme, not a mix.',
    reason: 'The two documents name coloured alpha differently: of a mix every tool uses another half.',
    source: ['DEEP', 'TECH'],
    remedy: 'Use AR, AG, AB or RA, GA, BA, not both, and no A beside the second.',
    check: (file) =>
      eachPart(
        file,
        ({ facts, channels }) =>
          facts.is_deep && channels.some(({ component_name }) => COLOURED_ALPHA.test(component_name)),
        ({ channels }) => {
          const names = channels.map(({ component_name }) => component_name)
          const prefix = names.some((name) => /^A[RGB]$/.test(name))
          const suffix = names.some((name) => /^[RGB]A$/.test(name))
          // One document forbids a plain A beside RA, GA and BA; AR, AG and AB may fall back to it.
          const mixed = (prefix && suffix) || (suffix && names.includes('A'))
          const actual = names.filter((name) => COLOURED_ALPHA.test(name) || name === 'A').join(', ')
          return mixed ? [{ expected: 'AR, AG, AB or RA, GA, BA', actual }] : []
        },
      ),
  },
  {
    id: 'deep-unfinished',
    severity: 'warn',
    tier: 'header',
    title: '`maxSamplesPerPixel` is not -1 (left behind when writing failed).',
    reason: 'The number is set when a deep file is closed: -1 is what a writer leaves that did not get there.',
    source: ['LAYOUT'],
    remedy: 'Writing failed before the end: render the frame again.',
    check: (file) =>
      deepParts(file, (part) => {
        const max = numberOf(part, 'maxSamplesPerPixel')
        return max === -1 ? [{ attribute: 'maxSamplesPerPixel', expected: '0 or more', actual: '-1' }] : []
      }),
  },
  {
    id: 'deep-state-declared',
    severity: 'info',
    tier: 'header',
    title: '`deepImageState` present; absent means assume messy.',
    reason:
      'Tools that know samples are sorted and tidy skip the work; without the word they have to assume the worst, or assume the best and be wrong.',
    source: ['DEEP'],
    remedy: 'Set deepImageState when the file is written.',
    check: (file) =>
      deepParts(file, ({ attributes }) =>
        attributes.size === 0 || attributes.has('deepImageState')
          ? []
          : [{ attribute: 'deepImageState', expected: 'present', actual: 'absent: samples may be messy' }],
      ),
  },
  {
    id: 'deep-id-type',
    severity: 'warn',
    tier: 'header',
    title: 'Id channels UINT; 64-bit ids come as a low/high pair that sorts low first.',
    reason: 'Ids in a floating type merge above its whole numbers; a pair that sorts high first is read as another id.',
    source: ['IDS'],
    remedy: 'Write ids as UINT, and halves of 64 bits with names that sort the low one first.',
    check: (file) =>
      eachChannel(
        file,
        (channel, part) => part.facts.is_deep && isId(channel),
        (channel, { channels }) => {
          if (channel.channel_type !== 'UINT') return { expected: 'UINT', actual: channel.channel_type }
          const low = /^(.*)(?:low|lo|0)$/i.exec(channel.channel_name)?.[1]
          const high =
            low === undefined
              ? undefined
              : channels.find(
                  ({ channel_name }) =>
                    /^(?:high|hi|1)$/i.test(channel_name.slice(low.length)) && channel_name.startsWith(low),
                )
          if (high === undefined || channel.channel_name < high.channel_name) return null
          return {
            expected: 'the low half first in byte order',
            actual: `${high.channel_name} before ${channel.channel_name}`,
          }
        },
      ),
  },
  {
    id: 'deep-id-manifest',
    severity: 'info',
    tier: 'header',
    title:
      'An id channel has an `idManifest` or an agreed sidecar; embedded is strongly advised for exchange and archive.',
    reason: 'An id is a number: what it stands for is lost as soon as the scene is.',
    source: ['IDS'],
    remedy: 'Embed an idManifest, or name the agreed side-car file.',
    options: { sidecars: texts([], 'names of attributes that name an agreed side-car file') },
    check: (file, options) =>
      eachPart(
        file,
        ({ facts, channels }) => facts.is_deep && channels.some(isId),
        ({ attributes }) => {
          const sidecars = options['sidecars'] as string[]
          return ['idManifest', 'idmanifest', ...sidecars].some((name) => attributes.has(name))
            ? []
            : [{ attribute: 'idManifest', expected: 'present', actual: 'absent' }]
        },
      ),
  },
  {
    id: 'deep-sample-budget',
    severity: 'policy',
    tier: 'chunks',
    title: 'Mean and maximum samples per pixel under a limit (from sample count tables alone).',
    reason: 'Memory goes with samples, not pixels: one frame of hair or smoke can be a hundred times the next.',
    source: ['OIIO-992'],
    remedy: 'Merge samples at the renderer, or raise the tolerance of its deep compression.',
    options: { max_mean: number(null, 'mean samples a pixel'), max_samples: number(null, 'most samples of one pixel') },
    check: (file, options) => {
      if (!anyDeep(file)) return null
      return deepFacts(file, ({ mean_samples, max_samples }) => {
        const over = (limit: unknown, value: number | null, what: string): Omit<Finding, 'part'>[] =>
          typeof limit === 'number' && value !== null && value > limit
            ? [{ expected: `${what} to ${limit}`, actual: `${value}` }]
            : []
        return [
          ...over(options['max_mean'], mean_samples, 'a mean'),
          ...over(options['max_samples'], max_samples, 'a maximum'),
        ]
      })
    },
  },
  {
    id: 'deep-state-true',
    severity: 'error',
    tier: 'pixels',
    title: 'Samples really are sorted and/or non-overlapping as declared. Nothing in the library checks this.',
    reason: 'Tools believe the attribute and do not sort: where it is wrong, compositing is wrong and nothing says so.',
    source: ['DEEP'],
    remedy: 'Tidy the samples before writing, or declare the part messy.',
    check: (file) => {
      if (!anyDeep(file)) return null
      if (!file.parts.some((part) => isDeep(part) && declaredState(part) !== null)) return null
      return deepFacts(file, ({ keeps_declared_state: keeps, unsorted_pixels, overlapping_pixels }, part) => {
        const state = declaredState(part)
        if (state === null || keeps === true) return []
        if (keeps === null) return { state: 'cannot_check', reason: `whether samples are ${state} cannot be told` }
        const actual = `${unsorted_pixels ?? 0} pixels out of order, ${overlapping_pixels ?? 0} with overlaps`
        return [{ expected: `${state} samples, as the header declares`, actual }]
      })
    },
  },
  {
    id: 'deep-depth-valid',
    severity: 'error',
    tier: 'pixels',
    title: '`Z` and `ZBack` finite and >= 0.',
    reason: 'A NaN or a negative depth has no place in the order of samples: merges put it anywhere.',
    source: ['DEEP'],
    remedy: 'Render again without infinite or negative depths.',
    check: (file) => {
      if (!anyDeep(file)) return null
      return deepFacts(file, ({ non_finite_depths: broken, negative_depths: negative }) => [
        ...(broken === null || broken === 0 ? [] : [{ expected: 'finite depths', actual: `${broken} are not` }]),
        ...(negative === null || negative === 0
          ? []
          : [{ expected: 'depths of 0 or more', actual: `${negative} are below` }]),
      ])
    },
  },
  {
    id: 'deep-alpha-range',
    severity: 'warn',
    tier: 'pixels',
    title: 'Alpha samples within 0 to 1.',
    reason: 'Alpha beyond 0 to 1 makes what lies behind brighter or negative when samples are put over each other.',
    source: ['DEEP'],
    remedy: 'Clamp alpha where samples are made.',
    check: (file) => {
      if (!anyDeep(file)) return null
      if (!file.parts.some((part) => isDeep(part) && part.channels.some(isAlpha))) return null
      return deepFacts(file, ({ alpha_out_of_range: count }) =>
        count === null || count === 0 ? [] : [{ expected: '0 to 1', actual: `${count} samples are not` }],
      )
    },
  },
  {
    id: 'deep-empty',
    severity: 'info',
    tier: 'pixels',
    title: 'Not every pixel has zero samples.',
    reason: 'A deep part without one sample is a pass that failed or a layer that was hidden.',
    source: ['proposal'],
    remedy: 'Check the pass in the scene; leave the part out when it is meant to be empty.',
    check: (file) => {
      if (!anyDeep(file)) return null
      return deepFacts(file, ({ sample_count }) =>
        sample_count === 0 ? [{ expected: 'a sample somewhere', actual: 'none' }] : [],
      )
    },
  },
]

const COLOURED_ALPHA = /^(?:A[RGB]|[RGB]A)$/

function enclosing(layer: string): string[] {
  const segments = layer.split('.')
  return ['', ...segments.map((_, i) => segments.slice(0, i + 1).join('.'))]
}

function declaredState(part: PartView): string | null {
  const state = part.attributes.get('deepImageState')?.value
  return typeof state === 'string' && state !== 'messy' ? state : null
}

/** Judges what was counted of each deep part; a clean result over pixels that were not seen is none. */
function deepFacts(
  file: FileView,
  judge: (stats: PartDeepStats, part: PartView) => readonly Omit<Finding, 'part'>[] | Unchecked,
): Outcome {
  const findings: Finding[] = []
  let unchecked: Unchecked | null = null
  for (const part of file.parts.filter(isDeep)) {
    const { deepStats: stats, index } = part
    if (stats === null) {
      unchecked ??= { state: 'not_checked', reason: 'deep samples were not counted' }
    } else if (stats.cannot_check !== undefined) {
      unchecked ??= { state: 'cannot_check', reason: `part ${index} cannot be decoded: ${stats.cannot_check}` }
    } else {
      const found = judge(stats, part)
      if ('state' in found) unchecked ??= found
      else findings.push(...found.map((finding) => ({ part: index, ...finding })))
      if (stats.partial)
        unchecked ??= { state: 'cannot_check', reason: `some chunks of part ${index} cannot be decoded` }
    }
  }
  return findings.length > 0 ? findings : (unchecked ?? [])
}
