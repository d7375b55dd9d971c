import type { HeaderAttribute, HeaderPart } from './model.ts'

/** A part of up to so many attributes is searched from its start: that is faster than a Map, which takes half a KiB. */
const FEW_ATTRIBUTES = 24

/** A part that grows while its header is read or put together. */
export class StoredPart implements HeaderPart {
  readonly index: number
  readonly byteOffset: number
  readonly attributes: HeaderAttribute[] = []
  isTerminated = false
  #firstByName: Map<string, HeaderAttribute> | null = null

  constructor(index: number, byteOffset: number) {
    this.index = index
    this.byteOffset = byteOffset
  }

  get(name: string): HeaderAttribute | undefined {
    if (this.#firstByName !== null) return this.#firstByName.get(name)
    for (const attribute of this.attributes) if (attribute.name === name) return attribute
    return undefined
  }

  /** False when the part already has an attribute of that name; it is kept all the same. */
  add(attribute: HeaderAttribute): boolean {
    const isFirst = this.get(attribute.name) === undefined
    this.attributes.push(attribute)
    if (this.#firstByName !== null) {
      if (isFirst) this.#firstByName.set(attribute.name, attribute)
    } else if (this.attributes.length > FEW_ATTRIBUTES) {
      this.#firstByName = new Map(this.attributes.toReversed().map((each) => [each.name, each]))
    }
    return isFirst
  }
}
