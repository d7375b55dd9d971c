import { cutAtNumbers, frameColumns, type NumberedName, nameStart, numbersBetween, shapeKey } from './name-numbers.ts'
import type { Grouping, Sequence, SequenceMember } from './sequence.ts'
import { isTileSet } from './udim.ts'

/** Names with the same text around as many numbers. */
interface Shape {
  readonly texts: readonly string[]
  readonly paths: string[]
  readonly indices: number[]
  /** By place of the number, then by name. */
  readonly columns: string[][]
}

/** Where the frame of a name is; `subframe` when the number behind it is a fraction of it. */
export interface FrameColumn {
  readonly at: number
  readonly subframe: boolean
}

/**
 * Groups paths (slashes, any order) into sequences, each folder by itself: the number that varies counts the frames,
 * numbers of versions, takes, sizes and dates never do, and frames of one padding stay together as their digits grow
 * (998, 999, 1001). Two paddings are one sequence unless both have the same frame. A name that differs from no other
 * has a frame when the number stands where writers put it. Sequences come in the order of their first name.
 */
export function groupSequences(paths: Iterable<string>): Grouping {
  const sequences: Sequence[] = []
  const others: number[] = []
  for (const shape of shapesOf(paths)) groupShape(shape, sequences, others)
  sequences.sort((a, b) => a.members[0]!.index - b.members[0]!.index)
  others.sort((a, b) => a - b)
  return { sequences, others }
}

function shapesOf(paths: Iterable<string>): Iterable<Shape> {
  const shapes = new Map<string, Shape>()
  let last: Shape | undefined
  let index = -1
  for (const path of paths) {
    index += 1
    // Listings are sorted: most names have the shape of the one before.
    let numbers = last === undefined ? null : numbersBetween(path, last.texts)
    if (numbers === null) {
      const key = shapeKey(path)
      last = shapes.get(key)
      if (last === undefined) {
        const { texts } = cutAtNumbers(path)
        last = { texts, paths: [], indices: [], columns: texts.slice(1).map(() => []) }
        shapes.set(key, last)
      }
      numbers = numbersBetween(path, last.texts)!
    }
    last!.paths.push(path)
    last!.indices.push(index)
    for (let at = 0; at < numbers.length; at++) last!.columns[at]!.push(numbers[at]!)
  }
  return shapes.values()
}

function groupShape(shape: Shape, sequences: Sequence[], others: number[]): void {
  const column = shape.paths.length > 1 ? varyingColumn(shape) : null
  if (column === null) {
    for (let row = 0; row < shape.paths.length; row++) addSingle(shape, row, sequences, others)
    return
  }
  const rows = partition(shape, column)
  for (const group of rows) {
    if (group.length === 1) addSingle(shape, group[0]!, sequences, others)
    else addSequences(shape, group, column, sequences)
  }
}

/**
 * The number that takes most values; of equals the last. A number that is part of a word (`sh010`) or shorter gives way to
 * one that stands where writers put the frame. Null when none that may be a frame varies.
 */
function varyingColumn({ texts, columns }: Shape): FrameColumn | null {
  const free = frameColumns(texts, columns)
  const counts = columns.map((column, at) => (free[at] ? countDistinct(column) : 0))
  let best = -1
  for (let at = 0; at < counts.length; at++) if (counts[at]! > 1 && counts[at]! >= (counts[best] ?? 0)) best = at
  if (best === -1) return null
  // `sim.0001.2500`: the number behind is a fraction unless it counts on by itself while the one before rarely changes.
  const first = best === columns.length - 1 ? best - 1 : best
  if (first >= 0 && free[first] && free[first + 1] && isSubframe(texts, columns, first, counts)) {
    return { at: first, subframe: true }
  }
  const alone = singleColumn({ texts, numbers: columns.map((column) => column[0]!) })
  // What one name would call a fraction is none among its neighbours.
  const lone = alone?.subframe ? { at: alone.at + 1, subframe: false } : alone
  const givesWay = lone !== null && lone.at !== best && isOutranked(best, lone.at, texts, columns, counts)
  return givesWay ? lone : { at: best, subframe: false }
}

