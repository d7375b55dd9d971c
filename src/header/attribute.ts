import type { AttributeValue, HeaderAttribute, SeenValue } from './model.ts'
import { decodeValue } from './types/index.ts'

/** The bytes attributes point into. A scanner puts the longest prefix it was given here, so that older ones can go. */
export interface ByteStore {
  bytes: Uint8Array
  readonly maxChannels: number
}

/** An attribute inside a run of bytes: views and values are made when asked for, since most are never looked at. */
export class StoredAttribute implements HeaderAttribute {
  readonly name: string
  readonly type: string
  readonly byteOffset: number
  readonly valueOffset: number
  readonly byteLength: number
  readonly seen: SeenValue | undefined
  readonly #store: ByteStore
  readonly #nameEnd: number
  #value: AttributeValue | undefined
  // Asked for several times each: a view is garbage of some hundred bytes.
  #view: Uint8Array | undefined
  #viewed: Uint8Array | undefined

  constructor(
    store: ByteStore,
    name: string,
    type: string,
    byteOffset: number,
    nameEnd: number,
    valueOffset: number,
    byteLength: number,
    seen?: SeenValue,
  ) {
    this.#store = store
    this.name = name
    this.type = type
    this.byteOffset = byteOffset
    this.#nameEnd = nameEnd
    this.valueOffset = valueOffset
    this.byteLength = byteLength
    this.seen = seen
  }

  get nameBytes(): Uint8Array {
    return this.#store.bytes.subarray(this.byteOffset, this.#nameEnd)
  }

  get typeBytes(): Uint8Array {
    return this.#store.bytes.subarray(this.#nameEnd + 1, this.valueOffset - 5)
  }

  get bytes(): Uint8Array {
    const { bytes } = this.#store
    if (this.#view === undefined || this.#viewed !== bytes) {
      this.#view = bytes.subarray(this.valueOffset, this.valueOffset + this.byteLength)
      this.#viewed = bytes
    }
    return this.#view
  }

  get value(): AttributeValue {
    if (this.seen !== undefined) return this.seen.value
    this.#value ??= decodeValue(this.type, this.bytes, this.#store.maxChannels)
    return this.#value
  }
}
