import { expect, it } from 'vitest'
import { UpsertBatcher } from '../../src/catalog/batcher.ts'
import type { CatalogRecord, UpsertResult } from '../../src/catalog/catalog.ts'
import { ExrError } from '../../src/errors.ts'

const record = (path: string) => ({ payload: { file: { path } } }) as unknown as CatalogRecord
const pathOf = (entry: CatalogRecord) => entry.payload.file.path

/** Stands where a catalog stands, and lets the test decide when a transaction ends. */
class Ledger {
  readonly batches: string[][] = []
  running = 0
  mostAtOnce = 0
  release: () => void = () => {}
  hold = false
  failure: Error | null = null

  async upsert(batch: readonly CatalogRecord[]): Promise<UpsertResult[]> {
    this.running++
    this.mostAtOnce = Math.max(this.mostAtOnce, this.running)
    this.batches.push(batch.map(pathOf))
    if (this.hold) {
      await new Promise<void>((resolve) => {
        this.release = resolve
      })
    }
    this.running--
    if (this.failure) throw this.failure
    return batch.map((entry) => ({ status: 'inserted', fileId: `id-${pathOf(entry)}`, path: pathOf(entry) }))
  }
}

it('shares one transaction between callers and gives each its own result', async () => {
  const ledger = new Ledger()
  const batcher = new UpsertBatcher(ledger, 'run')
  const results = await Promise.all(['a', 'b', 'c'].map((path) => batcher.persist(record(path))))
  expect(results.map((result) => result.path)).toEqual(['a', 'b', 'c'])
  expect(ledger.batches).toEqual([['a', 'b', 'c']])
})

it('writes full batches without waiting, one at a time', async () => {
  const ledger = new Ledger()
  const batcher = new UpsertBatcher(ledger, 'run', { maxRecords: 2, maxWaitMs: 60_000 })
  const results = Promise.all(['a', 'b', 'c', 'd', 'e'].map((path) => batcher.persist(record(path))))
  await batcher.close()
  await results
  expect(ledger.batches).toEqual([['a', 'b'], ['c', 'd'], ['e']])
  expect(ledger.mostAtOnce).toBe(1)
})

it('acknowledges nothing before its transaction has ended', async () => {
  const ledger = new Ledger()
  ledger.hold = true
  const batcher = new UpsertBatcher(ledger, 'run', { maxRecords: 1 })
  let settled = false
  const persisted = batcher.persist(record('a')).then(() => {
    settled = true
  })
  while (ledger.running === 0) await new Promise(setImmediate)
  expect(settled).toBe(false)
  ledger.release()
  await persisted
  expect(settled).toBe(true)
})

it('tells every caller of a transaction that failed, and goes on with the next', async () => {
  const ledger = new Ledger()
  ledger.failure = new Error('disk gone')
  const batcher = new UpsertBatcher(ledger, 'run', { maxRecords: 2 })
  const failed = await Promise.allSettled(['a', 'b'].map((path) => batcher.persist(record(path))))
  expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  ledger.failure = null
  expect(await batcher.persist(record('c'))).toMatchObject({ status: 'inserted' })
  await batcher.close()
  await expect(batcher.persist(record('d'))).rejects.toMatchObject({ code: 'ERR_CATALOG_WRITE' })
})

it('writes a batch that fails as a whole again in halves, so that one record fails alone', async () => {
  const stored: string[] = []
  const picky = {
    async upsert(batch: readonly CatalogRecord[]): Promise<UpsertResult[]> {
      if (batch.some((entry) => pathOf(entry) === 'bad')) throw new ExrError('ERR_CATALOG_WRITE', 'a value too large')
      stored.push(...batch.map(pathOf))
      return batch.map((entry) => ({ status: 'inserted', fileId: pathOf(entry), path: pathOf(entry) }))
    },
  }
  const batcher = new UpsertBatcher(picky, 'run')
  const paths = Array.from({ length: 16 }, (_, index) => (index === 11 ? 'bad' : `f${index}`))
  const results = await Promise.allSettled(paths.map((path) => batcher.persist(record(path))))
  expect(results.map(({ status }) => status).indexOf('rejected')).toBe(11)
  expect(stored.toSorted()).toEqual(paths.filter((path) => path !== 'bad').toSorted())
})

it('does not try halves when the catalog itself has failed', async () => {
  const ledger = new Ledger()
  ledger.failure = new ExrError('ERR_DISK_FULL', 'no space')
  const batcher = new UpsertBatcher(ledger, 'run')
  await Promise.allSettled(['a', 'b', 'c', 'd'].map((path) => batcher.persist(record(path))))
  expect(ledger.batches).toEqual([['a', 'b', 'c', 'd']])
})

it('lets a caller go when its time is up, and takes back what still waits', async () => {
  const ledger = new Ledger()
  ledger.hold = true
  const batcher = new UpsertBatcher(ledger, 'run', { maxRecords: 1 })
  const deadline = new AbortController()
  const running = batcher.persist(record('running'), deadline.signal)
  while (ledger.running === 0) await new Promise(setImmediate)
  const waiting = batcher.persist(record('waiting'), deadline.signal)
  deadline.abort()
  for (const persisted of [running, waiting]) await expect(persisted).rejects.toMatchObject({ code: 'ERR_ABORTED' })
  expect(batcher.pending).toBe(0)
  ledger.hold = false
  ledger.release()
  await batcher.close()
  expect(ledger.batches).toEqual([['running']])
})
