import type { ChannelFacts } from '../../inspect/payload.ts'
import { type PartView, textOf } from '../file-view.ts'
import { eachChannel, eachPart } from '../look.ts'
import { checkedTexts, number } from '../options.ts'
import { globPattern } from '../patterns.ts'
import type { FileRule, Finding } from '../rule.ts'
import { isAlpha, isColour, isCryptomatteLayer, isDataLayer, isDepth, isId } from './channel-kinds.ts'
import { defectFindings, noDefect } from './defects.ts'

const hasChannels = (part: PartView) => part.channels.length > 0

/** Section "Channels and layers". */
export const channelRules: readonly FileRule[] = [
  {
    id: 'channel-present',
    severity: 'error',
    tier: 'header',
    title: 'At least one channel per part.',
    reason: 'A part without channels has no pixels, and several readers divide by their number.',
    source: ['VAL', 'PR-911'],
    remedy: 'Leave the part out, or write its channels.',
    check: noDefect('one channel or more', ['no-channels']),
  },
  {
    id: 'channel-pixel-type',
    severity: 'error',
    tier: 'header',
    title: 'Type is UINT, HALF or FLOAT.',
    reason: 'The format has three types; another code has no size, so the pixels cannot be found.',
    source: ['HDR'],
    remedy: 'Write the channel as UINT, HALF or FLOAT.',
    check: noDefect('UINT, HALF or FLOAT', ['unknown-pixel-type'], ({ channels }) => channels.length > 0),
  },
  {
    id: 'channel-sampling',
    severity: 'error',
    tier: 'header',
    title: 'Both rates >= 1; exactly 1 in tiled and deep parts.',
    reason:
      'A rate of zero divides by zero in readers, and tiles and deep data have no way to store subsampled channels.',
    source: ['VAL'],
    remedy: 'Write the channel with sampling 1 1.',
    check: noDefect('rates of 1 or more', ['bad-channel-sampling'], ({ channels }) => channels.length > 0),
  },
  {
    id: 'channel-sampling-window',
    severity: 'error',
    tier: 'header',
    title: 'Window origin, width and height are multiples of the rates.',
    reason:
      'A subsampled channel whose window is no multiple of the rate has half a sample at the edge: readers shift it or read past it.',
    source: ['VAL'],
    remedy: 'Make origin, width and height of the data window multiples of the sampling.',
    check: noDefect('a window of whole samples', ['sampling-window-mismatch'], ({ channels }) =>
      channels.some(isSubsampled),
    ),
  },
  {
    id: 'channel-sorted-unique',
    severity: 'warn',
    tier: 'header',
    title: 'Names are unique and in byte order.',
    reason:
      'Pixels are stored in the order of the names: a list in another order makes readers swap channels, and of two equal names one cannot be reached.',
    source: ['LAYOUT'],
    remedy: 'Write the file with the OpenEXR library, which sorts; rename the double.',
    check: noDefect(
      'unique names in byte order',
      ['duplicate-channel', 'channels-not-sorted'],
      ({ channels }) => channels.length > 0,
    ),
  },
  {
    id: 'channel-name-form',
    severity: 'warn',
    tier: 'header',
    title: 'No empty segment, no leading or trailing dot, no spaces or control bytes, valid UTF-8.',
    reason:
      'Hosts split names at dots and use the pieces as identifiers: empty ones, spaces and control bytes break menus, expressions and scripts.',
    source: ['TECH', 'VIEW'],
    remedy: 'Rename the channels, with words of letters, digits and underscores between single dots.',
    check: (file) =>
      eachChannel(
        file,
        () => true,
        ({ channel_name: name }) => {
          const why = nameProblem(name)
          return why === null
            ? null
            : { expected: 'words joined by single dots', actual: `${JSON.stringify(name)}: ${why}` }
        },
      ),
  },
  {
    id: 'channel-name-clash',
    severity: 'warn',
    tier: 'header',
    title:
      'No two channels differ only by case or by a known alias (`R` and `Red`) inside one layer; no layer named only with digits.',
    reason: 'Hosts that fold case or know aliases show one of the two and lose the other.',
    source: ['OIIO-SRC', 'SR-60'],
    remedy: 'Rename one of the channels.',
    check: (file) => eachPart(file, hasChannels, ({ channels }) => nameClashes(channels)),
  },
  {
    id: 'channel-rgb-complete',
    severity: 'warn',
    tier: 'header',
    title: 'A layer with any of R, G, B has all three.',
    reason: 'Viewers show what is missing as black, so the layer has a colour cast that nobody made.',
    source: ['TECH'],
    remedy: 'Write all three of R, G and B, or name a single channel Y.',
    check: (file) =>
      eachPart(
        file,
        ({ channels }) => channels.some(isColour),
        (part) => incompleteColours(part),
      ),
  },
  {
    id: 'channel-layer-type',
    severity: 'warn',
    tier: 'header',
    title: 'Channels of one colour layer share a pixel type.',
    reason: 'Hosts load a layer in one type: the finer channel is rounded, or the coarser one takes double the memory.',
    source: ['proposal'],
    remedy: 'Write all channels of the layer as HALF, or all as FLOAT.',
    check: (file) =>
      eachPart(
        file,
        ({ channels }) => channels.some(isColour),
        ({ channels }) =>
          layersOf(channels.filter(isColour)).flatMap(([layer, members]) => {
            const types = new Set(members.map(({ channel_type }) => channel_type))
            const actual = members
              .map(({ component_name, channel_type }) => `${component_name} ${channel_type}`)
              .join(', ')
            return types.size < 2
              ? []
              : [{ expected: 'one pixel type', actual, message: `${nameOfLayer(layer)}: ${actual}` }]
          }),
      ),
  },
  {
    id: 'channel-depth-float',
    severity: 'warn',
    tier: 'header',
    title: 'Depth (`Z`, `ZBack`, `depth.*`) is FLOAT, not HALF.',
    reason:
      'HALF has 11 bits: ten metres from the camera depths lie 8 mm apart, and every matte and focus pull made of them has steps.',
    source: ['TECH'],
    remedy: 'Write depth as FLOAT.',
    check: (file) =>
      eachChannel(file, isDepth, ({ channel_type }) =>
        channel_type === 'FLOAT' ? null : { expected: 'FLOAT', actual: channel_type },
      ),
  },
  {
    id: 'channel-id-precision',
    severity: 'error',
    tier: 'header',
    title: 'Id channels are UINT (or FLOAT for Cryptomatte); HALF destroys ids.',
    reason: 'HALF holds whole numbers up to 2048: ids above it merge, and mattes of one object select others.',
    source: ['IDS', 'CM-116'],
    remedy: 'Write ids as UINT, those of Cryptomatte as FLOAT.',
    check: (file) =>
      eachChannel(
        file,
        (channel) => isId(channel) || (isCryptomatteLayer(channel.layer_name) && !isPreview(channel)),
        (channel) => {
          const allowed = isCryptomatteLayer(channel.layer_name) ? ['FLOAT'] : ['UINT', 'FLOAT']
          return allowed.includes(channel.channel_type)
            ? null
            : { expected: allowed.join(' or '), actual: channel.channel_type }
        },
      ),
  },
  {
    id: 'channel-subsampled',
    severity: 'info',
    tier: 'header',
    title: 'Y/RY/BY or any subsampled channel is reported: many readers reject or misread it.',
    reason: 'Many readers refuse the file, or show chroma at a quarter of the size.',
    source: ['OIIO-4051', 'TJS-28134', 'EXR-1949'],
    remedy: 'Write RGB at full resolution for everyone but the archive that asked for this.',
    check: (file) =>
      eachChannel(
        file,
        () => true,
        (channel) =>
          isSubsampled(channel) || /^(?:RY|BY)$/.test(channel.component_name)
            ? {
                expected: 'every pixel has a sample',
                actual: `sampled every ${channel.x_sampling} x ${channel.y_sampling}`,
              }
            : null,
      ),
  },
  {
    id: 'channel-data-as-rgb',
    severity: 'warn',
    tier: 'header',
    title: 'Normals, positions, motion, ids are not named R/G/B (or are isolated in a part tagged `data`).',
    reason: 'What is called R, G or B is taken for colour: it is converted, graded and compressed with loss.',
    source: ['CIF-EXR'],
    remedy: 'Name the channels X, Y, Z (or u, v), or give them a part of their own with colorInteropID data.',
    check: (file) =>
      eachChannel(
        file,
        (channel, part) =>
          isDataLayer(channel.layer_name) && !isCryptomatteLayer(channel.layer_name) && !isDataPart(part),
        (channel) =>
          isColour(channel) ? { expected: 'X, Y, Z or another name for data', actual: channel.channel_name } : null,
      ),
  },
  {
    id: 'channel-plinear',
    severity: 'info',
    tier: 'header',
    title: 'The per-channel linearity hint is 0 unless a policy expects otherwise, and the bytes beside it are 0.',
    reason:
      'The hint changes how B44 and DWA treat a channel, and nothing else asks for it: set by accident it costs quality.',
    source: ['RC-SRC', 'ACES-REF'],
    remedy: 'Write the channel with a hint of 0.',
    options: { value: number(0, 'the hint that is wanted: 0 or 1') },
    check(file, options) {
      const reserved = defectFindings(file, 'reserved bytes of 0', ['reserved-bytes-set'])
      const hints = eachChannel(
        file,
        () => true,
        ({ p_linear }) =>
          Number(p_linear) === options['value']
            ? null
            : { expected: `hint ${options['value']}`, actual: `hint ${Number(p_linear)}` },
      )
      return reserved.length === 0 ? hints : [...reserved, ...(Array.isArray(hints) ? hints : [])]
    },
  },
  {
    id: 'channel-set',
    severity: 'policy',
    tier: 'header',
    title: 'Required, allowed and forbidden channels or layers (patterns).',
    reason:
      'Who takes a delivery loads layers by name: one that is missing stops the template, one too many may show what is not to leave the house.',
    source: ['delivery'],
    remedy: 'Write the channels that are agreed and no others.',
    options: {
      required: checkedTexts([], 'patterns; each must match a channel or a layer', globPattern),
      allowed: checkedTexts(null, 'patterns; each channel must match one', globPattern),
      forbidden: checkedTexts([], 'patterns; no channel may match', globPattern),
    },
    check(file, options) {
      if (file.channels.length === 0) return null
      const names = file.channels.map(({ channel_name }) => channel_name)
      const layers = file.channels.map(({ layer_name }) => layer_name)
      const missing = (options['required'] as string[])
        .filter((pattern) => ![...names, ...layers].some((name) => globPattern(pattern).test(name)))
        .map((pattern): Finding => ({ expected: `a channel or layer ${pattern}`, actual: 'none' }))
      const allowed = options['allowed'] as string[] | null
      const wrong = eachChannel(
        file,
        () => true,
        ({ channel_name: name }) => {
          const forbidden = (options['forbidden'] as string[]).find((pattern) => globPattern(pattern).test(name))
          if (forbidden !== undefined) return { expected: `no channel ${forbidden}`, actual: name }
          return allowed === null || allowed.some((pattern) => globPattern(pattern).test(name))
            ? null
            : { expected: `one of ${allowed.join(', ')}`, actual: name }
        },
      )
      return [...missing, ...(wrong as Finding[])]
    },
  },
  {
    id: 'channel-count',
    severity: 'policy',
    tier: 'header',
    title: 'Channel and layer counts under a limit.',
    reason: 'Every channel is decoded before a scan-line host shows one of them, and some hosts have a limit.',
    source: ['OIIO-3266'],
    remedy: 'Spread the layers over parts or files, or leave some out.',
    options: {
      max_channels: number(null, 'channels of all parts together'),
      max_layers: number(null, 'layers of all parts together'),
    },
    check({ channels }, options) {
      if (channels.length === 0) return null
      const layers = new Set(channels.map(({ part_index, layer_name }) => `${part_index}/${layer_name}`)).size
      const over = (max: unknown, count: number, what: string): Finding[] =>
        typeof max === 'number' && count > max ? [{ expected: `at most ${max} ${what}`, actual: `${count}` }] : []
      return [
        ...over(options['max_channels'], channels.length, 'channels'),
        ...over(options['max_layers'], layers, 'layers'),
      ]
    },
  },
]

