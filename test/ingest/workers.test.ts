import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openIngestWorkers } from '../../src/ingest/workers.ts'
import { inspectorsOf } from '../../src/tasks/inspectors.ts'
import { tempDir } from '../helpers.ts'
import { frameBytes } from '../large-frames.ts'

const folder = tempDir()
const KIB = 1024

/** Frames by name, each with a text of so many bytes. */
function frames(sizes: Readonly<Record<string, number>>): string[] {
  mkdirSync(folder, { recursive: true })
  return Object.entries(sizes).map(([name, bytes]) => {
    const path = join(folder, name)
    writeFileSync(path, frameBytes([{ name: 'text', text: 'x'.repeat(bytes) }]))
    return path
  })
}

async function* listed(paths: readonly string[]): AsyncGenerator<string> {
  yield* paths
}

it('reads files with large headers after the others, one after the other where memory is short', async () => {
  const paths = frames({ 'a.exr': 900 * KIB, 'b.exr': 10, 'c.exr': 700 * KIB, 'd.exr': 20, 'e.exr': 5_000 * KIB })
  const workers = openIngestWorkers({ runId: 'run', foldCase: false, s3: {}, jobs: 2, headerBudgetBytes: 512 * KIB })
  const outcomes: { items: readonly string[]; files: number; heavy: number }[] = []
  try {
    for await (const { items, result } of workers.inspect(listed(paths), new AbortController().signal)) {
      if (!result.ok) throw new Error(result.error.message)
      const { batch, heavy, failures } = result.value
      expect(failures).toEqual([])
      outcomes.push({ items: items.map((path) => path.slice(-5)), files: batch.fileCount, heavy: heavy.length })
    }
  } finally {
    await workers.close()
  }
  expect(outcomes).toEqual([
    { items: ['b.exr', 'd.exr'], files: 2, heavy: 3 },
    { items: ['a.exr'], files: 1, heavy: 0 },
    { items: ['c.exr'], files: 1, heavy: 0 },
    { items: ['e.exr'], files: 1, heavy: 0 },
  ])
})

it('begins no large file after it is asked to stop', async () => {
  const stop = new AbortController()
  const paths = frames({ 'f.exr': 10, 'g.exr': 900 * KIB })
  const workers = openIngestWorkers({ runId: 'run', foldCase: false, s3: {}, jobs: 2, headerBudgetBytes: 512 * KIB })
  const seen: string[] = []
  try {
    for await (const { items } of workers.inspect(listed(paths), stop.signal)) {
      seen.push(...items)
      stop.abort()
    }
  } finally {
    await workers.close()
  }
  expect(seen).toEqual([join(folder, 'f.exr')])
})

it('counts the thread that stores as a job, where it has as much to do', () => {
  expect([1, 2, 8].map((jobs) => inspectorsOf(jobs))).toEqual([1, 1, 7])
  expect(inspectorsOf(2, { check: 'all' })).toBe(1)
  for (const inspect of [{ stats: true }, { deepStats: true }, { hash: 'sha-256' as const }, { validate: true }]) {
    expect(inspectorsOf(2, inspect)).toBe(2)
  }
})
