import type { HeaderAttribute } from './model.ts'
import type { PartContext } from './part-context.ts'
import { ATTRIBUTE_TYPES } from './types/index.ts'

/** Whether an attribute's bytes fit its type; a misfit is reported. Nothing is decoded that may be large. */
export function checkSize(context: PartContext, attribute: HeaderAttribute): boolean {
  const { name, type, byteLength, valueOffset } = attribute
  const known = ATTRIBUTE_TYPES.get(type)
  // Types that are not known may hold anything.
  if (known === undefined || known.size === byteLength) return true
  if (known.size !== null) {
    const message = `Attribute ${name} of type ${type} should have ${known.size} bytes but has ${byteLength}`
    context.report('attribute-size-mismatch', message, valueOffset - 4, name)
    return false
  }
  // `channels` has rules of its own.
  const problem =
    type === 'chlist' && name === 'channels' ? null : known.misfit?.(attribute.bytes, context.limits.channels)
  if (problem == null) return true
  context.report('attribute-malformed', `Attribute ${name} of type ${type} is malformed: ${problem}`, valueOffset, name)
  return false
}
