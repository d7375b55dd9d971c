import { expect, it } from 'vitest'
import { MemoryBudget } from '../../src/workers/index.ts'

/** Whether a promise is settled once everything that can run has run. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false
  promise.then(
    () => (settled = true),
    () => (settled = true),
  )
  await new Promise(setImmediate)
  return settled
}

it('lets work wait for its bytes, in the order of asking', async () => {
  const budget = new MemoryBudget(100)
  const first = await budget.reserve(60)
  const large = budget.reserve(80)
  const small = budget.reserve(10)
  expect([await isSettled(large), await isSettled(small)]).toEqual([false, false])
  first()
  first()
  const release = await large
  await small
  expect(budget.reservedBytes).toBe(90)
  release()
  expect(budget.reservedBytes).toBe(10)
})

it('runs what needs more than there is alone', async () => {
  const budget = new MemoryBudget(100)
  const small = await budget.reserve(1)
  const huge = budget.reserve(1_000)
  expect(await isSettled(huge)).toBe(false)
  small()
  await huge
  expect(budget.reservedBytes).toBe(100)
})

it('forgets whoever gave up, and lets those behind go on', async () => {
  const budget = new MemoryBudget(100)
  await budget.reserve(60)
  const giveUp = new AbortController()
  const large = budget.reserve(80, giveUp.signal)
  const small = budget.reserve(40)
  giveUp.abort()
  await expect(large).rejects.toMatchObject({ code: 'ERR_ABORTED' })
  await small
  expect(budget.reservedBytes).toBe(100)
})
