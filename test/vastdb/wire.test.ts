import {
  Field,
  FixedSizeList,
  Float32,
  Int32,
  Int64,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Table,
  TimestampMicrosecond,
  tableFromIPC,
  Utf8,
  vectorFromArray,
} from 'apache-arrow'
import { describe, expect, it } from 'vitest'
import { FINISHED_ROW_ID } from '../../src/vastdb/constants.ts'
import { readRowIds } from '../../src/vastdb/row-ids.ts'
import { slices } from '../../src/vastdb/slices.ts'
import { readSchemaMessage } from '../../src/vastdb/wire/arrow-schema.ts'
import { type BatchPlan, encodeSchemaMessage, planBatch, planStream } from '../../src/vastdb/wire/encode.ts'
import { type FrameLimits, readFrames } from '../../src/vastdb/wire/frames.ts'
import { PageAssembler } from '../../src/vastdb/wire/pages.ts'
import { permuteRows, sliceRows, toRows } from '../../src/vastdb/wire/rows.ts'
import { readTableList } from '../../src/vastdb/wire/tabular.ts'
import { INSERT_ANSWER, INSERT_BODY, LIST_TABLES, RESPONSE_A, SCHEMA_A_INT64 } from './goldens.ts'
import { COMPLETED, concat, dataFrame, FAILED, KEEP_ALIVE, messagesOf, pageFrames, pieces } from './responses.ts'
import { everything } from './rows.ts'

const limits: FrameLimits = { what: 'Select', maxMessageBytes: 1 << 20, subSplits: 4 }
const text = (values: (string | null)[]) => vectorFromArray(values, new Utf8())

const encodeStream = (plan: BatchPlan) => planStream(plan).encode()

async function readAll(bytes: Uint8Array, schema: Schema, sizes: number[] = [bytes.length]) {
  const assemblers = new Map<number, PageAssembler>()
  const pages: { streamId: number; nextRowId: bigint; batches: RecordBatch[] }[] = []
  for await (const { streamId, nextRowId, message } of readFrames(pieces(bytes, ...sizes), limits)) {
    const assembler = assemblers.get(streamId) ?? new PageAssembler(schema, 'Select')
    assemblers.set(streamId, assembler)
    const batches = assembler.push(message)
    if (batches) pages.push({ streamId, nextRowId, batches })
  }
  return pages
}

function rowsOf(batches: readonly RecordBatch[]): unknown[] {
  return batches.flatMap((batch) => batch.toArray().map((row) => plain(row)))
}

function plain(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value
  if (value instanceof Uint8Array || value instanceof Float32Array) return Array.from(value)
  const json = (value as { toJSON?: () => unknown }).toJSON?.() ?? value
  if (Array.isArray(json)) return json.map(plain)
  if (typeof json !== 'object') return json
  return Object.fromEntries(Object.entries(json as object).map(([key, each]) => [key, plain(each)]))
}

describe('bytes of the vendor’s client', () => {
  it('decode to one page, however they are cut', async () => {
    const schema = new Schema([new Field('a', new Int64(), true)])
    for (const sizes of [[340], [1], [7, 13], [16, 128]]) {
      const pages = await readAll(RESPONSE_A, schema, sizes)
      expect(pages.map(({ streamId, nextRowId }) => [streamId, nextRowId])).toEqual([[0, FINISHED_ROW_ID]])
      expect(rowsOf(pages[0]!.batches)).toEqual([{ a: 111n }, { a: 222n }])
    }
  })

  it('decode to a list of tables', () => {
    expect(readTableList(LIST_TABLES, 'List')).toMatchObject([
      { name: 't', handle: '17', rows: 3n, properties: '', sorted: false },
    ])
  })

  it('decode to row ids', async () => {
    const ids = await readRowIds(INSERT_ANSWER, 2, 'Insert')
    expect([...(ids.values as BigUint64Array)]).toEqual([0n, 1n])
    await expect(readRowIds(INSERT_ANSWER, 3, 'Insert')).rejects.toMatchObject({ code: 'ERR_VASTDB_PROTOCOL' })
  })

  it('have the layout of ours: same schema, same body, same padding', () => {
    const rows = toRows(new Table({ a: vectorFromArray([111n, 222n], new Int64()) }))
    const ours = messagesOf(encodeStream(planBatch(rows)))
    const theirs = messagesOf(INSERT_BODY)
    expect(ours.map((each) => each.length)).toHaveLength(theirs.length)
    expect(ours.at(-1)).toEqual(theirs.at(-1))
    expect(ours[1]!.subarray(-16)).toEqual(theirs[1]!.subarray(-16))
    expect(readSchemaMessage(SCHEMA_A_INT64, 'Schema').fields).toMatchObject([{ name: 'a', nullable: true }])
  })
})

