import type { PartFacts, Payload } from '../../inspect/payload.ts'
import { columns } from '../format/columns.ts'
import { count, plural } from '../format/units.ts'
import { singleLine } from '../format/visible.ts'
import type { Style } from '../style.ts'
import { channelLayers, channelsByPart, layerText } from './channel-layers.ts'

const PARTS_SHOWN = 40

/** Of part, name and storage; longer ones push their row's rest to the right. */
const MAX_WIDTHS = [5, 20, 32]

/** Every part in one line: what it is, how large, how stored, and its channels. Names only where a part has one. */
export function partTable(payload: Payload, style: Style, width: number): string[] {
  const channels = channelsByPart(payload.channels)
  const head = ['part', 'name', 'storage', 'size', 'compression', 'missing', 'channels']
  const rows = payload.parts.slice(0, PARTS_SHOWN).map((part) => [
    String(part.part_index),
    singleLine([part.part_name, part.view_name && `(${part.view_name})`].filter(Boolean).join(' ')),
    storage(part),
    part.width === null || part.height === null ? '?' : `${part.width}x${part.height}`,
    part.compression ?? '?',
    part.missing_chunks ? `${count(part.missing_chunks)} of ${count(part.chunk_count ?? 0)}` : '',
    singleLine(
      channelLayers(channels.get(part.part_index) ?? [])
        .map((layer) => (layer.name === '' ? layerText(layer) : `${layer.name}: ${layerText(layer)}`))
        .join('; '),
    ),
  ])
  const used = head.map((_, column) => rows.some((row) => row[column] !== ''))
  const kept = <Cell>(row: readonly Cell[]) => row.filter((_, column) => used[column])
  const more = payload.parts.length - rows.length
  const maxWidths = kept([...MAX_WIDTHS, ...head.slice(MAX_WIDTHS.length).map(() => Number.POSITIVE_INFINITY)])
  const lines = columns([kept(head).map(style.dim), ...rows.map((row) => kept(row))], {
    indent: '  ',
    width,
    maxWidths,
  })
  return more > 0 ? [...lines, `  and ${plural(more, 'part')} more: --long shows all`] : lines
}

/** `scan lines`, `deep tiles 64x64 mipmap, 11 levels`. */
function storage(part: PartFacts): string {
  const deep = part.is_deep ? 'deep ' : ''
  if (!part.is_tiled) return `${deep}scan lines`
  const levels =
    part.level_mode === null || part.level_mode === 'one_level'
      ? ''
      : ` ${part.level_mode.replace('_levels', '').replaceAll('_', ' ')}, ${part.level_count} levels`
  return `${deep}tiles ${part.tile_width}x${part.tile_height}${levels}`
}
