import type { FileDeepStats, IdLayerFacts, PartDeepStats } from '../../pixels/types.ts'
import { type CliContext, widthOf } from '../context.ts'
import { columns, hanging, wrappedColumns } from '../format/columns.ts'
import { shortPath } from '../format/fit.ts'
import { bytes, count, plural } from '../format/units.ts'
import { singleLine } from '../format/visible.ts'
import { type PixelFileFlags, type PixelFileOutput, runOnPixelFiles } from '../pixel-files.ts'
import { missingLines } from '../stats/report.ts'
import type { Style } from '../style.ts'

/** Deep analytics of what the arguments name. */
export async function runDeepStats(args: readonly string[], flags: PixelFileFlags, context: CliContext): Promise<void> {
  const output: PixelFileOutput = {
    json: ({ deepStats }) => deepStats!,
    text: ({ deepStats }, path) => `${lines(deepStats!, path, context.style, widthOf(context)).join('\n')}\n`,
    isPartial: ({ deepStats }) => [...deepStats!.parts, ...deepStats!.ids].some(({ partial }) => partial),
  }
  await runOnPixelFiles(args, flags, { deepStats: true }, output, context)
}

function lines({ parts, ids }: FileDeepStats, path: string, style: Style, width: number): string[] {
  const title = style.bold(shortPath(path, width))
  if (parts.length === 0 && ids.length === 0) return [title, style.dim('  no deep part, no ids')]
  return [
    title,
    ...parts.flatMap((part) => partLines(part, style, width)),
    ...ids.flatMap((layer) => idLines(layer, style, width)),
  ]
}

/** Objects that are shown, those that cover most. */
const SHOWN_OBJECTS = 10

function idLines(layer: IdLayerFacts, style: Style, width: number): string[] {
  const { objects, named_share: share, manifest_names: names, background_coverage: background } = layer
  const kind = layer.source === 'cryptomatte' ? 'Cryptomatte' : 'ids of channel'
  const rows: string[][] = [
    [
      'ids',
      `${count(layer.distinct_ids)}${background === null ? '' : `, ${percent(background)} of the picture without`}`,
    ],
    [
      'names',
      names === null
        ? style.yellow(`none: ${singleLine(layer.manifest_problem ?? '')}`)
        : `${count(names)} in the manifest, ${share === null ? 'no id' : percent(share)} of what ids cover has one`,
    ],
  ]
  const lists = [
    ['without a name', layer.ids_without_name_count, layer.ids_without_name],
    ['without an id', layer.names_without_id_count, layer.names_without_id],
  ] as const
  for (const [title, total, examples] of lists) {
    if (total === null || total === 0) continue
    rows.push([title, `${count(total)}: ${examples.slice(0, 3).map(singleLine).join(', ')}${total > 3 ? ', …' : ''}`])
  }
  const table = objects
    .slice(0, SHOWN_OBJECTS)
    .map(({ id, name, coverage }) => [percent(coverage), id, singleLine(name ?? '–')])
  const rest = objects.length - table.length
  return [
    shortPath(`  part ${layer.part_index} ${kind} ${singleLine(layer.layer)}`, width),
    ...wrappedColumns(rows, { indent: '    ', width }),
    ...(table.length > 0 ? columns([['covers', 'id', 'object'], ...table], { indent: '    ', width }) : []),
    ...(rest > 0 ? [style.dim(`    and ${count(rest)} more (--json)`)] : []),
    ...(layer.partial ? [style.yellow('    not all of it: pixels are missing, or ids were too many')] : []),
  ]
}

function percent(share: number): string {
  return `${(100 * share).toPrecision(3)} %`
}

function partLines(part: PartDeepStats, style: Style, width: number): string[] {
  const heading = shortPath(`  part ${part.part_index} ${singleLine(part.part_name ?? '')}`.trimEnd(), width)
  if (part.cannot_check !== undefined)
    return [heading, ...hanging(`cannot tell: ${singleLine(part.cannot_check)}`, width, '  ').map(style.yellow)]
  const at = part.max_samples_at
  const rows: string[][] = [
    [
      'samples',
      `${count(part.sample_count)} in ${plural(part.pixel_count, 'pixel')}, ${count(part.empty_pixels)} without any`,
    ],
    [
      'per pixel',
      `${part.min_samples ?? '–'} to ${part.max_samples ?? '–'}${at ? ` (at ${at.x}, ${at.y})` : ''}, mean ${part.mean_samples?.toPrecision(4) ?? '–'}`,
    ],
    ['depth', part.depth_min === null ? '–' : `${part.depth_min} to ${part.depth_max}`],
    ['order', orderText(part, style)],
    ['memory', `${bytes(part.load_bytes)} to load, ${part.bytes_per_sample} bytes a sample`],
  ]
  const troubles = TROUBLES.flatMap(([key, text]) =>
    (part[key] ?? 0) > 0 ? [`${plural(part[key]!, 'sample')} ${text}`] : [],
  )
  if (troubles.length > 0) rows.push(['look at', style.yellow(troubles.join(', '))])
  const histogram = part.histogram.map(
    ({ from, to, pixels }) => `${from === to ? from : `${from}-${to}`}: ${count(pixels)}`,
  )
  if (histogram.length > 0) rows.push(['pixels by samples', histogram.join('  ')])
  const missing = part.missing === undefined ? [] : missingLines(part.missing, style, width)
  return [heading, ...wrappedColumns(rows, { indent: '    ', width }), ...missing]
}

const TROUBLES = [
  ['non_finite_depths', 'with a depth that is no number'],
  ['negative_depths', 'with a negative depth'],
  ['reversed_depths', 'with ZBack in front of Z'],
  ['alpha_out_of_range', 'with an alpha outside of 0 to 1'],
  ['hidden_samples', 'behind opaque ones'],
] as const

function orderText(part: PartDeepStats, style: Style): string {
  if (part.is_sorted === null) return 'cannot tell without Z'
  const found = part.is_tidy ? 'tidy' : part.is_sorted ? 'sorted, overlapping' : 'not sorted'
  if (part.declared_state === null) return found
  const declared = `${found}; declared ${part.declared_state}`
  return part.keeps_declared_state === false ? style.red(`${declared}, which it is not`) : declared
}
