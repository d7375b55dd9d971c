/** `light.key.R` belongs to layer `light.key`; a bare `R` belongs to the unnamed layer. */
export function layerOf(channelName: string): string {
  const dot = channelName.lastIndexOf('.')
  return dot === -1 ? '' : channelName.slice(0, dot)
}

/** `light.key.R` is component `R` of its layer; a name without a dot is its own component. */
export function componentOf(channelName: string): string {
  return channelName.slice(channelName.lastIndexOf('.') + 1)
}
