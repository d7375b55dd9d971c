import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { openCatalog } from '../../src/catalog/open.ts'
import {
  BUILT_IN_PROVIDERS,
  computeChannelFingerprint,
  EMBEDDING_VERSION,
  type EmbeddingProvider,
  type ThumbnailProvider,
} from '../../src/embeddings/index.ts'
import { ExrError } from '../../src/errors.ts'
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

it.each(Object.entries(places))(
  'makes vectors of other providers in %s, from rows and from pictures',
  async (place, open) => {
    files = files.slice(0, 12)
    const catalog = await open()
    try {
      await storeOld(catalog)
      const { channels } = BUILT_IN_PROVIDERS
      expect((await embed(catalog, { provider: channels })).counts).toEqual({
        ...{ outdated: files.length, fromRows: files.length, fromFiles: 0, left: 0 },
      })
      const [{ path, payload }] = files as [(typeof files)[0]]
      const [best] = await catalog.findSimilar(computeChannelFingerprint(payload.channels), { k: 1, by: 'channels' })
      expect(best!.similarity).toBeCloseTo(1, 5)

      if (place !== 'DuckDB') return
      // The mean colour of what each looks like, by hand of somebody's own; one file was written since.
      const seen: number[] = []
      const colour: ThumbnailProvider = {
        ...{ name: 'colour', version: '1', dimension: 4, reads: 'thumbnail', pictureSize: 16 },
        embed({ width, height, bytes }) {
          seen.push(Math.max(width, height))
          const sum = [0, 0, 0]
          for (let i = 0; i < bytes.length; i++) sum[i % 3]! += bytes[i]! / (width * height)
          return Float32Array.of(...sum, 1)
        },
      }
      writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.alloc(9)]))
      const stop = new AbortController()
      const some = await embed(catalog, {
        provider: colour,
        jobs: 1,
        stop: stop.signal,
        onProgress: () => stop.abort(),
      })
      expect(some.stopped).toBe(true)
      const { counts, problems } = await embed(catalog, { provider: colour, jobs: 2 })
      // What could not be shown or has changed is asked for again; what was stored before the stop is not.
      expect(some.counts.fromFiles).toBeGreaterThan(0)
      expect(some.counts.fromFiles + counts.fromFiles + counts.left).toBe(files.length)
      expect(problems.filter((one) => one.path === path)).toMatchObject([{ code: 'ERR_SOURCE_CHANGED' }])
      expect(seen).toHaveLength(some.counts.fromFiles + counts.fromFiles)
      expect(Math.max(...seen)).toBeLessThanOrEqual(16)
      expect((await catalog.embeddingSets())[0]).toMatchObject({ provider: 'colour', fileCount: seen.length })
    } finally {
      await catalog.close()
    }
  },
)

it('refuses a provider that cannot be stored, leaves files that it has no vector for, and ends with a broken one', async () => {
  const catalog = await places.DuckDB()
  await storeOld(catalog)
  const { channels } = BUILT_IN_PROVIDERS
  const broken = [{ name: 'A b' }, { version: '1@2', name: 'x' }, { dimension: 0, name: 'x' }, { dimension: 128 }]
  for (const part of broken) {
    const provider = { ...channels, ...part }
    await expect(embed(catalog, { provider })).rejects.toMatchObject({ code: 'ERR_OPTION_INVALID' })
  }
  const vectors = [Float32Array.of(0, 0), Float32Array.of(1, Number.NaN), Float32Array.of(1), Float32Array.of(3, 4)]
  let at = 0
  const odd: EmbeddingProvider = { ...channels, name: 'odd', dimension: 2, embed: () => vectors[at++] ?? vectors[3]! }
  const { counts, problems } = await embed(catalog, { provider: odd })
  expect([counts.left, problems.map(({ code }) => code)]).toEqual([3, Array(3).fill('ERR_EMBEDDING_VECTOR')])
  const { rows } = await catalog.sql("SELECT DISTINCT vector FROM embeddings WHERE provider = 'odd'")
  expect(rows).toEqual([[[...Float32Array.of(0.6, 0.8)]]])
  const list = { ...odd, name: 'list', embed: () => [3, 4] as unknown as Float32Array }
  expect((await embed(catalog, { provider: list })).problems[0]).toMatchObject({
    code: 'ERR_EMBEDDING_VECTOR',
    message: expect.stringContaining('Array, not Float32Array'),
  })
  const failing = () => {
    throw new ExrError('ERR_EMBEDDING_MODEL', 'no model')
  }
  const final = { ...odd, name: 'final', embed: failing }
  await expect(embed(catalog, { provider: final })).rejects.toMatchObject({ code: 'ERR_EMBEDDING_MODEL' })
  await catalog.close()
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
  await connection.run('UPDATE file_rows SET schema_version = 1')
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
