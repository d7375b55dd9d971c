import type { Data, Field } from 'apache-arrow'
import { Builder } from 'flatbuffers'
import { VastdbError } from '../errors.ts'
import * as fb from '../flatbuffers/generated/arrow.ts'
import { schemaMetadata } from './arrow-schema.ts'
import { bitAt, copyBits, countOnes, setBits } from './bits.ts'
import { layoutOf } from './layout.ts'
import type { Rows, Run } from './rows.ts'

/** A buffer of the message body that is not written yet. `write` gets exactly `byteLength` zeroed bytes. */
interface PlannedBuffer {
  readonly byteLength: number
  write(target: Uint8Array): void
}

/** Everything about a record batch but its bytes. Making one costs no copy of values. */
export interface BatchPlan {
  readonly rowCount: number
  readonly fields: readonly Field[]
  readonly nodes: readonly { readonly length: number; readonly nullCount: number }[]
  readonly buffers: readonly PlannedBuffer[]
  /** Bytes of all buffers without padding: what the values weigh in memory. */
  readonly valueBytes: number
}

const EMPTY: PlannedBuffer = { byteLength: 0, write() {} }
const END_OF_STREAM = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0)

/** Throws ERR_VASTDB_TYPE for types that cannot travel and for nulls in columns declared not nullable. */
export function planBatch(rows: Rows): BatchPlan {
  const planner = new Planner()
  for (const { field, runs } of rows.columns) planner.column(field, runs, field.name)
  const { nodes, buffers } = planner
  return {
    rowCount: rows.length,
    fields: rows.columns.map((column) => column.field),
    nodes,
    buffers,
    valueBytes: buffers.reduce((sum, buffer) => sum + buffer.byteLength, 0),
  }
}

/** An Arrow IPC stream of one record batch: schema message, batch message, end marker. */
interface PlannedStream {
  readonly byteLength: number
  /** Copies every value once, from where it lies into the stream. */
  encode(): Uint8Array
}

/** Knows its size before a value is copied. */
export function planStream(plan: BatchPlan): PlannedStream {
  const schema = schemaMetadata(plan.fields)
  const batch = batchMetadata(plan)
  const schemaBytes = 8 + padded(schema.length)
  const bodyAt = schemaBytes + 8 + padded(batch.length)
  const byteLength = bodyAt + bodyLength(plan) + END_OF_STREAM.length
  return {
    byteLength,
    encode() {
      const stream = new Uint8Array(byteLength)
      writePrefixed(stream, 0, schema)
      writePrefixed(stream, schemaBytes, batch)
      let at = bodyAt
      for (const buffer of plan.buffers) {
        buffer.write(stream.subarray(at, at + buffer.byteLength))
        at += padded(buffer.byteLength)
      }
      stream.set(END_OF_STREAM, at)
      return stream
    },
  }
}

/** A bare Schema message: the body of table and column definitions. */
export function encodeSchemaMessage(fields: readonly Field[], ofTable?: ReadonlyMap<string, string>): Uint8Array {
  const schema = schemaMetadata(fields, ofTable)
  const message = new Uint8Array(8 + padded(schema.length))
  writePrefixed(message, 0, schema)
  return message
}

function bodyLength(plan: BatchPlan): number {
  return plan.buffers.reduce((sum, buffer) => sum + padded(buffer.byteLength), 0)
}

function padded(byteLength: number): number {
  return Math.ceil(byteLength / 8) * 8
}

function writePrefixed(target: Uint8Array, at: number, metadata: Uint8Array): void {
  const view = new DataView(target.buffer, target.byteOffset)
  view.setInt32(at, -1, true)
  view.setInt32(at + 4, padded(metadata.length), true)
  target.set(metadata, at + 8)
}

function batchMetadata(plan: BatchPlan): Uint8Array {
  const builder = new Builder(256 + 16 * (plan.nodes.length + plan.buffers.length))
  let offset = bodyLength(plan)
  fb.RecordBatch.startBuffersVector(builder, plan.buffers.length)
  for (const { byteLength } of plan.buffers.toReversed()) {
    offset -= padded(byteLength)
    fb.Buffer.createBuffer(builder, BigInt(offset), BigInt(byteLength))
  }
  const buffers = builder.endVector()
  fb.RecordBatch.startNodesVector(builder, plan.nodes.length)
  for (const node of plan.nodes.toReversed()) {
    fb.FieldNode.createFieldNode(builder, BigInt(node.length), BigInt(node.nullCount))
  }
  const nodes = builder.endVector()
  fb.RecordBatch.startRecordBatch(builder)
  fb.RecordBatch.addLength(builder, BigInt(plan.rowCount))
  fb.RecordBatch.addNodes(builder, nodes)
  fb.RecordBatch.addBuffers(builder, buffers)
  const batch = fb.RecordBatch.endRecordBatch(builder)
  fb.Message.startMessage(builder)
  fb.Message.addVersion(builder, fb.MetadataVersion.V5)
  fb.Message.addHeaderType(builder, fb.MessageHeader.RecordBatch)
  fb.Message.addHeader(builder, batch)
  fb.Message.addBodyLength(builder, BigInt(bodyLength(plan)))
  builder.finish(fb.Message.endMessage(builder))
  return builder.asUint8Array()
}

class Planner {
  readonly nodes: { length: number; nullCount: number }[] = []
  readonly buffers: PlannedBuffer[] = []

