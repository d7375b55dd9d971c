import type { PartView } from '../file-view.ts'
import { eachPart } from '../look.ts'
import { number } from '../options.ts'
import type { FileRule } from '../rule.ts'
import { defectFindings } from './defects.ts'

const isTiled = ({ facts }: PartView) => facts.is_tiled

/** Section "Tiles and levels". */
export const tileRules: readonly FileRule[] = [
  {
    id: 'tile-description',
    severity: 'error',
    tier: 'header',
    title: '`tiles` present with type tiledesc in tiled and deep-tiled parts.',
    reason: 'Without it nobody knows how large tiles are, so none can be found.',
    source: ['VAL'],
    remedy: 'Write the part again with a tiledesc attribute.',
    check: (file) =>
      eachPart(file, isTiled, ({ attributes, index, facts }) => {
        const attribute = attributes.get('tiles')
        if (attribute?.type === 'tiledesc' || (attributes.size === 0 && facts.tile_width !== null)) return []
        const defect = defectFindings(file, 'tiles of type tiledesc', ['missing-required-attribute']).find(
          ({ part }) => part === index,
        )
        return [
          { ...defect, attribute: 'tiles', expected: 'tiles of type tiledesc', actual: attribute?.type ?? 'absent' },
        ]
      }),
  },
  {
    id: 'tile-size',
    severity: 'error',
    tier: 'header',
    title: 'Both sizes above 0 and below INT_MAX/4.',
    reason: 'Readers divide by the tile size and allocate a tile: zero and huge sizes end them.',
    source: ['VAL'],
    remedy: 'Write the part with tiles such as 64 x 64.',
    check: (file) =>
      eachPart(file, isTiled, ({ facts: { tile_width: width, tile_height: height } }) => {
        const limit = 0x7fffffff / 4
        const fits = (edge: number | null) => edge !== null && edge > 0 && edge < limit
        return fits(width) && fits(height)
          ? []
          : [{ attribute: 'tiles', expected: `edges from 1 to ${Math.floor(limit)}`, actual: `${width} x ${height}` }]
      }),
  },
  {
    id: 'tile-mode',
    severity: 'error',
    tier: 'header',
    title: 'Level mode and rounding mode are defined values.',
    reason:
      'The modes say how many levels there are and how their sizes round: an undefined one leaves the chunk table without a length.',
    source: ['VAL'],
    remedy: 'Write the part with one of the defined modes.',
    check: (file) =>
      eachPart(file, isTiled, ({ facts, attributes }) => {
        const rounding = (attributes.get('tiles')?.value as { rounding_mode?: string } | undefined)?.rounding_mode ?? ''
        const unknown = [facts.level_mode ?? '', rounding].filter((mode) => mode.startsWith('unknown('))
        return unknown.map((actual) => ({ attribute: 'tiles', expected: 'a mode that the format defines', actual }))
      }),
  },
  {
    id: 'tile-in-scanline',
    severity: 'info',
    tier: 'header',
    title: 'A `tiles` attribute in a scan-line part is ignored by readers.',
    reason:
      'Readers ignore it in scan lines, so it promises what the file is not: usually a header was copied from another file.',
    source: ['LAYOUT'],
    remedy: 'Remove the attribute.',
    check: (file) =>
      eachPart(
        file,
        (part) => !isTiled(part),
        ({ attributes }) =>
          attributes.has('tiles')
            ? [{ attribute: 'tiles', expected: 'absent from scan lines', actual: 'present' }]
            : [],
      ),
  },
  {
    id: 'tile-small',
    severity: 'warn',
    tier: 'header',
    title:
      'Tile edge not below a limit (suggest 32): speed falls with tile edge and PIZ barely compresses small tiles.',
    reason:
      'Each tile costs an offset, a leader and a call of the codec: below 32 pixels reading is slow, and PIZ hardly compresses.',
    source: ['EXR-2232', 'TECH'],
    remedy: 'Write tiles of 64 x 64 or larger.',
    options: { min_edge: number(32, 'shortest edge that passes') },
    check: (file, options) =>
      eachPart(file, isTiled, ({ facts: { tile_width: width, tile_height: height } }) => {
        const edge = Math.min(width ?? Number.POSITIVE_INFINITY, height ?? Number.POSITIVE_INFINITY)
        return edge >= (options['min_edge'] as number)
          ? []
          : [
              {
                attribute: 'tiles',
                expected: `edges of ${options['min_edge']} or more`,
                actual: `${width} x ${height}`,
              },
            ]
      }),
  },
  {
    id: 'tile-for-compositing',
    severity: 'policy',
    tier: 'header',
    title: 'Plates and comps are scan-line, single level.',
    reason: 'Compositing reads lines: of tiles it reads whole rows of them for each, and of levels it needs one.',
    source: ['delivery', 'ACES'],
    remedy: 'Write plates and comps as scan lines.',
    check: (file) =>
      eachPart(
        file,
        ({ facts }) => !facts.is_deep,
        ({ facts }) =>
          facts.is_tiled
            ? [
                {
                  expected: 'scan lines',
                  actual: `tiles of ${facts.tile_width} x ${facts.tile_height}, ${facts.level_mode}`,
                },
              ]
            : [],
      ),
  },
]
