import type { AttributeFacts, ChannelFacts, PartFacts } from '../inspect/payload.ts'
import { computeChannelFingerprint, computeMetadataEmbedding, type EmbeddablePayload, valueCounts } from './vectors.ts'

/** Characters of facts that are remembered with their vectors; twice that while older ones are still asked for. */
const REMEMBERED_CHARACTERS = 2 * 1024 * 1024

/** Lists of channels that are known by their objects. */
const MOST_LISTS = 8

/**
 * Vectors of headers that were seen before: the frames of a shot have the same facts, so that nearly all of a farm's
 * vectors are looked up. Nobody may change a vector it gives.
 */
export class RememberedVectors {
  readonly #metadata = new Recent<Float32Array>(REMEMBERED_CHARACTERS)
  readonly #fingerprints = new Recent<Float32Array>(REMEMBERED_CHARACTERS)
  #last: Last | null = null
  /** Channels of parts seen lately, the latest first: parts of one kind share the objects. */
  readonly #lists: { readonly channels: readonly ChannelFacts[]; readonly fingerprint: Float32Array }[] = []

  /** What `computeMetadataEmbedding` gives. */
  metadata(payload: EmbeddablePayload): Float32Array {
    if (this.#last !== null && isLike(this.#last, payload)) return this.#last.vector
    const parts = payload.parts.map(partText)
    const vector = this.#metadata.get(factsOf(payload, parts), () => computeMetadataEmbedding(payload))
    const { channels, attributes } = payload
    this.#last = {
      channels: channels.map(ifFrozen),
      attributes: attributes.parts.map((part) => part.map(ifFrozen)),
      parts: payload.parts.map(partAsSeen),
      vector,
    }
    return vector
  }

  /** What `computeChannelFingerprint` gives. */
  fingerprint(channels: readonly ChannelFacts[]): Float32Array {
    const known = this.#lists.findIndex((list) => areLike(list.channels, channels, (a, b) => a === b))
    if (known > 0) this.#lists.unshift(...this.#lists.splice(known, 1))
    if (known >= 0) return this.#lists[0]!.fingerprint
    const fingerprint = this.#fingerprints.get(channelTexts(channels), () => computeChannelFingerprint(channels))
    if (channels.every((channel) => Object.isFrozen(channel))) this.#lists.unshift({ channels, fingerprint })
    if (this.#lists.length > MOST_LISTS) this.#lists.pop()
    return fingerprint
  }
}

/** The file before: mostly the frame before, with which a file shares its facts. */
interface Last {
  /** Null in place of facts that may be changed. */
  readonly channels: readonly (ChannelFacts | null)[]
  readonly attributes: readonly (readonly (AttributeFacts | null)[])[]
  readonly parts: readonly PartAsSeen[]
  readonly vector: Float32Array
}

/** Whether every fact a vector may be made of is the same. Facts that are one object are not looked at. */
function isLike(last: Last, { parts, channels, attributes }: EmbeddablePayload): boolean {
  return (
    areLike(last.parts, parts, isPartAsSeen) &&
    areLike(last.channels, channels, (a, b) => a === b) &&
    areLike(last.attributes, attributes.parts, (a, b) => areLike(a, b, saysTheSame))
  )
}

/** Facts that payloads share are frozen; others may be changed before the next file comes. */
function ifFrozen<T>(fact: T): T | null {
  return Object.isFrozen(fact) ? fact : null
}

/** Of a part all that a vector is made of, as it was. */
interface PartAsSeen {
  readonly facts: readonly unknown[]
  readonly crop: string
}

function partAsSeen(part: PartFacts): PartAsSeen {
  return { facts: PART_FACTS.map((name) => part[name]), crop: cropText(part) }
}

function isPartAsSeen({ facts, crop }: PartAsSeen, part: PartFacts): boolean {
  for (let index = 0; index < facts.length; index++) if (facts[index] !== part[PART_FACTS[index]!]) return false
  return crop === cropText(part)
}

function saysTheSame(known: AttributeFacts | null, fact: AttributeFacts): boolean {
  if (known === fact) return true
  if (known === null || known.name !== fact.name) return false
  return known.type === fact.type && known.source === fact.source && !valueCounts(fact.name)
}

function areLike<A, B>(some: readonly A[], others: readonly B[], isLike: (a: A, b: B) => boolean): boolean {
  if (some.length !== others.length) return false
  for (let index = 0; index < some.length; index++) if (!isLike(some[index]!, others[index]!)) return false
  return true
}

/** Values by text, of which the last so many characters at least are kept. */
class Recent<Value> {
  readonly #most: number
  #young = new Map<string, Value>()
  #old = new Map<string, Value>()
  #characters = 0

  constructor(mostCharacters: number) {
    this.#most = mostCharacters
  }

  get(key: string, make: () => Value): Value {
    const known = this.#young.get(key)
    if (known !== undefined) return known
    const value = this.#old.get(key) ?? make()
    if (this.#characters + key.length > this.#most) {
      this.#old = this.#young
      this.#young = new Map()
      this.#characters = 0
    }
    // Longer ones are as rare as they are long.
    if (key.length <= this.#most / 4) {
      this.#young.set(key, value)
      this.#characters += key.length
    }
    return value
  }
}

/** Every fact a vector may be made of as one text, texts in their length so that none runs into the next. */
function factsOf({ channels, attributes }: EmbeddablePayload, parts: readonly string[]): string {
  let text = `${channelTexts(channels)}|${parts.join('')}`
  for (const part of attributes.parts) {
    text += '|'
    for (const attribute of part) text += attributeText(attribute)
  }
  return text
}

function channelTexts(channels: readonly ChannelFacts[]): string {
  let text = ''
  for (const channel of channels) {
    const { channel_name: name, layer_name: layer, component_name: component, channel_type: type } = channel
    text += `${sized(name)}${sized(layer)}${sized(component)}${sized(type)}`
    text += `${channel.x_sampling},${channel.y_sampling},${channel.p_linear ? 1 : 0};`
  }
  return text
}

/** Facts of a part, its windows left out, that a vector is made of. */
const PART_FACTS = [
  ...(['part_type', 'part_name', 'view_name', 'is_deep', 'display_width', 'display_height'] as const),
  ...(['pixel_aspect_ratio', 'compression', 'line_order', 'is_tiled', 'level_mode', 'tile_width'] as const),
  ...(['tile_height', 'level_count', 'render_software', 'render_software_version'] as const),
] as const satisfies readonly (keyof PartFacts)[]

function partText(part: PartFacts): string {
  return `${PART_FACTS.map((name) => sized(part[name] === null ? null : String(part[name]))).join('')}${cropText(part)};`
}

/** A crop that moves from frame to frame stays the same crop. */
function cropText({ display_window: display, data_window: data }: PartFacts): string {
  if (data === null || display === null) return ''
  const from = `${Math.sign(data.min.x - display.min.x)},${Math.sign(data.min.y - display.min.y)}`
  return `${from},${Math.sign(data.max.x - display.max.x)},${Math.sign(data.max.y - display.max.y)}`
}

function attributeText({ name, type, source, value }: AttributeFacts): string {
  if (source !== 'exr') return ''
  return `${sized(name)}${sized(type)}${valueCounts(name) ? valueText(value) : ''}`
}

function valueText(value: unknown): string {
  if (typeof value === 'string') return sized(value)
  return typeof value === 'number' ? `${value};` : sized(JSON.stringify(value) ?? '')
}

function sized(text: string | null): string {
  return text === null ? '-' : `${text.length}:${text}`
}
