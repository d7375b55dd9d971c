import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { contentOnce, rowTable } from '../../src/catalog/duckdb/row-tables.ts'
import { openCatalog } from '../../src/catalog/open.ts'
import { ask } from '../../src/queries/index.ts'
import { record, sequence } from './records.ts'

let folder = ''
let catalog: Catalog
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'catalog-views-'))
  catalog = await openCatalog(join(folder, 'catalog.duckdb'))
})
afterEach(async () => {
  await catalog.close()
  rmSync(folder, { recursive: true, force: true })
})
const rows = async (sql: string) => (await catalog.sql(sql)).rows

describe('views answer first questions', () => {
  it('say which frames of a sequence are missing, of live files alone', async () => {
    const frames = sequence('/mnt/a', 10)
    const removed = frames[9]!.payload.file.path
    await catalog.upsert(
      frames.filter((_, index) => ![2, 5, 6].includes(index)),
      'run',
    )
    await catalog.markRemoved([removed], 1_800_000_000_000_000n)
    expect(await rows('SELECT frame_count, first_frame, last_frame, missing_count FROM sequences')).toEqual([
      [6n, 1001, 1009, 3n],
    ])
    expect(await rows('SELECT first_missing, last_missing, missing_count FROM missing_frames ORDER BY 1')).toEqual([
      [1003, 1003, 1],
      [1006, 1007, 2],
    ])
  })

  it('tell a frame that cannot be read from one that is missing, and see it behind the last that can', async () => {
    const frames = sequence('/mnt/a', 6)
    const paths = frames.map(({ payload }) => payload.file.path)
    await catalog.upsert(
      frames.filter((_, index) => ![1, 3, 5].includes(index)),
      'run',
    )
    const failed = [paths[1]!, paths[5]!, '/mnt/a/other.1003.exr', '/mnt/b/beauty.1004.exr', '/mnt/a/beauty.10o4.exr']
    await catalog.recordFailures(
      failed.map((path) => ({ path, code: 'ERR_EXR_MAGIC', message: 'no', byteOffset: null, seenAtUs: 1n })),
      'run',
    )
    expect(await rows('SELECT frame_number, file_path, code FROM unreadable_frames ORDER BY 1')).toEqual([
      [1002, paths[1], 'ERR_EXR_MAGIC'],
      [1006, paths[5], 'ERR_EXR_MAGIC'],
    ])
    expect(await rows('SELECT first_missing, last_missing FROM missing_frames')).toEqual([[1004, 1004]])
    expect(
      await rows('SELECT frame_count, unreadable_count, missing_count, first_frame, last_frame FROM sequences'),
    ).toEqual([[3n, 2n, 1n, 1001, 1006]])
    const named: unknown[] = []
    for await (const { first_missing, last_missing, last_frame } of ask(catalog, 'missing-frames')) {
      named.push([first_missing, last_missing, last_frame])
    }
    expect(named).toEqual([[1004, 1004, 1006]])
  })

  it('give a file and its first part without clashing names', async () => {
    await catalog.upsert([record({ path: '/mnt/a.1.exr', parts: 2, width: 640 })], 'run')
    expect(await rows('SELECT file_path, width, compression, is_deep FROM frames')).toEqual([
      ['/mnt/a.1.exr', 640, 'zips', false],
    ])
    expect(await rows("SELECT part_index, components FROM layers WHERE layer_name = 'diffuse' ORDER BY 1")).toEqual([
      [0, ['B', 'G', 'R']],
      [1, ['B', 'G', 'R']],
    ])
  })

  it('list the types of a layer in one order', async () => {
    const file = record({ path: '/mnt/types.1.exr' })
    const types: Readonly<Record<string, 'UINT' | 'FLOAT'>> = { 'diffuse.R': 'FLOAT', 'diffuse.B': 'UINT' }
    const channels = file.payload.channels.map((channel) => ({
      ...channel,
      channel_type: types[channel.channel_name] ?? channel.channel_type,
    }))
    await catalog.upsert([{ ...file, payload: { ...file.payload, channels } }], 'run')
    expect(await rows("SELECT channel_types FROM layers WHERE layer_name = 'diffuse'")).toEqual([
      [['FLOAT', 'HALF', 'UINT']],
    ])
  })

  it('name what claims one frame, what shares its pixels, and what the latest run did', async () => {
    const [a, b] = sequence('/mnt/a', 2)
    const same = {
      perceptual_hash: null,
      parts: [{ part_index: 0, algorithm: 'xxh3-128', pixel_hash: 'ff', channels: [] }],
    }
    const twin = record({ path: '/mnt/b/other.exr' })
    twin.payload.file.sequence_key = a!.payload.file.sequence_key
    twin.payload.file.frame_number = a!.payload.file.frame_number
    const hashed = [a!, twin].map((one) => ({ ...one, payload: { ...one.payload, hashes: same } }))
    await catalog.upsert([...hashed, b!], 'run-1')
    await catalog.upsert([b!], 'run-2')
    const run = { source: '/mnt', found: 1, inserted: 0, updated: 1, unchanged: 0, failed: 0, toolVersion: '1' }
    await catalog.recordRun({ ...run, runId: 'run-1', startedAtUs: 1n, endedAtUs: 2n })
    await catalog.recordRun({ ...run, runId: 'run-2', startedAtUs: 3n, endedAtUs: 4n })
    const paths = [a!.payload.file.path, '/mnt/b/other.exr']
    expect(await rows('SELECT frame_number, file_paths FROM sequence_conflicts')).toEqual([[1001, paths]])
    expect(await rows('SELECT pixel_hash, file_paths FROM duplicates')).toEqual([['ff', paths]])
    expect(await rows('SELECT file_path, change FROM latest_run_changes')).toEqual([
      [b!.payload.file.path, 'seen again'],
    ])
  })
})

