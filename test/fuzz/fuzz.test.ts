import { describe, expect, it } from 'vitest'
import { nativeStatus } from '../../src/oiio/index.ts'
import { type FuzzPlan, fuzz } from './jobs.ts'
import { fuzzPixels } from './pixels.ts'
import { fuzzCase, readSeeds } from './seeds.ts'

const native = nativeStatus()
if (!native.ok) console.warn(`Skipped: mutated headers through the addon: ${native.error}`)

describe('mutated headers', () => {
  it('are the same for the same seed, and differ between seeds', () => {
    const seeds = readSeeds(false)
    expect(fuzzCase(seeds, 7, 123)).toEqual(fuzzCase(seeds, 7, 123))
    expect(fuzzCase(seeds, 7, 123)).not.toEqual(fuzzCase(seeds, 8, 123))
  })

  it('leave the codec standing: errors are coded, reading in steps and writing back agree, nothing hangs', async () => {
    await expectClean({ target: 'codec', seed: 1, cases: 5000, corpus: false })
  })

  it.runIf(native.ok)('leave the native reader standing', async () => {
    await expectClean({ target: 'addon', seed: 1, cases: 500, corpus: false })
  })

  it('give payloads that keep their schema, with vectors of length 1 and rows a catalog can hold', async () => {
    await expectClean({ target: 'payload', seed: 1, cases: 500, corpus: false })
  })
})

it.runIf(native.ok)('mutated files cost their own pixels at most, and each that is refused is named', async () => {
  const { unnamed, whole, partial, refused } = await fuzzPixels(1, 200)
  expect(unnamed).toEqual([])
  expect(whole).toBeGreaterThan(20)
  expect(partial).toBeGreaterThan(20)
  expect(Object.keys(refused).length).toBeGreaterThan(0)
})

async function expectClean(plan: FuzzPlan): Promise<void> {
  // A case that hangs is a failure too: its process is killed.
  const { failures, peakRssMiB } = await fuzz(plan)
  expect(failures).toEqual([])
  expect(peakRssMiB).toBeLessThan(1024)
}
