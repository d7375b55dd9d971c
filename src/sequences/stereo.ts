import type { Sequence } from './sequence.ts'

/** Two sequences that are the eyes of one picture. */
export interface StereoPair {
  readonly left: Sequence
  readonly right: Sequence
  /** The prefix and suffix with `%V` (or `%v` for initials) where the eye is named. */
  readonly prefix: string
  readonly suffix: string
}

const EYE = /(^|[^a-z])(left|right|l|r)(?=[^a-z]|$)/gi

/** Sequences that differ in `left` and `right` (or `l` and `r`) alone, in any place of the path. */
export function stereoPairs(sequences: readonly Sequence[]): StereoPair[] {
  const eyes = new Map<string, { left?: Sequence; right?: Sequence; prefix: string; suffix: string }>()
  for (const sequence of sequences) {
    const prefix = withoutEye(sequence.prefix)
    const suffix = withoutEye(sequence.suffix)
    const eye = prefix.eye ?? suffix.eye
    if (eye === null) continue
    const key = `${prefix.text}\0${suffix.text}\0${sequence.padding}`
    const pair = eyes.get(key) ?? { prefix: prefix.text, suffix: suffix.text }
    pair[eye] = sequence
    eyes.set(key, pair)
  }
  return [...eyes.values()].flatMap(({ left, right, prefix, suffix }) =>
    left === undefined || right === undefined ? [] : [{ left, right, prefix, suffix }],
  )
}

/** Text with every eye as a token; of several the last names the eye. */
function withoutEye(text: string): { text: string; eye: 'left' | 'right' | null } {
  let eye: 'left' | 'right' | null = null
  const replaced = text.replace(EYE, (_, before: string, word: string) => {
    eye = /^l/i.test(word) ? 'left' : 'right'
    return `${before}${word.length === 1 ? '%v' : '%V'}`
  })
  return { text: replaced, eye }
}