const ofFile = (frame: string) => `file_no IN (SELECT file_no FROM file_rows WHERE file_path LIKE '%${frame}%')`
const ofChannel = (condition: string) => `channel_no IN (SELECT channel_no FROM distinct_channels WHERE ${condition})`

describe('verify', () => {
  it.each([
    ['attributes of a file', `DELETE FROM attribute_set_rows WHERE ${ofFile('1002')}`, 'attributes'],
    ['attributes of all files', 'DELETE FROM attribute_rows; DELETE FROM attribute_set_rows', 'attributes'],
    ['channels but the first', `DELETE FROM channel_sets WHERE ${ofChannel('fingerprint_id IS NULL')}`, 'channels'],
    [
      'one channel',
      `DELETE FROM channel_rows WHERE ${ofFile('1001')} AND ${ofChannel("channel_name = 'Z'")}`,
      'channels',
    ],
    ['channels of a part', `DELETE FROM channel_set_rows WHERE ${ofFile('1003')}`, 'channels'],
    ['parts', 'DELETE FROM part_rows WHERE part_index = 1', 'parts'],
  ])('finds the loss of %s', async (_what, plant, table) => {
    await catalog.upsert(sequence('/mnt/a', 4, { parts: 2 }), 'run')
    expect((await catalog.verify()).ok).toBe(true)
    expect((await verifyAfter(plant)).checks.filter(({ violations }) => violations > 0)).toContainEqual(
      expect.objectContaining({ name: `every file has the rows of ${table} it was stored with` }),
    )
  })

  it.each(['parts', 'channels', 'attributes'])('finds doubled rows of %s', async (table) => {
    await catalog.upsert(sequence('/mnt/a', 4), 'run')
    const rows = contentOnce(table)?.setRows ?? rowTable(table)
    const { checks } = await verifyAfter(`INSERT INTO ${rows} FROM ${rows} WHERE ${ofFile('1002')}`)
    const found = checks.find(({ name }) => name === `every file has the rows of ${table} it was stored with`)
    expect(found).toMatchObject({ violations: 1 })
  })

  async function verifyAfter(plant: string) {
    await catalog.close()
    const path = join(folder, 'catalog.duckdb')
    const instance = await DuckDBInstance.create(path)
    const connection = await instance.connect()
    await connection.run(plant)
    connection.closeSync()
    instance.closeSync()
    catalog = await openCatalog(path)
    return catalog.verify()
  }
})
