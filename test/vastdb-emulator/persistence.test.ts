import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { connect } from '../../src/vastdb/index.ts'
import { type EmulatorOptions, startEmulator } from '../../src/vastdb-emulator/index.ts'
import { tempDir } from '../helpers.ts'
import { everything } from '../vastdb/rows.ts'
import { createTable, integers } from './setup.ts'

async function withEmulator<T>(
  options: EmulatorOptions,
  work: (session: Awaited<ReturnType<typeof connect>>) => Promise<T>,
): Promise<T> {
  const emulator = await startEmulator({ port: 0, ...options })
  const session = await connect({ endpoint: emulator.endpoint, accessKey: 'test', secretKey: 'test' })
  try {
    return await work(session)
  } finally {
    await session.close()
    await emulator.close()
    await emulator.close()
  }
}

it('keeps what was committed over a restart, and only that', async () => {
  const dataDirectory = tempDir()
  const rows = everything(20)
  await withEmulator({ dataDirectory }, async (session) => {
    await createTable(session, 't', rows)
    await createTable(session, 'ids', integers({ a: [1, 2, 3] }))
    await session.transaction((tx) => tx.bucket('vastdb').schema('s').table('ids').delete([2n]))
    const open = await session.begin()
    await open.bucket('vastdb').schema('unfinished').create()
    await open
      .bucket('vastdb')
      .schema('s')
      .table('ids')
      .insert(integers({ a: [9] }))
  })
  await withEmulator({ dataDirectory }, async (session) => {
    await session.transaction(async (tx) => {
      const bucket = tx.bucket('vastdb')
      expect((await bucket.schemas()).map((schema) => schema.name)).toEqual(['s'])
      const read = await bucket.schema('s').table('t').select().toTable()
      expect(JSON.stringify(read.toArray(), bigints)).toBe(JSON.stringify(rows.toArray(), bigints))
      expect(String(read.schema)).toBe(String(rows.schema))
      const ids = bucket.schema('s').table('ids')
      // Ids 2 and 3 were given out before; neither comes back.
      expect([...(await ids.insert(integers({ a: [4] })))]).toEqual([4n])
      expect((await ids.select().toTable()).numRows).toBe(3)
    })
  })
})

const bigints = (_: string, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value)

it('holds everything in memory when no directory is given', async () => {
  await withEmulator({}, (session) => createTable(session, 't', integers({ a: [1] })))
  await withEmulator({}, async (session) => {
    await session.transaction(async (tx) => expect(await tx.bucket('vastdb').schemas()).toEqual([]))
  })
})

it('refuses a store that is no store, and a port that is taken', async () => {
  const dataDirectory = tempDir()
  mkdirSync(dataDirectory, { recursive: true })
  writeFileSync(join(dataDirectory, 'vast-emulator.duckdb'), 'this is not a database at all, it is a text file')
  await expect(startEmulator({ port: 0, dataDirectory })).rejects.toMatchObject({ code: 'ERR_CATALOG_OPEN' })
  const first = await startEmulator({ port: 0 })
  const port = Number(new URL(first.endpoint).port)
  await expect(startEmulator({ port })).rejects.toMatchObject({ code: 'ERR_OPTION_INVALID' })
  await first.close()
})

it('says which option is wrong', async () => {
  const wrong: [EmulatorOptions, RegExp][] = [
    [{ port: 70_000 }, /for port but received 70000/],
    [{ version: '5.5' }, /for version but received 5\.5/],
    [{ buckets: [] }, /for buckets/],
    [{ buckets: ['a/b'] }, /for buckets but received a\/b/],
    [{ accessKey: '' }, /accessKey/],
    [{ transactionTimeoutMs: 0 }, /transactionTimeoutMs but received 0/],
    [{ prot: 1 } as never, /for prot /],
  ]
  for (const [options, message] of wrong) {
    const refused = expect(startEmulator(options)).rejects
    await refused.toMatchObject({ code: 'ERR_OPTION_INVALID', message: expect.stringMatching(message) })
  }
})
