import { ExrError } from '../errors.ts'

/** Frames from `first` to `last`, both inclusive, every `step` (1 or more). */
export interface FrameRange {
  readonly first: number
  readonly last: number
  readonly step: number
}

/** What `missingFrames` expects; each is taken from the frames themselves when left out. */
export interface ExpectedFrames {
  readonly first?: number
  readonly last?: number
  readonly step?: number
}

/** Most frames that a range of a pattern or an expectation may span: a claim is bounded before it is walked. */
const MAX_SPAN = 10_000_000

/**
 * The step of ascending, distinct frames: their greatest common distance when at least three frames exist and at least
 * half of the neighbours lie exactly that far apart; else 1. A few stray frames prove no step.
 */
export function stepOf(frames: readonly number[]): number {
  if (frames.length < 3) return 1
  let step = 0
  for (let index = 1; index < frames.length && step !== 1; index++) {
    step = greatestCommonDivisor(step, frames[index]! - frames[index - 1]!)
  }
  if (step <= 1) return 1
  let exact = 0
  for (let index = 1; index < frames.length; index++) if (frames[index]! - frames[index - 1]! === step) exact += 1
  return exact * 2 >= frames.length - 1 ? step : 1
}

/**
 * Frames that the expected range has and `frames` (ascending, distinct) lack, as ranges of consecutive steps.
 * Throws ERR_OPTION_INVALID for an expectation that spans more than ten million steps.
 */
export function missingFrames(frames: readonly number[], expected: ExpectedFrames = {}): FrameRange[] {
  if (frames.length === 0 && (expected.first === undefined || expected.last === undefined)) return []
  const first = expected.first ?? frames[0]!
  const last = expected.last ?? frames.at(-1)!
  const step = expected.step ?? stepOf(frames)
  checkRange({ first, last, step })
  const missing: FrameRange[] = []
  const end = first + Math.floor((last - first) / step) * step
  /** The first expected frame not seen yet. */
  let next = first
  for (const frame of frames) {
    if (frame < next || (frame - first) % step !== 0) continue
    if (frame > end) break
    if (frame > next) missing.push({ first: next, last: frame - step, step })
    next = frame + step
  }
  if (next <= end) missing.push({ first: next, last: end, step })
  return missing
}

/** How many frames the ranges have together. */
export function countFrames(ranges: readonly FrameRange[]): number {
  return ranges.reduce((sum, { first, last, step }) => sum + Math.floor((last - first) / step) + 1, 0)
}

/** Ascending, distinct frames as the fewest ranges of one common step. */
export function toRanges(frames: readonly number[], step = 1): FrameRange[] {
  const ranges: FrameRange[] = []
  let start = 0
  for (let index = 1; index <= frames.length; index++) {
    if (index < frames.length && frames[index]! - frames[index - 1]! === step) continue
    ranges.push({ first: frames[start]!, last: frames[index - 1]!, step })
    start = index
  }
  return ranges
}

/** `1001-1040, 1042, 1050-1060x2`: the form that `parseRanges` reads. */
export function printRanges(ranges: readonly FrameRange[]): string {
  return ranges.map(printRange).join(', ')
}

function printRange({ first, last, step }: FrameRange): string {
  if (first === last) return String(first)
  return step === 1 ? `${first}-${last}` : `${first}-${last}x${step}`
}

const RANGE = /^(-?\d{1,9})(?:-(-?\d{1,9})(?:x(\d{1,9}))?)?$/

/**
 * Reads `1001-1100`, `1-99x2`, `-5--1` and lists of them with commas; null when the text has another form.
 * Throws ERR_OPTION_INVALID for a range that ends before it starts, has step 0 or spans more than ten million frames.
 */
export function parseRanges(text: string): FrameRange[] | null {
  const ranges: FrameRange[] = []
  for (const item of text.split(',')) {
    const match = RANGE.exec(item.trim())
    if (match === null) return null
    const first = Number(match[1])
    const range = { first, last: match[2] === undefined ? first : Number(match[2]), step: Number(match[3] ?? 1) }
    checkRange(range)
    ranges.push(range)
  }
  return ranges
}

/** Whether one of the ranges has the frame. */
export function inRanges(ranges: readonly FrameRange[], frame: number): boolean {
  return ranges.some(({ first, last, step }) => frame >= first && frame <= last && (frame - first) % step === 0)
}

function checkRange({ first, last, step }: FrameRange): void {
  const why =
    step < 1 || !Number.isSafeInteger(step)
      ? `its step is ${step}; expected 1 or more`
      : last < first
        ? 'it ends before it starts'
        : (last - first) / step >= MAX_SPAN
          ? `it spans more than ${MAX_SPAN} frames`
          : null
  if (why !== null) throw new ExrError('ERR_OPTION_INVALID', `Cannot use the frame range ${first}-${last}: ${why}.`)
}

function greatestCommonDivisor(a: number, b: number): number {
  let [x, y] = [a, b]
  while (y !== 0) [x, y] = [y, x % y]
  return x
}
