import {
  Binary,
  Bool,
  DateDay,
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int32,
  Int64,
  List,
  Map_,
  Struct,
  Table,
  TimestampMicrosecond,
  Uint8,
  Utf8,
  vectorFromArray,
} from 'apache-arrow'
import { decimalVector } from '../../src/vastdb/decimals.ts'

const text = (values: (string | null)[]) => vectorFromArray(values, new Utf8())

/** A table with every kind of column, nulls everywhere they may be. */
export function everything(count: number): Table {
  const range = Array.from({ length: count }, (_, i) => i)
  const some = <T>(make: (i: number) => T) => range.map((i) => (i % 3 === 1 ? null : make(i)))
  const nested = new Struct([
    new Field('x', new Int32(), true),
    new Field('q', new Struct([new Field('q1', new Utf8(), true), new Field('q2', new Bool(), true)]), true),
  ])
  const entries = new Field(
    'entries',
    new Struct([new Field('key', new Utf8(), false), new Field('value', new Float64(), true)]),
    false,
  )
  return new Table({
    i64: vectorFromArray(
      some((i) => BigInt(i) * -7n),
      new Int64(),
    ),
    u8: vectorFromArray(
      range.map((i) => i % 256),
      new Uint8(),
    ),
    flag: vectorFromArray(
      some((i) => i % 2 === 0),
      new Bool(),
    ),
    name: text(some((i) => 'é'.repeat(i % 5))),
    blob: vectorFromArray(
      some((i) => Uint8Array.from({ length: i % 4 }, () => i)),
      new Binary(),
    ),
    day: vectorFromArray(
      some((i) => new Date(i * 86_400_000)),
      new DateDay(),
    ),
    at: vectorFromArray(
      some((i) => i * 1000),
      new TimestampMicrosecond(),
    ),
    money: decimalVector(
      some((i) => `-${i}.25`),
      20,
      2,
    ),
    tags: vectorFromArray(
      some((i) => ['a', null, 'b'].slice(0, i % 4)),
      new List(new Field('item', new Utf8(), true)),
    ),
    vec: vectorFromArray(
      some((i) => [i, i / 2, -i]),
      new FixedSizeList(3, new Field('item', new Float32(), false)),
    ),
    s: vectorFromArray(
      some((i) => ({ x: i, q: i % 2 ? null : { q1: `q${i}`, q2: i % 4 === 0 } })),
      nested,
    ),
    m: vectorFromArray(
      some(
        (i) =>
          new Map([
            [`k${i}`, i],
            ['z', null],
          ] as [string, number | null][]),
      ),
      new Map_(entries as never),
    ),
  } as never)
}
