import { Field, FixedSizeList, Float32, Int64, RecordBatch, Schema, Table, vectorFromArray } from 'apache-arrow'
import { beforeAll, expect, it } from 'vitest'
import { col, decimalText } from '../../src/vastdb/index.ts'
import { integers, type Setup, setup } from './setup.ts'

let s: Setup
beforeAll(async () => {
  s = await setup()
  await s.session.transaction((tx) => tx.bucket('vastdb').schema('s').create())
})

const ab = new Schema([new Field('a', new Int64(), true), new Field('b', new Int64(), true)])

it('names rows of sorted tables by ids that need more than 64 bits', async () => {
  await s.session.transaction(async (tx) => {
    const table = await tx
      .bucket('vastdb')
      .schema('s')
      .createTable('sorted', ab, { sortedBy: ['b'] })
    await table.insert(integers({ a: [1, 2, 3], b: [9, 8, 7] }))
    expect((await table.sortedColumns()).fields.map((field) => field.name)).toEqual(['b'])
    expect(await table.stats()).toMatchObject({ rows: 3n, sorted: true })
    const rows = await table.select({ where: col('a').gt(1n), rowId: true }).toTable()
    expect(rows.schema.fields.at(-1)!.type.toString()).toMatch(/Decimal/)
    await table.delete(rows.slice(0, 1))
    const left = await table.select({ columns: ['a'] }).toTable()
    expect([...left.getChild('a')!]).toEqual([1n, 3n])
  })
})

it('tells clients of 5.5 what they ask', async () => {
  const vector = new Schema([new Field('v', new FixedSizeList(2, new Field('item', new Float32(), false)), true)])
  await s.session.transaction(async (tx) => {
    const schema = tx.bucket('vastdb').schema('s')
    const told = (await schema.table('sorted').columns()).fields.map(({ metadata }) => Object.fromEntries(metadata))
    expect(told).toEqual([{ 'VAST:sort_type': 'Unsorted' }, { 'VAST:sort_type': 'Sorted', 'VAST:sort_index': '0' }])

    const index = { column: 'v', metric: 'ip' } as const
    const table = await schema.createTable('indexed', vector, { vectorIndex: index })
    const scalar = { clusterQuantization: 'scalar_8bit', searchQuantization: 'scalar_8bit' }
    expect((await table.stats()).vectorIndices).toMatchObject([{ ...index, ...scalar }])
    const none = { ...index, searchQuantization: 'none' } as const
    await expect(schema.createTable('x', vector, { vectorIndex: none })).rejects.toMatchObject({ status: 400 })
    const both = { ...none, clusterQuantization: 'none' } as const
    expect(
      (await (await schema.createTable('exact', vector, { vectorIndex: both })).stats()).vectorIndices,
    ).toMatchObject([both])

    const rows = vectorFromArray(
      [
        [1, 2],
        [3, 4],
      ],
      vector.fields[0]!.type as FixedSizeList,
    )
    const ids = await table.insert(new Table(vector, new RecordBatch({ v: rows.data[0]! })))
    expect(String(ids.type)).toMatch(/Decimal/)
    const found = await table.select({ rowId: true }).toTable()
    // Ids alone do not say how wide they are: the table does.
    await table.delete([BigInt(decimalText(found.getChild('$row_id')!.get(0) as Uint32Array, 0))])
    expect((await table.select().toTable()).numRows).toBe(1)
  })
})

it('refuses to change the sorting key, its columns’ values, or to drop them', async () => {
  const tx = await s.session.begin()
  const table = tx.bucket('vastdb').schema('s').table('sorted')
  await expect(table.addSortingKey(['a'])).rejects.toThrow(/already has a sorting key/)
  await expect(table.dropColumns(['b'])).rejects.toThrow(/part of the sorting key/)
  const rows = await table.select({ columns: ['b'], rowId: true }).toTable()
  await expect(table.update(rows)).rejects.toThrow(/sorting key/)
  await tx.rollback()
})

it('keeps projections up to date, and reads through them in their order', async () => {
  const count = 70_000
  await s.session.transaction(async (tx) => {
    const table = await tx.bucket('vastdb').schema('s').createTable('projected', ab)
    await table.createProjection('by_b', ['b'], ['a'])
    const range = Array.from({ length: count }, (_, i) => i)
    await table.insert(integers({ a: range, b: range.map((i) => count - i) }))
  })
  await s.session.transaction(async (tx) => {
    const table = tx.bucket('vastdb').schema('s').table('projected')
    const where = col('b').lte(3n)
    const named = await table.select({ columns: ['b'], where, projection: 'by_b' }).toTable()
    expect([...named.getChild('b')!]).toEqual([1n, 2n, 3n])
    const chosen = await table.select({ columns: ['b'], where }).toTable()
    expect([...chosen.getChild('b')!]).toEqual([1n, 2n, 3n])
    const plain = await table.select({ columns: ['b'], where, sortedProjections: false }).toTable()
    expect([...plain.getChild('b')!]).toEqual([3n, 2n, 1n])
    const all = await table.select({ columns: ['b'], projection: 'by_b', splits: 3, subSplits: 2 }).toTable()
    expect(all.numRows).toBe(count)
    expect(await table.projection('by_b').stats()).toMatchObject({ rows: BigInt(count) })
    await expect(table.dropColumns(['b'])).rejects.toThrow(/used by a projection/)
  })
})
