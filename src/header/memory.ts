import { int32At } from './bytes.ts'
import { SHORT_NAME } from './format.ts'
import type { AttributeValue, ExrHeader, HeaderAttribute, HeaderPart, SeenValue } from './model.ts'
import { decodeValue } from './types/index.ts'

/** Longer values are rarely seen twice. */
const LONGEST_BYTES = 8192
/** A power of two. */
const SLOTS = 8192
/** Bytes of values after which all are forgotten: few farms have as many at a time. */
const MOST_BYTES = 2 * 2 ** 20
/** Lists of attributes that are kept apart: parts of the shots that are read side by side. */
const MOST_SHAPES = 64
/** Parts of one file that are remembered. */
const MOST_PARTS = 32
/** Attributes of a part that is remembered: their names are kept with it. */
const MOST_ATTRIBUTES = 1024
/** Results kept of one question about parts of one shape. */
const MOST_ANSWERS = 8
/** Of so many misses in a row, those after the first `MOST_ANSWERS` are not kept. */
const WATCHED_MISSES = 64
/** Of a longer value so many bytes tell its place; all of them are compared. */
const HASHED_BYTES = 64

class KeptValue implements SeenValue {
  readonly name: string
  readonly type: string
  readonly bytes: Uint8Array
  /** Whether name and type break no rule, whatever the file. */
  readonly isPlain: boolean
  /** Whether it came again since another value wanted its slot. */
  cameAgain = false
  soundIn = -1
  listed: unknown = null
  readonly #maxChannels: number
  #value: AttributeValue | undefined

  constructor(name: string, type: string, bytes: Uint8Array, maxChannels: number) {
    this.name = name
    this.type = type
    this.isPlain = isPlain(name) && isPlain(type)
    this.bytes = bytes
    this.#maxChannels = maxChannels
  }

  get value(): AttributeValue {
    this.#value ??= decodeValue(this.type, this.bytes, this.#maxChannels)
    return this.#value
  }
}

/** A value that was seen before, and whose it was. */
export type KeptAttribute = Pick<KeptValue, keyof SeenValue | 'name' | 'type' | 'isPlain' | 'cameAgain'>

/**
 * What headers said before. Frames of one farm share most of their attributes: each distinct value is decoded and checked
 * once, and what follows from some attributes of a part is made once for each set of values that it was made from. Bounded;
 * what does not come again is forgotten. Whoever gets something from it may not change it.
 */
export class HeaderMemory {
  readonly maxChannels: number
  readonly #slots: (KeptValue | undefined)[] = new Array(SLOTS).fill(undefined)
  /** Of values, one behind the other: a piece of memory for each would cost more than what is in it. */
  #bytes = new Uint8Array(MOST_BYTES)
  #filled = 0
  /** By part and place in it. */
  readonly #last: KeptAttribute[][] = []
  readonly #shapes: Shape[] = []
  readonly #made = new WeakMap<object, object>()
  /** A part is asked about several times. */
  readonly #known = new WeakMap<HeaderPart, Shape>()

  /** For headers read with this limit on channels. */
  constructor(maxChannels: number) {
    this.maxChannels = maxChannels
  }

  /**
   * The attribute of the last header at this place of this part, if it stands at `bytes[start]` too: name and type break no rule
   * then. Most attributes of a frame are found so, and no byte of them has to be looked at twice.
   */
  again(part: number, place: number, bytes: Uint8Array, start: number): KeptAttribute | undefined {
    const last = this.#last[part]?.[place]
    if (last === undefined || !standsAt(last, bytes, start)) return undefined
    last.cameAgain = true
    return last
  }

