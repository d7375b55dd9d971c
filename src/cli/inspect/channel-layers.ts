import type { ChannelFacts } from '../../inspect/payload.ts'

/** Channels of one layer, as a compositor lists them. */
export interface ChannelLayer {
  /** Empty for channels without a layer. */
  readonly name: string
  /** RGBA and XYZ first, in that order; the rest as in the file. */
  readonly components: readonly string[]
  /** Distinct pixel types, in order of appearance. */
  readonly types: readonly string[]
  /** Said of subsampled channels; null where every pixel has a sample. */
  readonly sampling: string | null
}

const ORDER = ['R', 'G', 'B', 'A', 'r', 'g', 'b', 'a', 'X', 'Y', 'Z', 'x', 'y', 'z', 'U', 'V', 'u', 'v']

/** Groups a part's channels by layer and sampling; channels without a layer come first, the rest as in the file. */
export function channelLayers(channels: readonly ChannelFacts[]): ChannelLayer[] {
  const groups = new Map<string, ChannelFacts[]>()
  for (const channel of channels) {
    const key = `${channel.layer_name}\0${channel.x_sampling}x${channel.y_sampling}`
    const group = groups.get(key)
    if (group) group.push(channel)
    else groups.set(key, [channel])
  }
  const layers = [...groups.values()].map(toLayer)
  return [...layers.filter((layer) => layer.name === ''), ...layers.filter((layer) => layer.name !== '')]
}

function toLayer(channels: readonly ChannelFacts[]): ChannelLayer {
  const [first] = channels
  const subsampled = first !== undefined && (first.x_sampling !== 1 || first.y_sampling !== 1)
  return {
    name: first?.layer_name ?? '',
    components: channels.map((channel) => channel.component_name).sort((a, b) => rank(a) - rank(b)),
    types: [...new Set(channels.map((channel) => channel.channel_type))],
    sampling: subsampled ? `one per ${first.x_sampling}x${first.y_sampling} pixels` : null,
  }
}

function rank(component: string): number {
  const index = ORDER.indexOf(component)
  return index === -1 ? ORDER.length : index
}
