import { ExrError } from '../../errors.ts'
import { ENUM_WORDS, LINES_PER_CHUNK } from '../format.ts'
import type { AttributeValue } from '../model.ts'
import { type AttributeType, attributeType } from './type.ts'

/** The one-byte enumerations: compression, lineOrder, envmap, deepImageState. */
export const WORD_TYPES: readonly AttributeType[] = Object.keys(ENUM_WORDS).map((name) =>
  attributeType({
    name,
    kind: 'enum',
    size: 1,
    decode: (bytes) => ({ kind: 'enum', value: bytes[0]!, name: wordOf(name, bytes[0]!) }),
    encode: (out, { value }) => out.uint8(value),
    json: (value) => value.name,
    display: ({ value }) => formatWord(name, value),
  }),
)

/** The value of a compression, lineOrder, envmap or deepImageState attribute for one of its words. */
export function enumValue(type: string, word: string): AttributeValue {
  return { kind: 'enum', value: numberOf(ENUM_WORDS[type] ?? [], word), name: word }
}

/** The stored number of a word, or of `unknown(<n>)`. Throws ERR_OPTION_INVALID for any other word. */
export function numberOf(words: readonly string[], word: string): number {
  const index = words.indexOf(word)
  if (index >= 0) return index
  const unknown = /^unknown\((-?\d+)\)$/.exec(word)
  if (unknown === null) {
    throw new ExrError('ERR_OPTION_INVALID', `Expected one of ${words.join(', ')} but received ${word}`)
  }
  return Number(unknown[1])
}

/** The format's own lower-case word for a stored number, or `unknown(<n>)`. */
function wordOf(type: string, value: number): string {
  return ENUM_WORDS[type]?.[value] ?? `unknown(${value})`
}

function formatWord(type: string, value: number): string {
  const word = ENUM_WORDS[type]?.[value]
  if (word === undefined) return `unknown ${type} ${value}`
  if (type === 'compression') {
    const lines = LINES_PER_CHUNK[value]!
    return `${word}, ${lines} scan line${lines === 1 ? '' : 's'} per chunk`
  }
  if (type === 'envmap') return value === 0 ? 'latitude-longitude' : 'cube'
  return word.replaceAll('_', '-').replace(/-y$/, ' y')
}
