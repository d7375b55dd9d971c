import { describe, expect, it } from 'vitest'
import { parseFaultRule } from '../../../src/vastdb-emulator/index.ts'
import { sequence } from '../records.ts'
import { emulator, openAt, tableRows } from './place.ts'

/** A full run takes 5,000. */
const FILES = Number(process.env['EXR_FAULT_FILES'] ?? 1000)
const BATCH = 256

describe(`an ingest of ${FILES} files while a fifth of all requests fail`, () => {
  it.each([
    ['with 503 SlowDown', 'slow-down'],
    ['with a connection reset before the work', 'reset-before'],
    ['with a connection reset after the work', 'reset-after'],
    ['with an answer cut short', 'cut=40'],
    ['by being late', 'latency=20'],
  ])('%s: every file is stored once, none half', { timeout: 600_000 }, async (_how, fault) => {
    const server = await emulator({ faultSeed: 7 })
    try {
      const catalog = await openAt(server)
      server.setFaults([parseFaultRule(`${fault}:0.2`)])
      const before = process.memoryUsage()
      let peak = 0
      for (let start = 0; start < FILES; start += BATCH) {
        const batch = sequence(`/mnt/show${start}`, Math.min(BATCH, FILES - start))
        const results = await catalog.upsert(batch, 'run')
        expect(results.filter((result) => result.status !== 'inserted')).toEqual([])
        const { heapUsed, arrayBuffers } = process.memoryUsage()
        peak = Math.max(peak, heapUsed + arrayBuffers)
      }
      server.setFaults([])

      const report = await catalog.verify()
      expect(report.checks.filter((check) => check.violations > 0)).toEqual([])
      const rows = await tableRows(server, 'files', ['file_id', 'inspection_count'])
      expect(rows).toHaveLength(FILES)
      expect(rows.filter((row) => row['inspection_count'] !== 1)).toEqual([])
      expect((await tableRows(server, 'channels', ['file_id'])).length).toBe(FILES * 8)
      expect((await tableRows(server, 'attributes', ['file_id'])).length).toBe(FILES * 6)
      // The emulator lives in this process too; what a run holds must not grow with its files.
      expect(peak - before.heapUsed - before.arrayBuffers).toBeLessThan(300 * 1024 ** 2)
      await catalog.close()
    } finally {
      await server.close()
    }
  })
})
