import { copyFileSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { openCatalog } from '../../src/catalog/open.ts'
import { EMBEDDING_VERSION } from '../../src/embeddings/index.ts'
import { embed } from '../../src/ingest/embed.ts'
import { inspectFileSync } from '../../src/inspect/inspect-file.ts'
import { recordVectors } from '../../src/tables/index.ts'
import { type Emulator, startEmulator } from '../../src/vastdb-emulator/index.ts'
import { fixturePath, fixtures, tempDir } from '../helpers.ts'

const folder = tempDir()
const names = fixtures()
  .filter(({ valid }) => valid)
  .map(({ file }) => file)
  .slice(0, 60)
let server: Emulator
beforeAll(async () => {
  server = await startEmulator({ port: 0 })
})
afterAll(() => server.close())

let files: { path: string; payload: ReturnType<typeof inspectFileSync> }[] = []
let count = 0
beforeEach(() => {
  const place = join(folder, String(count++))
  mkdirSync(place)
  files = names.flatMap((name) => {
    const path = join(place, name)
    copyFileSync(fixturePath(name), path)
    try {
      return [{ path, payload: inspectFileSync(path) }]
    } catch {
      return []
    }
  })
})

/** Stored as another release would have: other vectors, another version. */
async function storeOld(catalog: Catalog): Promise<void> {
  const records = files.map(({ payload }) => {
    const now = recordVectors(payload)
    const vectors = {
      metadata: new Float32Array(now.metadata.length).fill(0.05),
      fingerprints: now.fingerprints.map((one) => one && new Float32Array(one.length).fill(0.08)),
      version: EMBEDDING_VERSION - 1,
    }
    return { payload, inspectedAtUs: 1_700_000_000_000_000n, durationUs: 1, vectors }
  })
  const results = await catalog.upsert(records, 'run')
  expect(results.filter(({ status }) => status === 'error')).toEqual([])
}

const places = {
  DuckDB: () => openCatalog(join(folder, `${count}.duckdb`)),
  'VAST DataBase': () => {
    const vast = {
      endpoint: server.endpoint,
      accessKey: 'test',
      secretKey: 'test',
      region: 'us-east-1',
      search: 'engine' as const,
    }
    return openCatalog(`vast://vastdb/embed${count}`, { vast })
  },
}

it.each(Object.entries(places))('makes vectors in %s from rows as they would be from files', async (_, open) => {
  const catalog = await open()
  try {
    await storeOld(catalog)
    for (const { path } of files) rmSync(path)
    expect(await catalog.outdatedFiles(1000)).toHaveLength(files.length)

    const seen: number[] = []
    const summary = await embed(catalog, { onProgress: ({ outdated }) => seen.push(outdated) })
    expect(summary).toEqual({
      counts: { outdated: files.length, fromRows: files.length, fromFiles: 0, left: 0 },
      problems: [],
      stopped: false,
    })
    expect(seen).toEqual([files.length])
    expect(await catalog.outdatedFiles(1000)).toEqual([])
    for (const { path, payload } of files) {
      // Any vector finds the file at a similarity of 1 when the two are the same.
      const [best] = await catalog.findSimilar(recordVectors(payload).metadata, { k: 1 })
      expect([path, best!.similarity > 1 - 1e-6]).toEqual([path, true])
    }
  } finally {
    await catalog.close()
  }
})

it('keeps the fingerprints of parts on their first channel', async () => {
  const catalog = await places.DuckDB()
  await storeOld(catalog)
  await embed(catalog)
  const { rows } = await catalog.sql(
    'SELECT file_path, part_index, channel_fingerprint FROM channels WHERE channel_fingerprint IS NOT NULL',
  )
  const expected = new Map<string, Float32Array>(
    files.flatMap(({ path, payload }) =>
      recordVectors(payload).fingerprints.flatMap((one, part) => (one ? [[`${path} ${part}`, one] as const] : [])),
    ),
  )
  expect(rows).toHaveLength(expected.size)
  for (const [path, part, fingerprint] of rows) {
    expect(new Float32Array(fingerprint as number[])).toEqual(expected.get(`${path} ${part}`))
  }
  expect((await catalog.verify()).ok).toBe(true)
  await catalog.close()
})

it('reads files whose rows do not suffice, leaves what is gone or has changed, and goes on after a stop', async () => {
  const url = join(folder, `${count}.duckdb`)
  const catalog = await openCatalog(url)
  await storeOld(catalog)
  await catalog.close()
  const instance = await DuckDBInstance.create(url)
  const connection = await instance.connect()
  await connection.run('UPDATE files SET schema_version = 1')
  connection.closeSync()
  instance.closeSync()
  const [gone, changed] = files
  rmSync(gone!.path)
  copyFileSync(fixturePath(names.find((name) => name !== names[1] && name.startsWith('deep'))!), changed!.path)

  const again = await openCatalog(url)
  const asked = AbortSignal.abort()
  expect(await embed(again, { stop: asked })).toMatchObject({ counts: { outdated: 0 }, stopped: true })
  const kept = await embed(again, { reread: false })
  expect(kept.counts).toEqual({ outdated: files.length, fromRows: 0, fromFiles: 0, left: files.length })

  const { counts, problems } = await embed(again, { jobs: 1 })
  expect(counts).toEqual({ outdated: files.length, fromRows: 0, fromFiles: files.length - 2, left: 2 })
  expect(problems.map(({ path, code }) => [path, code]).sort()).toEqual(
    [
      [gone!.path, 'ERR_SOURCE_NOT_FOUND'],
      [changed!.path, 'ERR_SOURCE_CHANGED'],
    ].sort(),
  )
  expect((await again.outdatedFiles(10)).map(({ path }) => path).sort()).toEqual([gone!.path, changed!.path].sort())
  await again.close()
})
