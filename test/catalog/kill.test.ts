import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openCatalog } from '../../src/catalog/open.ts'

const KILLS = 20
const BATCHES = 400
const BATCH_FILES = 16

const child = fileURLToPath(new URL('./child.ts', import.meta.url))
const tsx = fileURLToPath(import.meta.resolve('tsx'))

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'catalog-kill-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

interface Outcome {
  readonly acknowledged: readonly string[]
  readonly signal: NodeJS.Signals | null
}

/** Ingests until `killAfter` batches are acknowledged, then, `extraMs` later, is killed with no chance to clean up. */
function ingestAndKill(path: string, seed: number, killAfter: number, extraMs: number): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const args = ['--import', tsx, child, 'ingest', path, String(seed), String(BATCHES)]
    const ingest = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    let scheduled = false
    ingest.stdout.on('data', (chunk: Buffer) => {
      output += chunk
      if (scheduled || linesOf(output).length < killAfter) return
      scheduled = true
      setTimeout(() => ingest.kill('SIGKILL'), extraMs)
    })
    ingest.on('error', reject)
    ingest.on('close', (_code, signal) => resolve({ acknowledged: linesOf(output), signal }))
  })
}

/** Whole lines only: the kill may cut the last one. */
function linesOf(output: string): string[] {
  return output
    .split('\n')
    .slice(0, -1)
    .filter((line) => line.startsWith('stored '))
}

it(`loses, doubles and damages nothing when killed at ${KILLS} random moments`, { timeout: 300_000 }, async () => {
  const path = join(folder, 'catalog.duckdb')
  const random = generator(20_240_229)
  const expected = new Set<string>()
  let killed = 0

  for (let round = 0; round < KILLS; round++) {
    const outcome = await ingestAndKill(path, round, 1 + Math.floor(random() * 12), random() * 40)
    if (outcome.signal === 'SIGKILL') killed++
    for (const line of outcome.acknowledged) {
      const [, seed, batch] = line.split(' ')
      expected.add(`/mnt/${seed}/${batch}`)
    }

    const catalog = await openCatalog(path)
    const report = await catalog.verify()
    expect(report.checks.filter((check) => check.violations > 0)).toEqual([])
    const { rows } = await catalog.sql(
      `SELECT regexp_extract(file_path, '(.*)/', 1) AS folder, count(*)::INTEGER, count(DISTINCT file_id)::INTEGER,
         sum(inspection_count)::INTEGER FROM files GROUP BY folder`,
    )
    const stored = new Map(rows.map(([name, ...counts]) => [String(name), counts]))
    for (const name of expected) expect(stored.has(name), `${name} was acknowledged`).toBe(true)
    // A batch that was committed but not yet acknowledged may be there, and is there whole.
    for (const [name, counts] of stored)
      expect([name, ...counts]).toEqual([name, BATCH_FILES, BATCH_FILES, BATCH_FILES])
    await catalog.close()
  }
  expect(killed).toBe(KILLS)
})

/** Mulberry32: the same moments on every run, as far as a scheduler allows. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
