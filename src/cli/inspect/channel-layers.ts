import type { ChannelFacts } from '../../inspect/payload.ts'

/** Channels of one layer, as a compositor lists them. */
interface ChannelLayer {
  /** Empty for channels without a layer. */
  readonly name: string
  /** Components by pixel type: RGBA and XYZ first, in that order; the rest as in the file. */
  readonly types: readonly { readonly type: string; readonly components: readonly string[] }[]
  /** The view all of them belong to; null in a part with one view or none. */
  readonly view: string | null
  /** Said of subsampled channels; null where every pixel has a sample. */
  readonly sampling: string | null
}

const ORDER = ['R', 'G', 'B', 'A', 'r', 'g', 'b', 'a', 'X', 'Y', 'Z', 'x', 'y', 'z', 'U', 'V', 'u', 'v']

/** Channels by part index, in one pass. */
export function channelsByPart(channels: readonly ChannelFacts[]): ReadonlyMap<number, readonly ChannelFacts[]> {
  const parts = new Map<number, ChannelFacts[]>()
  for (const channel of channels) {
    const part = parts.get(channel.part_index)
    if (part === undefined) parts.set(channel.part_index, [channel])
    else part.push(channel)
  }
  return parts
}

/** Groups a part's channels by layer and sampling; channels without a layer come first, the rest as in the file. */
export function channelLayers(channels: readonly ChannelFacts[]): ChannelLayer[] {
  const groups = new Map<string, ChannelFacts[]>()
  const hasViews = channels.some(({ view_name: view }) => view !== channels[0]?.view_name)
  for (const channel of channels) {
    const view = hasViews ? channel.view_name : ''
    const key = `${channel.layer_name}\0${channel.x_sampling}x${channel.y_sampling}\0${view}`
    const group = groups.get(key)
    if (group) group.push(channel)
    else groups.set(key, [channel])
  }
  const layers = [...groups.values()].map((group) => toLayer(group, hasViews))
  return [...layers.filter((layer) => layer.name === ''), ...layers.filter((layer) => layer.name !== '')]
}

function toLayer(channels: readonly ChannelFacts[], hasViews: boolean): ChannelLayer {
  const [first] = channels
  const subsampled = first !== undefined && (first.x_sampling !== 1 || first.y_sampling !== 1)
  return {
    name: first?.layer_name ?? '',
    types: byType(channels),
    view: hasViews ? (first?.view_name ?? null) : null,
    sampling: subsampled ? `one per ${first.x_sampling}x${first.y_sampling} pixels` : null,
  }
}

function byType(channels: readonly ChannelFacts[]): ChannelLayer['types'] {
  const types = new Map<string, string[]>()
  for (const { channel_type: type, component_name: name } of channels.toSorted(
    (a, b) => rank(a.component_name) - rank(b.component_name),
  )) {
    // Never copied: a layer may have tens of thousands of channels.
    const names = types.get(type)
    if (names === undefined) types.set(type, [name])
    else names.push(name)
  }
  return [...types].map(([type, components]) => ({ type, components }))
}

/** `R G B A HALF, particleid UINT`, and the view where a part has several. */
export function layerText({ types, sampling, view }: ChannelLayer): string {
  const text = types.map(({ type, components }) => `${components.join(' ')} ${type}`).join(', ')
  return [text, sampling, view === null ? null : `view ${view}`].filter((each) => each !== null).join(', ')
}

function rank(component: string): number {
  const index = ORDER.indexOf(component)
  return index === -1 ? ORDER.length : index
}
