import { uint32At } from './bytes.ts'
import { readChannels } from './decode-value.ts'
import { FIXED_SIZES } from './format.ts'
import type { HeaderAttribute } from './model.ts'
import type { PartContext } from './part-context.ts'

/** Whether an attribute's bytes fit its type; a misfit is reported. Nothing is decoded that may be large. */
export function checkSize(context: PartContext, attribute: HeaderAttribute): boolean {
  const { name, type, byteLength, valueOffset } = attribute
  const fixed = FIXED_SIZES.get(type)
  if (fixed === byteLength) return true
  if (fixed !== undefined) {
    const message = `Attribute ${name} of type ${type} should have ${fixed} bytes but has ${byteLength}`
    context.report('attribute-size-mismatch', message, valueOffset - 4, name)
    return false
  }
  const problem = misfit(attribute, context.limits.channels)
  if (problem === null) return true
  context.report('attribute-malformed', `Attribute ${name} of type ${type} is malformed: ${problem}`, valueOffset, name)
  return false
}

/** Strings, and types the format does not define, may hold anything; `channels` has rules of its own. */
function misfit({ name, type, byteLength, bytes }: HeaderAttribute, maxChannels: number): string | null {
  switch (type) {
    case 'floatvector':
      return byteLength % 4 === 0 ? null : `${byteLength} bytes are not a whole number of floats`
    case 'stringvector':
      return stringsFit(bytes) ? null : 'a string leaves the value'
    case 'preview':
      return previewFits(bytes) ? null : `${byteLength} bytes do not hold the pixels its size calls for`
    case 'bytes':
      return byteLength >= 4 && uint32At(bytes, 0) <= byteLength - 4 ? null : 'the type hint leaves the value'
    case 'idmanifest':
      return byteLength >= 4 ? null : `${byteLength} bytes do not hold its size`
    case 'chlist':
      if (name === 'channels' || readChannels(bytes, maxChannels).wellFormed) return null
      return `the channel list breaks off or has more than ${maxChannels} channels`
    default:
      return null
  }
}

function stringsFit(bytes: Uint8Array): boolean {
  let position = 0
  while (position + 4 <= bytes.length) position += 4 + uint32At(bytes, position)
  return position === bytes.length
}

function previewFits(bytes: Uint8Array): boolean {
  return bytes.length >= 8 && uint32At(bytes, 0) * uint32At(bytes, 4) * 4 === bytes.length - 8
}
