import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { nativeStatus } from '../../src/oiio/index.ts'
import { tinyExr } from './tiny-exr.ts'

const status = nativeStatus()
if (!status.ok) console.warn(`SKIPPED: tests of the native addon in threads. ${status.error}`)

/** Reads sound and subsampled files in turn, so that threads switch between the two readers under each other's feet. */
const script = `
  const { parentPort, workerData } = require('node:worker_threads')
  const { readSpecs, readSpecsAsync } = require(workerData.addon)
  const sources = workerData.files.map((bytes) => ({ name: 'm', sizeBytes: bytes.length, ranges: [{ start: 0, bytes }] }))
  const answers = []
  for (let round = 0; round < 50; round++) {
    for (const { status, reader, refusals } of readSpecs(sources, 1e6)) answers.push(status + ' ' + reader + ' ' + refusals.length)
  }
  parentPort.postMessage(answers)
  // Still under way when the thread ends.
  readSpecsAsync(sources, 1e6)
`

async function runWorker(files: Uint8Array[]): Promise<{ answers: string[]; exitCode: number }> {
  const addon = createRequire(import.meta.url).resolve('#addon')
  const worker = new Worker(script, { eval: true, workerData: { addon, files } })
  const answers = new Promise<string[]>((resolve, reject) => worker.once('message', resolve).once('error', reject))
  const exitCode = new Promise<number>((resolve) => worker.once('exit', resolve))
  return { answers: await answers, exitCode: await exitCode }
}

describe.runIf(status.ok)('the addon in worker threads', () => {
  const wrongType = Buffer.from('type\0string\0\x0a\0\0\0tiledimage')
  const files = [tinyExr(), tinyExr({ channels: { BY: 2, RY: 2, Y: 1 } }), tinyExr({ extra: [wrongType] })]

  it('gives each thread the reader it asked for, and lets every thread end', async () => {
    const runs = await Promise.all(Array.from({ length: 4 }, () => runWorker(files)))
    const expected = Array.from({ length: 50 }, () => ['ok core 0', 'refused undefined 2', 'ok classic 1']).flat()
    for (const { answers, exitCode } of runs) {
      expect(answers).toEqual(expected)
      expect(exitCode).toBe(0)
    }
  })

  it('loads again and again as threads come and go', async () => {
    for (let round = 0; round < 5; round++) {
      const { exitCode } = await runWorker(files)
      expect(exitCode).toBe(0)
    }
  })

  it('survives threads that are terminated while they read', async () => {
    const addon = createRequire(import.meta.url).resolve('#addon')
    const endless = script.replace('round < 50', 'true')
    const workers = Array.from({ length: 3 }, () => new Worker(endless, { eval: true, workerData: { addon, files } }))
    await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('online', resolve))))
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await Promise.all(workers.map((worker) => worker.terminate()))).toEqual([1, 1, 1])
    expect((await runWorker(files)).exitCode).toBe(0)
  })
})
