import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { openCatalog } from '../../src/catalog/open.ts'
import { mergeCatalogs, openMergeSource } from '../../src/exchange/merge.ts'
import { record, sequence } from '../catalog/records.ts'
import { connectionTo, emulator, openAt } from '../catalog/vast/place.ts'
import { tempDir } from '../helpers.ts'

const opened: Catalog[] = []
let folder = ''
beforeEach(() => {
  folder = tempDir()
})
afterEach(async () => {
  for (const catalog of opened.splice(0)) await catalog.close()
})

async function open(name: string): Promise<Catalog> {
  const catalog = await openCatalog(join(folder, `${name}.duckdb`))
  opened.push(catalog)
  return catalog
}

async function broken(catalog: Catalog) {
  const { checks } = await catalog.verify()
  return checks.filter(({ violations }) => violations > 0)
}

/** What of a catalog does not depend on who wrote it. */
async function contents(catalog: Catalog) {
  const { rows } = await catalog.info()
  const tables = Object.keys(rows).filter((name) => !['ledger', 'schema_migrations', 'large_values'].includes(name))
  return Promise.all(tables.map(async (table) => [table, (await catalog.sql(`FROM ${table} ORDER BY ALL`)).rows]))
}

const LARGE = 'x'.repeat(200_000)
const large = { name: 'cryptomatte/manifest', type: 'string', value: LARGE, source: 'exr' } as const