describe('encoding of rows', () => {
  it('is read back equal by apache-arrow, whole', () => {
    const table = everything(50)
    const read = tableFromIPC(encodeStream(planBatch(toRows(table))))
    expect(String(read.schema)).toBe(String(table.schema))
    expect(plain(read.toArray())).toEqual(plain(table.toArray()))
  })

  it('is read back equal in slices that start and end anywhere', () => {
    const table = everything(41)
    const rows = toRows(table)
    const all = plain(table.toArray()) as unknown[]
    for (const [start, end] of [
      [0, 1],
      [1, 2],
      [3, 17],
      [7, 41],
      [40, 41],
      [8, 16],
      [5, 5],
    ] as const) {
      const stream = planStream(planBatch(sliceRows(rows, start, end)))
      const bytes = stream.encode()
      expect(bytes.length).toBe(stream.byteLength)
      expect(plain(tableFromIPC(bytes).toArray())).toEqual(all.slice(start, end))
    }
  })

  it('is read back equal from sliced batches and tables of several batches', () => {
    const table = everything(64)
    const parts = [table.slice(3, 20), table.slice(20, 21), table.slice(21, 60)]
    const joined = new Table(parts.flatMap((part) => part.batches))
    expect(joined.batches.length).toBe(3)
    const read = tableFromIPC(encodeStream(planBatch(sliceRows(toRows(joined), 2, 50))))
    expect(read.batches.length).toBe(1)
    expect(plain(read.toArray())).toEqual((plain(table.toArray()) as unknown[]).slice(5, 53))
  })

  it('is read back in any order', () => {
    const table = everything(20)
    const order = [19, 3, 4, 5, 0, 12, 11, 1, 2, 6, 7, 8, 9, 10, 13, 14, 15, 16, 17, 18]
    const read = tableFromIPC(encodeStream(planBatch(permuteRows(toRows(table), order))))
    const all = plain(table.toArray()) as unknown[]
    expect(plain(read.toArray())).toEqual(order.map((row) => all[row]))
  })

  it('refuses nulls in columns that are declared not nullable', () => {
    const column = vectorFromArray([1, null], new Int32())
    const schema = new Schema([new Field('n', new Int32(), false)])
    const batch = new RecordBatch(schema, new Table({ n: column }).batches[0]!.data)
    expect(() => planBatch(toRows(batch))).toThrow(expect.objectContaining({ code: 'ERR_VASTDB_TYPE' }))
  })

  it('describes a table’s columns with names, zones and metadata', () => {
    const zone = new TimestampMicrosecond('Europe/Berlin')
    const fields = [new Field('t', zone, false, new Map([['k', 'v']])), ...everything(1).schema.fields] as Field[]
    const read = readSchemaMessage(encodeSchemaMessage(fields), 'Schema')
    expect(String(read)).toBe(String(new Schema(fields)))
    expect(read.fields[0]).toMatchObject({
      nullable: false,
      metadata: new Map([['k', 'v']]),
      type: { timezone: 'Europe/Berlin' },
    })
  })
})

