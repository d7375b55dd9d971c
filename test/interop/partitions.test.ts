import { Int64, type Schema, Table, Utf8, vectorFromArray } from 'apache-arrow'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect, type Session } from '../../src/vastdb/index.ts'
import { type Emulator, startEmulator } from '../../src/vastdb-emulator/index.ts'
import { newestVastPython, runScript } from './python.ts'

const python = newestVastPython()
const ALL = Array.from({ length: 12 }, (_, index) => index - 6)

describe.runIf(python)('tables with partitions', () => {
  let emulator: Emulator
  let session: Session
  beforeAll(async () => {
    emulator = await startEmulator({ port: 0 })
    session = await connect({ endpoint: emulator.endpoint, accessKey: 'test', secretKey: 'test' })
  })
  afterAll(async () => {
    await session?.close()
    await emulator?.close()
  })

  it('are made and read by the SDK, which asks for their partitions first', async () => {
    const found = (await runScript(
      'partitions.py',
      { endpoint: emulator.endpoint, mode: 'theirs' },
      python!,
    )) as Record<string, Record<string, unknown>>
    expect(Object.keys(found)).toEqual(['identity', 'days', 'many', 'hours'])
    for (const { distinct, ...each } of Object.values(found)) {
      expect(each).toMatchObject({
        type: 'Partitioned',
        partitions: distinct,
        numbers: ALL,
        later: [1, 2, 3, 4, 5],
        both: [1, 2, 4, 5],
        limited: 5,
      })
    }
    expect(found['many']!['keys']).toEqual([
      ['show', 'truncate[1]'],
      ['day', 'year'],
      ['n', 'truncate[4]'],
    ])
  })

  it('are made, listed and described by our client, and read by the SDK', async () => {
    const rows = new Table({
      n: vectorFromArray([1n, 2n, 3n], new Int64()),
      show: vectorFromArray(['alpha', 'beta', 'beta'], new Utf8()),
    })
    await session.transaction(async (tx) => {
      const schema = await tx.bucket('vastdb').schema('ours').create()
      const table = await schema.createTable('t', rows.schema as Schema, {
        partitionedBy: [
          { column: 'show', transform: 'truncate', arg: 2 },
          { column: 'n', transform: 'identity' },
        ],
      })
      await table.insert(rows)
      await schema.createTable('plain', rows.schema as Schema)
      expect(await table.partitionKeys()).toEqual([
        { column: 'show', transform: 'truncate', arg: 2, name: 'show_truncate_2' },
        { column: 'n', transform: 'identity', arg: null, name: 'n' },
      ])
      expect(await table.info()).toMatchObject({ partitioned: true, partitions: 3n })
      expect((await table.stats()).partitions).toBe(3n)
      expect((await schema.tables()).map(({ name, partitioned }) => [name, partitioned])).toEqual([
        ['t', true],
        ['plain', false],
      ])
      expect(await schema.table('plain').partitionKeys()).toEqual([])
      expect((await schema.table('plain').stats()).partitions).toBeNull()
      expect(await table.select().count()).toBe(3)
    })
    expect(await runScript('partitions.py', { endpoint: emulator.endpoint, mode: 'ours' }, python!)).toEqual({
      type: 'Partitioned',
      keys: [
        ['show', 'truncate[2]'],
        ['n', 'identity'],
      ],
      partitions: 3,
      numbers: [1, 2, 3],
      beta: [2, 3],
    })
  })
})
