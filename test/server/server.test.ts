import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { createServer as createHttpServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateBucketCommand, DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type FaultProxy, startFaultProxy } from '../../scripts/servers/fault-proxy.ts'
import type { RunningServer } from '../../scripts/servers/process.ts'
import { motoProgram, S3_TEST_KEYS, startMoto } from '../../scripts/servers/s3.ts'
import { openCatalog } from '../../src/catalog/open.ts'
import { silentLogger } from '../../src/log.ts'
import { createServer, type FunctionServer, functionSettings } from '../../src/server/index.ts'
import { connectS3, type S3Connection } from '../../src/source/s3-client.ts'
import { fixturePath } from '../helpers.ts'

const moto = motoProgram()
const BASE_POLICY = 'rules: {compress-allowed: {severity: error, options: {allowed: [piz]}}}'
const bucket = 'plates'

/** A next function that answers with a status. */
async function startSink(answer: () => number) {
  const received: { headers: Record<string, unknown>; body: string }[] = []
  const sink: Server = createHttpServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      received.push({ headers: request.headers, body })
      response.writeHead(answer()).end()
    })
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => sink.once('listening', resolve))
  return { sink, port: (sink.address() as AddressInfo).port, received }
}

describe.runIf(moto !== null)('the function over HTTP', () => {
  let store: RunningServer
  let proxy: FaultProxy
  let s3: S3Connection
  let folder: string
  let catalog: string
  let server: FunctionServer
  let url: string
  const logged: string[] = []
  const log = { ...silentLogger, info: keep, warn: keep, error: keep }

  function keep(fields: object, message: string) {
    logged.push(JSON.stringify({ ...fields, message }))
  }

  const put = (key: string, fixture: string) =>
    s3.client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: readFileSync(fixturePath(fixture)) }))
  const start = async (env: Record<string, string> = {}) => {
    const settings = functionSettings(
      {
        HOST: '127.0.0.1',
        PORT: '0',
        EXR_CATALOG: catalog,
        S3_ENDPOINT: proxy.endpoint,
        S3_ACCESS_KEY: S3_TEST_KEYS.accessKeyId,
        S3_SECRET_KEY: S3_TEST_KEYS.secretAccessKey,
        S3_READ_TIMEOUT_MS: '3000',
        ...env,
      },
      { get: () => undefined, bySecret: {} },
    )
    server = await createServer(settings, log)
    url = await server.listen()
  }
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  const element = (key: string, type = 'ElementCreated', id = '3007311000000042') => ({
    'ce-specversion': '1.0',
    'ce-type': `vastdata.com:Element.${type}`,
    'ce-id': id,
    'ce-source': 'vastdata.com:exr-in.5f0e2a10-0000-4000-8000-0000000000aa',
    'ce-subject': 'studio-broker.main',
    'ce-elementpath': `${bucket}/${key}`,
  })
  const record = (key: string, eventName = 'ObjectCreated:Put', eventTime = new Date().toISOString()) => ({
    Records: [{ eventName, eventTime, s3: { bucket: { name: bucket }, object: { key } } }],
  })
  const rows = async (sql: string) => {
    await server.close()
    const opened = await openCatalog(catalog, { readOnly: true })
    try {
      return (await opened.sql(sql)).rows
    } finally {
      await opened.close()
    }
  }
  const expectDone = async (answer: Response) => {
    expect([answer.status, await answer.text()]).toEqual([204, ''])
    expect([...answer.headers.keys()].filter((name) => name.startsWith('ce-'))).toEqual([])
  }

  beforeAll(async () => {
    store = await startMoto(moto!)
    proxy = await startFaultProxy(store.endpoint)
    s3 = await connectS3({ endpoint: store.endpoint, ...S3_TEST_KEYS })
    await s3.client.send(new CreateBucketCommand({ Bucket: bucket }))
    await put('seq/beauty.1001.exr', 'compression-zip.exr')
    await put('seq 010/café+1.exr', 'compression-piz.exr')
    await put('bad.exr', 'not-exr.exr')
    await put('zero.exr', 'empty.exr')
  })
  afterAll(async () => {
    s3?.close()
    await proxy?.close()
    await store?.close()
  })
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'exr-function-'))
    catalog = join(folder, 'catalog.duckdb')
    proxy.reset()
    logged.length = 0
  })
  afterEach(async () => {
    await server?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('answers every shape of event with 204 and no body, and stores what it names', async () => {
    await start()
    const key = 'seq/beauty.1001.exr'
    const envelope = {
      specversion: '1.0',
      id: '1',
      type: 'vastdata.com:Element.ObjectCreated',
      source: 's',
      data: record(key),
    }
    await expectDone(await post(record(key), element(key)))
    await expectDone(await post(envelope, { 'content-type': 'application/cloudevents+json' }))
    await expectDone(
      await post([envelope, { ...envelope, id: '2' }], { 'content-type': 'application/cloudevents-batch+json' }),
    )
    await expectDone(await post(envelope, { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-type': envelope.type }))
    await expectDone(await post(record(key)))
    await expectDone(await post({ bucket, key }, { 'ce-id': '1', 'ce-type': 'vastdata.com:Function' }))
    await expectDone(await post({ data: { path: `s3://${bucket}/${key}`, meta: 'yes', schema_version: 1 } }))
    expect(await rows('SELECT file_path, is_complete, frame_number, etag IS NOT NULL FROM files')).toEqual([
      [`s3://${bucket}/${key}`, true, 1001, true],
    ])
  })

  it('ends an event delivered four times as one row', async () => {
    await start()
    const deliveries = Array.from({ length: 4 }, () =>
      post(record('seq/beauty.1001.exr'), element('seq/beauty.1001.exr')),
    )
    for (const answer of await Promise.all(deliveries)) await expectDone(answer)
    expect(await rows('SELECT count(*)::INTEGER, max(inspection_count) FROM files')).toEqual([[1, 4]])
  })

  it('reads a small object with one GET and no HEAD', async () => {
    await start()
    await expectDone(await post(record('seq/beauty.1001.exr'), element('seq/beauty.1001.exr')))
    expect(proxy.seen.map(({ method }) => method)).toEqual(['GET'])
  })

  it('finds a key whose header lost its characters', async () => {
    await start()
    const damaged = { ...element(''), 'ce-elementpath': `${bucket}/seq 010/caf?+1.exr` }
    await expectDone(await post(record('seq%20010/caf%C3%A9%2B1.exr'), damaged))
    expect(await rows('SELECT file_path FROM files')).toEqual([[`s3://${bucket}/seq 010/café+1.exr`]])
  })

  it('writes bad files down and takes them as done; other files and timers too, without a trace', async () => {
    await start()
    for (const key of ['bad.exr', 'zero.exr', 'missing.exr']) await expectDone(await post(record(key), element(key)))
    await expectDone(await post(record('notes.txt'), element('notes.txt')))
    await expectDone(await post({ msg: 'hello' }, { 'ce-id': '1', 'ce-type': 'vastdata.com:Element.ObjectCreated' }))
    expect(await rows('SELECT file_path, code FROM ingest_errors ORDER BY file_path')).toEqual([
      [`s3://${bucket}/bad.exr`, 'ERR_EXR_MAGIC'],
      [`s3://${bucket}/missing.exr`, 'ERR_SOURCE_NOT_FOUND'],
      [`s3://${bucket}/zero.exr`, 'ERR_SOURCE_EMPTY'],
    ])
  })

  it('asks for another delivery when storage fails, with one line that says why', async () => {
    await start()
    proxy.always({ kind: 'status', status: 503, code: 'SlowDown' })
    const answer = await post(record('seq/beauty.1001.exr'), element('seq/beauty.1001.exr'))
    const body = await answer.text()
    expect(answer.status).toBe(503)
    expect(body.trim().split('\n')).toHaveLength(1)
    expect(body).toContain('ERR_SOURCE_UNAVAILABLE')
    proxy.reset()
    await expectDone(await post(record('seq/beauty.1001.exr'), element('seq/beauty.1001.exr')))
    expect(await rows('SELECT count(*)::INTEGER FROM files')).toEqual([[1]])
  })

  it('asks for another delivery when the deadline passes', async () => {
    await start({ EXR_DEADLINE_MS: '200' })
    proxy.always({ kind: 'drip', pauseMs: 50 })
    const answer = await post(record('seq/beauty.1001.exr'), element('seq/beauty.1001.exr'))
    expect(answer.status).toBe(503)
    expect(await answer.text()).toContain('ERR_DEADLINE')
  })

  it('refuses what is no event, too large, too deep, or brings its own endpoint', async () => {
    await start({ EXR_MAX_BODY_BYTES: '2000' })
    for (const [body, status] of [
      ['{"Records": ', 400],
      ['['.repeat(1_500), 400],
      [`"${'x'.repeat(3_000)}"`, 413],
      [{ data: { path: `s3://${bucket}/a.exr`, s3_endpoint: 'http://169.254.169.254' } }, 400],
      [{ data: { path: `s3://${bucket}/a.exr`, vastdb_secret_key: 'sesame' } }, 400],
      [{ data: { path: `s3://${bucket}/seq/beauty.1001.exr`, stats: 'perhaps' } }, 400],
    ] as const) {
      const answer = await post(body)
      expect([answer.status, (await answer.text()).trim().split('\n').length]).toEqual([status, 1])
    }
    expect(proxy.seen).toEqual([])
    expect(logged.join()).not.toContain('sesame')
  })

  it('skips buckets that are not allowed, and reads no local file unless told', async () => {
    await start({ EXR_ALLOWED_BUCKETS: 'other' })
    await expectDone(await post(record('seq/beauty.1001.exr'), element('seq/beauty.1001.exr')))
    await expectDone(await post({ data: { path: fixturePath('compression-zip.exr') } }))
    expect(proxy.seen).toEqual([])
    expect(await rows('SELECT code FROM ingest_errors')).toEqual([['ERR_SOURCE_DENIED']])
  })

  it('marks removed objects, keeps their rows, and takes a later upload as live again', async () => {
    await start()
    await put('gone.exr', 'compression-zips.exr')
    await expectDone(await post(record('gone.exr'), element('gone.exr')))
    await s3.client.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'gone.exr' }))
    const removal = record('gone.exr', 'ObjectRemoved:Delete')
    for (let delivery = 0; delivery < 2; delivery++) {
      await expectDone(await post(removal, element('gone.exr', 'ElementDeleted')))
    }
    const counts = `SELECT (SELECT count(*) FROM files)::INTEGER, (SELECT count(*) FROM removals)::INTEGER,
      (SELECT count(*) FROM live_files)::INTEGER`
    expect(await rows(counts)).toEqual([[1, 1, 0]])
    await start()
    await put('gone.exr', 'compression-zips.exr')
    await expectDone(await post(record('gone.exr'), element('gone.exr')))
    expect(await rows(counts)).toEqual([[1, 1, 1]])
  })

  it('sends results on as an event with the same id, and only when nothing has to be done again', async () => {
    const { sink, port, received } = await startSink(() => 202)
    await start({
      K_SINK: `http://127.0.0.1:${port}/`,
      K_CE_OVERRIDES: '{"extensions":{"studio":"north"}}',
      K_NAME: 'exr-meta',
    })
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
    await expectDone(await post(record('seq/beauty.1001.exr'), { ...element('seq/beauty.1001.exr'), traceparent }))
    expect(received).toHaveLength(1)
    expect(received[0]?.headers).toMatchObject({
      'ce-id': '3007311000000042',
      'ce-type': 'vastdata.com:Function',
      'ce-source': 'vastdata.com:exr-meta',
      'ce-subject': 'studio-broker.main',
      'ce-studio': 'north',
      traceparent,
    })
    expect(JSON.parse(received[0]?.body ?? '')).toMatchObject({
      results: [{ outcome: 'stored', path: `s3://${bucket}/seq/beauty.1001.exr` }],
    })
    sink.close()
    const refused = await post(record('seq/beauty.1001.exr'), element('seq/beauty.1001.exr'))
    expect([refused.status, (await refused.text()).includes('ERR_SINK')]).toEqual([503, true])
  })

  it('has an event that the next function refuses for good not delivered again, whatever of it became a header', async () => {
    const answers = [431, 403, 301, 408, 425, 429, 500]
    const { sink, port, received } = await startSink(() => answers[received.length - 1] ?? 202)
    await start({ K_SINK: `http://127.0.0.1:${port}/` })
    const send = async (attributes: Record<string, unknown> = {}) => {
      const { status } = await post({
        ...{ specversion: '1.0', id: '1', type: 'vastdata.com:Element.ElementCreated', source: 'vastdata.com:in.1' },
        ...attributes,
        data: record('seq/beauty.1001.exr'),
      })
      return status
    }
    const statuses: number[] = []
    for (const _ of answers) statuses.push(await send())
    expect(statuses).toEqual([400, 400, 400, 503, 503, 503, 503])
    expect(await (await fetch(`${url}/metrics`)).text()).toContain('exr_sink_events_total{outcome="refused"} 3')

    for (const name of ['id', 'source', 'type', 'subject', 'partitionkey', 'elementpath']) {
      expect([name, await send({ [name]: 'x'.repeat(20_000) })]).toEqual([name, 400])
    }
    expect(received).toHaveLength(answers.length)
    for (const traceparent of ['a\r\nx-key: 1', '00-\u{1F600}', `00-${'a'.repeat(20_000)}`]) {
      expect(await send({ traceparent })).toBe(204)
    }
    expect(received.slice(answers.length).map(({ headers }) => headers['traceparent'])).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    // All of its own headers are within their limit, and too large for this sink.
    expect(await send({ id: 'é'.repeat(2_000), subject: 'é'.repeat(2_000) })).toBe(400)
    sink.close()
    expect(await rows('SELECT count(*)::INTEGER FROM live_files')).toEqual([[1]])
  })

  it('answers probes and shows metrics', async () => {
    await start()
    expect((await fetch(`${url}/readiness`)).status).toBe(200)
    expect((await fetch(`${url}/liveness`)).status).toBe(200)
    const options = await fetch(url, { method: 'OPTIONS' })
    expect([options.status, options.headers.get('allow')]).toEqual([200, 'POST'])
    const metricsNow = async () => (await fetch(`${url}/metrics`)).text()
    expect(await metricsNow()).toMatch(/^exr_memory_budget_bytes [1-9]/m)
    await post(record('seq/beauty.1001.exr'), element('seq/beauty.1001.exr'))
    const metrics = await metricsNow()
    // Nothing is in work any more once its request is answered.
    expect(metrics).toMatch(/^exr_events_active 0$/m)
    expect(metrics).toContain('exr_events_total{outcome="stored"} 1')
    expect(metrics).toContain('exr_source_requests_total 1')
    expect((await fetch(`${url}/debug/inspect`, { method: 'POST' })).status).toBe(204)
  })

  it('finishes what is here before it stops', async () => {
    await start()
    let arrived: () => void = () => {}
    const isReading = new Promise<void>((resolve) => {
      arrived = resolve
    })
    const act = async () => {
      arrived()
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    proxy.plan({ kind: 'meanwhile', act })
    const pending = post(record('seq/beauty.1001.exr'), element('seq/beauty.1001.exr'))
    await isReading
    const closed = server.close()
    const answer = await pending
    expect(answer.headers.get('connection')).toBe('close')
    await expectDone(answer)
    await closed
    await expect(fetch(`${url}/liveness`)).rejects.toThrow()
    expect(await rows('SELECT count(*)::INTEGER FROM files')).toEqual([[1]])
  })

  it('reads no file outside of the allowed folders, however its location is spelt', async () => {
    const [inside, outside] = [join(folder, 'inside'), join(folder, 'outside')]
    for (const place of [inside, outside]) {
      mkdirSync(place)
      copyFileSync(fixturePath('compression-zip.exr'), join(place, 'a.exr'))
    }
    symlinkSync(join(outside, 'a.exr'), join(inside, 'link.exr'))
    await start({ EXR_ALLOWED_FOLDERS: inside })
    for (const path of [`file://${outside}/a.exr`, join(inside, 'link.exr'), `file://${inside}/%2e%2e/outside/a.exr`]) {
      await expectDone(await post({ data: { path } }))
    }
    await expectDone(await post({ data: { path: `file://${inside}/a.exr` } }))
    expect(await rows('SELECT DISTINCT code FROM ingest_errors')).toEqual([['ERR_SOURCE_DENIED']])
    expect(await rows('SELECT file_path FROM files')).toEqual([[join(inside, 'a.exr')]])
  })

  it('believes no removal that the store contradicts, nor its time', async () => {
    await start()
    const live = 'SELECT count(*)::INTEGER FROM live_files'
    const removal = (time?: string) => ({
      Records: [
        {
          eventName: 'ObjectRemoved:Delete',
          eventTime: time,
          s3: { bucket: { name: bucket }, object: { key: 'kept.exr' } },
        },
      ],
    })
    await put('kept.exr', 'compression-zips.exr')
    await expectDone(await post(record('kept.exr')))
    for (const time of ['9999-01-01T00:00:00Z', new Date(Date.now() + 300_000).toISOString(), undefined, 'yesterday']) {
      await expectDone(await post(removal(time)))
    }
    expect(await rows(live)).toEqual([[1]])
    await start()
    await s3.client.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'kept.exr' }))
    // The store's clock is an hour behind: the object is gone all the same.
    await expectDone(await post(removal(new Date(Date.now() - 3_600_000).toISOString())))
    await expectDone(await post(removal('9999-01-01T00:00:00Z')))
    expect(await rows(live)).toEqual([[0]])
    expect(await rows('SELECT count(*)::INTEGER FROM removals WHERE removed_at <= now()')).toEqual([[1]])
    await start()
    await put('kept.exr', 'compression-zips.exr')
    await expectDone(await post(record('kept.exr')))
    expect(await rows(live)).toEqual([[1]])
  })

  it('goes by the event time, cut at now, where the keys may not look for the object', async () => {
    await start()
    await put('kept.exr', 'compression-zips.exr')
    await expectDone(await post(record('kept.exr')))
    proxy.always({ kind: 'status', status: 403, code: 'AccessDenied' })
    const removal = record('kept.exr', 'ObjectRemoved:Delete', '9999-01-01T00:00:00Z')
    await expectDone(await post(removal))
    expect(await rows('SELECT count(*)::INTEGER FROM removals WHERE removed_at <= now()')).toEqual([[1]])
  })

  it('hides nothing while the keys are wrong, since the refused look then says nothing about rights', async () => {
    await start()
    await put('kept.exr', 'compression-zips.exr')
    await expectDone(await post(record('kept.exr')))
    proxy.reset()
    proxy.always({ kind: 'status', status: 403, code: 'InvalidAccessKeyId' })
    const answer = await post(record('kept.exr', 'ObjectRemoved:Delete'))
    expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining('ERR_SOURCE_CREDENTIALS')])
    expect(proxy.seen).toHaveLength(2)
    expect(await rows('SELECT count(*)::INTEGER FROM live_files')).toEqual([[1]])
  })

  it('takes the later of two numbered events about an object, in whatever order they come', async () => {
    await start()
    await put('kept.exr', 'compression-zips.exr')
    const numbered = (eventName: string, sequencer: string) => ({
      eventName,
      s3: { bucket: { name: bucket }, object: { key: 'kept.exr', sequencer } },
    })
    const [upload, removal] = [numbered('ObjectCreated:Put', 'a00B'), numbered('ObjectRemoved:Delete', 'A')]
    await expectDone(await post({ Records: [upload, removal] }))
    proxy.reset()
    await expectDone(await post({ Records: [removal] }))
    expect(proxy.seen).toEqual([])
    expect(await rows('SELECT count(*)::INTEGER FROM live_files')).toEqual([[1]])
  })

  it('knows after a restart which event about an object came last', async () => {
    await start()
    await put('kept.exr', 'compression-zips.exr')
    const numbered = (eventName: string, sequencer: string) => ({
      Records: [{ eventName, s3: { bucket: { name: bucket }, object: { key: 'kept.exr', sequencer } } }],
    })
    await expectDone(await post(numbered('ObjectCreated:Put', 'a00B')))
    const stored = 'SELECT sequencer, (SELECT count(*)::INTEGER FROM live_files) FROM files'
    expect(await rows(stored)).toEqual([['a00B', 1]])

    // The keys may not look for the object, so that the event alone would be believed.
    await start()
    proxy.reset()
    proxy.always({ kind: 'status', status: 403, code: 'AccessDenied' })
    await expectDone(await post(numbered('ObjectRemoved:Delete', 'A00A')))
    expect([proxy.seen, await rows(stored)]).toEqual([[], [['a00B', 1]]])

    await start()
    proxy.reset()
    await s3.client.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'kept.exr' }))
    await expectDone(await post(numbered('ObjectRemoved:Delete', 'a00c')))
    expect(await rows(stored)).toEqual([['a00c', 0]])

    // The upload of before comes again: nothing is asked, and nothing is noted as missing.
    await start()
    proxy.reset()
    await expectDone(await post(numbered('ObjectCreated:Put', 'a00B')))
    expect([proxy.seen, await rows('SELECT * FROM ingest_errors')]).toEqual([[], []])
    expect(await rows(stored)).toEqual([['a00c', 0]])
  })

  it('writes down what no store can be asked for, once and for all', async () => {
    await start()
    const keys = ['half\ud800.exr', `${'x'.repeat(1_100)}.exr`, 'a/../b.exr']
    for (const key of keys) await expectDone(await post(record(key)))
    const buckets = ['..', '.', 'a\ud800', 'a b', 'a\r\nb', 'a@b', 'a:80', 'a#b', 'a?b', 'x'.repeat(300)]
    for (const bad of buckets) await expectDone(await post({ data: { path: `s3://${bad}/a.exr` } }))
    expect(proxy.seen).toEqual([])
    const ofBuckets = `SELECT count(*)::INTEGER, any_value(code) FROM ingest_errors WHERE message LIKE '%no name of a bucket%'`
    expect(await rows(ofBuckets)).toEqual([[buckets.length, 'ERR_SOURCE_KEY']])
    const ofKeys = `SELECT file_path, code FROM ingest_errors WHERE starts_with(file_path, 's3://${bucket}/') ORDER BY length(file_path)`
    expect(await rows(ofKeys)).toEqual([
      [`s3://${bucket}/half\ufffd.exr`, 'ERR_SOURCE_KEY'],
      [`s3://${bucket}/a/../b.exr`, 'ERR_SOURCE_KEY'],
      [`s3://${bucket}/${'x'.repeat(1_100)}.exr`, 'ERR_SOURCE_KEY'],
    ])
  })

  it('writes down a key that the store itself calls too long', async () => {
    await start()
    proxy.always({ kind: 'status', status: 400, code: 'KeyTooLongError' })
    await expectDone(await post(record('long.exr')))
    expect(await rows('SELECT code FROM ingest_errors')).toEqual([['ERR_SOURCE_KEY']])
  })

  it('refuses a request that names too many objects, before it asks for any', async () => {
    await start({ EXR_MAX_RECORDS: '10' })
    const many = Array.from({ length: 11 }, (_, index) => record(`${index}.exr`).Records[0])
    const answer = await post({ Records: many })
    expect([answer.status, (await answer.text()).includes('EXR_MAX_RECORDS')]).toEqual([400, true])
    expect(proxy.seen).toEqual([])
    await expectDone(await post({ Records: many.slice(1).map(() => record('seq/beauty.1001.exr').Records[0]) }))
    expect(proxy.seen).toHaveLength(1)
  })

  it('works on no more objects at once than it may, however many one request names', async () => {
    await start({ EXR_CONCURRENCY: '2' })
    let [running, most] = [0, 0]
    const act = async () => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setTimeout(resolve, 20))
      running--
    }
    proxy.always({ kind: 'meanwhile', act })
    await expectDone(
      await post({ Records: Array.from({ length: 12 }, (_, index) => record(`none${index}.exr`).Records[0]) }),
    )
    expect(proxy.seen).toHaveLength(12)
    expect(most).toBe(2)
  })

  it('stores the good events of a batch and names the bad ones', async () => {
    await start()
    const good = {
      specversion: '1.0',
      id: '1',
      type: 'vastdata.com:Element.ObjectCreated',
      source: 's',
      data: record('seq/beauty.1001.exr'),
    }
    const answer = await post([{ ...good, id: undefined }, good, 7, { ...good, specversion: '0.3' }], {
      'content-type': 'application/cloudevents-batch+json',
    })
    expect(answer.status).toBe(400)
    const line = await answer.text()
    for (const index of [0, 2, 3]) expect(line).toContain(`entry ${index} is`)
    expect(line).not.toContain('entry 1 is')
    expect(await rows('SELECT count(*)::INTEGER FROM files')).toEqual([[1]])
  })

  it('cuts a request that trickles in', async () => {
    await start({ EXR_REQUEST_TIMEOUT_MS: '200' })
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    const told: string[] = []
    socket.on('data', (chunk) => told.push(chunk.toString()))
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{')
    await new Promise((resolve) => socket.once('close', resolve))
    expect(told.join('')).toMatch(/^(HTTP\/1.1 408|$)/)
  })

  it('stops within its patience while hundreds of requests trickle in and the store hangs', async () => {
    await start({ EXR_SHUTDOWN_MS: '2000', S3_READ_TIMEOUT_MS: '60000' })
    const sockets = Array.from({ length: 300 }, () => connect(Number(new URL(url).port), '127.0.0.1'))
    for (const socket of sockets) {
      socket.on('error', () => {})
      socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{')
    }
    let arrived: () => void = () => {}
    const isReading = new Promise<void>((resolve) => {
      arrived = resolve
    })
    proxy.plan({
      kind: 'meanwhile',
      act: () => {
        arrived()
        return new Promise(() => {})
      },
    })
    const pending = post(record('seq/beauty.1001.exr')).then(
      (answer) => answer.status,
      () => 'cut',
    )
    await isReading
    await server.close()
    expect([503, 'cut']).toContain(await pending)
    await Promise.all(sockets.map((socket) => socket.closed || new Promise((resolve) => socket.once('close', resolve))))
  })

  it('judges by a policy of the object store, with what it extends beside it', async () => {
    const policies = {
      'policies/show.yaml': 'name: show\nextends: ./base.yaml',
      'policies/base.yaml': BASE_POLICY,
      'policies/broken.yaml': 'rules: {file-nonsense: on}',
    }
    for (const [Key, Body] of Object.entries(policies)) {
      await s3.client.send(new PutObjectCommand({ Bucket: bucket, Key, Body }))
    }
    await start()
    const path = `s3://${bucket}/seq/beauty.1001.exr`
    const ask = (policy: string) => post({ data: { path, validate: true, policy_path: `s3://${bucket}/${policy}` } })
    await expectDone(await ask('policies/show.yaml'))
    // One that is not there, or is none, will not be there the next time: a dead letter that says why, and nothing was read.
    for (const name of ['nosuch.yaml', 'broken.yaml']) {
      const refused = await ask(`policies/${name}`)
      expect(refused.status).toBe(400)
      expect(await refused.text()).toMatch(new RegExp(`policies/${name}.*\\[ERR_POLICY_INVALID\\]\n$`))
    }
    expect(await (await fetch(`${url}/metrics`)).text()).toContain('exr_events_total{outcome="bad_event"} 2')
    const { lastErrors } = (await (await fetch(`${url}/status.json`)).json()) as { lastErrors: object[] }
    expect(lastErrors).toContainEqual(
      expect.objectContaining({ path, message: expect.stringContaining('policies/nosuch.yaml') }),
    )
    // Storage that fails says nothing of the policy.
    proxy.always({ kind: 'status', status: 503, code: 'SlowDown' })
    const again = await ask('policies/later.yaml')
    expect(again.status).toBe(503)
    expect(await again.text()).toMatch(/^Cannot read the policy .*later\.yaml.*\[ERR_SOURCE_UNAVAILABLE\]/)
    const told = await rows("SELECT policy, rule, state FROM validation_results WHERE rule <> '*'")
    expect(told).toEqual([['show', 'compress-allowed', 'fail']])
  })

  it('shows counters, version and the last errors at its address, and runs nothing of what strangers sent', async () => {
    await start()
    await post(record('seq/beauty.1001.exr'))
    await post(record('<img src=x onerror=alert(1)>.exr'))
    const page = await fetch(url)
    const html = await page.text()
    expect(page.headers.get('content-type')).toContain('text/html')
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(html).toContain('ERR_SOURCE_NOT_FOUND')
    expect(html).toContain('&lt;img src=x')
    expect(html).not.toContain('<img')
    const status = (await (await fetch(`${url}/status.json`)).json()) as Record<string, unknown>
    expect(status).toMatchObject({ state: 'ready', events: { stored: 1, bad_file: 1 } })
    expect(status['version']).toMatch(/^\d+\.\d+/)
  })

  it('sends on what came with an id that no header can carry', async () => {
    const ids: unknown[] = []
    const sink: Server = createHttpServer((request, answer) => {
      ids.push(request.headers['ce-id'])
      request.resume().on('end', () => answer.writeHead(202).end())
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => sink.once('listening', resolve))
    const address = sink.address()
    await start({ K_SINK: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/` })
    const event = { specversion: '1.0', id: 'half\ud800', type: 't', source: 's', data: record('seq/beauty.1001.exr') }
    await expectDone(await post(event))
    expect(ids).toEqual(['half%EF%BF%BD'])
    sink.close()
  })

  it('recovers by itself when the store comes back', async () => {
    await start()
    await expectDone(await post(record('seq/beauty.1001.exr')))
    proxy.always({ kind: 'reset' })
    expect((await post(record('seq 010/café+1.exr'))).status).toBe(503)
    proxy.reset()
    await expectDone(await post(record('seq 010/café+1.exr')))
    expect(await rows('SELECT count(*)::INTEGER FROM files')).toEqual([[2]])
  })

  it('returns the payload on the debugging route when switched on', async () => {
    await start({ EXR_DEBUG_ROUTE: 'true' })
    const answer = await fetch(`${url}/debug/inspect`, {
      method: 'POST',
      body: JSON.stringify({ data: { path: `s3://${bucket}/seq/beauty.1001.exr` } }),
    })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({
      results: [
        { outcome: 'stored', payload: { schema_version: 1, persistence: { status: 'success', inserted: true } } },
      ],
    })
  })

  it('logs event, path and outcome of every piece of work, and no secret', async () => {
    await start()
    await post(record('seq/beauty.1001.exr'), element('seq/beauty.1001.exr'))
    expect(logged.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({
        event_id: '3007311000000042',
        path: `s3://${bucket}/seq/beauty.1001.exr`,
        outcome: 'stored',
      }),
    )
    expect(logged.join()).not.toContain(S3_TEST_KEYS.secretAccessKey)
  })
})