/** `sh010.1001` and `sh020.1001` are two shots: the number of a word is no frame beside one that stands by itself. */
function isOutranked(
  best: number,
  lone: number,
  texts: readonly string[],
  columns: readonly (readonly string[])[],
  counts: readonly number[],
): boolean {
  const digitsAt = (at: number) => columns[at]![0]!.replace('-', '').length
  if (!standsAlone(texts[lone]!)) return false
  if (counts[lone]! > 1 && digitsAt(lone) > digitsAt(best)) return true
  const isWord = !standsAlone(texts[best]!)
  return isWord && digitsAt(lone) >= 3 && (texts[lone]!.endsWith('.') || digitsAt(best) < 4)
}

/** Whether a number begins its name or follows a separator. */
function standsAlone(before: string): boolean {
  return before.length === nameStart(before) || /[._ -]$/.test(before)
}

function isSubframe(
  texts: readonly string[],
  columns: readonly (readonly string[])[],
  first: number,
  counts: readonly number[],
): boolean {
  if (first + 2 !== columns.length || texts[first + 1] !== '.' || !/^(?:\.[^.]*)?$/.test(texts[first + 2]!))
    return false
  if (!standsAlone(texts[first]!) || columns[first]!.some((digits) => digits.length < 3)) return false
  if (isTileSet(texts[first]!, columns[first]!)) return false
  const width = columns[first + 1]![0]!.length
  if (columns[first + 1]!.some((digits) => digits.length !== width || digits.startsWith('-'))) return false
  const fractions = [...new Set(columns[first + 1]!.map(Number))].sort((a, b) => a - b)
  const least = leastFraction(width)
  if (fractions.every((value, i) => i === 0 || value - fractions[i - 1]! >= least)) return true
  // Counted samples begin at 0 (`sim.0001.0` to `.7`); frames that count on begin elsewhere.
  return fractions[0] === 0 && counts[first]! > 1 && counts[first]! >= counts[first + 1]!
}

/** How far fractions of so many digits lie apart at least: frames that count on, by ones or fives, lie closer. */
function leastFraction(digits: number): number {
  return digits <= 2 ? 2 * digits : 10 ** (digits - 2)
}

function countDistinct(column: readonly string[]): number {
  return column.every((digits) => digits === column[0]) ? 1 : new Set(column).size
}

/** Rows that differ in the frame alone. */
function partition({ paths, columns }: Shape, { at, subframe }: FrameColumn): Iterable<number[]> {
  const rest = columns.filter(
    (column, other) => other !== at && !(subframe && other === at + 1) && column.some((digits) => digits !== column[0]),
  )
  if (rest.length === 0) return [paths.map((_, row) => row)]
  const groups = new Map<string, number[]>()
  for (let row = 0; row < paths.length; row++) {
    let key = ''
    for (const column of rest) key += `${column[row]!}/`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [row])
    else group.push(row)
  }
  return groups.values()
}

function addSingle(
  { texts, paths, indices, columns }: Shape,
  row: number,
  sequences: Sequence[],
  others: number[],
): void {
  const single = {
    texts,
    paths: [paths[row]!],
    indices: [indices[row]!],
    columns: columns.map((column) => [column[row]!]),
  }
  const column = singleColumn({ texts, numbers: columns.map((column) => column[row]!) })
  if (column === null) others.push(indices[row]!)
  else addSequences(single, [0], column, sequences)
}

/** Digits that a frame may have; more are ids, clocks or hashes. */
const MAX_DIGITS = 9

/**
 * The frame of a name alone: the last number before the extension when it stands by itself or has four digits or more
 * (`render0001`, but not `light2`); else four digits between dots before a suffix (`beauty.1001.left`).
 */
export function singleColumn({ texts, numbers }: NumberedName): FrameColumn | null {
  const columns = numbers.map((digits) => [digits])
  const free = frameColumns(texts, columns)
  const last = numbers.length - 1
  if (last < 0) return null
  const digitsAt = (at: number) => numbers[at]!.replace('-', '').length
  const isAtEnd = texts[last + 1] === '' || /^\.[a-z][a-z0-9]*$/i.test(texts[last + 1]!)
  if (isAtEnd) {
    if (!free[last] || digitsAt(last) > MAX_DIGITS) return null
    const counts = columns.map(() => 1)
    // `shot.010.1001`: with no other name to tell, a number of few digits before one of as many or more is a shot.
    const mayBeFrame = last === 1 && free[0] && (digitsAt(0) >= 4 || digitsAt(0) > digitsAt(1))
    if (mayBeFrame && isSubframe(texts, columns, 0, counts)) return { at: 0, subframe: true }
    if (standsAlone(texts[last]!) || digitsAt(last) >= 4) return { at: last, subframe: false }
  }
  for (let at = last; at >= 0; at--) {
    const between = texts[at]!.endsWith('.') && texts[at + 1]!.startsWith('.')
    if (free[at] && between && digitsAt(at) >= 4 && digitsAt(at) <= MAX_DIGITS) return { at, subframe: false }
  }
  return null
}

