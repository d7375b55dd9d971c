import { groupSequences, singleColumn } from './group.ts'
import { cutAtNumbers } from './name-numbers.ts'
import { sequenceKey } from './sequence.ts'

/** What names say of a file's place in a sequence. */
export interface FrameFacts {
  /** Null when the name has no frame number. */
  readonly frameNumber: number | null
  /** The path with one `#` per digit of the sequence's padding and without the frame's sign. */
  readonly sequenceKey: string | null
}

/** Frame and sequence of each path, in their order, decided over all names of each folder. */
export function frameFactsOf(paths: readonly string[]): FrameFacts[] {
  const facts: FrameFacts[] = Array.from(paths, () => ({ frameNumber: null, sequenceKey: null }))
  for (const sequence of groupSequences(paths).sequences) {
    const key = sequenceKey(sequence)
    for (const { index, frame } of sequence.members) facts[index] = { frameNumber: frame, sequenceKey: key }
  }
  return facts
}

/** Frame and sequence of one path by its name alone: what a reader says that sees one file of a folder. */
export function frameFacts(path: string): FrameFacts {
  // Every file that is inspected asks this: a third of the cost of grouping one path.
  const { texts, numbers } = cutAtNumbers(path)
  const column = singleColumn({ texts, numbers })
  if (column === null) return { frameNumber: null, sequenceKey: null }
  const { at, subframe } = column
  let key = texts[0]!
  for (const [place, digits] of numbers.entries()) {
    const counts = place === at || (subframe && place === at + 1)
    key += (counts ? '#'.repeat(digits.replace('-', '').length) : digits) + texts[place + 1]!
  }
  // -0 is frame 0.
  return { frameNumber: Number(numbers[at]) || 0, sequenceKey: key }
}

/** Whether one of the numbers in a path is this frame, and the path with `#` in its place this sequence, however long. */
export function isReading(path: string, { frameNumber, sequenceKey }: FrameFacts): boolean {
  if (frameNumber === null || sequenceKey === null) return false
  const { texts, numbers } = cutAtNumbers(path)
  return numbers.some((digits, at) => {
    if ((Number(digits) || 0) !== frameNumber) return false
    return [1, 2].some((length) => {
      const pieces = texts.flatMap((text, place) => {
        const counts = place >= at && place < at + length
        const digit = numbers[place]
        return [escaped(text), digit === undefined ? '' : counts ? '#+' : escaped(digit)]
      })
      return new RegExp(`^${pieces.join('')}$`, 's').test(sequenceKey)
    })
  })
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
