import { setTimeout as sleep } from 'node:timers/promises'
import { Table as ArrowTable, Uint64, vectorFromArray } from 'apache-arrow'
import { beforeAll, describe, expect, it } from 'vitest'
import { col, type Transaction } from '../../src/vastdb/index.ts'
import { ipc } from './raw-client.ts'
import { createTable, integers, type Setup, setup } from './setup.ts'

let s: Setup
beforeAll(async () => {
  s = await setup()
})

const table = (tx: Transaction, name: string) => tx.bucket('vastdb').schema('s').table(name)

async function values(tx: Transaction, name: string, column = 'a'): Promise<number[]> {
  const rows = await table(tx, name)
    .select({ columns: [column] })
    .toTable()
  return [...(rows.getChild(column) ?? [])].map(Number)
}

function change(ids: readonly number[], a: readonly number[]): ArrowTable {
  return new ArrowTable({
    $row_id: vectorFromArray(ids.map(BigInt), new Uint64()),
    a: integers({ a }).getChild('a')!,
  })
}

describe('snapshots', () => {
  it('hide what others commit later, and show own work at once', async () => {
    await createTable(s.session, 'snap', integers({ a: [1, 2] }))
    const reader = await s.session.begin()
    const writer = await s.session.begin()
    await table(writer, 'snap').insert(integers({ a: [3] }))
    expect(await values(writer, 'snap')).toEqual([1, 2, 3])
    expect(await values(reader, 'snap')).toEqual([1, 2])
    await writer.commit()
    expect(await values(reader, 'snap')).toEqual([1, 2])
    await reader.commit()
    const later = await s.session.begin()
    expect(await values(later, 'snap')).toEqual([1, 2, 3])
    await later.rollback()
  })

  it('are taken when the transaction begins, not at its first read', async () => {
    await createTable(s.session, 'early', integers({ a: [1] }))
    const reader = await s.session.begin()
    await s.session.transaction(async (tx) => void (await table(tx, 'early').insert(integers({ a: [2] }))))
    expect(await values(reader, 'early')).toEqual([1])
    await reader.rollback()
  })

  it('undo definitions and rows together when rolled back', async () => {
    await createTable(s.session, 'undo', integers({ a: [1] }))
    const tx = await s.session.begin()
    await table(tx, 'undo').renameColumn('a', 'b')
    await table(tx, 'undo').addColumns(integers({ c: [] }).schema)
    await tx
      .bucket('vastdb')
      .schema('s')
      .createTable('gone', integers({ x: [1] }).schema)
    await table(tx, 'undo').drop()
    await tx.rollback()
    await s.session.transaction(async (later) => {
      expect((await table(later, 'undo').columns()).fields.map((field) => field.name)).toEqual(['a'])
      expect(await values(later, 'undo')).toEqual([1])
      expect(await table(later, 'gone').exists()).toBe(false)
    })
  })
})

