import { appendFileSync, copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { openCatalog } from '../../src/catalog/open.ts'
import type { IngestSummary } from '../../src/ingest/ingest.ts'
import { type WatchOptions, type WatchReason, watchAndIngest } from '../../src/ingest/watch.ts'
import { runHere } from '../cli/run-cli.ts'
import { fixturePath, tempDir } from '../helpers.ts'

const EXR = fixturePath('compression-zip.exr')

let folder = ''
let catalog: Catalog
let stop: AbortController
let watching: Promise<void>
const runs: { reason: WatchReason; summary: IngestSummary }[] = []
beforeEach(async () => {
  const place = tempDir()
  folder = join(place, 'renders')
  mkdirSync(folder)
  catalog = await openCatalog(join(place, 'catalog.duckdb'))
  stop = new AbortController()
  runs.length = 0
})
afterEach(async () => {
  stop.abort()
  await watching
  await catalog.close()
})

async function start(options: Partial<WatchOptions> = {}): Promise<void> {
  watching = watchAndIngest({
    roots: [folder],
    catalog,
    jobs: 1,
    toolVersion: '1',
    source: folder,
    quietMs: 100,
    stop: stop.signal,
    onRun: (summary, reason) => runs.push({ summary, reason }),
    ...options,
  })
  watching.catch(() => undefined)
  await until(() => runs.length > 0)
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let waited = 0; !(await holds()); waited += 50) {
    if (waited > 30_000) throw new Error('It did not come to pass in 30 s')
    await sleep(50)
  }
}

async function live(): Promise<string[]> {
  const { rows } = await catalog.sql('SELECT file_path FROM live_files ORDER BY 1')
  return rows.map(([path]) => String(path).slice(folder.length + 1))
}

const is = (...names: string[]) => until(async () => JSON.stringify(await live()) === JSON.stringify(names))

it('follows files and directories that come, change, move and go', { timeout: 120_000 }, async () => {
  copyFileSync(EXR, join(folder, 'a.exr'))
  mkdirSync(join(folder, 'sub'))
  await start()
  await is('a.exr')
  copyFileSync(EXR, join(folder, 'sub', 'b.exr'))
  await is('a.exr', 'sub/b.exr')
  // A tree that appears as a whole, deeper than one level.
  const away = join(folder, '..', 'away')
  mkdirSync(join(away, 'deep'), { recursive: true })
  copyFileSync(EXR, join(away, 'deep', 'c.exr'))
  renameSync(away, join(folder, 'new'))
  await is('a.exr', 'new/deep/c.exr', 'sub/b.exr')
  copyFileSync(EXR, join(folder, 'new', 'deep', 'd.exr'))
  await is('a.exr', 'new/deep/c.exr', 'new/deep/d.exr', 'sub/b.exr')
  rmSync(join(folder, 'new'), { recursive: true })
  rmSync(join(folder, 'a.exr'))
  await is('sub/b.exr')
  expect(runs.filter(({ reason }) => reason === 'rescan')).toEqual([])
  const { checks } = await catalog.verify()
  expect(checks.filter(({ violations }) => violations > 0)).toEqual([])
})

it('reads no file before it is quiet', { timeout: 60_000 }, async () => {
  await start({ quietMs: 1000 })
  const bytes = readFileSync(EXR)
  const file = join(folder, 'slow.exr')
  writeFileSync(file, bytes.subarray(0, 100))
  for (let at = 100; at < bytes.length; at += Math.ceil(bytes.length / 5)) {
    await sleep(300)
    appendFileSync(file, bytes.subarray(at, at + Math.ceil(bytes.length / 5)))
  }
  await is('slow.exr')
  // Its row can be read before the run that wrote it has said so.
  const changesOf = () => runs.filter(({ reason }) => reason === 'changes')
  await until(() => changesOf().length > 0)
  expect(changesOf().map(({ summary }) => [summary.counts.inserted, summary.counts.failed])).toEqual([[1, 0]])
})

it('leaves out what a walk leaves out', { timeout: 60_000 }, async () => {
  mkdirSync(join(folder, 'tmp'))
  mkdirSync(join(folder, 'kept'))
  writeFileSync(join(folder, 'kept', '.exrignore'), 'no*\n')
  await start({ ignore: ['tmp/'] })
  for (const name of ['tmp/a.exr', '.hidden.exr', 'kept/no.exr', 'text.txt', 'kept/yes.exr']) {
    copyFileSync(EXR, join(folder, name))
  }
  await is('kept/yes.exr')
  await sleep(500)
  expect(await live()).toEqual(['kept/yes.exr'])
})

it('walks what cannot be watched again and again, and says so', { timeout: 60_000 }, async () => {
  const troubles: string[] = []
  const pattern = join(folder, '*.exr')
  await start({ roots: [pattern], unwatchedRescanMs: 200, onTrouble: (root) => troubles.push(root) })
  expect(troubles).toEqual([pattern])
  copyFileSync(EXR, join(folder, 'a.exr'))
  await is('a.exr')
  await until(() => runs.at(-1)!.reason === 'rescan')
})

it.each([
  [['--watch', '-']],
  [['--watch', '--dry-run', '.']],
  [['--watch', '--limit', '5', '.']],
  [['--settle', '5s', '.']],
  [['--watch', '--settle', 'soon', '.']],
])('refuses %j', async (args) => {
  const place = join(folder, '..', 'none.duckdb')
  watching = Promise.resolve()
  expect(await runHere(['ingest', ...args, '--catalog', place])).toMatchObject({ code: 2, stdout: '' })
})
