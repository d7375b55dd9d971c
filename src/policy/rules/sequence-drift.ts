import { printRanges, stepOf, toRanges } from '../../sequences/index.ts'
import type { Collected, Finding, SequenceFrames } from '../rule.ts'

/** Values shown before the rest is only counted. */
const SHOWN = 8

/** Frames as ranges in their own step, `1001-1040, 1042`. */
export function framesText(frames: readonly number[]): string {
  const distinct = [...new Set(frames)].sort((a, b) => a - b)
  return printRanges(toRanges(distinct, stepOf(distinct)))
}

/**
 * One finding when the collected values differ: what most frames have is expected, and the actual text tells every
 * value with its frames (`1001-1040 half, 1041-1050 float`). Null without two values to compare.
 */
export function driftFindings({ files, step }: SequenceFrames, what: string): Finding[] | null {
  const known = files.filter((file): file is Collected & { value: string } => file.value !== null)
  if (known.length < 2) return known.length === 0 || files.length < 2 ? null : missingFrom(files, what)
  const frames = new Map<string, number[]>()
  for (const { value, frame } of known) {
    const list = frames.get(value)
    if (list === undefined) frames.set(value, [frame])
    else list.push(frame)
  }
  if (frames.size === 1) return known.length === files.length ? [] : missingFrom(files, what)
  const [usual] = [...frames].reduce((best, entry) => (entry[1].length > best[1].length ? entry : best))
  const runs = runsOf(known, step)
  const actual = runs.slice(0, SHOWN).map(({ range, value }) => `${range} ${value}`)
  if (runs.length > SHOWN) actual.push(`${runs.length - SHOWN} more`)
  const odd = known.filter(({ value }) => value !== usual).map(({ frame }) => frame)
  return [{ frames: [...new Set(odd)], expected: `${what}: ${usual}`, actual: actual.join(', ') }]
}

/** Frames that say nothing where others do. */
function missingFrom(files: readonly Collected[], what: string): Finding[] {
  const silent = files.filter(({ value }) => value === null).map(({ frame }) => frame)
  const spoken = files.find(({ value }) => value !== null)!.value!
  return [{ frames: [...new Set(silent)], expected: `${what}: ${spoken}`, actual: `${framesText(silent)} none` }]
}

function runsOf(files: readonly (Collected & { value: string })[], step: number): { range: string; value: string }[] {
  const runs: { first: number; last: number; value: string }[] = []
  for (const { frame, value } of files) {
    const last = runs.at(-1)
    if (last !== undefined && last.value === value) last.last = frame
    else runs.push({ first: frame, last: frame, value })
  }
  return runs.map(({ first, last, value }) => ({
    range: first === last ? `${first}` : `${first}-${last}${step === 1 ? '' : `x${step}`}`,
    value,
  }))
}