describe('merging catalogs', () => {
  it('takes everything over as it is, large values, removals, runs and failures included', async () => {
    const [a, into] = [await open('a'), await open('into')]
    await a.upsert(sequence('/mnt/a', 700), 'run')
    await a.upsert([record({ path: '/mnt/b/x.0001.exr', header: 'one', attributes: [large] })], 'run')
    await a.upsert([record({ path: '/mnt/b/x.0001.exr', header: 'two', inspectedAtUs: 1_700_000_000_500_000n })], 'run')
    for (const [provider, vector] of [
      ['looks', Float32Array.of(0.6, 0.8)],
      ['longer', Float32Array.of(1, 0, 0)],
    ] as const) {
      const files = await a.filesToEmbed({ provider, version: '1', readsPixels: false }, 600)
      await a.writeEmbeddings(
        { provider, version: '1' },
        files.map((file) => ({ ...file, bytes: null, vector })),
      )
    }
    await a.markRemoved(['/mnt/a/beauty.1003.exr'], 1_700_000_001_000_000n)
    await a.recordFailures(
      [{ path: '/mnt/bad.exr', code: 'ERR_EXR_MAGIC', message: 'no', byteOffset: 0, seenAtUs: 1_700_000_000_000_000n }],
      'run',
    )
    expect(await mergeCatalogs(into, [a])).toEqual({ inserted: 702, updated: 0, unchanged: 0 })
    expect(await contents(into)).toEqual(await contents(a))
    expect(await broken(into)).toEqual([])
    const [[sha256]] = (await into.sql('SELECT sha256 FROM large_values')).rows as [[string]]
    let text = ''
    for await (const piece of into.largeValue(sha256)) text += Buffer.from(piece).toString()
    expect(text).toBe(LARGE)
    // Again, nothing changes, and nothing is written to the ledger.
    const ledger = await into.sql('FROM ledger')
    expect(await mergeCatalogs(into, [a])).toEqual({ inserted: 0, updated: 0, unchanged: 702 })
    expect(await into.sql('FROM ledger')).toEqual(ledger)
    expect(await contents(into)).toEqual(await contents(a))
  })

  it('makes one of what two shards say about the same files', async () => {
    const [a, b, into] = [await open('a'), await open('b'), await open('into')]
    const at = (seconds: number) => 1_700_000_000_000_000n + BigInt(seconds) * 1_000_000n
    const path = '/mnt/s/x.0001.exr'
    // a: one, then two. b: two (seen again later), then three in between.
    await a.upsert([record({ path, header: 'one', inspectedAtUs: at(1) })], 'a')
    await a.upsert([record({ path, header: 'two', inspectedAtUs: at(2) })], 'a')
    await b.upsert([record({ path, header: 'three', inspectedAtUs: at(3) })], 'b')
    await b.upsert([record({ path, header: 'two', sizeBytes: 5, inspectedAtUs: at(4) })], 'b')
    await b.upsert(sequence('/mnt/s2', 3), 'b')
    expect(await mergeCatalogs(into, [a, b])).toEqual({ inserted: 6, updated: 1, unchanged: 0 })
    expect(await broken(into)).toEqual([])
    const { rows } = await into.sql(
      `SELECT f.inspection_count, f.size_bytes::INTEGER, f.superseded_by IS NULL, epoch_us(f.last_inspected)
       FROM files f WHERE file_path = '${path}' ORDER BY last_inspected`,
    )
    expect(rows).toEqual([
      [1, 123_456, false, at(1)],
      [1, 123_456, false, at(3)],
      [2, 5, true, at(4)],
    ])
    // The other way round the same files are current.
    const other = await open('other')
    await mergeCatalogs(other, [b, a])
    expect(await broken(other)).toEqual([])
    const current = 'SELECT file_id, inspection_count, size_bytes FROM files WHERE superseded_by IS NULL ORDER BY ALL'
    expect((await other.sql(current)).rows).toEqual((await into.sql(current)).rows)
  })

  it('decides frames over the names that meet in a folder', async () => {
    const [a, b, into] = [await open('a'), await open('b'), await open('into')]
    await a.upsert([record({ path: '/mnt/f/shot_v2_1.exr' })], 'a')
    await b.upsert([record({ path: '/mnt/f/shot_v2_2.exr' })], 'b')
    await mergeCatalogs(into, [a, b])
    expect((await into.sql('SELECT frame_number FROM files ORDER BY 1')).rows).toEqual([[1], [2]])
    expect(await broken(into)).toEqual([])
  })

  it('lets no damage travel', async () => {
    const a = await open('a')
    await a.upsert(sequence('/mnt/a', 3), 'run')
    await a.close()
    const { DuckDBInstance } = await import('@duckdb/node-api')
    const instance = await DuckDBInstance.create(join(folder, 'a.duckdb'))
    const connection = await instance.connect()
    await connection.run(
      "UPDATE part_rows SET width = 1 WHERE file_no IN (SELECT file_no FROM file_rows WHERE file_path LIKE '%1002%')",
    )
    connection.closeSync()
    instance.closeSync()
    const into = await open('into')
    await expect(mergeCatalogs(into, [await open('a')])).rejects.toMatchObject({
      code: 'ERR_CATALOG_CORRUPT',
      details: { path: '/mnt/a/beauty.1002.exr' },
    })
    expect((await into.info()).rows['files']).toBe(0)
  })

  it('is cancelled between two files, and goes on when it is done again', async () => {
    const [a, into] = [await open('a'), await open('into')]
    await a.upsert(sequence('/mnt/a', 1200, { channels: ['R'], attributes: [] }), 'run')
    const controller = new AbortController()
    const merging = mergeCatalogs(into, [a], { signal: controller.signal, onProgress: () => controller.abort() })
    await expect(merging).rejects.toMatchObject({ code: 'ERR_ABORTED' })
    expect(await broken(into)).toEqual([])
    expect((await into.info()).rows['files']).toBe(500)
    expect(await mergeCatalogs(into, [a])).toEqual({ inserted: 700, updated: 0, unchanged: 500 })
    expect(await contents(into)).toEqual(await contents(a))
    expect(await broken(into)).toEqual([])
  })

  it('is completed by doing it again after it was killed', { timeout: 120_000 }, async () => {
    const a = await open('a')
    await a.upsert(sequence('/mnt/a', 1700, { channels: ['R'], attributes: [] }), 'run')
    await a.close()
    const tsx = fileURLToPath(import.meta.resolve('tsx'))
    const child = fileURLToPath(new URL('./merge-child.ts', import.meta.url))
    const [from, to] = [join(folder, 'a.duckdb'), join(folder, 'into.duckdb')]
    const merging = promisify(execFile)(process.execPath, ['--import', tsx, child, from, to])
    await expect(merging).rejects.toMatchObject({ signal: 'SIGKILL' })
    const into = await open('into')
    expect((await into.info()).rows['files']).toBe(1000)
    expect(await broken(into)).toEqual([])
    const source = await open('a')
    expect(await mergeCatalogs(into, [source])).toEqual({ inserted: 700, updated: 0, unchanged: 1000 })
    expect(await contents(into)).toEqual(await contents(source))
    expect(await broken(into)).toEqual([])
  })

  it('refuses a catalog of an older version, or brings a copy of it up to date', async () => {
    const old = await open('old')
    await old.upsert([record({ path: '/mnt/a/x.0001.exr', attributes: [large] })], 'run')
    await old.migrate(9)
    await old.close()
    const path = join(folder, 'old.duckdb')
    await expect(openMergeSource(path, {}, { workFolder: folder })).rejects.toMatchObject({
      code: 'ERR_CATALOG_SCHEMA',
    })
    const source = await openMergeSource(path, {}, { workFolder: folder, migrateCopies: true })
    const into = await open('into')
    expect(await mergeCatalogs(into, [source.catalog])).toMatchObject({ inserted: 1 })
    await source.close()
    expect(await broken(into)).toEqual([])
    const unchanged = await openCatalog(path, { readOnly: true, migrate: false })
    expect(await unchanged.version()).toBe(9)
    await unchanged.close()
    expect(readdirSync(folder).filter((name) => name.startsWith('.exr'))).toEqual([])
  })

  it('reads a VAST DataBase', async () => {
    const server = await emulator()
    try {
      const vast = await openAt(server)
      opened.push(vast)
      await vast.upsert(sequence('/mnt/a', 5), 'run')
      await vast.upsert([record({ path: '/mnt/b.exr', attributes: [large] })], 'run')
      await vast.markRemoved(['/mnt/b.exr'], 1_700_000_001_000_000n)
      const into = await open('into')
      expect(await mergeCatalogs(into, [vast])).toEqual({ inserted: 6, updated: 0, unchanged: 0 })
      expect(await mergeCatalogs(into, [vast])).toEqual({ inserted: 0, updated: 0, unchanged: 6 })
      expect(await broken(into)).toEqual([])
      expect((await into.info()).rows).toMatchObject({ removals: 1, large_values: 1, channels: 48 })
      await vast.close()
    } finally {
      await server.close()
    }
  })

  it('fills a VAST DataBase as it fills an embedded catalog, with what it knows already and what it does not', async () => {
    const [a, b, into, back] = [await open('a'), await open('b'), await open('into'), await open('back')]
    const at = (seconds: number) => 1_700_000_000_000_000n + BigInt(seconds) * 1_000_000n
    const path = '/mnt/s/x.0001.exr'
    await a.upsert(sequence('/mnt/a', 3), 'a')
    await a.upsert([record({ path, header: 'one', inspectedAtUs: at(1), attributes: [large] })], 'a')
    await a.upsert([record({ path, header: 'two', inspectedAtUs: at(2) })], 'a')
    const files = await a.filesToEmbed({ provider: 'looks', version: '1', readsPixels: false }, 9)
    const vectors = files.map((file) => ({ ...file, bytes: null, vector: Float32Array.of(0.6, 0.8) }))
    await a.writeEmbeddings({ provider: 'looks', version: '1' }, vectors)
    await a.markRemoved(['/mnt/a/beauty.1003.exr'], at(5))
    await b.upsert([record({ path, header: 'three', inspectedAtUs: at(3) })], 'b')
    await b.upsert([record({ path, header: 'two', sizeBytes: 5, inspectedAtUs: at(4) })], 'b')
    await b.upsert([record({ path: '/mnt/was-bad.exr', inspectedAtUs: at(9) })], 'b')
    const failure = { code: 'ERR_EXR_MAGIC', message: 'no', byteOffset: 0 } as const
    await a.recordFailures([{ ...failure, path: '/mnt/was-bad.exr', seenAtUs: at(1) }], 'a')
    await a.recordFailures([{ ...failure, path: '/mnt/bad.exr', seenAtUs: at(1) }], 'a')
    await b.recordFailures([{ ...failure, path: '/mnt/bad.exr', message: 'later', seenAtUs: at(2) }], 'b')
    const counts = { source: '/', found: 0, inserted: 0, updated: 0, unchanged: 0, failed: 0, toolVersion: '1' }
    await a.recordRun({ runId: 'a', startedAtUs: at(1), endedAtUs: at(2), ...counts })

    const server = await emulator()
    try {
      const vast = await openAt(server)
      opened.push(vast)
      const taken = await mergeCatalogs(into, [a, b])
      expect(await mergeCatalogs(vast, [a, b])).toEqual(taken)
      expect(await broken(vast)).toEqual([])
      expect(await mergeCatalogs(vast, [a, b])).toEqual({ inserted: 0, updated: 0, unchanged: 8 })
      expect(await broken(vast)).toEqual([])
      const atOnce = () => openCatalog('vast://vastdb/at_once', { vast: connectionTo(server) })
      const others = [await atOnce(), await atOnce()]
      opened.push(...others)
      // Some of the files are there already, without a vector.
      const plain = await open('plain')
      await plain.upsert(sequence('/mnt/a', 3), 'a')
      await mergeCatalogs(others[0]!, [plain])
      await Promise.all(others.map((other) => mergeCatalogs(other, [a, b])))
      expect(await broken(others[0]!)).toEqual([])
      expect((await others[0]!.info()).rows).toMatchObject({
        inspections: 8,
        removals: 1,
        embeddings: files.length,
        vectors: (await vast.info()).rows['vectors'],
      })
      await mergeCatalogs(back, [vast])
      expect(await contents(back)).toEqual(await contents(into))
      let text = ''
      const [[sha256]] = (await back.sql('SELECT sha256 FROM large_values')).rows as [[string]]
      for await (const piece of vast.largeValue(sha256)) text += Buffer.from(piece).toString()
      expect(text).toBe(LARGE)
    } finally {
      await server.close()
    }
  })
})