  /** `live`: the part of `runs` whose parents are not null; only there must a column that is not nullable hold values. */
  column(field: Field, runs: readonly Run[], column: string, live: () => readonly Run[] = () => runs): void {
    const layout = layoutOf(field.type)
    if (!layout) throw new VastdbError('ERR_VASTDB_TYPE', `Column ${column}: ${field.type} cannot be sent.`)
    const length = runLength(runs)
    this.#validity(field, runs, length, column, live)
    switch (layout.kind) {
      case 'bits':
        this.buffers.push(bits(runs, length))
        break
      case 'fixed':
        this.buffers.push(fixed(runs, length, layout.byteWidth, column))
        break
      case 'bytes':
        this.buffers.push(offsets(runs, length), bytes(runs))
        break
      case 'list': {
        this.buffers.push(offsets(runs, length))
        const below = (each: readonly Run[]) => childRuns(each, rangeOfOffsets)
        this.column(layout.child, below(runs), column, () => below(validRuns(live())))
        break
      }
      case 'fixedList': {
        const { size, child } = layout
        const below = (each: readonly Run[]) => childRuns(each, (run) => [run.start * size, run.end * size])
        this.column(child, below(runs), column, () => below(validRuns(live())))
        break
      }
      case 'struct':
        for (const [index, child] of layout.children.entries()) {
          const below = (each: readonly Run[]) => each.map((run) => ({ ...run, data: run.data.children[index]! }))
          this.column(child, below(runs), `${column}.${child.name}`, () => below(validRuns(live())))
        }
    }
  }

  #validity(field: Field, runs: readonly Run[], length: number, column: string, live: () => readonly Run[]): void {
    let nullCount = countNulls(runs)
    if (nullCount > 0 && !field.nullable) {
      const found = countNulls(live())
      if (found > 0) {
        const message = `Column ${column} is declared not nullable but holds ${found} null${found === 1 ? '' : 's'}.`
        throw new VastdbError('ERR_VASTDB_TYPE', message)
      }
      nullCount = 0
    }
    this.nodes.push({ length, nullCount })
    this.buffers.push(nullCount === 0 ? EMPTY : validity(runs, length))
  }
}

function countNulls(runs: readonly Run[]): number {
  return runs.reduce((sum, run) => sum + nullsIn(run), 0)
}

/** The stretches of valid slots. */
function validRuns(runs: readonly Run[]): Run[] {
  return runs.flatMap((run) => {
    if (nullsIn(run) === 0) return [run]
    const valid: Run[] = []
    for (let at = run.start; at < run.end; ) {
      let end = at
      while (end < run.end && bitAt(run.data.nullBitmap, run.data.offset + end)) end += 1
      if (end > at) valid.push({ data: run.data, start: at, end })
      at = end + 1
    }
    return valid
  })
}

function runLength(runs: readonly Run[]): number {
  return runs.reduce((sum, run) => sum + run.end - run.start, 0)
}

function nullsIn({ data, start, end }: Run): number {
  if (data.nullCount <= 0) return 0
  if (start === 0 && end === data.length) return data.nullCount
  return end - start - countOnes(data.nullBitmap, data.offset + start, data.offset + end)
}

function validity(runs: readonly Run[], length: number): PlannedBuffer {
  return {
    byteLength: Math.ceil(length / 8),
    write(target) {
      let at = 0
      for (const { data, start, end } of runs) {
        if (data.nullCount <= 0) setBits(target, at, end - start)
        else copyBits(data.nullBitmap, data.offset + start, target, at, end - start)
        at += end - start
      }
    },
  }
}

function bits(runs: readonly Run[], length: number): PlannedBuffer {
  return {
    byteLength: Math.ceil(length / 8),
    write(target) {
      let at = 0
      for (const { data, start, end } of runs) {
        copyBits(asBytes(data.values), data.offset + start, target, at, end - start)
        at += end - start
      }
    },
  }
}

function fixed(runs: readonly Run[], length: number, byteWidth: number, column: string): PlannedBuffer {
  for (const { data, end } of runs) {
    if (data.values.byteLength < end * byteWidth) {
      const found = `${data.values.byteLength} bytes for ${end} values of ${byteWidth} bytes`
      throw new VastdbError('ERR_VASTDB_TYPE', `Column ${column}: the Arrow data holds ${found}.`)
    }
  }
  return {
    byteLength: length * byteWidth,
    write(target) {
      let at = 0
      for (const { data, start, end } of runs) {
        const part = asBytes(data.values).subarray(start * byteWidth, end * byteWidth)
        target.set(part, at)
        at += part.length
      }
    },
  }
}

function offsets(runs: readonly Run[], length: number): PlannedBuffer {
  return {
    byteLength: (length + 1) * 4,
    write(target) {
      const view = new DataView(target.buffer, target.byteOffset, target.byteLength)
      let at = 4
      let total = 0
      for (const { data, start, end } of runs) {
        const source = data.valueOffsets as Int32Array
        const shift = total - source[start]!
        for (let i = start + 1; i <= end; i++, at += 4) view.setInt32(at, source[i]! + shift, true)
        total += source[end]! - source[start]!
      }
    },
  }
}

function bytes(runs: readonly Run[]): PlannedBuffer {
  const ranges = runs.map((run) => ({ data: run.data, range: rangeOfOffsets(run) }))
  return {
    byteLength: ranges.reduce((sum, { range: [from, to] }) => sum + to - from, 0),
    write(target) {
      let at = 0
      for (const { data, range } of ranges) {
        const part = asBytes(data.values).subarray(range[0], range[1])
        target.set(part, at)
        at += part.length
      }
    },
  }
}

function rangeOfOffsets({ data, start, end }: Run): readonly [number, number] {
  const source = data.valueOffsets as Int32Array
  return [source[start] ?? 0, source[end] ?? 0]
}

function childRuns(runs: readonly Run[], range: (run: Run) => readonly [number, number]): Run[] {
  return runs
    .map((run) => {
      const [start, end] = range(run)
      return { data: run.data.children[0]!, start, end }
    })
    .filter((run) => run.end > run.start)
}

function asBytes(values: Data['values']): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}
