import type { Sequence } from './sequence.ts'

/** A frame that several files claim. */
export interface FrameConflict {
  readonly frame: number
  readonly subframe: string | null
  readonly paths: readonly string[]
}

/**
 * Frames that more than one file claims: the same number in another padding (`f.1` and `f.0001`), or names that differ
 * by case alone, as on shares that ignore it. In the order of frames, sequence by sequence.
 */
export function conflicts(sequences: readonly Sequence[]): FrameConflict[] {
  const families = new Map<string, Sequence[]>()
  for (const sequence of sequences) {
    const key = `${sequence.prefix}\0${sequence.suffix}`.toLowerCase()
    families.set(key, [...(families.get(key) ?? []), sequence])
  }
  const found: FrameConflict[] = []
  for (const family of families.values()) {
    if (family.length === 1 && family[0]!.members.length === family[0]!.frames.length) continue
    const claims = new Map<string, { frame: number; subframe: string | null; paths: string[] }>()
    for (const { path, frame, subframe } of family.flatMap(({ members }) => members)) {
      const claim = claims.get(`${frame}.${subframe}`)
      if (claim === undefined) claims.set(`${frame}.${subframe}`, { frame, subframe, paths: [path] })
      else claim.paths.push(path)
    }
    const several = [...claims.values()].filter(({ paths }) => paths.length > 1)
    found.push(...several.sort((a, b) => a.frame - b.frame))
  }
  return found
}