function addSequences(shape: Shape, rows: readonly number[], column: FrameColumn, sequences: Sequence[]): void {
  const members = rows.map((row): SequenceMember => {
    const text = shape.columns[column.at]![row]!
    // -0 is frame 0.
    const frame = Number(text) || 0
    const subframe = column.subframe ? shape.columns[column.at + 1]![row]! : null
    return { index: shape.indices[row]!, path: shape.paths[row]!, frame, subframe, digits: text.replace('-', '') }
  })
  const first = rows[0]!
  const prefix = joined(shape, first, 0, column.at)
  const suffix = joined(shape, first, column.at + (column.subframe ? 2 : 1), shape.columns.length)
  const kind = isTileSet(
    prefix,
    members.map(({ digits }) => digits),
  )
    ? 'udim'
    : 'frames'
  for (const { paddings, files } of byPadding(members)) {
    files.sort((a, b) => a.frame - b.frame || compare(a.subframe, b.subframe))
    const distinct = files.filter((file, i) => i === 0 || file.path !== files[i - 1]!.path)
    sequences.push({
      prefix,
      suffix,
      kind,
      padding: paddings[0]!,
      paddings: paddings.toSorted((a, b) => a - b),
      subframePadding: files[0]!.subframe?.length ?? null,
      frames: distinct.map(({ frame }) => frame).filter((frame, i, all) => i === 0 || frame !== all[i - 1]),
      members: distinct,
    })
  }
}

function compare(a: string | null, b: string | null): number {
  return a === b ? 0 : (a ?? '') < (b ?? '') ? -1 : 1
}

/** Texts and numbers from the text at `from` to the text at `to`. */
function joined({ texts, columns }: Shape, row: number, from: number, to: number): string {
  let text = texts[from]!
  for (let at = from; at < to; at++) text += columns[at]![row]! + texts[at + 1]!
  return text
}

interface Padded {
  /** The one of most files first. */
  paddings: number[]
  files: SequenceMember[]
}

/**
 * Splits members by padding. A leading zero proves a padding; a number without one fits any padding up to its own
 * length. Paddings that share no frame stay together.
 */
function byPadding(members: SequenceMember[]): Padded[] {
  const proven = new Set<number>()
  let shortest = Number.POSITIVE_INFINITY
  for (const { digits } of members) {
    if (digits.length > 1 && digits.startsWith('0')) proven.add(digits.length)
    else if (digits.length < shortest) shortest = digits.length
  }
  const lengths = [...proven].sort((a, b) => b - a)
  if (lengths.length === 0) return [{ paddings: [shortest], files: members }]
  const classes = new Map<number, SequenceMember[]>()
  const natural: SequenceMember[] = []
  for (const member of members) {
    const { length } = member.digits
    const hasZero = length > 1 && member.digits.startsWith('0')
    const padding = hasZero ? length : lengths.find((proof) => proof <= length)
    if (padding === undefined) natural.push(member)
    else if (classes.has(padding)) classes.get(padding)!.push(member)
    else classes.set(padding, [member])
  }
  if (natural.length > 0) classes.set(shortest, natural)
  if (classes.size === 1) return [...classes].map(([padding, files]) => ({ paddings: [padding], files }))
  return mergeDisjoint([...classes].sort((a, b) => b[1].length - a[1].length))
}

function mergeDisjoint(classes: readonly [number, SequenceMember[]][]): Padded[] {
  const merged: (Padded & { taken: Set<string> })[] = []
  for (const [padding, files] of classes) {
    const keys = files.map(({ frame, subframe }) => `${frame}.${subframe}`)
    const host = merged.find(({ taken }) => !keys.some((key) => taken.has(key)))
    if (host === undefined) merged.push({ paddings: [padding], files: [...files], taken: new Set(keys) })
    else {
      host.paddings.push(padding)
      for (const file of files) host.files.push(file)
      for (const key of keys) host.taken.add(key)
    }
  }
  return merged
}