describe('slices of an insert', () => {
  const vectors = (rows: number, size: number) => {
    const values = new Float32Array(rows * size)
    return toRows(
      new Table({
        v: vectorFromArray(
          [Array.from(values.subarray(0, size))],
          new FixedSizeList(size, new Field('item', new Float32(), false)),
        ),
      }),
    )
  }

  it('have the rows per request that the vendor’s client has', () => {
    for (const [size, expected] of [
      [1024, 1036],
      [768, 1382],
      [1536, 691],
      [4096, 259],
    ] as const) {
      const one = vectors(1, size)
      const run = one.columns[0]!.runs[0]!
      const rows = {
        length: 2000,
        columns: [{ field: one.columns[0]!.field, runs: Array.from({ length: 2000 }, () => run) }],
      }
      const counts = [...slices(rows, 'Insert')].map((slice) => slice.rowCount)
      expect(counts[0]).toBe(expected)
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(2000)
    }
  })

  it('are halved where rows grow, and never exceed the limit', () => {
    const rows = toRows(new Table({ t: text([...Array(100).fill('x'), ...Array(20).fill('y'.repeat(1000))]) }))
    const bodies = [...slices(rows, 'Insert', { maxBytes: 8000, maxRows: 60 })]
    expect(Math.max(...bodies.map(({ body }) => body.length))).toBeLessThanOrEqual(8000)
    expect(
      bodies.flatMap(({ body }) =>
        tableFromIPC(body)
          .toArray()
          .map((row) => row['t']?.length),
      ),
    ).toEqual([...Array(100).fill(1), ...Array(20).fill(1000)])
  })

  it('end in an error that names the row that is too large', () => {
    const rows = toRows(new Table({ t: text(['a', 'b', 'c'.repeat(9000)]) }))
    const run = () => [...slices(rows, 'Insert', { maxBytes: 8000, maxRows: 60 })]
    expect(run).toThrow(
      expect.objectContaining({ code: 'ERR_VASTDB_TOO_LARGE', message: expect.stringContaining('row 2') }),
    )
  })
})

describe('query responses', () => {
  it('give nested columns back that arrived leaf by leaf', async () => {
    const table = everything(37)
    const bytes = concat([KEEP_ALIVE, ...pageFrames(table), KEEP_ALIVE, COMPLETED])
    const pages = await readAll(bytes, table.schema as Schema, [11, 1, 500])
    expect(pages).toHaveLength(1)
    expect(rowsOf(pages[0]!.batches)).toEqual(plain(table.toArray()))
  })

  it('give columns back whose leaves arrived in different batches', async () => {
    const table = everything(30)
    const parts = (...cuts: number[]) =>
      new Table(cuts.flatMap((cut, i) => table.slice(i === 0 ? 0 : cuts[i - 1], cut).batches))
    const framesByLeaf = (each: Table) => {
      const leaves: Uint8Array[][] = [[]]
      for (const frame of pageFrames(each)) {
        leaves.at(-1)!.push(frame)
        if (frame.length === 20) leaves.push([])
      }
      return leaves.filter((leaf) => leaf.length > 0)
    }
    const [one, two, three] = [parts(30), parts(11, 30), parts(8, 9, 30)].map(framesByLeaf)
    const mixed = one!.map((_, leaf) => [one!, two!, three!][leaf % 3]![leaf]!)
    const pages = await readAll(concat([...mixed.flat(), COMPLETED]), table.schema as Schema)
    expect(rowsOf(pages[0]!.batches)).toEqual(plain(table.toArray()))
  })

  it('keep interleaved sub-splits and later pages apart', async () => {
    const make = (...values: number[]) =>
      new Table({ n: vectorFromArray(values, new Int32()), t: text(values.map(String)) })
    const first = pageFrames(make(1, 2), 0, 2n)
    const second = pageFrames(make(10), 3)
    const third = pageFrames(make(3), 0)
    const woven = first.flatMap((frame, i) => [frame, ...(second[i] ? [KEEP_ALIVE, second[i]] : [])])
    const pages = await readAll(concat([...woven, ...third, COMPLETED]), make(1).schema as Schema, [33])
    expect(pages.map((page) => [page.streamId, page.nextRowId, rowsOf(page.batches).length])).toEqual([
      [0, 2n, 2],
      [3, FINISHED_ROW_ID, 1],
      [0, FINISHED_ROW_ID, 1],
    ])
  })

  it('hand out nothing for a page without rows, but its next row id', async () => {
    const empty = new Table({ n: vectorFromArray([1], new Int32()) }).slice(1)
    const schema = new Schema([new Field('n', new Int32(), true)])
    const [schemaFrame, , end] = pageFrames(new Table({ n: vectorFromArray([1], new Int32()) }), 1, 9n)
    for (const frames of [pageFrames(empty, 1, 9n), [schemaFrame!, end!]]) {
      expect(await readAll(concat([...frames, COMPLETED]), schema)).toEqual([
        { streamId: 1, nextRowId: 9n, batches: [] },
      ])
    }
  })

  it('count rows without columns', async () => {
    const schema = new Schema([])
    const writer = new RecordBatchStreamWriter()
    writer.write(
      new RecordBatch(
        schema,
        new Table({ x: text(['a', 'b']) }).batches[0]!.data.clone(new Struct([]), 0, 2, 0, undefined as never, []),
      ),
    )
    writer.finish()
    const frames = messagesOf(await writer.toUint8Array()).map((message) => dataFrame(0, FINISHED_ROW_ID, message))
    const pages = await readAll(concat([...frames, COMPLETED]), schema)
    expect(pages[0]!.batches.map((batch) => [batch.numRows, batch.numCols])).toEqual([[2, 0]])
  })
})

