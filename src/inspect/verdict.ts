import type { ErrorCode } from '../errors.ts'
import type { MissingFacts, PartFacts, Payload, PayloadError } from './payload.ts'

/** Whether a frame can be used, and why not. */
export interface Verdict {
  /**
   * `whole`: every chunk is there. `incomplete`: pixels, or the end of the header, are missing.
   * `invalid`: nothing is known to be missing, but the header breaks a rule of the format.
   */
  readonly state: 'whole' | 'incomplete' | 'invalid'
  /** Sentences, the most important first. A whole file has some when it breaks rules that do not matter. */
  readonly reasons: readonly string[]
}

/** A payload's findings in the words of the person who has to decide whether to render the frame again. */
export function verdictOf(payload: Payload): Verdict {
  const missing = payload.parts.filter((part) => (part.missing_chunks ?? 0) > 0)
  const several = payload.parts.length > 1
  const errors = (isWanted: (error: PayloadError) => boolean) =>
    payload.errors.filter(isWanted).map((error) => errorText(error, several))
  const reasons = new Set([
    ...errors((error) => error.severity === 'error' && error.code !== CHUNKS),
    ...missing.map((part) => missingText(part, several)),
    // Zero offsets are said above, better: which rows or tiles.
    ...errors((error) => error.code === CHUNKS && error.defect !== 'chunk-offset-zero'),
    ...errors((error) => error.severity === 'warning' && error.code !== CHUNKS),
  ])
  const isCut = missing.length > 0 || payload.errors.some((error) => error.code === 'ERR_EXR_TRUNCATED')
  const isSound = payload.readers.raw.ok
  const state = isCut || (isSound && !payload.file.is_complete) ? 'incomplete' : isSound ? 'whole' : 'invalid'
  return { state, reasons: [...reasons] }
}

const CHUNKS: ErrorCode = 'ERR_EXR_CHUNKS'

function errorText({ message, code, part_index }: PayloadError, severalParts: boolean): string {
  return `${severalParts && part_index !== undefined ? `Part ${part_index}: ` : ''}${message} [${code}]`
}

function missingText(part: PartFacts, severalParts: boolean): string {
  const total = part.chunk_count ?? 0
  const missing = part.missing_chunks ?? 0
  const subject = severalParts ? `Part ${part.part_index}${part.part_name ? ` ${part.part_name}` : ''}: ` : ''
  if (missing === total) return `${subject}No pixels: none of ${total} chunks is in the file.`
  const where = part.missing === undefined ? '' : whereText(part.missing)
  return `${subject}${missing} of ${total} chunks ${missing === 1 ? 'is' : 'are'} missing${where}.`
}

/** Ranges named before the rest is only counted as more. */
const SHOWN = 6

function whereText({ rows = [], tiles = [], truncated }: MissingFacts): string {
  const texts: string[] = []
  if (rows.length > 0) {
    const ranges = rows.map(([first, last]) => (first === last ? `${first}` : `${first} to ${last}`))
    texts.push(
      `${ranges.length === 1 && rows[0]?.[0] === rows[0]?.[1] ? 'row' : 'rows'} ${some(ranges, ', ', truncated)}`,
    )
  }
  if (tiles.length > 0) {
    const names = tiles.map((tile) => {
      const level = tile.level_x === 0 && tile.level_y === 0 ? '' : ` of level ${tile.level_x},${tile.level_y}`
      return `${tile.x},${tile.y}${level}`
    })
    texts.push(`${names.length === 1 ? 'tile' : 'tiles'} ${some(names, '; ', truncated)}`)
  }
  return texts.length === 0 ? '' : `: ${texts.join('; ')}`
}

function some(names: readonly string[], separator: string, truncated: boolean): string {
  const more = names.length > SHOWN || truncated ? ' and more' : ''
  return names.slice(0, SHOWN).join(separator) + more
}