describe('conflicts', () => {
  it.each([
    ['update', 'update'],
    ['update', 'delete'],
    ['delete', 'update'],
    ['delete', 'delete'],
  ])('refuse a second writer of a row at once: %s, then %s', async (first, second) => {
    const name = `${first}_${second}`
    await createTable(s.session, name, integers({ a: [1, 2, 3] }))
    const act = async (tx: Transaction, kind: string, ids: number[]) =>
      kind === 'update' ? table(tx, name).update(change(ids, ids)) : table(tx, name).delete(ids.map(BigInt))
    const one = await s.session.begin()
    const two = await s.session.begin()
    await act(one, first, [1])
    await expect(act(two, second, [1])).rejects.toMatchObject({ code: 'ERR_VASTDB_CONFLICT' })
    // Other rows stay free, and the refused transaction can go on.
    await act(two, second, [2])
    await one.commit()
    await two.commit()
  })

  it('refuse to overwrite what was committed after the snapshot', async () => {
    await createTable(s.session, 'lost', integers({ a: [1] }))
    const slow = await s.session.begin()
    await s.session.transaction((tx) => table(tx, 'lost').update(change([0], [2])))
    await expect(table(slow, 'lost').update(change([0], [3]))).rejects.toMatchObject({ code: 'ERR_VASTDB_CONFLICT' })
    await slow.rollback()
    await s.session.transaction(async (tx) => expect(await values(tx, 'lost')).toEqual([2]))
  })

  it('leave a row free again once its writer has rolled back', async () => {
    await createTable(s.session, 'freed', integers({ a: [1] }))
    const one = await s.session.begin()
    const two = await s.session.begin()
    await table(one, 'freed').update(change([0], [2]))
    await one.rollback()
    await table(two, 'freed').update(change([0], [3]))
    await two.commit()
    await s.session.transaction(async (tx) => expect(await values(tx, 'freed')).toEqual([3]))
  })

  it('let one of two creators of a table win, and the other go on', async () => {
    const one = await s.session.begin()
    const two = await s.session.begin()
    const create = (tx: Transaction) =>
      tx
        .bucket('vastdb')
        .schema('s')
        .createTable('same', integers({ a: [] }).schema)
    await create(one)
    await expect(create(two)).rejects.toMatchObject({ code: 'ERR_VASTDB_CONFLICT' })
    await one.commit()
    await expect(create(two)).rejects.toMatchObject({ code: 'ERR_VASTDB_CONFLICT' })
    await tableIn(two, 'other')
    await two.commit()
  })

  it('keep a schema from being dropped while another transaction creates a table in it', async () => {
    await s.session.transaction((tx) => tx.bucket('vastdb').schema('busy').create())
    const creator = await s.session.begin()
    const dropper = await s.session.begin()
    await creator
      .bucket('vastdb')
      .schema('busy')
      .createTable('t', integers({ a: [] }).schema)
    await expect(dropper.bucket('vastdb').schema('busy').drop()).rejects.toMatchObject({ code: 'ERR_VASTDB_CONFLICT' })
    await creator.commit()
    await dropper.rollback()
  })

  it('keep columns from changing under open inserts, and inserts out of changed tables', async () => {
    await createTable(s.session, 'shape', integers({ a: [1] }))
    const inserter = await s.session.begin()
    const alterer = await s.session.begin()
    await table(inserter, 'shape').insert(integers({ a: [2] }))
    await expect(table(alterer, 'shape').addColumns(integers({ b: [] }).schema)).rejects.toMatchObject({
      code: 'ERR_VASTDB_CONFLICT',
    })
    await inserter.commit()
    await alterer.rollback()
    const late = await s.session.begin()
    await s.session.transaction((tx) => table(tx, 'shape').addColumns(integers({ b: [] }).schema))
    await expect(table(late, 'shape').insert(integers({ a: [3] }))).rejects.toMatchObject({
      code: 'ERR_VASTDB_CONFLICT',
    })
    await late.rollback()
  })
})

async function tableIn(tx: Transaction, name: string) {
  return tx
    .bucket('vastdb')
    .schema('s')
    .createTable(name, integers({ a: [] }).schema)
}

describe('row ids', () => {
  it('count from 0, survive updates, and leave gaps where rows were deleted', async () => {
    await createTable(s.session, 'ids', integers({ a: [10, 11, 12] }))
    await s.session.transaction(async (tx) => {
      await table(tx, 'ids').update(change([0, 2], [20, 22]))
      await table(tx, 'ids').delete([1n])
      await table(tx, 'ids').insert(integers({ a: [13] }))
    })
    await s.session.transaction(async (tx) => {
      const rows = await table(tx, 'ids').select({ rowId: true }).toTable()
      expect([...rows.getChild('$row_id')!]).toEqual([0n, 2n, 3n])
      expect([...rows.getChild('a')!]).toEqual([20n, 22n, 13n])
    })
  })

  it('never collide between transactions that insert at the same time', async () => {
    await createTable(s.session, 'parallel', integers({ a: [] }))
    const insert = (a: number) =>
      s.session.transaction((tx) => table(tx, 'parallel').insert(integers({ a: Array(100).fill(a) })))
    await Promise.all(Array.from({ length: 8 }, (_, index) => insert(index)))
    await s.session.transaction(async (tx) => {
      const rows = await table(tx, 'parallel').select({ rowId: true }).toTable()
      const ids = [...rows.getChild('$row_id')!].map(Number)
      expect(ids).toEqual([...ids].sort((a, b) => a - b))
      expect(new Set(ids).size).toBe(800)
    })
  })

  it('must name rows that exist, each once and in order', async () => {
    await createTable(s.session, 'strict', integers({ a: [1, 2] }))
    const tx = (await s.raw('POST', '/?transaction')).headers['tabular-txid'] as string
    const send = (ids: number[]) => s.raw('PUT', '/vastdb/s/strict?rows', { tx, body: ipc(change(ids, ids)) })
    expect(await send([1, 0])).toMatchObject({ status: 400 })
    expect(await send([1, 1])).toMatchObject({ status: 400 })
    expect(await send([1, 7])).toMatchObject({ status: 404 })
    expect(await send([0, 1])).toMatchObject({ status: 200 })
    expect(await s.raw('PUT', '/?transaction', { tx })).toMatchObject({ status: 200 })
  })
})

