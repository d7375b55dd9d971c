/** `light.key.R` belongs to layer `light.key`; a bare `R`, and a dot at the start or end, to the unnamed layer. */
export function layerOf(channelName: string): string {
  const dot = separatorOf(channelName)
  return dot === -1 ? '' : channelName.slice(0, dot)
}

/** `light.key.R` is component `R` of its layer; a name that no dot separates is its own component. */
export function componentOf(channelName: string): string {
  return channelName.slice(separatorOf(channelName) + 1)
}

/**
 * The view a channel of a part with several views belongs to: the default one, first of `views`, for a bare name, else
 * the one its last but one word names; null for a channel of no view (OpenEXR, "Storing Multi-View Images").
 */
export function viewOfChannel(channelName: string, views: readonly string[]): string | null {
  const words = channelName.split('.')
  if (words.length === 1) return views[0] ?? null
  const word = words.at(-2)!
  return views.includes(word) ? word : null
}

/** The last dot, unless it is the first or last character (`ChannelList::layers` of the reference library). */
function separatorOf(name: string): number {
  const dot = name.lastIndexOf('.')
  return dot === 0 || dot === name.length - 1 ? -1 : dot
}
