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
/** Of windows-1251, a capital or none, then small letters, or capitals; words of one letter prove nothing. */
const CYRILLIC_WORD = /^(?:[\xc0-\xdf\xa8]?[\xe0-\xff\xb8]*|[\xc0-\xdf\xa8]+)$/
/** One that is not there by chance; capitals may be Chinese, unless they are many. */
const CERTAIN_WORD = /^(?:[\xc0-\xdf\xa8]?[\xe0-\xff\xb8]{2,}|[\xc0-\xdf\xa8]{8,})$/
/** In windows-1251. */
const CYRILLIC_VOWEL = /[\xe0\xe5\xe8\xee\xf3\xfb\xfd-\xff\xc0\xc5\xc8\xce\xd3\xdb\xdd-\xdf]/

/**
 * Readable text of bytes that are not UTF-8: UTF-16 where it says so, Cyrillic and East Asian only where it shows in the
 * result, else Western European.
 */
export function guessText(bytes: Uint8Array): GuessedText {
  const [first, second] = bytes
  if (bytes.length % 2 === 0 && first === 0xff && second === 0xfe) return utf16(bytes, 'utf-16le')
  if (bytes.length % 2 === 0 && first === 0xfe && second === 0xff) return utf16(bytes, 'utf-16be')
  const raw = latin1(bytes)
  if (isCyrillic(raw)) {
    return { text: new TextDecoder('windows-1251').decode(bytes), encoding: 'windows-1251' }
  }
  for (const encoding of EAST_ASIAN) {
    const text = decodeStrictly(bytes, encoding)
    if (text !== null && (KANA.test(text) || (encoding === 'gbk' && IDEOGRAPHS.test(text)))) return { text, encoding }
  }
  const text = decodeStrictly(bytes, 'shift_jis')
  if (text !== null && IDEOGRAPHS.test(text)) return { text, encoding: 'shift_jis' }
  return { text: windows1252(raw), encoding: 'windows-1252' }
}

/** Accents of Latin words stand among other letters. */
function isCyrillic(raw: string): boolean {
  if (/[A-Za-z][\x80-\xff]|[\x80-\xff][A-Za-z]/.test(raw)) return false
  const words = raw.match(/[\x80-\xff]+/g) ?? []
  if (!words.every((word) => CYRILLIC_WORD.test(word))) return false
  return words.some((word) => CERTAIN_WORD.test(word) && CYRILLIC_VOWEL.test(word))
}

function utf16(bytes: Uint8Array, encoding: 'utf-16le' | 'utf-16be'): GuessedText {
  return { text: new TextDecoder(encoding).decode(bytes), encoding }
}

/** A character a byte. */
function latin1(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192))
  return text
}

/** What 0x80 to 0x9f are, where they are more than controls: releases of Node decode them as those. */
const WINDOWS_1252 =
  '\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f' +
  '\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178'

function windows1252(raw: string): string {
  return raw.replace(/[\x80-\x9f]/g, (char) => WINDOWS_1252[char.charCodeAt(0) - 0x80]!)
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
