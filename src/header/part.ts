import type { HeaderAttribute, HeaderPart } from './model.ts'

/** A part that grows while its header is read or put together. */
export class StoredPart implements HeaderPart {
  readonly index: number
  readonly byteOffset: number
  readonly attributes: HeaderAttribute[] = []
  isTerminated = false
  readonly #firstByName = new Map<string, HeaderAttribute>()

  constructor(index: number, byteOffset: number) {
    this.index = index
    this.byteOffset = byteOffset
  }

  get(name: string): HeaderAttribute | undefined {
    return this.#firstByName.get(name)
  }

  /** False when the part already has an attribute of that name; it is kept all the same. */
  add(attribute: HeaderAttribute): boolean {
    this.attributes.push(attribute)
    if (this.#firstByName.has(attribute.name)) return false
    this.#firstByName.set(attribute.name, attribute)
    return true
  }
}
