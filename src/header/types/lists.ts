import { int32At, textAt, uint32At, utf8Bytes } from '../bytes.ts'
import { PIXEL_TYPES } from '../format.ts'
import { base64 } from '../json-forms.ts'
import type { Channel } from '../model.ts'
import { endHash, nameAt, nextHash } from '../names.ts'
import { type AttributeType, attributeType, opaque } from './type.ts'
import { numberOf } from './words.ts'

const chlist = attributeType({
  name: 'chlist',
  kind: 'chlist',
  size: null,
  misfit: (bytes, maxChannels) =>
    readChannels(bytes, maxChannels).wellFormed
      ? null
      : `the channel list breaks off or has more than ${maxChannels} channels`,
  decode(bytes, maxChannels) {
    const { channels, wellFormed } = readChannels(bytes, maxChannels)
    return wellFormed || channels.length > 0 ? { kind: 'chlist', value: channels } : opaque(bytes)
  },
  encode: (out, { value }) => {
    for (const channel of value) {
      out.text(channel.name).uint8(0).int32(numberOf(PIXEL_TYPES, channel.pixelType))
      // Linearity and three reserved bytes.
      out.int32(channel.pLinear ? 1 : 0)
      out.int32(channel.xSampling).int32(channel.ySampling)
    }
    out.uint8(0)
  },
  json: ({ value }) =>
    value.map((channel) => ({
      name: channel.name,
      pixel_type: channel.pixelType,
      p_linear: channel.pLinear,
      x_sampling: channel.xSampling,
      y_sampling: channel.ySampling,
    })),
})

const preview = attributeType({
  name: 'preview',
  kind: 'preview',
  size: null,
  misfit: (bytes) => (previewFits(bytes) ? null : `${bytes.length} bytes do not hold the pixels its size calls for`),
  decode(bytes) {
    if (!previewFits(bytes)) return opaque(bytes)
    const value = { width: uint32At(bytes, 0), height: uint32At(bytes, 4), pixels: bytes.subarray(8) }
    return { kind: 'preview', value }
  },
  encode: (out, { value }) => {
    out.int32(value.width | 0).int32(value.height | 0)
    out.bytes(value.pixels)
  },
  json: ({ value }) => ({ width: value.width, height: value.height, ...base64(value.pixels) }),
  display: ({ value }) => `${value.width} x ${value.height} RGBA preview`,
})

const bytesType = attributeType({
  name: 'bytes',
  kind: 'bytes',
  size: null,
  misfit: (bytes) => (hintFits(bytes) ? null : 'the type hint leaves the value'),
  decode(bytes) {
    if (!hintFits(bytes)) return opaque(bytes)
    const hintEnd = 4 + uint32At(bytes, 0)
    return { kind: 'bytes', typeHint: textAt(bytes, 4, hintEnd), value: bytes.subarray(hintEnd) }
  },
  encode: (out, { typeHint, value }) => {
    const hint = utf8Bytes(typeHint)
    out.int32(hint.length).bytes(hint).bytes(value)
  },
  json: ({ typeHint, value }) => ({ type_hint: typeHint, ...base64(value) }),
  display: ({ typeHint, value }) => `${value.length} bytes${typeHint === '' ? '' : ` of ${typeHint}`}`,
})

const idmanifest = attributeType({
  name: 'idmanifest',
  kind: 'idmanifest',
  size: null,
  misfit: ({ length }) => (length >= 4 ? null : `${length} bytes do not hold its size`),
  decode: (bytes) => (bytes.length >= 4 ? { kind: 'idmanifest', value: bytes } : opaque(bytes)),
  encode: (out, { value }) => out.bytes(value),
  json: ({ value }) => base64(value),
  display: ({ value }) => `id manifest, ${value.length} bytes`,
})

/** Types of any length. */
export const LIST_TYPES: readonly AttributeType[] = [chlist, preview, bytesType, idmanifest]

/** A value must be walked before it is trusted; `wellFormed` is false when its bytes contradict its type. */
interface ChannelList {
  readonly channels: readonly Channel[]
  readonly wellFormed: boolean
}

/**
 * Channels of a `chlist`: name, NUL, pixel type, linearity, three reserved bytes and two sampling rates each, and a
 * NUL after the last. Reading stops at `maxChannels`.
 */
function readChannels(bytes: Uint8Array, maxChannels = Number.POSITIVE_INFINITY): ChannelList {
  const channels: Channel[] = []
  let position = 0
  while (position < bytes.length && bytes[position] !== 0) {
    let nameEnd = position
    let hash = 0
    for (; nameEnd < bytes.length && bytes[nameEnd] !== 0; nameEnd++) hash = nextHash(hash, bytes[nameEnd]!)
    const fields = nameEnd + 1
    if (fields + 16 > bytes.length || channels.length >= maxChannels) return { channels, wellFormed: false }
    const pixelType = int32At(bytes, fields)
    channels.push({
      name: nameAt(bytes, position, nameEnd, endHash(hash)),
      pixelType: PIXEL_TYPES[pixelType] ?? `unknown(${pixelType})`,
      pLinear: bytes[fields + 4] !== 0,
      xSampling: int32At(bytes, fields + 8),
      ySampling: int32At(bytes, fields + 12),
    })
    position = fields + 16
  }
  return { channels, wellFormed: position === bytes.length - 1 }
}

function previewFits(bytes: Uint8Array): boolean {
  return bytes.length >= 8 && uint32At(bytes, 0) * uint32At(bytes, 4) * 4 === bytes.length - 8
}

function hintFits(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && uint32At(bytes, 0) <= bytes.length - 4
}
