import type { PartFacts, Payload } from '../../inspect/payload.ts'
import { fittedTable } from '../format/fitted-table.ts'
import { count, plural } from '../format/units.ts'
import { singleLine } from '../format/visible.ts'
import type { Style } from '../style.ts'
import { channelLayers, channelsByPart, layerText } from './channel-layers.ts'

const PARTS_SHOWN = 40

const COLUMNS = [
  { name: 'part' },
  { name: 'name', cut: 'name' },
  { name: 'storage', cut: 'text' },
  { name: 'size' },
  { name: 'codec' },
  { name: 'missing' },
  { name: 'channels', cut: 'text' },
] as const

/** Every part in one line: what it is, how large, how stored, and its channels. Names only where a part has one. */
export function partTable(payload: Payload, style: Style, width: number): string[] {
  const channels = channelsByPart(payload.channels)
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
  const more = payload.parts.length - rows.length
  const lines = fittedTable(COLUMNS, rows, { style, width, indent: '  ', giveWay: ['codec', 'storage', 'size'] })
  return more > 0 ? [...lines, `  and ${plural(more, 'part')} more: --long shows all`] : lines
}

/** `scan lines`, `deep mipmap tiles 64x64, 11 levels`: what it is stays the longest. */
function storage(part: PartFacts): string {
  const deep = part.is_deep ? 'deep ' : ''
  if (!part.is_tiled) return `${deep}scan lines`
  const tiles = part.tile_width === null ? 'tiles' : `tiles ${part.tile_width}x${part.tile_height}`
  if (part.level_mode === null || part.level_mode === 'one_level') return `${deep}${tiles}`
  return `${deep}${part.level_mode.replace('_levels', '').replaceAll('_', ' ')} ${tiles}, ${part.level_count} levels`
}
