import { beforeAll, describe, expect, it } from 'vitest'
import { col, connect, type PartitionKey, type Schema } from '../../src/vastdb/index.ts'
import { startEmulator } from '../../src/vastdb-emulator/index.ts'
import { tempDir } from '../helpers.ts'
import { integers, type Setup, setup } from './setup.ts'

const ROWS = integers({ a: [-3, -1, 0, 4, 5, 9], b: [1, 1, 1, 2, 2, 2] })
const FOURS: PartitionKey = { column: 'a', transform: 'truncate', arg: 4 }

let s: Setup
beforeAll(async () => {
  s = await setup()
  await s.session.transaction(async (tx) => {
    const schema = await tx.bucket('vastdb').schema('s').create()
    const table = await schema.createTable('t', ROWS.schema, { partitionedBy: [FOURS] })
    await table.insert(ROWS)
    await schema.createTable('plain', ROWS.schema)
  })
})
const inSchema = (work: (schema: Schema) => Promise<void>) =>
  s.session.transaction((tx) => work(tx.bucket('vastdb').schema('s')))

describe('the table of partitions', () => {
  it('has a row for each partition with rows, and how many it has', async () => {
    await inSchema(async (schema) => {
      const partitions = schema.table('t___VAST_PARTITIONS')
      expect((await partitions.columns()).fields.map(({ name }) => name)).toEqual([
        'a_truncate_4',
        'est_row_count',
        'est_byte_size',
        'sorting_score',
      ])
      const columns = ['a_truncate_4', 'est_row_count']
      const found = await partitions.select({ columns }).toTable()
      expect(found.toArray().map((row) => [...row!.toArray()])).toEqual([
        [-4n, 2n],
        [0n, 1n],
        [4n, 2n],
        [8n, 1n],
      ])
      expect((await partitions.stats()).rows).toBe(4n)
    })
  })

  it('is there to be read, and only where a table has partitions', async () => {
    await inSchema(async (schema) => {
      const none = { code: 'ERR_VASTDB_NOT_FOUND' }
      await expect(schema.table('plain___VAST_PARTITIONS').columns()).rejects.toMatchObject(none)
      await expect(schema.table('t___VAST_PARTITIONS').insert(ROWS)).rejects.toMatchObject(none)
      const byCount = schema.table('t___VAST_PARTITIONS').select({ where: col('est_row_count').eq(1n) })
      await expect(byCount.toTable()).rejects.toMatchObject({ status: 400 })
    })
  })
})

describe('a table with partitions', () => {
  it('keeps the values it is partitioned by', async () => {
    await inSchema(async (schema) => {
      const table = schema.table('t')
      await expect(table.dropColumns(['a'])).rejects.toMatchObject({ status: 400 })
      const found = await table.select({ rowId: true, limit: 1 }).toTable()
      await expect(table.update(found, ['a'])).rejects.toMatchObject({ status: 400 })
      await table.update(found, ['b'])
    })
  })

  it('is refused with keys that make no sense, before anything is sent or by the server', async () => {
    await inSchema(async (schema) => {
      const make = (...partitionedBy: PartitionKey[]) => schema.createTable('x', ROWS.schema, { partitionedBy })
      const option = { code: 'ERR_OPTION_INVALID' }
      await expect(make({ column: 'nope', transform: 'identity' })).rejects.toMatchObject(option)
      await expect(make({ column: 'a', transform: 'truncate' })).rejects.toMatchObject(option)
      await expect(make({ column: 'a', transform: 'truncate', arg: 0 })).rejects.toMatchObject(option)
      await expect(make({ column: 'a', transform: 'identity', arg: 1 })).rejects.toMatchObject(option)
      await expect(make(...Array.from({ length: 5 }, () => FOURS))).rejects.toMatchObject(option)
      await expect(make({ column: 'a', transform: 'day' })).rejects.toMatchObject({ status: 400 })
      await expect(make(FOURS, FOURS)).rejects.toMatchObject({ status: 400 })
      await expect(make({ column: 'a', transform: 'bucket', arg: 8 })).rejects.toMatchObject({ status: 501 })
      expect((await schema.tables()).map(({ name }) => name)).toEqual(['t', 'plain'])
    })
  })

  it('needs a server of 5.5', async () => {
    const emulator = await startEmulator({ port: 0, version: '5.4.0.1' })
    const session = await connect({ endpoint: emulator.endpoint, accessKey: 'test', secretKey: 'test' })
    await session.transaction(async (tx) => {
      const schema = await tx.bucket('vastdb').schema('s').create()
      const made = schema.createTable('t', ROWS.schema, { partitionedBy: [FOURS] })
      await expect(made).rejects.toMatchObject({ code: 'ERR_VASTDB_VERSION' })
    })
    await session.close()
    await emulator.close()
  })

  it('has its keys after a restart', async () => {
    const dataDirectory = tempDir()
    for (const isFirst of [true, false]) {
      const emulator = await startEmulator({ port: 0, dataDirectory })
      const session = await connect({ endpoint: emulator.endpoint, accessKey: 'test', secretKey: 'test' })
      await session.transaction(async (tx) => {
        const schema = tx.bucket('vastdb').schema('s')
        if (isFirst) await (await schema.create()).createTable('t', ROWS.schema, { partitionedBy: [FOURS] })
        expect(await schema.table('t').partitionKeys()).toEqual([{ ...FOURS, name: 'a_truncate_4' }])
      })
      await session.close()
      await emulator.close()
    }
  })
})
