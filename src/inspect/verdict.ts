import type { ErrorCode } from '../errors.ts'
import type { MissingFacts, PartFacts, Payload, PayloadError } from './payload.ts'

/** Whether a frame can be used, and why not. */
export interface Verdict {
  /**
   * `whole`: every chunk is there, as far as was looked. `incomplete`: pixels, their offset table or the end of the
   * header are missing. `invalid`: nothing is known to be missing, but the header breaks a rule of the format.
   * `limited`: a limit of this program kept part of the header unread; the first reason names the flag that raises it.
   * `unknown`: the file uses something this version does not know, so that it cannot tell.
   */
  readonly state: 'whole' | 'incomplete' | 'invalid' | 'limited' | 'unknown'
  /** Sentences, the most important first. A whole file has some when it breaks rules that do not matter. */
  readonly reasons: readonly string[]
}

/** A payload's findings in the words of the person who has to decide whether to render the frame again. */
export function verdictOf(payload: Payload): Verdict {
  return { state: stateOf(payload), reasons: reasonsOf(payload, ({ message, code }) => `${message} [${code}]`) }
}

/** The most important reason alone, without its error code. */
export function firstReason(payload: Payload): string | undefined {
  return reasonsOf(payload, ({ message }) => message)[0]
}

function stateOf({ parts, errors, file }: Payload): Verdict['state'] {
  const has = (isWanted: (error: PayloadError) => boolean) =>
    errors.some((error) => error.severity === 'error' && isWanted(error))
  if (parts.some((part) => (part.missing_chunks ?? 0) > 0) || has(({ code }) => code === TRUNCATED)) return 'incomplete'
  if (has(({ code }) => code === LIMIT)) return 'limited'
  if (has((error) => error.defect !== undefined && error.code !== CHUNKS)) return 'invalid'
  if (file.is_complete === null) return 'unknown'
  return file.is_complete ? 'whole' : 'incomplete'
}

function reasonsOf(payload: Payload, textOf: (error: PayloadError) => string): string[] {
  const { parts, file } = payload
  const missing = parts.filter((part) => (part.missing_chunks ?? 0) > 0)
  const several = parts.length > 1
  const errors = (isWanted: (error: PayloadError) => boolean) =>
    payload.errors
      .filter(isWanted)
      .map((error) => (several && error.part_index !== undefined ? `Part ${error.part_index}: ` : '') + textOf(error))
  const damaged = new Set(payload.errors.filter(({ defect }) => defect === DAMAGED).map(({ part_index }) => part_index))
  const tableBytes = parts.reduce((sum, { chunk_count }) => sum + 8 * (chunk_count ?? 0), 0)
  const endsWithTables = file.size_bytes <= file.header_bytes + tableBytes
  // Said by the missing rows or tiles, or by the sentence on a table that was never written.
  const isUnwritten = payload.errors.some(({ defect }) => defect === UNWRITTEN)
  const isTold = ({ defect, message }: PayloadError) =>
    defect === 'chunk-offset-zero' && (isUnwritten || (missing.length > 0 && !message.includes('all the same')))
  return [
    ...new Set([
      ...errors((error) => error.defect === TEXT_MODE),
      ...errors((error) => error.severity === 'error' && error.code !== CHUNKS),
      ...errors((error) => error.defect === UNWRITTEN),
      ...missing.map((part) => missingText(part, several, payload, damaged, endsWithTables)),
      ...errors(
        (error) => error.code === CHUNKS && error.defect !== UNWRITTEN && error.defect !== TEXT_MODE && !isTold(error),
      ),
      ...(isSample(payload) ? [lookedAt(payload)] : []),
      ...errors((error) => error.severity === 'warning' && error.code !== CHUNKS),
    ]),
  ]
}

const CHUNKS: ErrorCode = 'ERR_EXR_CHUNKS'
const TRUNCATED: ErrorCode = 'ERR_EXR_TRUNCATED'
const LIMIT: ErrorCode = 'ERR_EXR_LIMIT'
const TEXT_MODE = 'text-mode-transfer'
const UNWRITTEN = 'chunk-table-unwritten'
const DAMAGED = 'chunk-leader-mismatch'

/** Whether a deeper look may find more of what is missing, or what the table does not place. */
function isSample({ file, parts }: Payload): boolean {
  const depth = file.check_depth
  if (file.is_complete !== false || depth === 'none' || depth === 'all' || depth === 'pixels') return false
  return parts.some((part) => part.missing_chunks !== 0)
}

function lookedAt({ file, parts }: Payload): string {
  const total = parts.reduce((sum, part) => sum + (part.chunk_count ?? 0), 0)
  if (file.check_depth === 'table') return 'Looked at the offset table alone, not at chunks.'
  return `Looked at the offset table and at ${file.checked_chunks} of ${total} chunks.`
}

function missingText(
  part: PartFacts,
  severalParts: boolean,
  { file }: Payload,
  damaged: ReadonlySet<number | undefined>,
  endsWithTables: boolean,
): string {
  const total = part.chunk_count ?? 0
  const missing = part.missing_chunks ?? 0
  const subject = severalParts ? `Part ${part.part_index}${part.part_name ? ` ${part.part_name}` : ''}: ` : ''
  if (missing === total) {
    return endsWithTables
      ? `${subject}No pixels: none of ${total} chunks is in the file.`
      : `${subject}None of ${total} chunks was found.`
  }
  const where = part.missing === undefined ? '' : whereText(part.missing)
  const isSample = file.check_depth === 'table' || file.check_depth === 'leaders'
  const count = `${isSample ? 'At least ' : ''}${missing}`
  const what = damaged.has(part.part_index) ? 'missing or damaged' : 'missing'
  return `${subject}${count} of ${total} chunks ${missing === 1 ? 'is' : 'are'} ${what}${where}.`
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
