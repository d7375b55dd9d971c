/** Text in an encoding the bytes do not name. */
export interface GuessedText {
  readonly text: string
  /** WHATWG name, such as `shift_jis` or `windows-1252`. */
  readonly encoding: string
}

/** Full width alone: nearly any bytes read as half-width ones. */
const KANA = /[\u3040-\u30ff]/
/** One ideograph between Latin letters is two bytes of accented text misread. */
const IDEOGRAPHS = /[\u3400-\u9fff\uac00-\ud7af]{2}/
const EAST_ASIAN = ['shift_jis', 'euc-jp', 'gbk'] as const

/** Readable text of bytes that are not UTF-8. East Asian only where it shows in the result, else Western European. */
export function guessText(bytes: Uint8Array): GuessedText {
  for (const encoding of EAST_ASIAN) {
    const text = decodeStrictly(bytes, encoding)
    if (text !== null && (KANA.test(text) || (encoding === 'gbk' && IDEOGRAPHS.test(text)))) return { text, encoding }
  }
  const text = decodeStrictly(bytes, 'shift_jis')
  if (text !== null && IDEOGRAPHS.test(text)) return { text, encoding: 'shift_jis' }
  return { text: new TextDecoder('windows-1252').decode(bytes), encoding: 'windows-1252' }
}

function decodeStrictly(bytes: Uint8Array, encoding: string): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}

/** Text without the NUL bytes some writers fill a field of fixed size with. */
export function withoutPadding(text: string): string {
  return text.endsWith('\0') ? text.replace(/\0+$/, '') : text
}
