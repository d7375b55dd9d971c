import { displayValue, guessText, jsonValue, toBase64 } from '../header/index.ts'
import type { HeaderMemory } from '../header/memory.ts'
import type { HeaderAttribute, HeaderPart } from '../header/model.ts'
import { compareWithOiio, encodeOiioValue, type OiioAttribute } from './oiio-attributes.ts'
import type { AttributeFacts } from './payload.ts'

/**
 * Every attribute of a part in file order, then what OpenImageIO derives on top.
 * `raw` adds the exact bytes of those that are in the file.
 */
export function attributeFacts(
  part: HeaderPart,
  oiio: readonly OiioAttribute[],
  raw: boolean,
  memory?: HeaderMemory,
): AttributeFacts[] {
  const { names, derived } = memory?.once(oiio, () => sharedView(part, oiio)) ?? viewOf(part, oiio)
  const facts = part.attributes.map((attribute) => listed(attribute, names.get(attribute.name), raw))
  facts.push(...derived)
  return facts
}

/** What OpenImageIO adds: its names for attributes of the file, and attributes of its own. */
function viewOf(part: HeaderPart, oiio: readonly OiioAttribute[]) {
  const { names, derived } = compareWithOiio(part, oiio)
  const facts = derived.map((attribute): AttributeFacts => {
    return { name: attribute.name, type: attribute.type, value: encodeOiioValue(attribute), source: 'oiio' }
  })
  return { names, derived: facts }
}

/** The same, frozen: an answer of OpenImageIO's is one object for all parts that it says the same of. */
function sharedView(part: HeaderPart, oiio: readonly OiioAttribute[]) {
  const { names, derived } = viewOf(part, oiio)
  return { names, derived: derived.map((fact) => Object.freeze(fact)) }
}

/** Of a value that was seen before, what was made of it then: frozen, since payloads share it. */
function listed(attribute: HeaderAttribute, oiioName: string | undefined, raw: boolean): AttributeFacts {
  const { seen } = attribute
  if (seen === undefined || raw) return storedFact(attribute, oiioName, raw)
  const known = seen.listed as AttributeFacts | null
  if (known !== null && known.oiio_name === oiioName) return known
  const fact = Object.freeze(storedFact(attribute, oiioName, raw))
  seen.listed = fact
  return fact
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
