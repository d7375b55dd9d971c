import { DuckDBInstance } from '@duckdb/node-api'
import { expect, it } from 'vitest'
import { type NumberSet, PartSets } from '../../src/catalog/duckdb/part-sets.ts'
import { CONTENT_ONCE, setTables } from '../../src/catalog/duckdb/row-tables.ts'
import { StoredSets } from '../../src/catalog/duckdb/stored-sets.ts'
import { createTableSql } from '../../src/tables/ddl.ts'

/** A planner, and what its sets say of a part. */
function planner() {
  let last = 1_000_000
  const made = new Map<number, NumberSet>()
  const sets = new PartSets(
    () => ++last,
    (set) => made.set(set.setNo, set),
  )
  const said = (numbers: Int32Array) => {
    const named = sets.name(numbers)
    const found: number[] = []
    for (const place of named.rest) found[place] = numbers[place]!
    for (const setNo of named.sets) {
      for (const [at, place] of made.get(setNo)!.places.entries()) found[place] = made.get(setNo)!.numbers[at]!
    }
    expect(found).toEqual([...numbers])
    expect(named.rest.length + named.sets.reduce((sum, setNo) => sum + made.get(setNo)!.places.length, 0)).toBe(
      numbers.length,
    )
    return named
  }
  return { sets, made, said }
}

it('makes a set of what two parts share, and names what changes by itself', () => {
  const { made, said } = planner()
  const frame = (number: number) => Int32Array.of(1, 2, 100 + number, 3, 4, 200 + number, 5)
  expect(said(frame(0))).toEqual({ sets: [], rest: [0, 1, 2, 3, 4, 5, 6] })
  for (const number of [1, 2, 3]) expect(said(frame(number))).toEqual({ sets: [1_000_001], rest: [2, 5] })
  expect([...made.values()].map(({ places, numbers }) => [[...places], [...numbers]])).toEqual([
    [
      [0, 1, 3, 4, 6],
      [1, 2, 3, 4, 5],
    ],
  ])
})

it('makes no set of two, and takes none that stands at other places or lacks something', () => {
  const { made, said } = planner()
  const alone = [
    [1, 2, 10],
    [1, 2, 11],
    [5, 6, 7, 8],
  ].map((numbers) => Int32Array.from(numbers))
  for (const numbers of alone) expect(said(numbers).sets).toEqual([])
  expect(said(Int32Array.of(5, 6, 7, 9))).toEqual({ sets: [1_000_001], rest: [3] })
  for (const numbers of [[4, 5, 6, 7], [5, 6, 3, 7], [7, 6, 5], []]) {
    expect(said(Int32Array.from(numbers)).sets).toEqual([])
  }
  expect(said(Int32Array.of(5, 6, 7))).toEqual({ sets: [1_000_001], rest: [] })
  expect(made.size).toBe(1)
})

it('gives back every part of any kind, with content that stands in it twice', () => {
  const { made, said } = planner()
  let seed = 7
  const random = (below: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
    return (seed >>> 8) % below
  }
  for (let part = 0; part < 3000; part++) {
    const kind = random(5) * 100
    said(
      Int32Array.from({ length: random(30) }, (_, place) =>
        random(6) === 0 ? 10_000 + random(500) : kind + (place % 20) + 1,
      ),
    )
  }
  expect(made.size).toBeGreaterThan(5)
})

it('remembers a bounded number of sets, and of parts that are not too large', () => {
  const { made, said } = planner()
  const part = (kind: number) => Int32Array.of(kind * 3 + 1, kind * 3 + 2, kind * 3 + 3)
  for (let kind = 0; kind < 3000; kind++) for (let twice = 0; twice < 2; twice++) said(part(kind))
  expect(made.size).toBe(3000)
  expect(said(part(2999)).sets).toHaveLength(1)
  expect(said(part(0)).sets).toHaveLength(0)
  const huge = Int32Array.from({ length: 20_000 }, (_, place) => place + 1)
  for (let twice = 0; twice < 2; twice++) said(huge)
  expect(made.size).toBe(3000)
})

const once = CONTENT_ONCE.find(({ table }) => table === 'channels')!

it('stores a set once, whoever writes, and forgets those of a transaction that was rolled back', async () => {
  const connection = await (await DuckDBInstance.create()).connect()
  await connection.run("ATTACH ':memory:' AS exr; USE exr")
  for (const table of setTables(once)) await connection.run(createTableSql(table, 'duckdb'))
  const ask = async (sql: string) => (await connection.runAndReadAll(sql)).getRows()
  const sets = () => ask(`SELECT set_no, place, channel_no FROM ${once.sets} ORDER BY ALL`)
  const open = () => new StoredSets(connection, once)
  const write = async (stored: StoredSets, last: number, isCommitted = true) => {
    await connection.run('BEGIN')
    const parts = { files: Int32Array.of(last, last, last, last), parts: new Int32Array(4) }
    const { columns } = await stored.rows({ ...parts, numbers: Int32Array.of(1, 2, 3, last) })
    await connection.run(isCommitted ? 'COMMIT' : 'ROLLBACK')
    stored.settle(isCommitted)
    return [2, 3].map((column) => Array.from(columns[column]!.data as Int32Array))
  }
  const stored = open()
  const whole = (last: number) => [
    [0, 1, 2, 3],
    [1, 2, 3, last],
  ]
  expect(await write(stored, 4)).toEqual(whole(4))
  expect(await write(stored, 5, false)).toEqual([[3], [5]])
  expect(await sets()).toEqual([])
  // That set is not there: it is not named, and its number is not given again.
  expect(await write(stored, 6)).toEqual(whole(6))
  expect(await write(stored, 7)).toEqual([[3], [7]])
  expect(await write(open(), 8)).toEqual([[3], [8]])
  expect(await sets()).toEqual([0, 1, 2].map((place) => [2, place, place + 1]))
  expect(await ask(`FROM ${once.setRows} ORDER BY ALL`)).toEqual([7, 8].map((file) => [file, 0, 2]))
})
