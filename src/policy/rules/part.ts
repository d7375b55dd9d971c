import type { FileView } from '../file-view.ts'
import { eachPart } from '../look.ts'
import type { FileRule, Finding } from '../rule.ts'
import { isColour, isDataLayer } from './channel-kinds.ts'
import { defectFindings, noDefect } from './defects.ts'
import { sameWindow, windowText } from './window.ts'

const isMultiPart = (file: FileView) => file.isMultiPart

const SHARED = ['displayWindow', 'pixelAspectRatio', 'timeCode', 'timecode', 'chromaticities']

/** Section "Parts". */
export const partRules: readonly FileRule[] = [
  {
    id: 'part-name',
    severity: 'error',
    tier: 'header',
    title: 'Present, non-empty and unique in a multi-part file.',
    reason: 'Parts are found by their names: hosts show an empty one as nothing, and of two equal ones only the first.',
    source: ['STD', 'VAL'],
    remedy: 'Give each part a name of its own.',
    check(file) {
      const found = defectFindings(file, 'a name of its own', ['part-name-empty', 'duplicate-part-name'])
      if (found.length > 0) return found
      return eachPart(
        file,
        () => file.isMultiPart,
        ({ facts }) =>
          facts.part_name === null || facts.part_name === ''
            ? [{ attribute: 'name', expected: 'a name of its own', actual: 'no name' }]
            : [],
      )
    },
  },
  {
    id: 'part-type',
    severity: 'error',
    tier: 'header',
    title: 'Present and one of `scanlineimage`, `tiledimage`, `deepscanline`, `deeptile`.',
    reason: 'The type says how the pixels of the part are laid out: without it readers cannot find them.',
    source: ['LAYOUT'],
    remedy: 'Write the part again with one of the four types.',
    check: (file) => {
      const found = defectFindings(file, 'one of the four types', ['unknown-part-type'])
      if (found.length > 0) return found
      return eachPart(
        file,
        (part) => file.isMultiPart || part.facts.is_deep,
        ({ attributes }) =>
          attributes.size === 0 || attributes.has('type')
            ? []
            : [{ attribute: 'type', expected: 'present', actual: 'absent' }],
      )
    },
  },
  {
    id: 'part-type-flags',
    severity: 'error',
    tier: 'header',
    title: 'Types agree with bits 9 and 11.',
    reason:
      'Readers rewrite a type that disagrees with the flags, or refuse the file: what they show depends on which they believe.',
    source: ['LAYOUT', 'PR-946'],
    remedy: 'Write the file again with the library, which sets both.',
    check: noDefect('a type that agrees with the flags', ['part-type-mismatch', 'deep-flag-mismatch'], ({ parts }) =>
      parts.some(({ attributes }) => attributes.has('type')),
    ),
  },
  {
    id: 'part-chunk-count',
    severity: 'error',
    tier: 'header',
    title: '`chunkCount` present where required and equal to the count computed from window, tiles and compression.',
    reason: 'Some readers size the offset table by this number: a wrong one makes them read pixels as offsets.',
    source: ['LAYOUT', 'VAL'],
    remedy: 'Write the file again with the library, which counts.',
    check: (file) => {
      const found = defectFindings(file, 'the count that window, tiles and compression give', ['chunk-count-mismatch'])
      if (found.length > 0) return found
      return eachPart(
        file,
        (part) => file.isMultiPart || part.attributes.has('chunkCount'),
        ({ attributes }) =>
          attributes.size === 0 || attributes.has('chunkCount')
            ? []
            : [{ attribute: 'chunkCount', expected: 'present', actual: 'absent' }],
      )
    },
  },
  {
    id: 'part-shared-attributes',
    severity: 'error',
    tier: 'header',
    title: '`displayWindow`, `pixelAspectRatio`, `timeCode`, `chromaticities` equal those of part 0.',
    reason:
      'These belong to the file as a whole; readers take those of the first part for all, so the others are shown at a wrong place, time or colour.',
    source: ['VAL'],
    remedy: 'Write the same value into every part.',
    check: (file) => {
      const found = defectFindings(file, 'the value of part 0', ['shared-attribute-differs'])
      const [first] = file.parts
      const told = new Set(
        found.map(({ part, message }) => `${part} ${SHARED.find((name) => message!.includes(name))}`),
      )
      const others = eachPart(
        file,
        ({ index }) => index > 0,
        ({ index, attributes }) =>
          SHARED.flatMap((name): Omit<Finding, 'part'>[] => {
            const [value, wanted] = [attributes.get(name)?.value, first!.attributes.get(name)?.value]
            if (value === undefined || wanted === undefined || told.has(`${index} ${name}`)) return []
            const [actual, expected] = [JSON.stringify(value), JSON.stringify(wanted)]
            return actual === expected ? [] : [{ attribute: name, expected, actual }]
          }),
      )
      return others === null ? (found.length > 0 ? found : null) : [...found, ...(others as Finding[])]
    },
  },
  {
    id: 'part-first-is-beauty',
    severity: 'warn',
    tier: 'header',
    title: 'Part 0 holds the default colour image (single-part readers see only that).',
    reason: 'Viewers, thumbnailers and single-part readers show the first part and know no other.',
    source: ['VIEW'],
    remedy: 'Write the beauty as the first part.',
    check(file) {
      if (!file.isMultiPart) return null
      const [first, ...rest] = file.parts
      const isBeauty = (part: (typeof file.parts)[number]) =>
        part.channels.some((channel) => isColour(channel) && !isDataLayer(channel.layer_name)) &&
        !/crypto|depth|normal|motion|\bid\b/i.test(part.facts.part_name ?? '')
      if (isBeauty(first!)) return []
      const other = rest.find(isBeauty)
      // Without a colour image anywhere there is no beauty to come first.
      if (other === undefined) return null
      return [
        {
          part: 0,
          expected: `the colour image, part ${other.index} ${other.facts.part_name ?? ''}`.trim(),
          actual: first!.facts.part_name ?? 'another image',
        },
      ]
    },
  },
  {
    id: 'part-data-windows',
    severity: 'warn',
    tier: 'header',
    title: 'Parts share one data window; some hosts mishandle differing ones.',
    reason: 'Some hosts take the window of the first part for all: layers of others are shifted or cut.',
    source: ['UE'],
    remedy: 'Write all parts with one data window where such hosts read them.',
    check: (file) =>
      eachPart(
        file,
        ({ index, facts }) => index > 0 && facts.data_window !== null && file.parts[0]!.facts.data_window !== null,
        ({ facts }) => {
          const first = file.parts[0]!.facts.data_window!
          return sameWindow(facts.data_window!, first)
            ? []
            : [{ attribute: 'dataWindow', expected: windowText(first), actual: windowText(facts.data_window!) }]
        },
      ),
  },
  {
    id: 'part-channel-prefix',
    severity: 'info',
    tier: 'header',
    title: 'Channel names carry the layer name; a part name alone is not the layer name, and some hosts double it up.',
    reason:
      'Hosts name layers by channel names, by part names or by both: only names that carry the layer look the same in all.',
    source: ['VIEW', 'GAF-6120'],
    remedy: 'Put the layer before the channel (specular.R); do not repeat it in both.',
    check: (file) =>
      eachPart(
        file,
        ({ index, channels }) => isMultiPart(file) && index > 0 && channels.length > 0,
        ({ facts, channels }) =>
          channels.every(({ layer_name }) => layer_name === '')
            ? [
                {
                  expected: 'channel names with their layer',
                  actual: `bare names in part ${facts.part_name ?? ''}`.trim(),
                },
              ]
            : [],
      ),
  },
]
