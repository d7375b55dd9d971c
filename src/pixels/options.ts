import { ExrError } from '../errors.ts'
import type { LevelNumber } from './layout.ts'

/** `2` for mip level 2, `1,0` for x level 1 and y level 0 of a rip map. Throws ERR_OPTION_INVALID. */
export function parseLevel(text: string): LevelNumber {
  const match = /^(\d{1,2})(?:,(\d{1,2}))?$/.exec(text)
  if (match === null) {
    throw new ExrError(
      'ERR_OPTION_INVALID',
      `Expected a level such as 2, or 1,0 of a rip map, for --level but received ${text}`,
    )
  }
  const x = Number(match[1])
  return { x, y: Number(match[2] ?? x) }
}
