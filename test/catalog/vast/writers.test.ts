import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Catalog } from '../../../src/catalog/catalog.ts'
import { col } from '../../../src/vastdb/index.ts'
import type { Emulator } from '../../../src/vastdb-emulator/index.ts'
import { sequence } from '../records.ts'
import { deleteRows, emulator, openAt, tableRows } from './place.ts'

const WRITER = fileURLToPath(new URL('writer.ts', import.meta.url))

interface Writer {
  readonly process: ChildProcess
  readonly lines: string[]
  start(): void
  /** Resolves when a line begins with this. */
  said(prefix: string): Promise<void>
  readonly ended: Promise<unknown>
}

function startWriter(server: Emulator, run: string, files: number, batchSize: number): Writer {
  const args = ['--import', 'tsx', WRITER, server.endpoint, run, String(files), String(batchSize)]
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines: string[] = []
  const output = createInterface(child.stdout)
  output.on('line', (line) => lines.push(line))
  return {
    process: child,
    lines,
    start: () => child.stdin.write('go\n'),
    said: async (prefix) => {
      while (!lines.some((line) => line.startsWith(prefix))) await once(output, 'line')
    },
    ended: once(child, 'close'),
  }
}

/** Rows a file of `sequence` has in each table. */
const ROWS_PER_FILE = { files: 1, parts: 1, channels: 8, attributes: 6 }

describe('writers of the same files at the same time', () => {
  let server: Emulator
  let catalog: Catalog
  let writers: Writer[]

  beforeEach(async () => {
    server = await emulator()
    catalog = await openAt(server)
    writers = []
  })
  afterEach(async () => {
    for (const writer of writers) writer.process.kill('SIGKILL')
    await catalog.close()
    await server.close()
  })

  async function expectOneRowEach(files: number): Promise<void> {
    for (const [table, perFile] of Object.entries(ROWS_PER_FILE)) {
      expect([table, (await tableRows(server, table, ['file_id'])).length]).toEqual([table, files * perFile])
    }
    const report = await catalog.verify()
    expect(report.checks.filter((check) => check.violations > 0)).toEqual([])
  }

  it('store a large value once, and what was lost of it comes back with the file', async () => {
    const manifest = Array.from({ length: 30_000 }, (_, index) => (index * 2_654_435_761) >>> 0).join(' ')
    const attributes = [{ name: 'manifest', type: 'string', value: manifest, source: 'exr' as const }]
    const frames = sequence('/mnt/ids', 4, { attributes })
    const others = await Promise.all([openAt(server), openAt(server), openAt(server)])
    await Promise.all(frames.map((frame, index) => [catalog, ...others][index]!.upsert([frame], `run ${index}`)))
    for (const other of others) await other.close()
    const pieces = async () => (await tableRows(server, 'large_values', ['piece'])).map(({ piece }) => Number(piece))
    const whole = (await pieces()).sort((a, b) => a - b)
    expect(whole.length).toBeGreaterThan(1)
    expect(whole).toEqual(whole.map((_, index) => index))

    await deleteRows(server, 'large_values', col('piece').eq(1))
    expect((await catalog.verify()).ok).toBe(false)
    await catalog.upsert(frames.slice(0, 1), 'again')
    expect((await pieces()).sort((a, b) => a - b)).toEqual(whole)
    expect((await catalog.verify()).ok).toBe(true)
  })

  it('end as one row a file: eight writers in processes and sessions of their own, a thousand files', async () => {
    const files = 1000
    writers = Array.from({ length: 4 }, (_, index) => startWriter(server, `process-${index}`, files, 256))
    const sessions = await Promise.all(Array.from({ length: 4 }, () => openAt(server)))
    await Promise.all(writers.map((writer) => writer.said('ready')))
    for (const writer of writers) writer.start()
    const inHere = sessions.map(async (session, index) => {
      const all = sequence('/mnt/same', files)
      for (let start = 0; start < files; start += 256) {
        const results = await session.upsert(all.slice(start, start + 256), `session-${index}`)
        expect(results.filter((result) => result.status === 'error')).toEqual([])
      }
      await session.close()
    })
    await Promise.all([...inHere, ...writers.map((writer) => writer.ended)])

    for (const { lines } of writers) expect(lines.at(-1)).toBe('done')
    await expectOneRowEach(files)
    const counts = await tableRows(server, 'files', ['inspection_count'])
    expect(new Set(counts.map((row) => row['inspection_count']))).toEqual(new Set([8]))
    expect((await tableRows(server, 'inspections', ['file_id'])).length).toBe(8 * files)
    // Only a hang takes longer, on a busy machine too.
  }, 600_000)

  it('end as one row a file when one of them is killed at any moment', async () => {
    const files = 96
    writers = Array.from({ length: 3 }, (_, index) => startWriter(server, `process-${index}`, files, 16))
    await Promise.all(writers.map((writer) => writer.said('ready')))
    for (const writer of writers) writer.start()
    await writers[0]!.said('stored 16')
    writers[0]!.process.kill('SIGKILL')
    await Promise.all(writers.map((writer) => writer.ended))

    for (const { lines } of writers.slice(1)) expect(lines.at(-1)).toBe('done')
    await catalog.upsert(sequence('/mnt/same', files), 'afterwards')
    await expectOneRowEach(files)
  })
})
