import type { ChannelFacts } from '../../inspect/payload.ts'

/** What channels carry, by the names that renderers and the format give them. */

const COLOUR = new Set(['R', 'G', 'B'])
const LUMINANCE = new Set(['Y', 'RY', 'BY'])
const DATA_WORD =
  /(?:^|[^a-z])(?:normals?|n|nn|position|pos|p|pworld|pref|motion(?:vectors?)?|velocity|vec(?:tors?)?|uv|st|ids?|objectid|materialid|crypto\w*|depth|z|zdepth)(?:[^a-z]|$)/i
const ID_WORD =
  /(?:^|[^a-z])(?:(?:object|material|instance|particle|render|node|mesh|asset)?_?ids?(?:_?(?:low|high))?)$/i
const RANKED = /^(.+?)(\d\d)$/

export function isColour({ component_name }: ChannelFacts): boolean {
  return COLOUR.has(component_name)
}

/** R, G, B, Y, RY or BY in exact case: what DWA compresses with loss. */
export function isColourOrLuminance({ component_name }: ChannelFacts): boolean {
  return COLOUR.has(component_name) || LUMINANCE.has(component_name)
}

export function isAlpha({ component_name }: ChannelFacts): boolean {
  return /^(?:A|AR|AG|AB|RA|GA|BA|alpha)$/.test(component_name)
}

/** R, G or B of light: those of a Cryptomatte or of normals are numbers that borrow the names. */
export function isLight(channel: ChannelFacts): boolean {
  return isColour(channel) && !isDataLayer(channel.layer_name)
}

/** Alpha of light. */
export function isLightAlpha(channel: ChannelFacts): boolean {
  return isAlpha(channel) && !isDataLayer(channel.layer_name)
}

export function isDepth({ channel_name, component_name }: ChannelFacts): boolean {
  return /^(?:Z|ZBack)$/.test(component_name) || /^depth\./i.test(channel_name)
}

/** Object, material and other ids by their last word; Cryptomatte apart. */
export function isId(channel: ChannelFacts): boolean {
  return !isCryptomatteLayer(channel.layer_name) && ID_WORD.test(channel.component_name)
}

/** `CryptoObject00`, `uCryptoAsset01`: how every known writer names ranked layers. */
export function isCryptomatteLayer(layer: string): boolean {
  return /crypto/i.test(layer) && RANKED.test(layer)
}

/** Normals, positions, motion, depth and ids: numbers that mean something else when a codec or a viewer changes them. */
export function isData(channel: ChannelFacts): boolean {
  return isDepth(channel) || isId(channel) || isCryptomatteLayer(channel.layer_name) || isDataLayer(channel.layer_name)
}

/** A layer whose name says that it holds data, not light. */
export function isDataLayer(layer: string): boolean {
  return layer !== '' && (DATA_WORD.test(layer) || isCryptomatteLayer(layer))
}