describe('hostile query responses', () => {
  const table = new Table({ n: vectorFromArray([1, 2, 3], new Int32()), t: text(['a', 'b', 'c']) })
  const schema = table.schema as Schema
  const good = concat([...pageFrames(table), COMPLETED])
  const refuse = (bytes: Uint8Array, code: string, message: RegExp) =>
    expect(readAll(bytes, schema)).rejects.toMatchObject({ code, message: expect.stringMatching(message) })

  it('end early at any byte in a coded error', async () => {
    for (let cut = 0; cut < good.length; cut++) {
      await expect(readAll(good.subarray(0, cut), schema, [64])).rejects.toMatchObject({
        code: 'ERR_VASTDB_CONNECT',
        stage: 'exchange',
      })
    }
  })

  it('are refused or read, never crash, when any byte is wrong', async () => {
    for (let at = 0; at < good.length; at++) {
      const bytes = good.slice()
      bytes[at]! ^= 0xff
      const outcome = await readAll(bytes, schema).catch((error: unknown) => error)
      if (!Array.isArray(outcome)) expect(outcome).toMatchObject({ code: expect.stringMatching(/^ERR_VASTDB_/) })
    }
  })

  it('cannot claim more rows than their buffers hold', async () => {
    const bytes = good.slice()
    const view = new DataView(bytes.buffer)
    let patched = 0
    for (let at = 0; at + 8 <= bytes.length; at += 4) {
      if (view.getBigInt64(at, true) === 3n) {
        view.setBigInt64(at, 2n ** 40n, true)
        patched++
      }
    }
    expect(patched).toBeGreaterThan(0)
    await refuse(bytes, 'ERR_VASTDB_PROTOCOL', /1099511627776/)
  })

  it('cannot have offsets that run backwards or begin below zero', async () => {
    const at = Buffer.from(good).lastIndexOf(Buffer.from(Int32Array.of(0, 1, 2, 3).buffer))
    expect(at).toBeGreaterThan(0)
    for (const offsets of [
      [0, 2, 1, 3],
      [-1, 1, 2, 3],
      [0, 1, -2147483648, 3],
      [-2147483648, 2147483647, 2147483647, 3],
    ]) {
      const bytes = good.slice()
      bytes.set(new Uint8Array(Int32Array.from(offsets).buffer), at)
      await refuse(bytes, 'ERR_VASTDB_PROTOCOL', /run backwards/)
    }
  })

  it('cannot claim bodies or metadata beyond the limits', async () => {
    const frame = dataFrame(0, 0n, Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0x7f))
    await refuse(frame, 'ERR_VASTDB_PROTOCOL', /bytes of metadata/)
    await refuse(dataFrame(0, 0n, new Uint8Array(8)), 'ERR_VASTDB_PROTOCOL', /no Arrow message/)
    await refuse(dataFrame(9, 0n, new Uint8Array(8)), 'ERR_VASTDB_PROTOCOL', /sub-split 9 of 4/)
  })

  it('report a query that the server gave up', async () => {
    await refuse(concat([FAILED, Uint8Array.of(7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)]), 'ERR_VASTDB_SERVER', /error 7/)
    await refuse(FAILED, 'ERR_VASTDB_SERVER', /gave the query up/)
  })

  it('name a column that arrives with another layout', async () => {
    const other = new Table({ n: vectorFromArray([1n], new Int64()), t: text(['a']) })
    await refuse(
      concat([...pageFrames(other), COMPLETED]),
      'ERR_VASTDB_PROTOCOL',
      /column n arrives as Int64 instead of Int32/,
    )
  })

  it('cannot pair columns of different length', async () => {
    const longer = pageFrames(new Table({ n: vectorFromArray([1, 2], new Int32()), t: text(['a', 'b']) }))
    const shorter = pageFrames(new Table({ n: vectorFromArray([1], new Int32()), t: text(['a']) }))
    await refuse(
      concat([...longer.slice(0, 3), ...shorter.slice(3), COMPLETED]),
      'ERR_VASTDB_PROTOCOL',
      /different numbers of rows/,
    )
  })
})
