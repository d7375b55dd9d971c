import { Data, type DataType, type Field, type Schema } from 'apache-arrow'
import { protocolError } from '../errors.ts'
import type * as fb from '../flatbuffers/generated/arrow.ts'
import { boundedLength } from './guard.ts'
import { childrenOf, layoutOf } from './layout.ts'

/**
 * One leaf of a column with the levels around it, outermost first. A column arrives as one stream per leaf, each
 * level repeated around it with exactly one child.
 */
export interface LeafPath {
  /** Index of the top-level column. */
  readonly column: number
  readonly levels: readonly Field[]
}

export function leafPaths(fields: readonly Field[]): LeafPath[] {
  return fields.flatMap((field, column) => pathsBelow(field, []).map((levels) => ({ column, levels })))
}

function pathsBelow(field: Field, above: readonly Field[]): Field[][] {
  const levels = [...above, field]
  const children = childrenOf(field.type)
  return children.length === 0 ? [levels] : children.flatMap((child) => pathsBelow(child, levels))
}

/** One level of a received leaf: validity and either offsets, values or nothing, over `length` slots. */
export interface Level {
  readonly length: number
  readonly nullCount: number
  readonly nullBitmap: Uint8Array | undefined
  readonly valueOffsets: Int32Array | undefined
  readonly values: Data['values'] | undefined
}

/** Reads the nodes and buffers of a record batch one after the other, each checked against the body's real size. */
export class BatchCursor {
  readonly #batch: fb.RecordBatch
  readonly #body: Uint8Array
  readonly #what: string
  readonly #nodes: number
  readonly #buffers: number
  #node = 0
  #buffer = 0

  constructor(batch: fb.RecordBatch, body: Uint8Array, metadataBytes: number, what: string) {
    this.#batch = batch
    this.#body = body
    this.#what = what
    this.#nodes = boundedLength(batch.nodesLength(), 16, metadataBytes, what)
    this.#buffers = boundedLength(batch.buffersLength(), 16, metadataBytes, what)
  }

  get rowCount(): number {
    return this.#count(this.#batch.length(), 'rows')
  }

  /** The levels of one leaf, outermost first. */
  leaf(path: LeafPath): Level[] {
    const levels: Level[] = []
    let slots: number | undefined = this.rowCount
    for (const field of path.levels) {
      const level = this.#level(field, slots)
      levels.push(level)
      slots = this.#slotsBelow(field.type, level)
    }
    return levels
  }

