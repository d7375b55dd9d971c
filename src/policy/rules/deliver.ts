import { eachChannel, eachPart } from '../look.ts'
import { number, text } from '../options.ts'
import { pathTemplate } from '../path-template.ts'
import type { FileRule } from '../rule.ts'
import { isLight, isLightAlpha } from './channel-kinds.ts'
import { plateUnchanged } from './deliver-plate.ts'

/** Section "Delivery". */
export const deliverRules: readonly FileRule[] = [
  {
    id: 'deliver-name-characters',
    severity: 'error',
    tier: 'names',
    title: 'Only letters, digits, dot, underscore, hyphen; no spaces.',
    reason: 'Transfer tools, shells and databases on the way quote, cut or refuse other characters.',
    source: ['NF-ARCH'],
    remedy: 'Rename the file.',
    check({ name }) {
      const wrong = [...new Set(name.match(/[^A-Za-z0-9._-]/g) ?? [])]
      return wrong.length === 0
        ? []
        : [
            {
              expected: 'letters, digits, dot, underscore, hyphen',
              actual: wrong.map((c) => JSON.stringify(c)).join(', '),
            },
          ]
    },
  },
  {
    id: 'deliver-name-pattern',
    severity: 'policy',
    tier: 'names',
    title: "Path matches the show's pattern; captured fields feed other rules.",
    reason: 'Whoever takes a delivery sorts it by machine, by the fields of the name.',
    source: ['NF-NAME'],
    remedy: "Rename the file by the show's pattern.",
    options: { pattern: text(null, 'path template such as {shot}_{element}_v{version}.{frame}.exr', pathTemplate) },
    check({ path }, options) {
      if (typeof options['pattern'] !== 'string') return null
      return pathTemplate(options['pattern'])(path) === null ? [{ expected: options['pattern'], actual: path }] : []
    },
  },
  {
    id: 'deliver-folder-resolution',
    severity: 'warn',
    tier: 'header',
    title: 'A resolution written in the path equals the display window.',
    reason: 'A folder that names a size promises it; the file in it is what the next tool gets.',
    source: ['NF-NAME'],
    remedy: 'Move the file, or render it at the size that the folder names.',
    check(file) {
      const sizes = [...file.path.matchAll(/(?:^|[^0-9a-z])(\d{3,5})x(\d{3,5})(?![0-9])/gi)]
      const size = sizes.at(-1)
      if (size === undefined) return null
      return eachPart(
        file,
        ({ facts }) => facts.display_width !== null,
        ({ facts }) => {
          const actual = `${facts.display_width}x${facts.display_height}`
          return actual === `${size[1]}x${size[2]}`
            ? []
            : [{ attribute: 'displayWindow', expected: `${size[1]}x${size[2]}`, actual }]
        },
      )
    },
  },
  {
    id: 'deliver-min-width',
    severity: 'policy',
    tier: 'header',
    title: 'Active width at least 3840 square pixels.',
    reason: 'Masters are refused below this width, however they are scaled later.',
    source: ['NF-VFX'],
    remedy: 'Render at the full width.',
    options: { min: number(3840, 'square pixels') },
    check: (file, options) =>
      eachPart(
        file,
        ({ facts }) => facts.display_width !== null && typeof facts.pixel_aspect_ratio === 'number',
        ({ facts }) => {
          const width = Math.round(facts.display_width! * (facts.pixel_aspect_ratio as number))
          return width >= (options['min'] as number)
            ? []
            : [{ expected: `${options['min']} or wider`, actual: `${width}` }]
        },
      ),
  },
  {
    id: 'deliver-half',
    severity: 'policy',
    tier: 'header',
    title: 'Colour is 16-bit half.',
    reason: 'Receivers store half floats; FLOAT is refused or rounded by them, out of your sight.',
    source: ['NF-VFX', 'FOX'],
    remedy: 'Write colour as HALF.',
    check: (file) =>
      eachChannel(
        file,
        (channel) => isLight(channel) || isLightAlpha(channel),
        ({ channel_type }) => (channel_type === 'HALF' ? null : { expected: 'HALF', actual: channel_type }),
      ),
  },
  {
    id: 'deliver-archive-uncompressed',
    severity: 'policy',
    tier: 'header',
    title: 'Archival masters are uncompressed half.',
    reason: 'An archive is to be readable in decades, without a codec.',
    source: ['NF-ARCH'],
    remedy: 'Write the master uncompressed, as HALF.',
    check: (file) =>
      eachPart(
        file,
        ({ channels }) => channels.length > 0,
        ({ facts, channels }) => [
          ...(facts.compression === 'none'
            ? []
            : [{ attribute: 'compression', expected: 'none', actual: `${facts.compression}` }]),
          ...channels
            .filter(({ channel_type }) => channel_type !== 'HALF')
            .map(({ channel_name, channel_type }) => ({
              channel: channel_name,
              expected: 'HALF',
              actual: channel_type,
            })),
        ],
      ),
  },
  plateUnchanged,
]
