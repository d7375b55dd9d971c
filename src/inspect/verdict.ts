import type { MissingFacts, PartFacts, Payload } from './payload.ts'

/** Whether a frame can be used, and why not. */
export interface Verdict {
  /**
   * `whole`: every chunk is there. `incomplete`: pixels, or the end of the header, are missing.
   * `invalid`: all is there, but the header breaks a rule of the format.
   */
  readonly state: 'whole' | 'incomplete' | 'invalid'
  /** Sentences, the most important first. A whole file has some when it breaks rules that do not matter. */
  readonly reasons: readonly string[]
}

/** A payload's findings in the words of the person who has to decide whether to render the frame again. */
export function verdictOf(payload: Payload): Verdict {
  const missing = payload.parts.filter((part) => (part.missing_chunks ?? 0) > 0)
  const reasons = missing.map((part) => missingText(part, payload.parts.length > 1))
  for (const error of payload.errors) {
    // Said above, better: which rows or tiles.
    if (error.defect === 'chunk-offset-zero' && missing.length > 0) continue
    reasons.push(`${error.message} [${error.code}]`)
  }
  if (!payload.file.is_complete) return { state: 'incomplete', reasons }
  return { state: payload.readers.raw.ok ? 'whole' : 'invalid', reasons }
}

function missingText(part: PartFacts, severalParts: boolean): string {
  const total = part.chunk_count ?? 0
  const missing = part.missing_chunks ?? 0
  const subject = severalParts ? `Part ${part.part_index}${part.part_name ? ` ${part.part_name}` : ''}: ` : ''
  if (missing === total) return `${subject}No pixels: none of ${total} chunks was written.`
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