describe('ids of transactions', () => {
  it('stand for nothing after the end, or when they were never given out', async () => {
    const tx = (await s.raw('POST', '/?transaction')).headers['tabular-txid'] as string
    expect(await s.raw('GET', '/?transaction', { tx })).toMatchObject({ status: 200 })
    expect(await s.raw('PUT', '/?transaction', { tx })).toMatchObject({ status: 200 })
    for (const [method, target] of [
      ['PUT', '/?transaction'],
      ['DELETE', '/?transaction'],
      ['GET', '/?transaction'],
      ['GET', '/vastdb?schema'],
    ] as const) {
      for (const id of [tx, '18446744073709551615']) {
        expect(await s.raw(method, target, { tx: id })).toMatchObject({ status: 404, code: 'NoSuchTransaction' })
      }
    }
    expect(await s.raw('GET', '/vastdb?schema', { tx: 'seven' })).toMatchObject({ status: 400 })
  })

  it('may be left out: each request is then a transaction of its own', async () => {
    await createTable(s.session, 'implicit', integers({ a: [1] }))
    expect(await s.raw('POST', '/vastdb/s/implicit?rows', { tx: '0', body: ipc(integers({ a: [2] })) })).toMatchObject({
      status: 200,
    })
    const refused = ipc(integers({ wrong: [2] }))
    expect(await s.raw('POST', '/vastdb/s/implicit?rows', { body: refused })).toMatchObject({ status: 404 })
    await s.session.transaction(async (tx) => expect(await values(tx, 'implicit')).toEqual([1, 2]))
    expect(s.emulator.openTransactions).toBe(0)
  })
})

it('rolls an idle transaction back, and keeps one alive that is asked about', async () => {
  const { raw, emulator } = await setup({ transactionTimeoutMs: 400 })
  const begin = async () => (await raw('POST', '/?transaction')).headers['tabular-txid'] as string
  const [idle, kept] = [await begin(), await begin()]
  expect(await raw('POST', '/vastdb/left?schema', { tx: idle })).toMatchObject({ status: 200 })
  for (let waited = 0; emulator.openTransactions > 1 && waited < 100; waited++) {
    await sleep(50)
    await raw('GET', '/?transaction', { tx: kept })
  }
  expect(await raw('PUT', '/?transaction', { tx: idle })).toMatchObject({ status: 404 })
  expect(await raw('POST', '/vastdb/left?schema', { tx: kept })).toMatchObject({ status: 200 })
  expect(await raw('PUT', '/?transaction', { tx: kept })).toMatchObject({ status: 200 })
})

it('finds rows again after they were changed many times over', async () => {
  await createTable(s.session, 'again', integers({ a: [1, 2, 3, 4] }))
  for (let round = 0; round < 5; round++) {
    await s.session.transaction(async (tx) => {
      const rows = await table(tx, 'again')
        .select({ where: col('a').gte(3n), rowId: true })
        .toTable()
      const ids = [...rows.getChild('$row_id')!].map(Number)
      await table(tx, 'again').update(
        change(
          ids,
          [...rows.getChild('a')!].map((a) => Number(a) + 1),
        ),
      )
    })
  }
  await s.session.transaction(async (tx) => expect(await values(tx, 'again')).toEqual([1, 2, 8, 9]))
})
