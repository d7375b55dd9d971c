/** Files that differ in their frame number alone. */
export interface Sequence {
  /** Text before the number: the directory and the start of the name. */
  readonly prefix: string
  /** Text after the number: the end of the name, extension included. */
  readonly suffix: string
  /** `udim`: the numbers are texture tiles (1001 is u 0, v 0), not frames. */
  readonly kind: 'frames' | 'udim'
  /** Numbers are filled with zeros to at least this many digits; of several in use, the one of most files. */
  readonly padding: number
  /** Every padding in use, ascending; more than one when they are mixed. */
  readonly paddings: readonly number[]
  /** Digits of the subframe behind a dot, 4 in `sim.0001.2500.exr`; null when frames are whole. */
  readonly subframePadding: number | null
  /** Distinct whole frames, ascending. */
  readonly frames: readonly number[]
  /** The files, by frame and then subframe. */
  readonly members: readonly SequenceMember[]
}

/** One file of a sequence. */
export interface SequenceMember {
  /** Place in the list that was grouped. */
  readonly index: number
  readonly path: string
  readonly frame: number
  /** Digits behind the frame, `2500` of `0001.2500`; null when the frame is whole. */
  readonly subframe: string | null
  /** The frame's digits as the name has them, without a sign. */
  readonly digits: string
}

/** What a list of names holds. */
export interface Grouping {
  readonly sequences: readonly Sequence[]
  /** Places in the list of names without a frame number. */
  readonly others: readonly number[]
}

/** How to write the number of a pattern. */
export type PatternStyle = 'hash' | 'printf' | 'frame'

/** The path of a sequence with its number as `####` (one a digit), `%04d` or `<F4>`, and as `<UDIM>` for tiles. */
export function patternOf(sequence: Sequence, style: PatternStyle = 'hash'): string {
  const number = sequence.kind === 'udim' ? '<UDIM>' : numberPattern(sequence.padding, style)
  const subframe = sequence.subframePadding === null ? '' : `.${numberPattern(sequence.subframePadding, style)}`
  return sequence.prefix + number + subframe + sequence.suffix
}

/** The key of a sequence in payloads and catalogs: its path with one `#` per digit of its padding. */
export function sequenceKey(sequence: Sequence): string {
  const subframe = sequence.subframePadding === null ? '' : `.${'#'.repeat(sequence.subframePadding)}`
  return sequence.prefix + '#'.repeat(sequence.padding) + subframe + sequence.suffix
}

function numberPattern(padding: number, style: PatternStyle): string {
  if (style === 'hash') return '#'.repeat(padding)
  if (style === 'printf') return padding === 1 ? '%d' : `%0${padding}d`
  return padding === 1 ? '<F>' : `<F${padding}>`
}
