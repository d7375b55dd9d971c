import { chmodSync, copyFileSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { openCatalog } from '../../src/catalog/open.ts'
import { goneFiles, SeenObjects } from '../../src/ingest/gone.ts'
import { type IngestOptions, ingest } from '../../src/ingest/ingest.ts'
import { type Emulator, startEmulator } from '../../src/vastdb-emulator/index.ts'
import { fixturePath, tempDir } from '../helpers.ts'

const folder = tempDir()
let server: Emulator
beforeAll(async () => {
  server = await startEmulator({ port: 0 })
})
afterAll(() => server.close())

let count = 0
const places = {
  DuckDB: () => openCatalog(join(folder, `${count}.duckdb`)),
  'VAST DataBase': () => {
    const keys = { accessKey: 'test', secretKey: 'test', region: 'us-east-1', search: 'engine' as const }
    return openCatalog(`vast://vastdb/gone${count}`, { vast: { endpoint: server.endpoint, ...keys } })
  },
}

describe.each(Object.entries(places))('files that are gone, in %s', (_, open) => {
  let catalog: Catalog
  let place = ''
  beforeEach(async () => {
    place = join(folder, String(++count))
    catalog = await open()
    render('a/f.1001.exr', 'a/f.1002.exr', 'b/g.exr', 'c/deep/h.exr')
    expect((await run()).counts).toMatchObject({ inserted: 4, removed: 0, unsure: 0 })
  })
  afterEach(() => catalog.close())

  const render = (...names: string[]) => {
    for (const name of names) {
      mkdirSync(dirname(join(place, name)), { recursive: true })
      copyFileSync(fixturePath('compression-zip.exr'), join(place, name))
    }
  }
  const remove = (name: string) => rmSync(join(place, name), { recursive: true })
  const run = (options: Partial<IngestOptions> = {}) =>
    ingest({ roots: [place], catalog, jobs: 1, source: place, toolVersion: 'test', ...options })
  const live = async () =>
    [...(await catalog.knownFiles(place)).paths()].map((path) => path.slice(place.length + 1)).sort()

  it('are marked, counted, and live again once they are back', async () => {
    remove('a/f.1002.exr')
    remove('c')
    expect((await run()).counts).toMatchObject({ unchanged: 2, removed: 2, unsure: 0 })
    expect(await live()).toEqual(['a/f.1001.exr', 'b/g.exr'])
    expect((await run({ force: true })).counts).toMatchObject({ removed: 0 })
    render('c/deep/h.exr')
    expect((await run()).counts).toMatchObject({ inspected: 1, removed: 0 })
    expect(await live()).toEqual(['a/f.1001.exr', 'b/g.exr', 'c/deep/h.exr'])
  })

  it('stay where that is wished, where the walk did not end, and in other folders', async () => {
    remove('a/f.1002.exr')
    remove('c')
    expect((await run({ keepMissing: true })).counts).toMatchObject({ removed: 0 })
    render('b/new.exr')
    expect((await run({ limit: 0 })).counts).toMatchObject({ removed: 0 })
    expect((await run({ roots: [join(place, 'b')] })).counts).toMatchObject({ removed: 0 })
    expect((await run({ roots: [join(place, 'a/f.1001.exr')] })).counts).toMatchObject({ removed: 0 })
    expect((await run({ roots: [join(place, 'a')] })).counts).toMatchObject({ removed: 1 })
    expect(await live()).toEqual(['a/f.1001.exr', 'b/g.exr', 'b/new.exr', 'c/deep/h.exr'])
  })

  it('are not those below a folder that is empty, as a share is that is not mounted', async () => {
    remove('b/g.exr')
    remove('c/deep')
    expect((await run()).counts).toMatchObject({ removed: 0, unsure: 2 })
    expect(await live()).toHaveLength(4)
    const away = `${place}-away`
    renameSync(place, away)
    expect((await run()).counts).toMatchObject({ removed: 0, unsure: 4 })
    mkdirSync(place)
    expect((await run()).counts).toMatchObject({ removed: 0, unsure: 4 })
  })

  it('are not those that the walk passes over', async () => {
    expect((await run({ ignore: ['c/'] })).counts).toMatchObject({ removed: 0, unsure: 0 })
    expect(await live()).toHaveLength(4)
  })

  it('are marked by the shard they belong to', async () => {
    remove('a/f.1002.exr')
    const shards = [1, 2].map((index) => ({ index, count: 2 }))
    let removed = 0
    for (const shard of shards) removed += (await run({ shard })).counts.removed
    expect(removed).toBe(1)
  })
})

const asRoot = process.getuid?.() === 0
if (asRoot) console.warn('SKIPPED: a folder that denies reads; root may read everything')
it.runIf(!asRoot)('nothing is said of what is below a folder that cannot be read', async () => {
  const locked = join(folder, 'locked/inner')
  mkdirSync(locked, { recursive: true })
  chmodSync(locked, 0)
  const known = [join(locked, 'a.exr')]
  const objects = new SeenObjects(() => false)
  const signal = new AbortController().signal
  const gone = await goneFiles({ roots: [dirname(locked)], known, foldCase: false, objects, signal })
  expect(gone).toEqual({ paths: [], unsure: 1 })
})

describe('objects that are gone', () => {
  const known = ['s3://plates/show/a.exr', 's3://plates/show/b.exr', 's3://plates/other/c.exr']
  const step = (names: string[], failures: string[] = []) => ({
    files: {
      directory: 's3://plates/',
      names,
      sizes: new Float64Array(names.length),
      mtimesUs: new BigInt64Array(names.length),
      etags: names.map(() => null),
    },
    failures: failures.map((path) => ({ path, code: 'ERR_SOURCE_READ' as const, message: 'broke' })),
    skippedLinks: 0,
  })
  const gone = (...steps: ReturnType<typeof step>[]) => {
    const objects = new SeenObjects((url) => known.includes(url))
    for (const each of steps) objects.add(each)
    const signal = new AbortController().signal
    return goneFiles({ roots: ['s3://plates/show/'], known, foldCase: false, objects, signal })
  }

  it('are those a whole listing of their prefix did not name', async () => {
    expect(await gone(step(['show/a.exr', 'show/new.exr']))).toEqual({ paths: ['s3://plates/show/b.exr'], unsure: 0 })
    expect(await gone(step(['show/new.exr']))).toMatchObject({ paths: known.slice(0, 2) })
  })

  it('are unknown where the listing broke or named nothing', async () => {
    expect(await gone(step(['show/a.exr']), step([], ['s3://plates/show/']))).toEqual({ paths: [], unsure: 1 })
    expect(await gone()).toEqual({ paths: [], unsure: 2 })
  })
})
