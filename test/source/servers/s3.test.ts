import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type FaultProxy, startFaultProxy } from '../../../scripts/servers/fault-proxy.ts'
import type { RunningServer } from '../../../scripts/servers/process.ts'
import { motoProgram, S3_TEST_KEYS, startMoto, startVersitygw, versitygwProgram } from '../../../scripts/servers/s3.ts'
import { connectS3, type S3Connection } from '../../../src/source/s3-client.ts'
import { listLevel, listObjects } from '../../../src/source/s3-list.ts'
import { S3Source } from '../../../src/source/s3-source.ts'

const bucket = 'plates'
const first = 64 * 1024
const big = randomBytes(300_000)
const moto = motoProgram()
const versitygw = versitygwProgram()

const servers = [
  { name: 'moto', here: moto !== null, start: () => startMoto(moto!), anyKey: true, signs: false },
  {
    name: 'versitygw',
    here: versitygw !== null,
    start: (folder: string) => startVersitygw(versitygw!, folder),
    // A folder cannot hold an empty path segment or a segment that means "up".
    anyKey: false,
    // It checks signatures, which cover the headers that the proxy would drop.
    signs: true,
  },
]

for (const server of servers) {
  describe.runIf(server.here)(`S3 source against ${server.name}`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'exr-s3-'))
    let upstream: RunningServer
    let proxy: FaultProxy
    let direct: S3Connection
    let s3: S3Connection

    const put = (key: string, body: Uint8Array) =>
      direct.client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }))
    const source = (key: string) => new S3Source(s3, { bucket, key })
    const list = async (prefix: string, options = {}) => {
      const keys: string[] = []
      for await (const page of listObjects(s3, { bucket, key: prefix }, options))
        keys.push(...page.map((object) => object.key))
      return keys
    }

    beforeAll(async () => {
      upstream = await server.start(folder)
      proxy = await startFaultProxy(upstream.endpoint)
      direct = await connectS3({ endpoint: upstream.endpoint, ...S3_TEST_KEYS })
      s3 = await connectS3({ endpoint: proxy.endpoint, ...S3_TEST_KEYS, readTimeoutMs: 1_500 })
      await direct.client.send(new CreateBucketCommand({ Bucket: bucket }))
      await put('big.exr', big)
      await put('small.exr', big.subarray(0, 1_000))
      await put('empty.exr', new Uint8Array(0))
    })

    afterAll(async () => {
      s3?.close()
      direct?.close()
      await proxy?.close()
      await upstream?.close()
      rmSync(folder, { recursive: true, force: true })
    })

    beforeEach(() => proxy.reset())

    it('learns size, ETag and time from the first ranged GET and sends no HEAD', async () => {
      const object = source('big.exr')
      const identity = await object.identity()
      expect(identity.sizeBytes).toBe(big.length)
      expect(identity.etag).toMatch(/^[0-9a-f]{32}$/)
      expect(identity.mtimeUs).toBeGreaterThan(0n)
      expect(await object.read(0, first)).toEqual(new Uint8Array(big.subarray(0, first)))
      expect(object.counters).toEqual({ requests: 1, bytes: first })
      expect(proxy.seen.map(({ method, headers }) => [method, headers.range])).toEqual([
        ['GET', `bytes=0-${first - 1}`],
      ])
    })

    it('reads on with If-Match and fetches only the bytes it does not have', async () => {
      const object = source('big.exr')
      await object.identity()
      expect(await object.read(first - 10, first + 90)).toEqual(new Uint8Array(big.subarray(first - 10, first + 90)))
      expect(await object.read(big.length - 8, big.length + 50)).toEqual(new Uint8Array(big.subarray(-8)))
      expect(await object.read(big.length + 5, big.length + 50)).toHaveLength(0)
      expect(object.counters).toEqual({ requests: 3, bytes: first + 90 + 8 })
      expect(proxy.seen[1]?.headers['if-match']).toMatch(/^"[0-9a-f]+"$/)
    })

    it('reads an object smaller than the first read with one GET', async () => {
      const object = source('small.exr')
      expect(await object.read(0, first)).toHaveLength(1_000)
      expect(object.counters).toEqual({ requests: 1, bytes: 1_000 })
    })

    it('says that an empty object is empty', async () => {
      const object = source('empty.exr')
      expect((await object.identity()).sizeBytes).toBe(0)
      expect(await object.read(0, first)).toHaveLength(0)
      expect(object.counters.requests).toBe(1)
    })

    it('names a missing key, a missing bucket and wrong keys, each once', async () => {
      await expect(source('nothing.exr').identity()).rejects.toMatchObject({ code: 'ERR_SOURCE_NOT_FOUND' })
      await expect(new S3Source(s3, { bucket: 'no-such-bucket', key: 'a' }).identity()).rejects.toMatchObject({
        code: 'ERR_SOURCE_NOT_FOUND',
      })
      expect(proxy.seen).toHaveLength(2)
    })

    it('keeps keys exactly as they are', async () => {
      const plain = [
        'shot 010/beauty 1001.exr',
        'plus+sign.exr',
        '100%.exr',
        'a%20b.exr',
        'café/日本語.exr',
        'q?x=1&y#z.exr',
      ]
      const keys = server.anyKey ? [...plain, 'double//slash.exr'] : plain
      for (const key of keys) await put(`keys/${key}`, Buffer.from(key))
      for (const key of keys) {
        expect(Buffer.from(await source(`keys/${key}`).read(0, 1_000)).toString()).toBe(key)
      }
      expect((await list('keys/')).toSorted()).toEqual(keys.map((key) => `keys/${key}`).toSorted())
    })

    it('refuses keys that a server would fold, or that no request can carry, before anything is sent', async () => {
      for (const key of ['up/../other.exr', '../secret/a.exr', './a.exr', 'a/.', `half\ud800.exr`, 'x'.repeat(1_025)]) {
        expect(() => source(key)).toThrow(expect.objectContaining({ code: 'ERR_SOURCE_KEY' }))
      }
      expect(proxy.seen).toEqual([])
      await put('keys/..hidden../a..exr', Buffer.from('dots'))
      expect(await source('keys/..hidden../a..exr').read(0, 10)).toHaveLength(4)
    })

    it('lists page by page, resumes after a key, and finds sub-prefixes', async () => {
      const keys = Array.from({ length: 25 }, (_, index) => `list/${index % 5}/${String(index).padStart(4, '0')}.exr`)
      await Promise.all(keys.map((key) => put(key, Buffer.from(key))))
      proxy.reset()
      expect(await list('list/', { pageSize: 10 })).toEqual(keys.toSorted())
      expect(proxy.seen).toHaveLength(3)
      expect(await list('list/', { startAfter: 'list/3/0018.exr' })).toEqual(keys.toSorted().slice(-6))
      const level = await listLevel(s3, { bucket, key: 'list/' })
      expect(level.prefixes).toEqual(['list/0/', 'list/1/', 'list/2/', 'list/3/', 'list/4/'])
    })

    it('goes on after a listing that was cut without a token', async () => {
      const all = await list('list/')
      proxy.plan({
        kind: 'body',
        replace: (body) => body.replace(/<NextContinuationToken>.*<\/NextContinuationToken>/, ''),
      })
      expect(await list('list/', { pageSize: 10 })).toEqual(all)
    })

    describe('when the server misbehaves', () => {
      it('tries throttling, resets and short bodies again, and gives the whole range', async () => {
        proxy.plan({ kind: 'status', status: 503, code: 'SlowDown' }, { kind: 'reset' })
        expect(await source('big.exr').read(0, first)).toEqual(new Uint8Array(big.subarray(0, first)))
        expect(proxy.seen).toHaveLength(3)
        proxy.reset()
        proxy.plan({ kind: 'short', bytes: 100 }, { kind: 'reset', afterBytes: 5_000 })
        const object = source('big.exr')
        expect(await object.read(0, first)).toEqual(new Uint8Array(big.subarray(0, first)))
        expect(object.counters.requests).toBe(3)
      })

      it('gives up after three tries with a code that says a retry may help', async () => {
        proxy.always({ kind: 'status', status: 503, code: 'SlowDown' })
        await expect(source('big.exr').identity()).rejects.toMatchObject({ code: 'ERR_SOURCE_UNAVAILABLE' })
        expect(proxy.seen).toHaveLength(3)
      })

      it('treats a slow drip as an answer that never came', async () => {
        proxy.always({ kind: 'drip', pauseMs: 50 })
        const failure = source('big.exr').identity()
        await expect(failure).rejects.toMatchObject({ code: 'ERR_SOURCE_UNAVAILABLE' })
        await expect(failure).rejects.toThrow('within 1500 ms')
      })

      it('does not try again what cannot pass', async () => {
        for (const [status, code, expected] of [
          [403, 'AccessDenied', 'ERR_SOURCE_DENIED'],
          [400, 'ExpiredToken', 'ERR_SOURCE_CREDENTIALS'],
          [403, 'InvalidAccessKeyId', 'ERR_SOURCE_CREDENTIALS'],
          [403, 'SignatureDoesNotMatch', 'ERR_SOURCE_CREDENTIALS'],
          [403, 'RequestTimeTooSkewed', 'ERR_SOURCE_CREDENTIALS'],
        ] as const) {
          proxy.reset()
          proxy.always({ kind: 'status', status, code })
          await expect(source('big.exr').identity()).rejects.toMatchObject({ code: expected })
          expect(proxy.seen).toHaveLength(1)
        }
      })

      it('refuses an answer for another range than it asked for', async () => {
        proxy.always({ kind: 'headers', set: { 'content-range': `bytes 5-${first + 4}/${big.length}` } })
        const failure = source('big.exr').identity()
        await expect(failure).rejects.toMatchObject({ code: 'ERR_SOURCE_READ' })
        await expect(failure).rejects.toThrow('Content-Range says')
      })

      // Only where signatures are not checked: they cover the header that the proxy drops.
      if (!server.signs)
        it('cuts its range out of a server that ignores Range, and stops the transfer there', async () => {
          const large = randomBytes(8_000_000)
          await put('large.exr', large)
          proxy.always({ kind: 'ignore', headers: ['range'] })
          const object = source('large.exr')
          expect(await object.read(0, first)).toEqual(new Uint8Array(large.subarray(0, first)))
          expect((await object.identity()).sizeBytes).toBe(large.length)
          expect(object.counters).toEqual({ requests: 1, bytes: first })
          expect(await object.read(100_000, 100_100)).toEqual(new Uint8Array(large.subarray(100_000, 100_100)))
          expect(proxy.bytesPassed).toBeLessThan(large.length)
        })

      it('never mixes two versions of an object, also where If-Match is ignored', async () => {
        for (const fault of server.signs
          ? [undefined]
          : [undefined, { kind: 'ignore', headers: ['if-match'] } as const]) {
          await put('render.exr', big)
          proxy.reset()
          proxy.always(fault)
          const object = source('render.exr')
          await object.identity()
          await put('render.exr', randomBytes(big.length))
          await expect(object.read(200_000, 200_100)).rejects.toMatchObject({ code: 'ERR_SOURCE_CHANGED' })
        }
      })

      it('falls back to comparing answers where If-Match is not implemented', async () => {
        const object = source('big.exr')
        await object.identity()
        proxy.plan({ kind: 'status', status: 501, code: 'NotImplemented' })
        expect(await object.read(200_000, 200_100)).toEqual(new Uint8Array(big.subarray(200_000, 200_100)))
        await object.read(210_000, 210_100)
        expect(proxy.seen.at(-1)?.headers['if-match']).toBeUndefined()
      })

      it('stops at once when told to', async () => {
        proxy.always({ kind: 'drip', pauseMs: 50 })
        await expect(source('big.exr').read(0, 100, AbortSignal.timeout(100))).rejects.toMatchObject({
          code: 'ERR_ABORTED',
        })
        expect(proxy.seen).toHaveLength(1)
      })
    })
  })
}

