import type { ChannelFacts } from '../inspect/payload.ts'
import { type FeatureHasher, hashInt, hashText } from './feature-hash.ts'
import { softLog2 } from './scale.ts'

/** What of a channel list counts, and how much. */
interface ChannelWeights {
  readonly names: number
  readonly components: number
  readonly layers: number
  readonly samples: number
  readonly count: number
}

const NAME = hashText(0, 'channel')
const TYPED = hashText(0, 'channel-sample')
const COMPONENT = hashText(0, 'component')
const LAYER = hashText(0, 'layer')
const LAYER_WORD = hashText(0, 'layer-word')
const LAYER_SHAPE = hashText(0, 'layer-shape')
const SAMPLE = hashText(0, 'sample')
const COUNT = hashText(0, 'channel-count')
const LAYER_COUNT = hashText(0, 'layer-count')

/**
 * Names, components, layers, pixel types and sampling of a channel list as feature groups. `seed` tells lists of
 * different kinds of parts apart.
 */
export function addChannelFeatures(
  hasher: FeatureHasher,
  channels: readonly ChannelFacts[],
  weights: ChannelWeights,
): void {
  addNames(hasher, channels)
  hasher.closeGroup(weights.names)
  addComponents(hasher, channels)
  hasher.closeGroup(weights.components)
  const layerCount = addLayers(hasher, channels)
  hasher.closeGroup(weights.layers)
  addSamples(hasher, channels)
  hasher.closeGroup(weights.samples)
  hasher.addSoft(COUNT, softLog2(channels.length + 1) * 2)
  hasher.addSoft(LAYER_COUNT, softLog2(layerCount + 1) * 2)
  hasher.closeGroup(weights.count)
}

function addNames(hasher: FeatureHasher, channels: readonly ChannelFacts[]): void {
  for (const channel of channels) {
    hasher.add(hashText(NAME, channel.channel_name))
    hasher.add(hashSample(hashText(TYPED, channel.channel_name), channel), 0.5)
  }
}

function addComponents(hasher: FeatureHasher, channels: readonly ChannelFacts[]): void {
  for (const [component, count] of countBy(channels, (channel) => channel.component_name)) {
    hasher.add(hashText(COMPONENT, component), damped(count))
  }
}

/** Layers by name, by the words of their names, and by which components they hold. Returns how many there are. */
function addLayers(hasher: FeatureHasher, channels: readonly ChannelFacts[]): number {
  const shapes = new Map<string, number>()
  for (const { layer_name, component_name } of channels) {
    shapes.set(layer_name, hashText(shapes.get(layer_name) ?? LAYER_SHAPE, component_name))
  }
  for (const [layer, shape] of shapes) {
    hasher.add(hashText(LAYER, layer))
    hasher.add(shape, 0.5)
    for (const word of wordsOf(layer)) hasher.add(hashText(LAYER_WORD, word), 0.4)
  }
  return shapes.size
}

function addSamples(hasher: FeatureHasher, channels: readonly ChannelFacts[]): void {
  const counts = new Map<number, number>()
  for (const channel of channels) {
    const sample = hashSample(SAMPLE, channel)
    counts.set(sample, (counts.get(sample) ?? 0) + 1)
  }
  for (const [sample, count] of counts) hasher.add(sample, damped(count))
}

function hashSample(seed: number, { channel_type, x_sampling, y_sampling, p_linear }: ChannelFacts): number {
  return hashInt(hashInt(hashText(seed, channel_type), x_sampling * 2 + (p_linear ? 1 : 0)), y_sampling)
}

/** `crypto_material00` and `crypto_material01` share their word; numbers alone say nothing. */
function wordsOf(layer: string): string[] {
  return layer === '' ? [] : (layer.toLowerCase().match(/[a-z]+/g) ?? [])
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const item of items) {
    const key = keyOf(item)
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return counts
}

/** Ten of a kind count more than one, but not ten times as much. */
function damped(count: number): number {
  return 1 + softLog2(count) * 0.5
}