  /** The value `bytes[start, start + size)`; undefined for one too long to be kept. `hash` is one of name and type. */
  value(
    bytes: Uint8Array,
    start: number,
    size: number,
    name: string,
    type: string,
    hash: number,
  ): KeptAttribute | undefined {
    if (size > LONGEST_BYTES) return undefined
    const slot = slotOf(bytes, start, size, hash)
    const known = this.#slots[slot]
    if (known !== undefined && known.name === name && known.type === type && holds(known.bytes, bytes, start, size)) {
      known.cameAgain = true
      return known
    }
    if (this.#filled + size > MOST_BYTES) this.#forget()
    const own = this.#bytes.subarray(this.#filled, this.#filled + size)
    for (let index = 0; index < size; index++) own[index] = bytes[start + index]!
    this.#filled += size
    const seen = new KeptValue(name, type, own, this.maxChannels)
    // What is new in each frame does not push out what frames share.
    if (known?.cameAgain) known.cameAgain = false
    else this.#slots[slot] = seen
    return seen
  }

  /** What stands at this place of this part, for `again`. */
  expect(part: number, place: number, value: KeptAttribute): void {
    if (!value.isPlain || part >= MOST_PARTS || place >= MOST_ATTRIBUTES) return
    this.#last[part] ??= []
    this.#last[part][place] = value
  }

  /**
   * What `make` gives for a part, whose attributes' values it may look at, and nothing else of the file but the version
   * word and the part's place; made anew only where a value that it looked at is another one.
   */
  recall<T>(header: ExrHeader, part: HeaderPart, make: (part: HeaderPart, header: ExrHeader) => T): T {
    const shape = this.#shapeOf(header, part)
    if (shape === null) return make(part, header)
    let question = shape.questions.get(make)
    if (question === undefined) {
      question = { answers: [], misses: 0 }
      shape.questions.set(make, question)
    }
    const { answers } = question
    const index = answers.findIndex((answer) => isMadeFrom(answer, part))
    if (index !== -1) {
      question.misses = 0
      if (index > 0) answers.unshift(answers.splice(index, 1)[0]!)
      return answers[0]!.result as T
    }
    // What is another one in each frame is not worth watching.
    if (question.misses++ % WATCHED_MISSES >= MOST_ANSWERS) return make(part, header)
    const watched = new WatchedPart(part)
    const result = make(watched, header)
    const values = watched.looked.map((place) => part.attributes[place]!.seen)
    if (watched.isKeepable && values.every((value) => value !== undefined)) {
      answers.unshift({ places: watched.looked, values, result })
      if (answers.length > MOST_ANSWERS) answers.pop()
    }
    return result
  }

  /** What `make` gives for an object that is the same whenever it would give the same. */
  once<T extends object>(key: object, make: () => T): T {
    let made = this.#made.get(key)
    if (made === undefined) {
      made = make()
      this.#made.set(key, made)
    }
    return made as T
  }

  /** What was made of the values too: it would hold them, and none of them will be seen again. */
  #forget(): void {
    this.#slots.fill(undefined)
    this.#shapes.length = 0
    this.#last.length = 0
    // What was kept may still be asked for its bytes.
    this.#bytes = new Uint8Array(MOST_BYTES)
    this.#filled = 0
  }

  /** Null for a part that is read as it is: one that broke off, of more attributes or of more parts than are worth it. */
  #shapeOf(header: ExrHeader, part: HeaderPart): Shape | null {
    if (!part.isTerminated || part.index >= MOST_PARTS || part.attributes.length > MOST_ATTRIBUTES) return null
    let shape = this.#known.get(part)
    if (shape !== undefined) return shape
    const shapes = this.#shapes
    const index = shapes.findIndex((each) => isAlike(each, header, part))
    if (index === -1) {
      const names = part.attributes.map(({ name }) => name)
      const types = part.attributes.map(({ type }) => type)
      shape = { versionWord: header.versionWord, index: part.index, names, types, questions: new Map() }
      if (shapes.length === MOST_SHAPES) shapes.pop()
    } else shape = shapes.splice(index, 1)[0]!
    shapes.unshift(shape)
    this.#known.set(part, shape)
    return shape
  }
}

/** Parts at one place with the same attributes in the same order, whatever their values. */
interface Shape {
  readonly versionWord: number
  readonly index: number
  readonly names: readonly string[]
  readonly types: readonly string[]
  readonly questions: Map<unknown, Question>
}

/** What was made by one function, the latest first, and how often in a row it had to be made anew. */
interface Question {
  readonly answers: Answer[]
  misses: number
}

/** What was made from the values at some places of a part. */
interface Answer {
  readonly places: readonly number[]
  readonly values: readonly (SeenValue | undefined)[]
  readonly result: unknown
}

function isAlike({ versionWord, index, names, types }: Shape, header: ExrHeader, part: HeaderPart): boolean {
  const { attributes } = part
  if (versionWord !== header.versionWord || index !== part.index || names.length !== attributes.length) return false
  for (let place = 0; place < names.length; place++) {
    const { name, type } = attributes[place]!
    if (name !== names[place] || type !== types[place]) return false
  }
  return true
}

