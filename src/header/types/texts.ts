import { isUtf8Text, textAt, uint32At, utf8Bytes } from '../bytes.ts'
import { base64 } from '../json-forms.ts'
import type { AttributeValue } from '../model.ts'
import { guessText, withoutPadding } from '../text-encoding.ts'
import { type AttributeType, attributeType, opaque } from './type.ts'

const string = attributeType({
  name: 'string',
  kind: 'string',
  size: null,
  decode: (bytes) => ({ kind: 'string', value: textAt(bytes, 0, bytes.length), validUtf8: isUtf8Text(bytes) }),
  encode: (out, { value }) => out.text(value),
  json: ({ value, validUtf8 }, bytes) => (validUtf8 ? value : base64(bytes)),
  display: ({ value, validUtf8 }, { name, bytes }) =>
    name === 'capDate' ? formatDate(value) : readableText(value, validUtf8, bytes),
})

const stringvector = attributeType({
  name: 'stringvector',
  kind: 'stringvector',
  size: null,
  misfit: (bytes) => (stringsFit(bytes) ? null : 'a string leaves the value'),
  decode: decodeStrings,
  encode: (out, { value }) => {
    for (const text of value) {
      const bytes = utf8Bytes(text)
      out.int32(bytes.length).bytes(bytes)
    }
  },
  json: ({ value, validUtf8 }, bytes) =>
    validUtf8
      ? [...value]
      : stringsIn(bytes).map((text) => (isUtf8Text(text) ? textAt(text, 0, text.length) : base64(text))),
})

/** Texts and lists of them. */
export const TEXT_TYPES: readonly AttributeType[] = [string, stringvector]

function decodeStrings(bytes: Uint8Array): AttributeValue {
  if (!stringsFit(bytes)) return opaque(bytes)
  const stored = stringsIn(bytes)
  const value = stored.map((text) => textAt(text, 0, text.length))
  // A replacement character may be in the text itself, so only then are its bytes looked at.
  const validUtf8 = value.every((text, i) => !text.includes('\ufffd') || isUtf8Text(stored[i]!))
  return { kind: 'stringvector', value, validUtf8 }
}

/** Each string is an int32 length and its bytes. */
function stringsFit(bytes: Uint8Array): boolean {
  let position = 0
  while (position + 4 <= bytes.length) position += 4 + uint32At(bytes, position)
  return position === bytes.length
}

function stringsIn(bytes: Uint8Array): Uint8Array[] {
  const strings: Uint8Array[] = []
  for (let position = 0; position < bytes.length; ) {
    const end = position + 4 + uint32At(bytes, position)
    strings.push(bytes.subarray(position + 4, end))
    position = end
  }
  return strings
}

/** Text that is not UTF-8 as it was probably meant, or padded with NUL without the padding; null for any other. */
function readableText(text: string, validUtf8: boolean, bytes: Uint8Array): string | null {
  if (!validUtf8) return withoutPadding(guessText(bytes).text)
  const trimmed = withoutPadding(text)
  return trimmed === text ? null : trimmed
}

/** `YYYY:MM:DD hh:mm:ss`, the form the attribute is defined to have, with dashes; null for any other text. */
function formatDate(text: string): string | null {
  const match = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)$/.exec(text)
  return match === null ? null : `${match[1]}-${match[2]}-${match[3]} ${match[4]}`
}
