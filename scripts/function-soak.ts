/**
 * Does the function's memory stay flat? `npx tsx scripts/function-soak.ts [events]` sends 100,000 mixed events (uploads,
 * missing and damaged objects, removals, other files, batches, bodies that are no events) to a function with a catalog,
 * and prints its heap after a collection, ten times on the way. Exits 1 when the end is 1.2 times the first quarter.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import v8 from 'node:v8'
import vm from 'node:vm'
import pLimit from 'p-limit'
import { silentLogger } from '../src/log.ts'
import { createServer, functionSettings } from '../src/server/index.ts'
import { fixturePath } from '../test/paths.ts'
import { startStaticS3 } from './servers/static-s3.ts'

v8.setFlagsFromString('--expose_gc')
const collect = vm.runInNewContext('gc') as () => void

const events = Number(process.argv[2] ?? 100_000)
const [good, bad] = ['compression-zip.exr', 'not-exr.exr'].map((name) => readFileSync(fixturePath(name)))
const store = await startStaticS3((key) => (key.startsWith('good') ? good : key.startsWith('bad') ? bad : undefined))
const folder = mkdtempSync(join(tmpdir(), 'exr-soak-'))
const env = {
  EXR_CATALOG: join(folder, 'catalog.duckdb'),
  S3_ENDPOINT: store.endpoint,
  S3_ACCESS_KEY: 'test',
  S3_SECRET_KEY: 'test',
  EXR_ISOLATION: 'thread',
}
const server = await createServer(functionSettings(env, { get: () => undefined, bySecret: {} }), silentLogger)

const record = (key: string, eventName = 'ObjectCreated:Put') => ({
  eventName,
  eventTime: new Date().toISOString(),
  s3: { bucket: { name: 'plates' }, object: { key, sequencer: key.length.toString(16) } },
})
const envelope = (id: number, data: unknown) => ({ specversion: '1.0', id: String(id), type: 't', source: 's', data })

/** One of eight kinds of events; the same thousand objects come again and again. */
function eventOf(index: number): { payload: string; headers: Record<string, string>; expected: number } {
  const object = index % 1_000
  const json = { 'content-type': 'application/json' }
  const asJson = (value: unknown, expected = 204, headers = json) => ({
    payload: JSON.stringify(value),
    headers,
    expected,
  })
  switch (index % 8) {
    case 0:
      return asJson({ Records: [record(`missing${object}.exr`)] })
    case 1:
      return asJson({ Records: [record(`bad${object}.exr`)] })
    case 2:
      return asJson({ Records: [record(`missing${object}.exr`, 'ObjectRemoved:Delete')] })
    case 3:
      return asJson({ Records: [record('notes.txt')] })
    case 4:
      return { payload: '{"Records": ', headers: json, expected: 400 }
    case 5: {
      const entries = [0, 1, 2].map((offset) => envelope(index, { Records: [record(`good${object + offset}.exr`)] }))
      return asJson(entries, 204, { 'content-type': 'application/cloudevents-batch+json' })
    }
    default:
      return asJson({ Records: [record(`good${object}.exr`)] })
  }
}

const limit = pLimit(32)
const heaps: number[] = []
try {
  const step = Math.ceil(events / 10)
  for (let start = 0; start < events; start += step) {
    const indices = Array.from({ length: Math.min(step, events - start) }, (_, offset) => start + offset)
    await limit.map(indices, async (index) => {
      const { payload, headers, expected } = eventOf(index)
      const { statusCode, body } = await server.app.inject({ method: 'POST', url: '/', payload, headers })
      if (statusCode !== expected) throw new Error(`event ${index} was answered ${statusCode}: ${body}`)
    })
    collect()
    const { heapUsed, arrayBuffers, rss } = process.memoryUsage()
    heaps.push(heapUsed + arrayBuffers)
    const mib = (bytes: number) => (bytes / 2 ** 20).toFixed(1)
    console.log(
      `${start + indices.length} events: heap ${mib(heapUsed)} MiB, buffers ${mib(arrayBuffers)} MiB, resident ${mib(rss)} MiB`,
    )
  }
  const first = Math.max(...heaps.slice(0, 3))
  const ratio = heaps.at(-1)! / first
  console.log(`end against the first quarter: ${ratio.toFixed(2)}`)
  process.exitCode = ratio <= 1.2 ? 0 : 1
} finally {
  await server.close()
  await store.close()
  rmSync(folder, { recursive: true, force: true })
}
