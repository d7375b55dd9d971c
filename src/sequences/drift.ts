import { type FrameRange, printRanges, stepOf, toRanges } from './ranges.ts'

/** What one file of a sequence says, by name of the fact, or its hash of pixels. */
export interface FrameValues {
  readonly frame: number
  readonly values: ReadonlyMap<string, string>
}

/** A fact that is not the same in every frame. */
export interface Drift {
  readonly fact: string
  /** Each value with the frames that have it, the one of most frames first; `null` for frames that do not say. */
  readonly values: readonly { readonly value: string | null; readonly frames: readonly FrameRange[] }[]
}

/**
 * Facts that change inside a sequence, by name, as ranges of frames in the step of the sequence. A fact with another
 * value in more than half of at least four frames counts with the frames, like a time code: that is no drift, and it is
 * left out.
 */
export function driftOf(files: readonly FrameValues[]): Drift[] {
  const names = new Set(files.flatMap(({ values }) => [...values.keys()]))
  const step = stepOf(distinct(files.map(({ frame }) => frame)))
  return [...names].sort().flatMap((fact): Drift[] => {
    const frames = new Map<string | null, number[]>()
    for (const { frame, values } of files) {
      const value = values.get(fact) ?? null
      const known = frames.get(value)
      if (known === undefined) frames.set(value, [frame])
      else known.push(frame)
    }
    if (frames.size < 2 || (files.length >= 4 && frames.size > files.length / 2)) return []
    const values = [...frames].sort((a, b) => b[1].length - a[1].length)
    return [{ fact, values: values.map(([value, list]) => ({ value, frames: toRanges(distinct(list), step) })) }]
  })
}

/** Runs of neighbouring frames whose pixels are the same, by their hashes; frames without a hash end a run. */
export function frozenFrames(files: readonly { readonly frame: number; readonly hash: string | null }[]): FrameRange[] {
  const step = stepOf(distinct(files.map(({ frame }) => frame)))
  const sorted = files.toSorted((a, b) => a.frame - b.frame)
  const runs: FrameRange[] = []
  let start = 0
  for (let at = 1; at <= sorted.length; at++) {
    const [before, file] = [sorted[at - 1]!, sorted[at]]
    if (file !== undefined && file.hash !== null && file.hash === before.hash && file.frame - before.frame === step)
      continue
    if (at - start > 1) runs.push(...toRanges(distinct(sorted.slice(start, at).map(({ frame }) => frame)), step))
    start = at
  }
  return runs
}

/** `zip in 1001-1040; piz in 1041-1050`: every value with its frames, the one of most frames first, as many as are to be shown. */
export function driftText({ values }: Drift, most = 4): string {
  const shown = values.slice(0, most).map(({ value, frames }) => `${value ?? 'none'} in ${printRanges(frames)}`)
  return values.length > most ? `${shown.join('; ')}; and ${values.length - most} more` : shown.join('; ')
}

function distinct(frames: readonly number[]): number[] {
  return [...new Set(frames)].sort((a, b) => a - b)
}