describe('S3 without a server', () => {
  it('says that an endpoint is down, and keeps the secret out of the message', async () => {
    const s3 = await connectS3({
      endpoint: 'http://127.0.0.1:9',
      accessKeyId: 'AKIDEXAMPLE',
      secretAccessKey: 'sesame',
    })
    const failure = await new S3Source(s3, { bucket, key: 'a.exr' }).identity().catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'ERR_SOURCE_UNAVAILABLE', message: expect.stringContaining('ECONNREFUSED') })
    expect(JSON.stringify(failure) + String(failure)).not.toContain('sesame')
    s3.close()
  })

  it('says that an endpoint is not S3', async () => {
    const proxy = await startFaultProxy('http://127.0.0.1:9')
    proxy.always({ kind: 'page', html: '<html><body>It works!</body></html>' })
    const s3 = await connectS3({ endpoint: proxy.endpoint, ...S3_TEST_KEYS })
    await expect(new S3Source(s3, { bucket, key: 'a.exr' }).identity()).rejects.toMatchObject({
      code: 'ERR_SOURCE_READ',
    })
    await expect(listObjects(s3, { bucket, key: '' }).next()).rejects.toMatchObject({ code: 'ERR_SOURCE_READ' })
    s3.close()
    await proxy.close()
  })
})
