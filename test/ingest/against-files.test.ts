import { appendFileSync, copyFileSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openCatalog } from '../../src/catalog/open.ts'
import { verifyAgainstFiles } from '../../src/ingest/against-files.ts'
import { inspectMany } from '../../src/tasks/inspect-many.ts'
import { type Emulator, startEmulator } from '../../src/vastdb-emulator/index.ts'
import { fixturePath, fixtures, tempDir } from '../helpers.ts'

const folder = tempDir()
const names = fixtures()
  .filter(({ valid }) => valid)
  .map(({ file }) => file)
  .slice(0, 12)
let server: Emulator
let kept = ''
beforeAll(async () => {
  server = await startEmulator({ port: 0 })
})
afterAll(() => server.close())

const database = join(folder, 'catalog.duckdb')
const places = {
  DuckDB: () => openCatalog(database),
  'VAST DataBase': () => {
    const vast = { endpoint: server.endpoint, accessKey: 'test', secretKey: 'test', region: 'us-east-1' }
    return openCatalog('vast://vastdb/against', { vast })
  },
}

it.each(Object.entries(places))('reads a sample of files again and compares: %s', async (name, open) => {
  const place = join(folder, name)
  mkdirSync(place)
  const paths = names.map((file) => join(place, file))
  names.forEach((file, index) => {
    copyFileSync(fixturePath(file), paths[index]!)
  })
  const catalog = await open()
  const records = []
  for await (const { payload } of inspectMany(paths)) {
    if (payload) records.push({ payload, inspectedAtUs: 1_700_000_000_000_000n, durationUs: 1 })
  }
  await catalog.upsert(records, 'run')
  const all = records.length
  expect(await verifyAgainstFiles(catalog, { files: 1000, seed: 'a' })).toEqual({
    seed: 'a',
    sampled: all,
    same: all,
    different: [],
    changed: [],
    limited: [],
    unreadable: [],
  })

  const some = await catalog.sample(5, 'a')
  expect(await catalog.sample(5, 'a')).toEqual(some)
  expect(await catalog.sample(5, 'b')).not.toEqual(some)

  kept = name === 'DuckDB' ? some[3]!.path : kept
  appendFileSync(some[0]!.path, 'more')
  rmSync(some[1]!.path)
  await catalog.markRemoved([some[2]!.path], 1_700_000_100_000_000n)
  const report = await verifyAgainstFiles(catalog, { files: 1000, seed: 'a' })
  expect(report).toMatchObject({ sampled: all - 1, same: all - 3, different: [], changed: [some[0]!.path] })
  expect(report.unreadable.map(({ path }) => path)).toEqual([some[1]!.path])
  await catalog.close()
})

it('names files that say something else than their rows', async () => {
  const instance = await DuckDBInstance.create(database)
  const connection = await instance.connect()
  const reader = await connection.runAndReadAll(
    `UPDATE file_rows SET content_digest = repeat('0', 32)
     WHERE file_path = $1 RETURNING file_path`,
    [kept],
  )
  connection.closeSync()
  instance.closeSync()
  const catalog = await openCatalog(database, { readOnly: true })
  const { different } = await verifyAgainstFiles(catalog, { files: 1000, seed: 'a' })
  await catalog.close()
  expect(reader.getRows()).toEqual([[kept]])
  expect(different).toEqual([kept])
})

it('reads within the limits it is given, and does not compare what other limits kept unread', async () => {
  const catalog = await openCatalog(join(folder, 'limits.duckdb'))
  const path = fixturePath(names[0]!)
  const limits = { headerBytes: 64 }
  for await (const { payload } of inspectMany([path], { limits })) {
    await catalog.upsert([{ payload: payload!, inspectedAtUs: 1_700_000_000_000_000n, durationUs: 1 }], 'run')
  }
  const options = { files: 10, seed: 'a' }
  expect(await verifyAgainstFiles(catalog, { ...options, limits })).toMatchObject({
    same: 1,
    limited: [],
    different: [],
  })
  expect(await verifyAgainstFiles(catalog, options)).toMatchObject({ same: 0, limited: [path], different: [] })
  await catalog.close()
})
