import { nameStart } from './name-numbers.ts'
import { type FrameRange, inRanges, parseRanges } from './ranges.ts'

/** A path with a placeholder for its frame number. */
export interface FramePattern {
  /** Text before the placeholder, directory included. */
  readonly prefix: string
  /** Text after it. Views (`%V`) in either are still tokens. */
  readonly suffix: string
  /** Digits the pattern asks for; 1 where it does not say. Names with another padding match too. */
  readonly padding: number
  readonly kind: 'frames' | 'udim'
  /** Frames the pattern names; null for all. */
  readonly ranges: readonly FrameRange[] | null
}

const PLACEHOLDER =
  /#+|@+|%0?(\d{0,2})d|<F(\d{0,2})>|<frame(\d{0,2})>|\$F(\d{0,2})|\$\{F(\d{0,2})\}|<UDIM>|%\(UDIM\)d/gi
/** `1001-1100` or `1-9x2,12` right before a placeholder. */
const RANGES_BEFORE =
  /(?:^|[^\d,-])(-?\d{1,9}(?:-{1,2}\d{1,9})?(?:x\d{1,9})?(?:,-?\d{1,9}(?:-{1,2}\d{1,9})?(?:x\d{1,9})?)*)$/
/** A list of ranges after the name and a blank, as compositors write it. */
const RANGES_AFTER = /^(.*\S) (-?\d{1,9}--?\d{1,9}(?:x\d{1,9})?)$/

/**
 * Reads a path with `####`, `@@@@`, `%04d`, `<F>`, `<F4>`, `$F4` or `<UDIM>` in its name, with or without a range of
 * frames (`beauty.1001-1100#.exr`, `beauty.####.exr 1001-1100`); null when the name has no placeholder. In a name with
 * several, the last is the frame and the others stand for any number, unless a dot joins the last two: then the first of
 * them is the frame and the other its fraction (`sim.####.####.exr`). One `#` is one digit. Throws ERR_OPTION_INVALID for a range
 * that ends before it starts.
 */
export function parsePattern(text: string): FramePattern | null {
  const after = RANGES_AFTER.exec(text)
  const path = after?.[1] ?? text
  const start = nameStart(path)
  const found = [...path.slice(start).matchAll(PLACEHOLDER)]
  const [previous, final] = [found.at(-2), found.at(-1)]
  if (final === undefined) return null
  const last = previous !== undefined && isFraction(path.slice(start), previous, final) ? previous : final
  let prefix = path.slice(0, start + last.index)
  const suffix = path.slice(start + last.index + last[0].length)
  let ranges = after === null ? null : parseRanges(after[2]!)
  const before = RANGES_BEFORE.exec(prefix.slice(start))
  if (before !== null && /^[#@%]/.test(last[0]) && isRange(before[1]!, prefix)) {
    ranges = parseRanges(before[1]!)
    prefix = prefix.slice(0, prefix.length - before[1]!.length)
  }
  const isTile = /udim/i.test(last[0])
  return { prefix, suffix, padding: isTile ? 4 : paddingOf(last), kind: isTile ? 'udim' : 'frames', ranges }
}

function isFraction(name: string, frame: RegExpExecArray, fraction: RegExpExecArray): boolean {
  const before = name[frame.index - 1] ?? '.'
  return /[._ \-\d,]/.test(before) && name.slice(frame.index + frame[0].length, fraction.index) === '.'
}

/** `shot010-1001#` would be no range: digits that follow a letter are part of the name, unless a range is spelled. */
function isRange(digits: string, prefix: string): boolean {
  const before = prefix.at(-digits.length - 1)
  return before === undefined || /[._ /-]/.test(before) || digits.includes('-') || digits.includes(',')
}

function paddingOf(match: RegExpExecArray): number {
  if (/^[#@]/.test(match[0])) return match[0].length
  return Math.max(1, Number(match.slice(1).find((digits) => digits !== undefined && digits !== '') ?? 1))
}

const WORDS = {
  '%V': '(?:left|right|center|centre|main|mono)',
  '%v': '[lrcm]',
  '*': '[^/]*',
  '?': '[^/]',
} as const

/**
 * A test of paths against a pattern: gives the frame of a path that matches, else null. Any padding matches, a sign
 * too; `%V` stands for a view's name, `%v` for its initial, `*` and `?` for any characters and any one.
 */
export function patternMatcher(pattern: FramePattern): (path: string) => number | null {
  const source = `^${literal(pattern.prefix)}(-?\\d{1,9})${literal(pattern.suffix)}$`
  const expression = new RegExp(source)
  return (path) => {
    const digits = expression.exec(path)?.[1]
    if (digits === undefined) return null
    const frame = Number(digits) || 0
    return pattern.ranges === null || inRanges(pattern.ranges, frame) ? frame : null
  }
}

function literal(text: string): string {
  return text
    .split(/(%[Vv]|[*?])/)
    .map((piece) => (piece in WORDS ? WORDS[piece as '%V'] : numbers(piece)))
    .join('')
}

/** Placeholders of a name that are not its frame: any number, or these characters. */
function numbers(text: string): string {
  const start = text.lastIndexOf('/') + 1
  let [source, end] = [escaped(text.slice(0, start)), start]
  for (const { index, 0: token } of text.slice(start).matchAll(PLACEHOLDER)) {
    source += `${escaped(text.slice(end, start + index))}(?:\\d{1,9}|${escaped(token)})`
    end = start + index + token.length
  }
  return source + escaped(text.slice(end))
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