function isMadeFrom({ places, values }: Answer, { attributes }: HeaderPart): boolean {
  for (let index = 0; index < places.length; index++) {
    if (attributes[places[index]!]!.seen !== values[index]) return false
  }
  return true
}

/** A part that notes which of its values are looked at. */
class WatchedPart implements HeaderPart {
  readonly index: number
  readonly isTerminated: boolean
  readonly attributes: readonly WatchedAttribute[]
  readonly looked: number[] = []
  /** False when a place in the file was looked at, which another file has elsewhere. */
  isKeepable = true
  readonly #part: HeaderPart

  constructor(part: HeaderPart) {
    this.#part = part
    this.index = part.index
    this.isTerminated = part.isTerminated
    this.attributes = part.attributes.map((attribute, place) => new WatchedAttribute(attribute, place, this))
  }

  get byteOffset(): number {
    this.isKeepable = false
    return this.#part.byteOffset
  }

  get(name: string): HeaderAttribute | undefined {
    return this.attributes.find((attribute) => attribute.name === name)
  }
}

class WatchedAttribute implements HeaderAttribute {
  readonly name: string
  readonly type: string
  readonly #attribute: HeaderAttribute
  readonly #place: number
  readonly #part: WatchedPart

  constructor(attribute: HeaderAttribute, place: number, part: WatchedPart) {
    this.name = attribute.name
    this.type = attribute.type
    this.#attribute = attribute
    this.#place = place
    this.#part = part
  }

  get value(): AttributeValue {
    return this.#look().value
  }
  get bytes(): Uint8Array {
    return this.#look().bytes
  }
  get byteLength(): number {
    return this.#look().byteLength
  }
  get seen(): SeenValue | undefined {
    return this.#look().seen
  }
  get nameBytes(): Uint8Array {
    return this.#own().nameBytes
  }
  get typeBytes(): Uint8Array {
    return this.#own().typeBytes
  }
  get byteOffset(): number {
    return this.#own().byteOffset
  }
  get valueOffset(): number {
    return this.#own().valueOffset
  }

  #look(): HeaderAttribute {
    if (!this.#part.looked.includes(this.#place)) this.#part.looked.push(this.#place)
    return this.#attribute
  }

  #own(): HeaderAttribute {
    this.#part.isKeepable = false
    return this.#attribute
  }
}

function slotOf(bytes: Uint8Array, start: number, size: number, hash: number): number {
  let mixed = Math.imul(hash ^ size, 0x9e3779b1)
  const step = size <= HASHED_BYTES ? 1 : Math.floor(size / HASHED_BYTES)
  // From the end on: what counts frames stands there.
  for (let at = start + size - 1; at >= start; at -= step)
    mixed = Math.imul(mixed ^ bytes[at]!, 0x85ebca6b) ^ (mixed >>> 15)
  return (mixed ^ (mixed >>> 13)) & (SLOTS - 1)
}

/** ASCII, of one character at least, and not longer than any file may have it. */
function isPlain(name: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the ASCII range itself
  return name.length <= SHORT_NAME && /^[\x01-\x7f]+$/.test(name)
}

/** Whether all of the attribute stands there: name, type, size and value. */
function standsAt({ name, type, bytes: value }: KeptAttribute, bytes: Uint8Array, start: number): boolean {
  const typeStart = start + name.length + 1
  const sizeStart = typeStart + type.length + 1
  const valueStart = sizeStart + 4
  if (valueStart + value.length > bytes.length || int32At(bytes, sizeStart) !== value.length) return false
  return holds(value, bytes, valueStart, value.length) && isAt(name, bytes, start) && isAt(type, bytes, typeStart)
}

/** Of an ASCII name: whether it stands there and ends. */
function isAt(name: string, bytes: Uint8Array, start: number): boolean {
  for (let index = 0; index < name.length; index++) if (name.charCodeAt(index) !== bytes[start + index]) return false
  return bytes[start + name.length] === 0
}

/** From the end on: what counts frames stands there. */
function holds(known: Uint8Array, bytes: Uint8Array, start: number, size: number): boolean {
  if (known.length !== size) return false
  for (let at = size - 1; at >= 0; at--) if (known[at] !== bytes[start + at]) return false
  return true
}
