import {
  Bool,
  type DataType,
  Field,
  FixedSizeList,
  Float64,
  Int32,
  List,
  type Schema,
  Struct,
  Table,
  tableFromIPC,
  Utf8,
  vectorFromArray,
} from 'apache-arrow'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planBatch, planStream } from '../../src/vastdb/wire/encode.ts'
import { readFrames } from '../../src/vastdb/wire/frames.ts'
import { PageAssembler } from '../../src/vastdb/wire/pages.ts'
import { permuteRows, sliceRows, toRows } from '../../src/vastdb/wire/rows.ts'
import { COMPLETED, concat, pageFrames, pieces } from './responses.ts'

interface Kind {
  readonly type: DataType
  readonly value: fc.Arbitrary<unknown>
}

const nullable = (value: fc.Arbitrary<unknown>) => fc.option(value, { nil: null, freq: 4 })

const scalar: fc.Arbitrary<Kind> = fc.constantFrom(
  { type: new Int32(), value: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }) },
  { type: new Float64(), value: fc.double({ noNaN: true }) },
  { type: new Bool(), value: fc.boolean() },
  { type: new Utf8(), value: fc.string({ unit: 'grapheme', maxLength: 6 }) },
)

const kind: fc.Arbitrary<Kind> = fc.letrec<{ kind: Kind }>((tie) => ({
  kind: fc.oneof(
    { maxDepth: 2 },
    scalar,
    tie('kind').map(({ type, value }) => ({
      type: new List(new Field('item', type, true)),
      value: fc.array(nullable(value), { maxLength: 3 }),
    })),
    fc.tuple(tie('kind'), tie('kind')).map(([a, b]) => ({
      type: new Struct([new Field('a', a.type, true), new Field('b', b.type, true)]),
      value: fc.record({ a: nullable(a.value), b: nullable(b.value) }),
    })),
    fc.integer({ min: 1, max: 3 }).map((size) => ({
      type: new FixedSizeList(size, new Field('item', new Float64(), false)),
      value: fc.array(fc.double({ noNaN: true }), { minLength: size, maxLength: size }),
    })),
  ),
})).kind

const column = kind.chain(({ type, value }) =>
  fc.array(nullable(value), { minLength: 1, maxLength: 20 }).map((values) => vectorFromArray(values, type)),
)

const text = (table: Table) => table.toArray().map((row) => JSON.stringify(row))

describe('rows of any shape', () => {
  it('are encoded so that apache-arrow reads them back, sliced and in any order', () => {
    fc.assert(
      fc.property(column, fc.infiniteStream(fc.nat()), (vector, random) => {
        const table = new Table({ c: vector })
        const order = Array.from({ length: table.numRows }, (_, i) => i)
        order.sort((a, b) => (random.next().value % 7) - 3 || a - b)
        const [start, end] = [random.next().value % table.numRows, table.numRows]
        const rows = sliceRows(permuteRows(toRows(table), order), start, end)
        const read = tableFromIPC(planStream(planBatch(rows)).encode())
        const all = text(table)
        expect(text(read)).toEqual(order.slice(start, end).map((row) => all[row]))
      }),
      { numRuns: 150 },
    )
  })

  it('come out of a response as they went in, leaf by leaf and cut anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(
        column,
        fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 4 }),
        async (vector, sizes) => {
          const table = new Table({ c: vector })
          const assembler = new PageAssembler(table.schema as Schema, 'Select')
          const limits = { what: 'Select', maxMessageBytes: 1 << 20, subSplits: 1 }
          const found: string[] = []
          for await (const { message } of readFrames(
            pieces(concat([...pageFrames(table), COMPLETED]), ...sizes),
            limits,
          )) {
            for (const batch of assembler.push(message) ?? []) found.push(...text(new Table([batch])))
          }
          expect(found).toEqual(text(table))
        },
      ),
      { numRuns: 150 },
    )
  })
})
