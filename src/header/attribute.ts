import type { AttributeValue, HeaderAttribute } from './model.ts'
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
  readonly #store: ByteStore
  readonly #nameEnd: number
  #value: AttributeValue | undefined

  constructor(
    store: ByteStore,
    name: string,
    type: string,
    byteOffset: number,
    nameEnd: number,
    valueOffset: number,
    byteLength: number,
  ) {
    this.#store = store
    this.name = name
    this.type = type
    this.byteOffset = byteOffset
    this.#nameEnd = nameEnd
    this.valueOffset = valueOffset
    this.byteLength = byteLength
  }

  get nameBytes(): Uint8Array {
    return this.#store.bytes.subarray(this.byteOffset, this.#nameEnd)
  }

  get typeBytes(): Uint8Array {
    return this.#store.bytes.subarray(this.#nameEnd + 1, this.valueOffset - 5)
  }

  get bytes(): Uint8Array {
    return this.#store.bytes.subarray(this.valueOffset, this.valueOffset + this.byteLength)
  }

  get value(): AttributeValue {
    this.#value ??= decodeValue(this.type, this.bytes, this.#store.maxChannels)
    return this.#value
  }
}
