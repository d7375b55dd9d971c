import { displayValue, guessText, jsonValue, toBase64 } from '../header/index.ts'
import type { HeaderAttribute, HeaderPart } from '../header/model.ts'
import { compareWithOiio, encodeOiioValue, type OiioAttribute } from './oiio-attributes.ts'
import type { AttributeFacts } from './payload.ts'

/**
 * Every attribute of a part in file order, then what OpenImageIO derives on top.
 * `raw` adds the exact bytes of those that are in the file.
 */
export function attributeFacts(part: HeaderPart, oiio: readonly OiioAttribute[], raw: boolean): AttributeFacts[] {
  const view = compareWithOiio(part, oiio)
  const facts = part.attributes.map((attribute) => storedFact(attribute, view.names.get(attribute.name), raw))
  for (const attribute of view.derived) {
    facts.push({ name: attribute.name, type: attribute.type, value: encodeOiioValue(attribute), source: 'oiio' })
  }
  return facts
}

function storedFact(attribute: HeaderAttribute, oiioName: string | undefined, raw: boolean): AttributeFacts {
  const fact: AttributeFacts = {
    name: attribute.name,
    type: attribute.type,
    value: jsonValue(attribute),
    source: 'exr',
  }
  if (oiioName !== undefined) fact.oiio_name = oiioName
  const display = displayValue(attribute)
  if (display !== undefined && display !== null) fact.display = display
  if (attribute.value.kind === 'string' && !attribute.value.validUtf8)
    fact.encoding = guessText(attribute.bytes).encoding
  if (raw) fact.raw = toBase64(attribute.bytes)
  return fact
}
