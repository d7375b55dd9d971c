import { REQUIRED_ATTRIBUTES, STRUCTURAL_ATTRIBUTES } from '../header/format.ts'
import type { ChunkReport, ExrHeader, HeaderAttribute, HeaderMemory, HeaderPart } from '../header/index.ts'
import type { SpecAnswer } from '../oiio/ask.ts'
import { isDerivedFrom, isHidden } from './hidden-texts.ts'
import { isRenamed } from './oiio-attributes.ts'

/** Windows that OpenImageIO and its readers take: each side is less, and all of it is so near. In pixels; theirs are 2^20 and 2^30. */
const LONGEST_SIDE = 2 ** 19

/** Headers without an answer after which all answers are forgotten: of windows that are far out there is no end. */
const MOST_UNANSWERED = 4096

/** Values that OpenImageIO copies as they are; of the right size nothing about them can be wrong. */
const COPIED_TYPES: ReadonlySet<string> = new Set([
  ...['int', 'float', 'double', 'v2i', 'v2f', 'v2d', 'v3i', 'v3f', 'v3d', 'm33f', 'm33d', 'm44f', 'm44d'],
  ...['box2i', 'box2f', 'keycode', 'timecode'],
])

/** What OpenImageIO says of headers that are alike: null until it was asked about one. */
export class AnswerPlace {
  #answer: SpecAnswer | null = null
  /** By what its next part is like, and a word on each of its summed up values. */
  readonly #longer = new WeakMap<PartLikeness, Map<string, AnswerPlace>>()

  get answer(): SpecAnswer | null {
    return this.#answer
  }

  /** Takes an answer that was made from the header alone: by the first reader, with nothing to complain of. */
  note(answer: SpecAnswer): void {
    if (!answer.available || answer.spec.status !== 'ok') return
    const { reader, refusals, message } = answer.spec
    if (reader === 'core' && refusals.length === 0 && message === '') this.#answer = answer
  }

  /** The place of headers that have one more part. */
  with(likeness: PartLikeness, summary: string): AnswerPlace {
    let bySummary = this.#longer.get(likeness)
    if (bySummary === undefined) {
      bySummary = new Map()
      this.#longer.set(likeness, bySummary)
    }
    let place = bySummary.get(summary)
    if (place === undefined) {
      place = new AnswerPlace()
      bySummary.set(summary, place)
    }
    return place
  }
}

/**
 * Where to find what OpenImageIO said of a header like this one. Its first reader looks at headers alone, and its answer is
 * known to be the same whatever stands in attributes that it does not see or only copies: values that keep their name are
 * not in the answer, and renamed ones are there without a value. Null for what has to be asked in any case: a header
 * with a defect, whose bytes may each matter, and a file that is not whole.
 */
export function answerPlace(header: ExrHeader, chunks: ChunkReport, memory?: HeaderMemory): AnswerPlace | null {
  if (memory === undefined || header.defects.length > 0 || !chunks.isComplete) return null
  if (chunks.defects.length > 0 || chunks.plan.defects.length > 0) return null
  const answers = memory.once(KEY, () => new Answers())
  let place = answers.root
  for (const part of header.parts) {
    const likeness = memory.recall(header, part, likenessOf)
    const summary = likeness.summedUp.map((index) => summaryOf(part.attributes[index]!)).join('')
    place = place.with(likeness, summary)
  }
  if (place.answer === null) answers.countUnanswered()
  return place
}

const KEY = {}

/** What a memory has of answers. */
class Answers {
  root = new AnswerPlace()
  #unanswered = 0

  countUnanswered(): void {
    if (++this.#unanswered < MOST_UNANSWERED) return
    this.root = new AnswerPlace()
    this.#unanswered = 0
  }
}

/** Parts with one object of this are alike but for what the answer does not depend on. */
interface PartLikeness {
  /** Places of values of which it is enough to know the summary. */
  readonly summedUp: readonly number[]
}

function likenessOf({ attributes }: HeaderPart): PartLikeness {
  const summedUp: number[] = []
  for (const [index, attribute] of attributes.entries()) {
    if (isSummedUp(attribute)) summedUp.push(index)
    else if (!isCopied(attribute) && !isHidden(attribute)) void attribute.seen
  }
  return { summedUp }
}

/** Renamed texts, and what follows the picture's size from frame to frame. */
function isSummedUp({ name, type }: HeaderAttribute): boolean {
  return type === 'string' ? isRenamed(name) : type === 'box2i' && REQUIRED_ATTRIBUTES.has(name)
}

/** OpenImageIO leaves out a text that is empty up to its first NUL, and refuses windows that are too large. */
function summaryOf({ type, bytes, value }: HeaderAttribute): string {
  if (type === 'string') return bytes.length === 0 || bytes[0] === 0 ? 'empty ' : 'text '
  if (value.kind !== 'box2i') return 'other '
  const { minX, minY, maxX, maxY } = value.value
  const isNear = [minX, minY, maxX, maxY].every((edge) => Math.abs(edge) < LONGEST_SIDE / 2)
  return isNear && maxX >= minX && maxY >= minY ? 'near ' : `${minX},${minY},${maxX},${maxY} `
}

function isCopied({ name, type }: HeaderAttribute): boolean {
  // The chunks were compared with it.
  if (name === 'chunkCount') return type === 'int'
  if (!COPIED_TYPES.has(type) || REQUIRED_ATTRIBUTES.has(name) || STRUCTURAL_ATTRIBUTES.has(name)) return false
  return !isDerivedFrom(name) && /^[ -~]+$/.test(name)
}
