import { Field, Int64, Schema, Table, vectorFromArray } from 'apache-arrow'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { col, connect, type Session, type Transaction, VastdbError } from '../../../src/vastdb/index.ts'
import { type Emulator, type FaultRule, startEmulator } from '../../../src/vastdb-emulator/index.ts'

const columns = new Schema([new Field('n', new Int64(), true)])
const numbers = (from: number, to: number) =>
  new Table({
    n: vectorFromArray(
      Array.from({ length: to - from }, (_, i) => BigInt(from + i)),
      new Int64(),
    ),
  })
const table = (tx: Transaction) => tx.bucket('vastdb').schema('s').table('t', { columns, sorted: false })

describe('a cluster that misbehaves', () => {
  let emulator: Emulator
  let session: Session

  beforeAll(async () => {
    emulator = await startEmulator({ port: 0, faultSeed: 7 })
    const retry = { baseMs: 1, maxTries: 40 }
    session = await connect({ endpoint: emulator.endpoint, accessKey: 'test', secretKey: 'test', retry })
    await session.transaction(async (tx) => {
      await (await tx.bucket('vastdb').schema('s').create()).createTable('t', columns)
    })
  })
  afterAll(async () => {
    await session?.close()
    await emulator?.close()
  })

  async function withFaults<T>(rules: FaultRule[], work: () => Promise<T>): Promise<T> {
    emulator.setFaults(rules)
    try {
      return await work()
    } finally {
      emulator.setFaults([])
    }
  }

  it('stores every row once when one request in five fails in any way', async () => {
    const rules: FaultRule[] = [
      { fault: { kind: 'slow-down' }, probability: 0.05 },
      { fault: { kind: 'reset-before' }, probability: 0.05 },
      { fault: { kind: 'reset-after' }, probability: 0.05 },
      { fault: { kind: 'cut', bytes: 10 }, probability: 0.05 },
    ]
    const store = async (n: number): Promise<number> => {
      const committed = async (tx: Transaction) =>
        (await table(tx)
          .select({ where: col('n').eq(n), splits: 1 })
          .count()) > 0
      for (let tries = 1; ; tries++) {
        try {
          await session.transaction(async (tx) => void (await table(tx).insert(numbers(n, n + 1))), { committed })
          return tries
        } catch (error) {
          // Every other failure promises that nothing was stored.
          if (!(error instanceof VastdbError) || error.code === 'ERR_VASTDB_COMMIT_UNKNOWN') throw error
        }
      }
    }
    const tries = await withFaults(rules, async () => {
      const counts: number[] = []
      for (let n = 0; n < 80; n++) counts.push(await store(n))
      return counts
    })
    expect(tries.some((count) => count > 1)).toBe(true)
    const found = await session.transaction((tx) => table(tx).select({ splits: 1 }).toTable())
    expect([...found.getChild('n')!].map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 80 }, (_, n) => n))
  })

  it('loses and doubles no row when answers are cut in the middle', async () => {
    await session.transaction(async (tx) => {
      const all = await table(tx).select({ rowId: true, splits: 1 }).toTable()
      await table(tx).delete(all)
      await table(tx).insert(numbers(0, 70_000))
    })
    for (const bytes of [300, 3000, 30_000]) {
      const seen = new Uint8Array(70_000)
      await withFaults([{ fault: { kind: 'cut', bytes }, probability: 0.4, commands: ['data'] }], () =>
        session.transaction(async (tx) => {
          const rows = table(tx).select({ splits: 2, rowsPerPage: 3000, rowGroupsPerSubSplit: 1 })
          for await (const batch of rows) for (const n of batch.getChildAt(0)!.toArray()) seen[Number(n)]! += 1
        }),
      )
      expect(seen.every((times) => times === 1)).toBe(true)
    }
  })
})
