import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { openCatalog } from '../../src/catalog/open.ts'
import { type IngestOptions, ingest } from '../../src/ingest/ingest.ts'
import { fixturePath, tempDir } from '../helpers.ts'

const folder = tempDir()
let catalog: Catalog
let place = ''
let count = 0
beforeEach(async () => {
  place = join(folder, String(count++))
  mkdirSync(place)
  catalog = await openCatalog(join(place, 'catalog.duckdb'))
})
afterEach(() => catalog.close())

const render = (...names: string[]) => {
  for (const name of names) copyFileSync(fixturePath('compression-zip.exr'), join(place, name))
}
const run = (options: Partial<IngestOptions> = {}) =>
  ingest({ roots: [place], catalog, jobs: 1, source: place, toolVersion: 'test', ...options })
const rows = async (sql: string) => (await catalog.sql(sql)).rows
const keys = async () =>
  (await rows('SELECT file_path, frame_number, sequence_key FROM live_files ORDER BY file_path')).map(
    ([path, frame, key]) => [String(path).slice(place.length + 1), frame, key && String(key).slice(place.length + 1)],
  )

it('finds the gap where frames get another digit, whichever came first', async () => {
  render('f.998.exr', 'f.999.exr')
  await run()
  render('f.1001.exr')
  await run()
  expect(await keys()).toEqual([
    ['f.1001.exr', 1001, 'f.###.exr'],
    ['f.998.exr', 998, 'f.###.exr'],
    ['f.999.exr', 999, 'f.###.exr'],
  ])
  expect(await rows('SELECT first_missing, last_missing, missing_count FROM missing_frames')).toEqual([[1000, 1000, 1]])
})

it('decides over all names that a folder has by the end of a run', async () => {
  render('take.2024-01-31.exr', 'foo -020.exr', 'render0001.exr', 'image0000.exr', 'shot1001.exr', 'clip_00086400.exr')
  render('a_1_0001.exr')
  await run()
  render('a_2_0001.exr', 'a_3_0001.exr')
  await run()
  expect(await keys()).toEqual([
    ['a_1_0001.exr', 1, 'a_#_0001.exr'],
    ['a_2_0001.exr', 2, 'a_#_0001.exr'],
    ['a_3_0001.exr', 3, 'a_#_0001.exr'],
    ['clip_00086400.exr', 86400, 'clip_########.exr'],
    ['foo -020.exr', -20, 'foo ###.exr'],
    ['image0000.exr', 0, 'image####.exr'],
    ['render0001.exr', 1, 'render####.exr'],
    ['shot1001.exr', 1001, 'shot####.exr'],
    ['take.2024-01-31.exr', null, null],
  ])
})

it('agrees whatever the shards, when each has seen the folder', async () => {
  render('f.998.exr', 'f.999.exr', 'f.1001.exr', 'f.1002.exr')
  for (const index of [1, 2, 3]) await run({ shard: { index, count: 3 } })
  expect(await rows('SELECT DISTINCT sequence_key FROM files')).toEqual([[join(place, 'f.###.exr')]])
})

/** The catalog, with frames decided in another way at the end of a run. */
const settlingBy = (settleFrames: Catalog['settleFrames']) =>
  new Proxy(catalog, {
    get(target, name: keyof Catalog) {
      if (name === 'settleFrames') return settleFrames
      const member = target[name]
      return typeof member === 'function' ? member.bind(target) : member
    },
  })

it('decides what a run left that did not come to its end', async () => {
  render('f.998.exr', 'f.999.exr', 'f.1001.exr')
  await expect(run({ catalog: settlingBy(() => Promise.reject(new Error('no room'))) })).rejects.toThrow('no room')
  expect(await rows('SELECT count(*) FROM ingest_runs WHERE ended_at IS NULL')).toEqual([[1n]])
  expect(await rows('SELECT DISTINCT sequence_key FROM files')).toHaveLength(2)
  expect((await run()).counts).toMatchObject({ unchanged: 3 })
  expect(await rows('SELECT DISTINCT sequence_key FROM files')).toEqual([[join(place, 'f.###.exr')]])
})

it('does not decide again what a run decided that came to its end', async () => {
  render('f.998.exr', 'f.999.exr', 'f.1001.exr')
  await run({ catalog: settlingBy(async () => 0) })
  await run()
  expect(await rows('SELECT DISTINCT sequence_key FROM files')).toHaveLength(2)
  render('f.1002.exr')
  await run()
  expect(await rows('SELECT DISTINCT sequence_key FROM files')).toHaveLength(1)
})

it('forgets what removed files said, and leaves other folders alone', async () => {
  mkdirSync(join(place, 'sub'))
  render('f.1.exr', 'f.0001.exr', 'f.0002.exr', 'sub/g.1.exr')
  await run()
  expect(new Set((await keys()).map(([, , key]) => key))).toEqual(new Set(['f.#.exr', 'f.####.exr', 'sub/g.#.exr']))
  await catalog.markRemoved([join(place, 'f.0001.exr')], 4_000_000_000_000_000n)
  expect(await catalog.regroupFrames(new Set([`${place}/sub/`]))).toBe(0)
  expect(await catalog.regroupFrames(null)).toBe(1)
  expect(new Set((await keys()).map(([, , key]) => key))).toEqual(new Set(['f.####.exr', 'sub/g.#.exr']))
  expect(await catalog.regroupFrames(null)).toBe(0)
})
