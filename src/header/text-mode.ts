import { defect } from './defects.ts'
import type { HeaderDefect } from './model.ts'

/** Line feeds that prove something: of so many in pixels, all behind a carriage return, chance makes one in 2^64. */
const ENOUGH = 8
const LF = 10
const CR = 13

/**
 * Whether bytes of a binary file went through a transfer or a tool that takes them for text and puts a carriage return
 * before each line feed.
 */
export function isTextMode(bytes: Uint8Array): boolean {
  let count = 0
  for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1)) {
    if (at === 0 || bytes[at - 1] !== CR) return false
    count++
  }
  return count >= ENOUGH
}

/** What to do about it. */
export function textModeDefect(): HeaderDefect {
  const message =
    'The file went through a text-mode transfer, which put a carriage return before each line feed: copy it again as binary'
  return defect('text-mode-transfer', message, 0)
}
