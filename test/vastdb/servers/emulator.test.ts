import { Field, FixedSizeList, Float32, Int32, Int64, Schema, Table, Utf8, vectorFromArray } from 'apache-arrow'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { col, connect, decimalVector, or, type Session, type Transaction } from '../../../src/vastdb/index.ts'
import { type Emulator, startEmulator } from '../../../src/vastdb-emulator/index.ts'

const int = new Field('n', new Int64(), true)
const text = new Field('t', new Utf8(), true)
const numbers = (from: number, to: number) =>
  new Table({
    n: vectorFromArray(
      Array.from({ length: to - from }, (_, i) => BigInt(from + i)),
      new Int64(),
    ),
  })

describe('the client against the emulator', () => {
  let emulator: Emulator
  let session: Session
  let made = 0

  beforeAll(async () => {
    emulator = await startEmulator({ port: 0 })
    session = await connect({ endpoint: emulator.endpoint, accessKey: 'test', secretKey: 'test', retry: { baseMs: 1 } })
  })
  afterAll(async () => {
    await session?.close()
    await emulator?.close()
  })

  /** A fresh table in a fresh schema, committed. */
  async function fresh(
    columns: Schema,
    options = {},
  ): Promise<(tx: Transaction) => ReturnType<ReturnType<ReturnType<Transaction['bucket']>['schema']>['table']>> {
    const name = `s${made++}`
    await session.transaction(async (tx) => {
      const schema = await tx.bucket('vastdb').schema(name).create()
      await schema.createTable('t', columns, options)
    })
    return (tx) => tx.bucket('vastdb').schema(name).table('t')
  }

  it('creates, lists, renames and drops nested schemas and tables', async () => {
    await session.transaction(async (tx) => {
      const bucket = tx.bucket('vastdb')
      const show = await bucket.schema('show').create()
      const shot = await show.schema('shot').create()
      await expect(show.create()).rejects.toMatchObject({ code: 'ERR_VASTDB_EXISTS' })
      await show.create({ ifNotExists: true })
      expect((await show.schemas()).map(({ path }) => path)).toEqual(['show/shot'])
      const table = await shot.createTable('frames', new Schema([int, text]))
      await expect(shot.createTable('frames', new Schema([int]))).rejects.toMatchObject({ code: 'ERR_VASTDB_EXISTS' })
      await expect(shot.drop()).rejects.toMatchObject({ code: 'ERR_VASTDB_CONFLICT' })
      const renamed = await table.rename('images')
      expect((await shot.tables()).map(({ name }) => name)).toEqual(['images'])
      const take = await shot.rename('take')
      expect(take.path).toBe('show/take')
      expect(await show.schema('take').table('images').exists()).toBe(true)
      expect(await renamed.exists()).toBe(false)
      await take.table('images').drop()
      await take.drop()
      await show.drop()
      expect(await show.exists()).toBe(false)
    })
  })

  it('lists many tables over several pages', async () => {
    await session.transaction(async (tx) => {
      const schema = await tx.bucket('vastdb').schema('many').create()
      for (let i = 0; i < 7; i++) await schema.createTable(`t${i}`, new Schema([int]))
      expect((await schema.tables({ pageSize: 3 })).map(({ name }) => name)).toEqual([
        't0',
        't1',
        't2',
        't3',
        't4',
        't5',
        't6',
      ])
    })
  })

  it('adds, renames and drops columns', async () => {
    const open = await fresh(new Schema([int]))
    await session.transaction(async (tx) => {
      const table = open(tx)
      await table.insert(numbers(0, 2))
      await table.addColumns(new Schema([text]))
      await table.renameColumn('t', 'label')
      expect((await table.columns()).names).toEqual(['n', 'label'])
      expect((await table.select().toTable()).toArray().map((row) => row.toJSON())).toEqual([
        { n: 0n, label: null },
        { n: 1n, label: null },
      ])
      await table.dropColumns(['n'])
      expect((await table.columns()).names).toEqual(['label'])
      await expect(table.dropColumns(['nope'])).rejects.toMatchObject({ code: 'ERR_VASTDB_NOT_FOUND' })
    })
  })

  it('updates and deletes what it selected', async () => {
    const open = await fresh(new Schema([int, text]))
    await session.transaction(async (tx) => {
      const table = open(tx)
      await table.insert(numbers(0, 6))
      const odd = await table.select({ columns: ['n'], where: col('n').in([1, 3, 5]), rowId: true }).toTable()
      const change = new Table({
        $row_id: odd.getChild('$row_id')!,
        t: vectorFromArray(['one', 'three', 'five'], new Utf8()),
      })
      await table.update(change)
      await table.delete(await table.select({ where: col('n').lt(2), rowId: true }).toTable())
      expect((await table.select().toTable()).toArray().map((row) => row.toJSON())).toEqual([
        { n: 2n, t: null },
        { n: 3n, t: 'three' },
        { n: 4n, t: null },
        { n: 5n, t: 'five' },
      ])
      expect((await table.stats()).rows).toBe(4n)
    })
  })

  it('hides uncommitted work and undoes it on rollback', async () => {
    const open = await fresh(new Schema([int]))
    const failed = session.transaction(async (tx) => {
      await open(tx).insert(numbers(0, 3))
      expect(await open(tx).select({ columns: [] }).count()).toBe(3)
      await session.transaction(async (other) => expect(await open(other).select({ columns: [] }).count()).toBe(0))
      throw new Error('no')
    })
    await expect(failed).rejects.toThrow('no')
    await session.transaction(async (tx) => expect(await open(tx).select({ columns: [] }).count()).toBe(0))
  })

  it('reports a conflict of two transactions', async () => {
    const open = await fresh(new Schema([int]))
    const [one, two] = [await session.begin(), await session.begin()]
    await open(one).renameColumn('n', 'a')
    await expect(open(two).renameColumn('n', 'b')).rejects.toMatchObject({ code: 'ERR_VASTDB_CONFLICT' })
    await one.rollback()
    await two.rollback()
  })

  it('stores rows of more columns than one request takes', async () => {
    const names = Array.from({ length: 130 }, (_, i) => `c${i}`)
    const open = await fresh(new Schema(names.map((name) => new Field(name, new Utf8(), true))))
    const wide = new Table(
      Object.fromEntries(names.map((name, i) => [name, vectorFromArray([`${i}`.repeat(9000), null, 'z'], new Utf8())])),
    )
    await session.transaction(async (tx) => {
      const ids = await open(tx).insert(wide)
      expect([...ids]).toEqual([0n, 1n, 2n])
      const read = await open(tx).select().toTable()
      expect(read.toArray().map((row) => row.toJSON())).toEqual(wide.toArray().map((row) => row.toJSON()))
    })
  })

  it('keeps sorted tables with their long row ids', async () => {
    const open = await fresh(new Schema([text, int]), { sortedBy: ['n'] })
    await session.transaction(async (tx) => {
      const table = open(tx)
      expect((await table.info()).sorted).toBe(true)
      expect((await table.sortedColumns()).names).toEqual(['n'])
      const ids = await table.insert(numbers(0, 4))
      expect(String(ids.type)).toContain('Decimal')
      const some = await table.select({ where: col('n').gte(2), rowId: true }).toTable()
      await table.update(new Table({ $row_id: some.getChild('$row_id')!, t: vectorFromArray(['x', 'y'], new Utf8()) }))
      await table.delete(await table.select({ where: col('n').eq(0), rowId: true }).toTable())
      const rest = await table.select({ columns: ['n', 't'] }).toTable()
      const sorted = rest
        .toArray()
        .map((row) => row.toJSON())
        .toSorted((a, b) => Number(a['n']) - Number(b['n']))
      expect(sorted).toEqual([
        { n: 1n, t: null },
        { n: 2n, t: 'x' },
        { n: 3n, t: 'y' },
      ])
    })
    const unsorted = await fresh(new Schema([int]))
    const tx = await session.begin()
    await expect(unsorted(tx).sortedColumns()).rejects.toMatchObject({ code: 'ERR_VASTDB_REQUEST' })
    await tx.rollback()
  })

  it('filters by every kind of value', async () => {
    const vector = new FixedSizeList(2, new Field('item', new Float32(), false))
    const rows = new Table({
      n: vectorFromArray([1n, 2n, null], new Int64()),
      t: vectorFromArray(['alpha', 'beta', null], new Utf8()),
      d: decimalVector(['-1.50', '2.25', null], 10, 2),
      v: vectorFromArray([[1, 2], [3, 4], null], vector),
    })
    const open = await fresh(rows.schema as Schema)
    await session.transaction(async (tx) => {
      const table = open(tx)
      await table.insert(rows)
      const found = async (
        where: Parameters<typeof table.select>[0] extends infer O
          ? NonNullable<O & { where?: unknown }>['where']
          : never,
      ) => [...(await table.select({ columns: ['n'], where: where as never }).toTable()).getChild('n')!]
      expect(await found(col('n').ne(1))).toEqual([2n])
      expect(await found(col('t').startsWith('al'))).toEqual([1n])
      expect(await found(col('t').contains('et'))).toEqual([2n])
      expect(await found(or(col('t').eq('beta'), col('t').isNull()))).toEqual([2n, null])
      expect(await found(col('d').lt('0'))).toEqual([1n])
      expect(await found(col('d').between('2.25', '9'))).toEqual([2n])
      expect(await found(col('v').eq([3, 4]))).toEqual([2n])
      expect(await found(col('v').isNotNull().and(col('n').lte(1)))).toEqual([1n])
    })
  })

  it('reads a table of several row groups once, over any number of splits', async () => {
    const count = 200_000
    const open = await fresh(new Schema([int]))
    await session.transaction(async (tx) => {
      await open(tx).insert(numbers(0, count))
    })
    for (const options of [
      {},
      { splits: 3, subSplits: 2, rowGroupsPerSubSplit: 1 },
      { splits: 1, rowsPerPage: 5000, rowGroupsPerSubSplit: 1 },
    ]) {
      await session.transaction(async (tx) => {
        const seen = new Uint8Array(count)
        for await (const batch of open(tx).select(options))
          for (const n of batch.getChildAt(0)!.toArray()) seen[Number(n)]! += 1
        expect(seen.every((times) => times === 1)).toBe(true)
      })
    }
  })

  it('keeps projections and reads them in their own order', async () => {
    const open = await fresh(new Schema([int, text]))
    await session.transaction(async (tx) => {
      const table = open(tx)
      await table.insert(new Table({ n: vectorFromArray([3n, 1n, 2n], new Int64()) }))
      const made = await table.createProjection('by_n', ['n'], ['t'])
      expect((await table.projections()).map(({ name }) => name)).toEqual(['by_n'])
      expect((await made.columns()).names).toEqual(['n', 't'])
      expect((await made.stats()).rows).toBe(3n)
      const renamed = await made.rename('sorted')
      const rows = await table.select({ columns: ['n'], projection: 'sorted' }).toTable()
      expect([...rows.getChild('n')!]).toEqual([1n, 2n, 3n])
      await renamed.drop()
      expect(await table.projections()).toEqual([])
    })
  })

  it('tells the vector index of a table', async () => {
    const vector = new Field('v', new FixedSizeList(2, new Field('item', new Float32(), false)), true)
    const open = await fresh(new Schema([int, vector]), { vectorIndex: { column: 'v', metric: 'l2sq' } })
    await session.transaction(async (tx) => {
      expect((await open(tx).stats()).vectorIndices).toMatchObject([{ column: 'v', metric: 'l2sq' }])
    })
  })

  it('names a transaction that the server has given up', async () => {
    const hasty = await startEmulator({ port: 0, transactionTimeoutMs: 20 })
    const idle = await connect({ endpoint: hasty.endpoint, accessKey: 'test', secretKey: 'test', keepAliveMs: 0 })
    const tx = await idle.begin()
    while (hasty.openTransactions > 0) await new Promise((resolve) => setTimeout(resolve, 10))
    await expect(tx.bucket('vastdb').schemas()).rejects.toMatchObject({ code: 'ERR_VASTDB_TRANSACTION' })
    await expect(tx.commit()).rejects.toMatchObject({ code: 'ERR_VASTDB_TRANSACTION' })
    await idle.close()
    await hasty.close()
  })

  it('maps what goes wrong to codes', async () => {
    const wrong = await connect({ endpoint: emulator.endpoint, accessKey: 'who', secretKey: 'knows' })
    await expect(wrong.begin()).rejects.toMatchObject({ code: 'ERR_VASTDB_AUTH', status: 403 })
    await wrong.close()
    const forged = await connect({ endpoint: emulator.endpoint, accessKey: 'test', secretKey: 'forged' })
    await expect(forged.begin()).rejects.toMatchObject({ code: 'ERR_VASTDB_AUTH', status: 403 })
    await forged.close()
    const open = await fresh(new Schema([int]))
    const tx = await session.begin()
    expect(await tx.bucket('nowhere').exists()).toBe(false)
    await expect(tx.bucket('nowhere').schemas()).rejects.toMatchObject({ code: 'ERR_VASTDB_NOT_FOUND' })
    await expect(tx.bucket('vastdb').schema('nowhere').table('t').info()).rejects.toMatchObject({
      code: 'ERR_VASTDB_NOT_FOUND',
    })
    await expect(open(tx).rename('nowhere/t')).rejects.toMatchObject({ code: 'ERR_VASTDB_NOT_FOUND' })
    const mismatch = new Table({ n: vectorFromArray(['1'], new Utf8()) })
    await expect(open(tx).insert(mismatch)).rejects.toMatchObject({ code: 'ERR_VASTDB_TYPE' })
    const dictionary = new Table({ n: vectorFromArray(['1']) })
    await expect(open(tx).insert(dictionary)).rejects.toMatchObject({
      code: 'ERR_VASTDB_TYPE',
      message: expect.stringContaining('dictionary'),
    })
    const nullable = new Schema([new Field('v', new FixedSizeList(2, new Field('item', new Int32(), true)), true)])
    await expect(tx.bucket('vastdb').schema('s0').createTable('x', nullable)).rejects.toMatchObject({
      code: 'ERR_VASTDB_TYPE',
    })
    await tx.rollback()
    const old = await startEmulator({ port: 0, version: '5.0.0.1' })
    const session50 = await connect({ endpoint: old.endpoint, accessKey: 'test', secretKey: 'test' })
    await session50.transaction(async (each) => {
      const schema = await each.bucket('vastdb').schema('s').create()
      await expect(schema.createTable('t', new Schema([int]), { sortedBy: ['n'] })).rejects.toMatchObject({
        code: 'ERR_VASTDB_VERSION',
      })
    })
    await session50.close()
    await old.close()
  })
})