  /** Every node and buffer was used: the message holds what the schema says and nothing else. */
  finish(): void {
    if (this.#node !== this.#nodes || this.#buffer !== this.#buffers) {
      const found = `${this.#nodes} nodes and ${this.#buffers} buffers instead of ${this.#node} and ${this.#buffer}`
      throw protocolError(this.#what, `a record batch has ${found}`)
    }
  }

  /** `atLeast`: the slots the level above needs; top-level and struct children must match exactly. */
  #level(field: Field, slots: number | undefined): Level {
    const node = this.#node < this.#nodes ? this.#batch.nodes(this.#node++) : null
    if (!node) throw protocolError(this.#what, `a record batch has no node for ${field.name || 'an item'}`)
    const length = this.#count(node.length(), 'slots')
    const nullCount = this.#count(node.nullCount(), 'nulls')
    if (slots !== undefined && length < slots) {
      throw protocolError(this.#what, `a column has ${length} slots where ${slots} are needed`)
    }
    const bitmap = this.#bytes()
    if (nullCount > 0 && bitmap.length * 8 < length) this.#short(field, bitmap.length, length)
    const layout = layoutOf(field.type)
    const level = {
      length,
      nullCount: bitmap.length === 0 ? 0 : nullCount,
      nullBitmap: nullCount === 0 ? undefined : bitmap,
      valueOffsets: undefined,
      values: undefined,
    }
    switch (layout?.kind) {
      case 'bits': {
        const values = this.#bytes()
        if (values.length * 8 < length) this.#short(field, values.length, length)
        return { ...level, values }
      }
      case 'fixed':
        return { ...level, values: this.#values(field, length, layout.byteWidth) }
      case 'bytes': {
        const valueOffsets = this.#offsets(field, length)
        const values = this.#bytes()
        if (valueOffsets[length]! > values.length) this.#short(field, values.length, length)
        return { ...level, valueOffsets, values }
      }
      case 'list':
        return { ...level, valueOffsets: this.#offsets(field, length) }
      default:
        return level
    }
  }

  #slotsBelow(type: DataType, level: Level): number | undefined {
    const layout = layoutOf(type)
    if (layout?.kind === 'list') return level.valueOffsets![level.length]
    if (layout?.kind === 'fixedList') return level.length * layout.size
    return layout?.kind === 'struct' ? level.length : undefined
  }

  #values(field: Field, length: number, byteWidth: number): Data['values'] {
    const bytes = this.#bytes()
    if (bytes.length < length * byteWidth) this.#short(field, bytes.length, length)
    const ArrayType = (field.type as { ArrayType: new (b: ArrayBufferLike, o: number, n: number) => Data['values'] })
      .ArrayType
    const each = (ArrayType as unknown as { BYTES_PER_ELEMENT: number }).BYTES_PER_ELEMENT
    const aligned = bytes.byteOffset % each === 0 ? bytes : bytes.slice()
    return new ArrayType(aligned.buffer, aligned.byteOffset, (length * byteWidth) / each)
  }

  #offsets(field: Field, length: number): Int32Array {
    const bytes = this.#bytes()
    if (length === 0 && bytes.length < 4) return new Int32Array(1)
    if (bytes.length < (length + 1) * 4) this.#short(field, bytes.length, length)
    const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice()
    const offsets = new Int32Array(aligned.buffer, aligned.byteOffset, length + 1)
    if (runsBackwards(offsets))
      throw protocolError(this.#what, `the offsets of ${field.name || 'an item'} run backwards`)
    return offsets
  }

  #bytes(): Uint8Array {
    const region = this.#buffer < this.#buffers ? this.#batch.buffers(this.#buffer++) : null
    if (!region) throw protocolError(this.#what, 'a record batch has too few buffers')
    const start = region.offset()
    const length = region.length()
    if (start < 0n || length < 0n || start + length > BigInt(this.#body.length)) {
      const found = `a buffer of ${length} bytes at ${start} in a body of ${this.#body.length} bytes`
      throw protocolError(this.#what, found)
    }
    return this.#body.subarray(Number(start), Number(start + length))
  }

  #count(value: bigint, unit: string): number {
    if (value >= 0n && value <= 0x7fff_ffffn) return Number(value)
    throw protocolError(this.#what, `a record batch claims ${value} ${unit}`)
  }

  #short(field: Field, byteLength: number, slots: number): never {
    const name = field.name || 'an item'
    throw protocolError(this.#what, `the buffer of ${name} has ${byteLength} bytes, too few for ${slots} values`)
  }
}

/** Whether an offset is negative or less than the one before it. Without a branch for each: there are many. */
function runsBackwards(offsets: Int32Array): boolean {
  let signs = 0
  let before = 0
  for (let i = 0; i < offsets.length; i++) {
    const offset = offsets[i]!
    signs |= offset | (offset - before)
    before = offset
  }
  return signs < 0
}

/** Throws ERR_VASTDB_PROTOCOL when what arrives is laid out differently from what was asked for. Names may differ. */
export function checkLeafSchema(received: Schema, expected: readonly LeafPath[], what: string): void {
  for (const [index, path] of expected.entries()) {
    let field = received.fields[index]
    for (const wanted of path.levels) {
      if (!field || !sameLayout(field.type, wanted.type)) {
        const column = path.levels[0]!.name
        throw protocolError(what, `column ${column} arrives as ${field?.type ?? 'nothing'} instead of ${wanted.type}`)
      }
      field = childrenOf(field.type)[0]
    }
  }
}

function sameLayout(received: DataType, wanted: DataType): boolean {
  const a = layoutOf(received)
  const b = layoutOf(wanted)
  if (a?.kind !== b?.kind) return false
  if (a?.kind === 'fixed' && b?.kind === 'fixed') return a.byteWidth === b.byteWidth
  if (a?.kind === 'fixedList' && b?.kind === 'fixedList') return a.size === b.size
  return true
}

/** Arrow data of `type` from a level's buffers and its children. */
export function toData(type: DataType, level: Level, children: Data[]): Data {
  const buffers = [level.valueOffsets, level.values, level.nullBitmap, undefined] as never
  return new Data(type, 0, level.length, level.nullCount, buffers, children)
}
