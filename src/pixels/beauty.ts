import type { Channel } from '../header/index.ts'
import { colourLayers } from './layout.ts'

/** The channels a picture is shown with: red, green and blue, or one channel for all three. */
export interface Beauty {
  readonly layer: string
  readonly red: string
  readonly green: string
  readonly blue: string
  /** Null when the layer has none. */
  readonly alpha: string | null
  /** Luminance/chroma: `red` is Y, `green` RY and `blue` BY, the chroma channels at a resolution of their own. */
  readonly isLuminanceChroma: boolean
}

/** Layers that renderers call the finished picture, in the order they are looked for. */
const BEAUTY_LAYERS = ['', 'rgba', 'beauty', 'combined', 'viewlayer.combined', 'rgb', 'c', 'main']

/**
 * The layer that shows the picture: the unnamed one, one with a beauty's name, else the first with red, green and blue;
 * else luminance. Null for parts with neither. `layer` asks for one by name. Pure.
 */
export function beautyOf(channels: readonly Channel[], layer?: string): Beauty | null {
  const names = new Set(channels.map(({ name }) => name))
  const layers = colourLayers(channels)
  const candidates = layer === undefined ? [...ranked(layers)] : layers.filter((found) => found === layer)
  const alphaOf = (prefix: string) => ['A', 'a', 'alpha'].map((name) => prefix + name).find((name) => names.has(name))
  for (const found of candidates) {
    const prefix = found === '' ? '' : `${found}.`
    const alpha = alphaOf(prefix) ?? null
    const [red, green, blue] = [`${prefix}R`, `${prefix}G`, `${prefix}B`]
    return { layer: found, red, green, blue, alpha, isLuminanceChroma: false }
  }
  const prefixes = layer === undefined ? [''] : [layer === '' ? '' : `${layer}.`]
  for (const prefix of prefixes) {
    const y = `${prefix}Y`
    if (!names.has(y)) continue
    const isLuminanceChroma = names.has(`${prefix}RY`) && names.has(`${prefix}BY`)
    const [green, blue] = isLuminanceChroma ? [`${prefix}RY`, `${prefix}BY`] : [y, y]
    return { layer: layer ?? '', red: y, green, blue, alpha: alphaOf(prefix) ?? null, isLuminanceChroma }
  }
  return null
}

function* ranked(layers: readonly string[]): Generator<string> {
  const rank = (layer: string) => {
    const known = BEAUTY_LAYERS.indexOf(layer.toLowerCase())
    return known === -1 ? BEAUTY_LAYERS.length : known
  }
  yield* [...layers].sort((a, b) => rank(a) - rank(b))
}
