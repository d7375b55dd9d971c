import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CreateBucketCommand, DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type FaultProxy, startFaultProxy } from '../../../scripts/servers/fault-proxy.ts'
import type { RunningServer } from '../../../scripts/servers/process.ts'
import { motoProgram, S3_TEST_KEYS, startMoto, startVersitygw, versitygwProgram } from '../../../scripts/servers/s3.ts'
import type { Catalog } from '../../../src/catalog/catalog.ts'
import { openCatalog } from '../../../src/catalog/open.ts'
import { type IngestSummary, ingest } from '../../../src/ingest/ingest.ts'
import { connectS3, type S3Connection } from '../../../src/source/s3-client.ts'
import { runCli } from '../../cli/run-cli.ts'
import { fixturePath, tempDir } from '../../helpers.ts'
import { tinyFile } from '../../inspect/tiny-file.ts'

const moto = motoProgram()
const versitygw = versitygwProgram()
const bucket = 'plates'
const servers = [
  { name: 'moto', here: moto !== null, start: (_folder: string) => startMoto(moto!) },
  { name: 'versitygw', here: versitygw !== null, start: (folder: string) => startVersitygw(versitygw!, folder) },
]

for (const server of servers) {
  describe.runIf(server.here)(`ingest from ${server.name}`, () => {
    const folder = tempDir()
    let upstream: RunningServer
    let proxy: FaultProxy
    let s3: S3Connection
    let catalog: Catalog
    let runs = 0

    const put = (key: string, name: string) =>
      s3.client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: readFileSync(fixturePath(name)) }))
    const run = (root: string, options = {}): Promise<IngestSummary> =>
      ingest({
        roots: [root],
        catalog,
        jobs: 1,
        s3: { endpoint: proxy.endpoint, ...S3_TEST_KEYS },
        source: root,
        toolVersion: 'test',
        ...options,
      })
    const requests = (kind: 'list' | 'get') =>
      proxy.seen.filter(({ url }) => url.includes('list-type=2') === (kind === 'list')).length

    beforeAll(async () => {
      upstream = await server.start(folder)
      proxy = await startFaultProxy(upstream.endpoint)
      s3 = await connectS3({ endpoint: upstream.endpoint, ...S3_TEST_KEYS })
      await s3.client.send(new CreateBucketCommand({ Bucket: bucket }))
      await put('show/a/beauty.1001.exr', 'compression-zip.exr')
      await put('show/a/beauty.1002.exr', 'compression-piz.exr')
      await put('show/b/deep 01.EXR', 'deep-scanline.exr')
      await put('show/b/broken.exr', 'not-exr.exr')
      await put('show/b/empty.exr', 'empty.exr')
      await put('show/notes.txt', 'compression-zip.exr')
      await put('other/c.exr', 'compression-zip.exr')
    })
    afterAll(async () => {
      s3?.close()
      await proxy?.close()
      await upstream?.close()
    })
    beforeEach(async () => {
      proxy.reset()
      runs += 1
      catalog = await openCatalog(join(folder, `catalog-${runs}.duckdb`))
      return () => catalog.close()
    })

    it('stores what lies below a prefix with one GET an object, and records what is broken', async () => {
      const { counts, failures } = await run(`s3://${bucket}/show/`)
      expect(counts).toMatchObject({ found: 5, inserted: 3, failed: 2 })
      expect(failures.map(({ path, code }) => [path, code])).toEqual([
        [`s3://${bucket}/show/b/broken.exr`, 'ERR_EXR_MAGIC'],
        [`s3://${bucket}/show/b/empty.exr`, 'ERR_SOURCE_EMPTY'],
      ])
      expect(requests('get')).toBe(5)
      expect((await catalog.sql('SELECT file_path, frame_number FROM files ORDER BY file_path')).rows).toEqual([
        [`s3://${bucket}/show/a/beauty.1001.exr`, 1001],
        [`s3://${bucket}/show/a/beauty.1002.exr`, 1002],
        [`s3://${bucket}/show/b/deep 01.EXR`, 1],
      ])
    })

    it('sends no GET for objects that have not changed, and one for the one that has', async () => {
      await run(`s3://${bucket}/show/a/`)
      proxy.reset()
      expect((await run(`s3://${bucket}/show/a/`)).counts).toMatchObject({ unchanged: 2, inserted: 0 })
      expect(requests('get')).toBe(0)
      await put('show/a/beauty.1002.exr', 'compression-rle.exr')
      expect((await run(`s3://${bucket}/show/a/`)).counts).toMatchObject({ unchanged: 1, inserted: 1 })
      expect(requests('get')).toBe(1)
      await put('show/a/beauty.1002.exr', 'compression-piz.exr')
    })

    it('looks at every chunk of an object where that is asked for, and once', async () => {
      const { bytes } = tinyFile({ width: 100_000, height: 20 })
      await s3.client.send(new PutObjectCommand({ Bucket: bucket, Key: 'large/a.1001.exr', Body: bytes }))
      const all = { inspect: { check: 'all' } }
      await run(`s3://${bucket}/large/`)
      expect((await run(`s3://${bucket}/large/`, all)).counts).toMatchObject({ inspected: 1, refreshed: 1 })
      expect((await catalog.sql('SELECT DISTINCT check_depth FROM files')).rows).toEqual([['all']])
      proxy.reset()
      expect((await run(`s3://${bucket}/large/`, all)).counts).toMatchObject({ inspected: 0, unchanged: 1 })
      expect(requests('get')).toBe(0)
    })

    it('goes on after a key, and takes a single object without listing', async () => {
      const after = { startAfter: 'show/a/beauty.1001.exr' }
      expect((await run(`s3://${bucket}/show/a/`, after)).counts).toMatchObject({ found: 1, inserted: 1 })
      proxy.reset()
      expect((await run(`s3://${bucket}/other/c.exr`)).counts).toMatchObject({ found: 1, inserted: 1 })
      expect([requests('list'), requests('get')]).toEqual([0, 1])
    })

    it('marks objects that are gone from a prefix, and not those of a prefix that names nothing', async () => {
      await put('gone/a.exr', 'compression-zip.exr')
      await put('gone/b.exr', 'compression-zip.exr')
      await run(`s3://${bucket}/gone/`)
      await s3.client.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'gone/a.exr' }))
      expect((await run(`s3://${bucket}/gone/`)).counts).toMatchObject({ unchanged: 1, removed: 1, unsure: 0 })
      await s3.client.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'gone/b.exr' }))
      expect((await run(`s3://${bucket}/gone/`)).counts).toMatchObject({ found: 0, removed: 0, unsure: 1 })
    })

    it('finds every object when the listing of a level is cut without a way to go on', async () => {
      proxy.plan({
        kind: 'body',
        replace: (body) =>
          body.replace('<IsTruncated>false', '<IsTruncated>true').replace(/<CommonPrefixes>.*?<\/CommonPrefixes>/s, ''),
      })
      expect((await run(`s3://${bucket}/show/`)).counts).toMatchObject({ found: 5, inserted: 3 })
    })

    it('names a bucket that is not there, and goes on with the other roots', async () => {
      const summary = await run('s3://no-such-bucket/x/', {
        roots: ['s3://no-such-bucket/x/', `s3://${bucket}/other/`],
      })
      expect(summary.counts).toMatchObject({ inserted: 1, failed: 1 })
      expect(summary.failures).toMatchObject([{ code: 'ERR_SOURCE_NOT_FOUND' }])
    })

    it.each([
      ['below a prefix', 'show/a/', 2],
      ['of a single object', 'other/c.exr', 1],
    ] as const)('asks again when the very first look %s is answered 503', async (_what, key, inserted) => {
      const root = `s3://${bucket}/${key}`
      const busy = { kind: 'status', status: 503, code: 'SlowDown' } as const
      proxy.plan(busy, busy)
      expect((await run(root)).counts).toMatchObject({ found: inserted, inserted, failed: 0 })
      proxy.plan({ kind: 'status', status: 503, code: 'ServiceUnavailable' })
      expect((await run(root)).counts).toMatchObject({ failed: 0 })
    })

    // Seconds of retries, which one store is enough for.
    if (server === servers.find(({ here }) => here)) {
      it('keeps what was done when the store goes down, names the rest, and goes on at the next run', async () => {
        const names = Array.from({ length: 6 }, (_, index) => `outage/beauty.${1001 + index}.exr`)
        await Promise.all(names.map((name) => put(name, 'compression-zip.exr')))
        const path = join(folder, `outage-${runs}.duckdb`)
        const root = `s3://${bucket}/outage/`
        const env = {
          S3_ENDPOINT: proxy.endpoint,
          S3_ACCESS_KEY: S3_TEST_KEYS.accessKeyId,
          S3_SECRET_KEY: S3_TEST_KEYS.secretAccessKey,
        }
        // Three objects; then nothing answers any more.
        proxy.always({
          kind: 'meanwhile',
          act: async () => {
            if (proxy.seen.filter(({ url }) => url.includes('/outage/')).length > 2) proxy.always({ kind: 'reset' })
          },
        })
        const { code, stdout } = await runCli(['ingest', root, '--catalog', path, '--json'], { env })
        const down = JSON.parse(stdout)
        expect([code, down.inserted, down.failed, down.removed]).toEqual([1, 3, 3, 0])
        for (const failure of down.failures) {
          expect(failure.code).toBe('ERR_SOURCE_UNAVAILABLE')
          expect(failure.message).toMatch(/^Could not read s3:.*Check the endpoint and the network, then try again\.$/)
        }
        proxy.reset()
        await catalog.close()
        catalog = await openCatalog(path)
        const notes = 'SELECT count(*)::INTEGER, (SELECT count(*)::INTEGER FROM live_files) FROM ingest_errors'
        expect((await catalog.sql(notes)).rows).toEqual([[3, 3]])
        expect((await run(root)).counts).toMatchObject({ unchanged: 3, inserted: 3, failed: 0 })
        expect((await catalog.sql(notes)).rows).toEqual([[0, 6]])
      })
    }

    it('stores every object although requests fail now and then', async () => {
      proxy.plan(undefined, { kind: 'status', status: 503, code: 'SlowDown' }, { kind: 'reset' }, undefined, {
        kind: 'short',
        bytes: 10,
      })
      expect((await run(`s3://${bucket}/show/a/`)).counts).toMatchObject({ found: 2, inserted: 2, failed: 0 })
    })
  })
}