function isSubsampled({ x_sampling, y_sampling }: ChannelFacts): boolean {
  return x_sampling !== 1 || y_sampling !== 1
}

/** The unranked layer of a Cryptomatte is a picture for people. */
function isPreview({ layer_name }: ChannelFacts): boolean {
  return !/\d\d$/.test(layer_name)
}

function isDataPart(part: PartView): boolean {
  return textOf(part, 'colorInteropID') === 'data'
}

function nameProblem(name: string): string | null {
  if (name === '') return 'empty'
  if (name.includes('\uFFFD')) return 'not UTF-8'
  if (name.startsWith('.') || name.endsWith('.')) return 'a dot at an end'
  if (name.includes('..')) return 'an empty segment'
  if (/\s/.test(name)) return 'a blank'
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control bytes are what is looked for
  return /[\x00-\x1f\x7f]/.test(name) ? 'a control byte' : null
}

const ALIASES: Readonly<Record<string, string>> = { red: 'r', green: 'g', blue: 'b', alpha: 'a', depth: 'z' }

function nameClashes(channels: readonly ChannelFacts[]): Omit<Finding, 'part'>[] {
  const findings: Omit<Finding, 'part'>[] = []
  const seen = new Map<string, string>()
  for (const { channel_name, layer_name, component_name } of channels) {
    const word = component_name.toLowerCase()
    const key = `${layer_name.toLowerCase()}.${ALIASES[word] ?? word}`
    const other = seen.get(key)
    if (other === undefined) seen.set(key, channel_name)
    else if (other !== channel_name)
      findings.push({ channel: channel_name, expected: 'one name a channel', actual: `${other} and ${channel_name}` })
  }
  for (const [layer] of layersOf(channels)) {
    if (/^\d+$/.test(layer)) findings.push({ expected: 'a layer name with a letter', actual: layer })
  }
  return findings
}

