import { Data, type Field, RecordBatch, type Schema, Struct } from 'apache-arrow'
import { protocolError } from '../errors.ts'
import { readSchema } from './arrow-schema.ts'
import type { ArrowMessage } from './frames.ts'
import { joinLeaf } from './join.ts'
import { childrenOf } from './layout.ts'
import { BatchCursor, checkLeafSchema, type LeafPath, type Level, leafPaths, toData } from './leaves.ts'

/** What a leaf has received in the current page: one entry per record batch. */
type Received = (readonly Level[])[]

/**
 * Puts the columns of one sub-split together. Leaves arrive one stream after the other, in projection order; a page is
 * whole when the last leaf's stream ends, and only then are its rows handed out.
 */
export class PageAssembler {
  readonly #schema: Schema
  readonly #leaves: readonly LeafPath[]
  readonly #what: string
  #received: Received[] = []
  #rowsWithoutColumns = 0
  /** Leaves whose stream is open. Several only when the server sends several columns in one stream. */
  #open: readonly LeafPath[] | undefined
  #nextLeaf = 0

  constructor(schema: Schema, what: string) {
    this.#schema = schema
    this.#leaves = leafPaths(schema.fields)
    this.#what = what
    this.#reset()
  }

  /** True between pages, where an answer may end. */
  get idle(): boolean {
    return this.#open === undefined && this.#nextLeaf === 0
  }

  /** The page's rows once it is whole (none, if it has no rows), before that undefined. */
  push(message: ArrowMessage): RecordBatch[] | undefined {
    if (message.kind === 'schema') this.#begin(readSchema(message.header, message.metadataBytes, this.#what))
    else if (message.kind === 'batch') this.#add(message)
    else return this.#end()
    return undefined
  }

  #begin(received: Schema): void {
    if (this.#open) throw protocolError(this.#what, 'a schema message arrives in the middle of a column')
    const count = received.fields.length
    const open = this.#leaves.slice(this.#nextLeaf, this.#nextLeaf + count)
    if (open.length !== count || (count === 0 && this.#leaves.length > 0)) {
      throw protocolError(
        this.#what,
        `a column stream has ${count} fields where ${this.#leaves.length} leaves were asked for`,
      )
    }
    checkLeafSchema(received, open, this.#what)
    this.#open = open
  }

  #add(message: Extract<ArrowMessage, { kind: 'batch' }>): void {
    if (!this.#open) throw protocolError(this.#what, 'a record batch arrives before its schema')
    const cursor = new BatchCursor(message.header, message.body, message.metadataBytes, this.#what)
    for (const [index, path] of this.#open.entries()) {
      const levels = cursor.leaf(path)
      const found = levels[0]!.length
      if (found !== cursor.rowCount) {
        throw protocolError(this.#what, `column ${path.levels[0]!.name} has ${found} of ${cursor.rowCount} rows`)
      }
      this.#received[this.#nextLeaf + index]!.push(levels)
    }
    if (this.#open.length === 0) this.#rowsWithoutColumns += cursor.rowCount
    cursor.finish()
  }

  #end(): RecordBatch[] | undefined {
    if (!this.#open) throw protocolError(this.#what, 'a column ends before it began')
    this.#nextLeaf += this.#open.length
    this.#open = undefined
    if (this.#nextLeaf < this.#leaves.length) return undefined
    const batches = this.#build()
    this.#reset()
    return batches
  }

  #build(): RecordBatch[] {
    const rows = this.#rowCount()
    if (rows === 0) return []
    const columns = this.#schema.fields.map((field, column) => this.#column(field, column))
    const edges = new Set([0, rows])
    for (const pieces of columns) {
      let at = 0
      for (const piece of pieces) {
        at += piece.length
        edges.add(at)
      }
    }
    const cuts = [...edges].sort((a, b) => a - b)
    return cuts.slice(1).map((end, index) => {
      const start = cuts[index]!
      const children = columns.map((pieces) => cut(pieces, start, end))
      return new RecordBatch(
        this.#schema,
        new Data(new Struct(this.#schema.fields), 0, end - start, 0, undefined, children),
      )
    })
  }

  #rowCount(): number {
    const counts = this.#received.map((batches) => batches.reduce((sum, levels) => sum + levels[0]!.length, 0))
    const rows = counts[0] ?? this.#rowsWithoutColumns
    if (counts.some((count) => count !== rows)) {
      throw protocolError(
        this.#what,
        `the columns of a page have different numbers of rows: ${[...new Set(counts)].join(', ')}`,
      )
    }
    return rows
  }

  /** A column as one piece per received batch, or as one piece when several leaves make it up. */
  #column(field: Field, column: number): Data[] {
    const leaves = this.#leaves.flatMap((path, index) => (path.column === column ? [{ path, index }] : []))
    if (leaves.length === 1) {
      return this.#received[leaves[0]!.index]!.map((levels) => this.#merge(field, [levels], 0))
    }
    const joined = leaves.map(({ path, index }) => joinLeaf(path, this.#received[index]!))
    return [this.#merge(field, joined, 0)]
  }

  /** The leaves below a field, merged: what they share arrives once per leaf and must agree. */
  #merge(field: Field, leaves: readonly (readonly Level[])[], depth: number): Data {
    const level = leaves[0]![depth]!
    for (const leaf of leaves) {
      const other = leaf[depth]!
      if (other.length !== level.length || other.valueOffsets?.at(-1) !== level.valueOffsets?.at(-1)) {
        throw protocolError(this.#what, `the parts of column ${leaves.length > 1 ? field.name : ''} differ in length`)
      }
    }
    let at = 0
    const children = childrenOf(field.type).map((child) => {
      const count = leafCount(child)
      const below = leaves.slice(at, at + count)
      at += count
      return this.#merge(child, below, depth + 1)
    })
    return toData(field.type, level, children)
  }

  #reset(): void {
    this.#received = this.#leaves.map(() => [])
    this.#rowsWithoutColumns = 0
    this.#nextLeaf = 0
  }
}

function leafCount(field: Field): number {
  const children = childrenOf(field.type)
  return children.length === 0 ? 1 : children.reduce((sum, child) => sum + leafCount(child), 0)
}

/** Rows `start` to `end` of a column in pieces; the range never crosses from one piece into the next. */
function cut(pieces: readonly Data[], start: number, end: number): Data {
  let at = 0
  for (const piece of pieces) {
    if (start < at + piece.length) {
      return start === at && end === at + piece.length ? piece : piece.slice(start - at, end - start)
    }
    at += piece.length
  }
  throw new RangeError(`No rows ${start} to ${end} in a column of ${at} rows`)
}