/** Channels by layer, in file order. */
export function layersOf(channels: readonly ChannelFacts[]): [string, ChannelFacts[]][] {
  const layers = new Map<string, ChannelFacts[]>()
  for (const channel of channels) {
    const members = layers.get(channel.layer_name)
    if (members === undefined) layers.set(channel.layer_name, [channel])
    else members.push(channel)
  }
  return [...layers]
}

function incompleteColours({ channels }: PartView): Omit<Finding, 'part'>[] {
  return layersOf(channels.filter(isColour)).flatMap(([layer, members]) => {
    const missing = ['R', 'G', 'B'].filter((name) => !members.some(({ component_name }) => component_name === name))
    if (missing.length === 0) return []
    // A matte in one colour channel is a layer of its own kind: alone beside an alpha it still lacks the others.
    const others = channels.filter((channel) => channel.layer_name === layer && isAlpha(channel)).length
    const actual = `${members.map(({ component_name }) => component_name).join(', ')}${others > 0 ? ' and alpha' : ''}`
    return [{ expected: 'R, G and B', actual, message: `${nameOfLayer(layer)} lacks ${missing.join(' and ')}` }]
  })
}

function nameOfLayer(layer: string): string {
  return layer === '' ? 'the unnamed layer' : `layer ${layer}`
}
