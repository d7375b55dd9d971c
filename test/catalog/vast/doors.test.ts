import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tableFromIPC } from 'apache-arrow'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Catalog, SimilarMatch } from '../../../src/catalog/catalog.ts'
import type { Emulator } from '../../../src/vastdb-emulator/index.ts'
import { record, sequence } from '../records.ts'
import { connectionTo, emulator, openAt } from './place.ts'

const FILES = [
  ...sequence('/mnt/beauty', 6, { channels: ['R', 'G', 'B', 'A'], width: 1920 }),
  ...sequence('/mnt/depth', 6, { channels: ['Z'], width: 4096, compression: 'piz' }),
]
const QUERY = '/mnt/depth/beauty.1001.exr'

/** Trino's client protocol, one page of columns and then rows one by one, for what a real one (trino.test.ts) does not do when asked. */
interface FakeTrino {
  readonly url: string
  readonly statements: string[]
  readonly users: (string | undefined)[]
  readonly capabilities: Set<unknown>
  /** Called with the path of every GET before it is answered. */
  onPage: (path: string) => Promise<void> | void
  readonly cancelled: string[]
  close(): Promise<void>
}

async function fakeTrino(
  answer: (sql: string) => { columns: unknown[]; rows: string[] } | { error: string },
): Promise<FakeTrino> {
  const statements: string[] = []
  const users: (string | undefined)[] = []
  const cancelled: string[] = []
  const capabilities = new Set<unknown>()
  let busy = 2
  let rows: string[] = []
  let columns: unknown[] = []
  const server: Server = createServer(async (request, response) => {
    const base = `http://${request.headers.host}`
    capabilities.add(request.headers['x-trino-client-capabilities'])
    let body = ''
    for await (const chunk of request) body += chunk
    const json = (text: string) => response.setHeader('content-type', 'application/json').end(text)
    if (request.method === 'DELETE') {
      cancelled.push(request.url ?? '')
      return response.writeHead(204).end()
    }
    if (request.method === 'POST') {
      users.push(`${request.headers['x-trino-user']} ${request.headers.authorization ?? ''}`)
      if (busy-- > 0) return response.writeHead(503).end()
      statements.push(body)
      const result = answer(body)
      if ('error' in result) return json(JSON.stringify({ id: 'q', error: { message: result.error, errorName: 'E' } }))
      ;({ rows, columns } = result)
      return json(JSON.stringify({ id: 'q', nextUri: `${base}/v1/statement/executing/q/0` }))
    }
    await fake.onPage(request.url ?? '')
    const page = Number(request.url?.split('/').at(-1))
    const next = page <= rows.length ? `,"nextUri":"${base}/v1/statement/executing/q/${page + 1}"` : ''
    const data = page >= 1 && page <= rows.length ? `,"data":[${rows[page - 1]}]` : ''
    return json(`{"id":"q","columns":${JSON.stringify(columns)}${data}${next}}`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const fake: FakeTrino = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    statements,
    users,
    capabilities,
    onPage: () => {},
    cancelled,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return fake
}

/** A vector of two numbers for each file, of one provider. */
async function writeLooks(catalog: Catalog): Promise<void> {
  const set = { provider: 'looks', version: '1', readsPixels: false }
  const files = await catalog.filesToEmbed(set, 100)
  const vector = (index: number) => Float32Array.of(Math.cos(index / 20), Math.sin(index / 20))
  await catalog.writeEmbeddings(
    set,
    files.map((file, index) => ({ ...file, bytes: null, vector: vector(index) })),
  )
}

describe('doors to similar files and SQL', () => {
  let server: Emulator
  let scan: Catalog

  beforeEach(async () => {
    server = await emulator()
    scan = await openAt(server)
    await scan.upsert(FILES, 'run')
  })
  afterEach(async () => {
    await scan.close()
    await server.close()
  })

  describe('scan', () => {
    it('says so, and shows the query whose answer it computes', async () => {
      const plan = await scan.explainSimilar({ k: 5, where: 'width >= 1920' })
      expect(plan.method).toBe('scan')
      expect(plan.sql).toContain('array_cosine_distance(compared_vector::FLOAT[384], :vector::FLOAT[384])')
      expect(plan.sql).toContain('JOIN "vastdb/exr_metadata".vectors embedding')
      expect(plan.sql).toContain('"vastdb/exr_metadata".files')
    })

    it('answers no SQL and says what to configure', async () => {
      await expect(scan.sql('SELECT 1')).rejects.toMatchObject({
        code: 'ERR_FEATURE_UNAVAILABLE',
        message: expect.stringContaining('VAST_TRINO_URL'),
      })
    })
  })

  describe('the SQL engine', () => {
    let engine: Catalog
    beforeEach(async () => {
      engine = await openAt(server, { vast: { ...connectionTo(server), search: 'engine' } })
    })
    afterEach(() => engine.close())

    it.each([
      {},
      { each: true },
      { each: true, where: 'width >= 1920 AND frame_number < 1005' },
      { each: true, where: "compression = 'piz' OR frame_number = 1002" },
      { each: true, by: 'looks', where: 'width >= 1920' },
    ])('finds what a scan finds: %o', async (options) => {
      expect((await engine.explainSimilar({ k: 4 })).method).toBe('engine')
      const query = options.by === undefined ? QUERY : Float32Array.of(1, 0)
      if (options.by !== undefined) await writeLooks(scan)
      const found = await engine.findSimilar(query, { k: 4, ...options })
      const pushable = !options.where?.includes(' OR ')
      if (pushable) {
        const expected = await scan.findSimilar(query, { k: 4, ...options })
        const named = (matches: readonly SimilarMatch[]) => matches.map(({ similarity: _, ...match }) => match)
        expect(named(found)).toEqual(named(expected))
        found.forEach((match, index) => {
          expect(match.similarity).toBeCloseTo(expected[index]!.similarity, 5)
        })
      }
      expect(found).toHaveLength(options.each ? 4 : 2)
    })

    it('answers the documented question for missing frames', async () => {
      const page = readFileSync(new URL('../../../docs/reference/vast-catalog.md', import.meta.url), 'utf8')
      const query = /```sql\n(SELECT sequence_key.*?)```/s.exec(page)![1]!
      await engine.upsert(
        [998, 999, 1001, 1005].map((frame) => record({ path: `/mnt/gap/f.${frame}.exr` })),
        'run',
      )
      await engine.regroupFrames(new Set(['/mnt/gap/']))
      expect((await engine.sql(query.replace('bucket/schema', 'vastdb/exr_metadata'))).rows).toEqual([
        ['/mnt/gap/f.###.exr', 1000, 1000],
        ['/mnt/gap/f.###.exr', 1002, 1004],
      ])
    })

    it('leaves removed and superseded files out', async () => {
      await scan.markRemoved(['/mnt/depth/beauty.1002.exr'], 1_800_000_000_000_000n)
      const paths = (await engine.findSimilar(QUERY, { k: 20, each: true })).map((match) => match.path)
      expect(paths).toHaveLength(10)
      expect(paths).not.toContain('/mnt/depth/beauty.1002.exr')
    })

    it('answers SQL, and refuses what writes', async () => {
      const sql = 'SELECT compression, count(*) AS n FROM "vastdb/exr_metadata".parts GROUP BY 1 ORDER BY 1'
      expect((await engine.sql(sql)).rows).toEqual([
        ['piz', 6n],
        ['zips', 6n],
      ])
      await expect(engine.sql('DELETE FROM "vastdb/exr_metadata".parts')).rejects.toMatchObject({
        code: 'ERR_CATALOG_QUERY',
      })
      await expect(engine.sql('SELECT wdith FROM "vastdb/exr_metadata".parts')).rejects.toMatchObject({
        code: 'ERR_VASTDB_REQUEST',
        message: expect.stringContaining('wdith'),
      })
      expect(server.openTransactions).toBe(0)
    })
  })
})

describe('the door of Trino', () => {
  let server: Emulator
  let scan: Catalog
  let trino: FakeTrino
  let catalog: Catalog
  let answer: Parameters<typeof fakeTrino>[0]

  // None of these tests changes what is stored, but for vectors of a provider.
  beforeAll(async () => {
    server = await emulator()
    scan = await openAt(server)
    await scan.upsert(FILES, 'run')
  })
  afterAll(async () => {
    await scan.close()
    await server.close()
  })
  beforeEach(async () => {
    trino = await fakeTrino((sql) => answer(sql))
    const connection = { url: trino.url, user: 'lena', password: 's3cret', catalog: 'vast' }
    catalog = await openAt(server, { vast: { ...connectionTo(server), search: 'trino', trino: connection } })
  })
  afterEach(async () => {
    await catalog.close()
    await trino.close()
  })

  const similarColumns = [
    { name: 'file_id', type: 'varchar' },
    { name: 'file_path', type: 'varchar' },
    { name: 'distance', type: 'double' },
    { name: 'sequence_key', type: 'varchar' },
    { name: 'file_count', type: 'bigint' },
  ]

  it('is asked for the nearest files, and asked again while it is busy', async () => {
    answer = () => ({
      columns: similarColumns,
      rows: ['["id1","/mnt/a.1.exr",0.25,"/mnt/a.#.exr",24]', '["id2","/mnt/b.exr",5.0E-1,null,1]'],
    })
    await writeLooks(scan)
    const found = await catalog.findSimilar(QUERY, { k: 2, where: "compression = 'piz'", by: 'looks' })

    expect(found).toEqual([
      { fileId: 'id1', path: '/mnt/a.1.exr', sequenceKey: '/mnt/a.#.exr', fileCount: 24, similarity: 0.75 },
      { fileId: 'id2', path: '/mnt/b.exr', sequenceKey: null, fileCount: 1, similarity: 0.5 },
    ])
    expect(trino.users).toEqual(Array(3).fill(`lena Basic ${Buffer.from('lena:s3cret').toString('base64')}`))
    expect(trino.statements).toHaveLength(1)
    expect(trino.statements[0]).toContain('"vast"."vastdb|exr_metadata".files')
    expect(trino.statements[0]).toContain("(compression = 'piz'\n)")
    expect(trino.statements[0]).not.toMatch(/metadata_embedding|\.vectors/)
    await catalog.findSimilar(Float32Array.of(0, 2), { k: 2, by: 'looks' })
    const plan = await catalog.explainSimilar({ k: 2, by: 'looks' }, Float32Array.of(0, 2))
    expect(plan).toEqual({ method: 'trino', sql: trino.statements[1] })
    expect(trino.statements[1]).toContain(`"vast"."vastdb|exr_metadata".embeddings embedding`)
    expect(trino.statements[1]).toContain("embedding.provider = 'looks' AND embedding.version = '1'")
    expect(trino.statements[1]).toContain('zip_with(compared_vector, ARRAY[0e+0, 1e+0]')
  })

  it('is not asked for vectors that its connector cannot read', async () => {
    for (const ask of [
      () => catalog.findSimilar(QUERY, { k: 1 }),
      () => catalog.explainSimilar({ k: 1 }),
      () => catalog.findSimilar(new Float32Array(384).fill(2), { k: 1 }),
    ]) {
      await expect(ask()).rejects.toMatchObject({
        code: 'ERR_FEATURE_UNAVAILABLE',
        message: expect.stringContaining('VAST_DB_SEARCH'),
      })
    }
    expect(trino.users).toEqual([])
  })

  it('is waited for no longer than was said, and told to stop then', async () => {
    await writeLooks(scan)
    answer = () => ({ columns: similarColumns, rows: [] })
    trino.onPage = () => new Promise(() => {})
    const connection = { url: trino.url, user: 'lena', password: null, catalog: 'vast' }
    const vast = { ...connectionTo(server), search: 'trino' as const, trino: connection, searchTimeoutMs: 400 }
    const hurried = await openAt(server, { vast })
    await expect(hurried.findSimilar(Float32Array.of(0, 2), { k: 1, by: 'looks' })).rejects.toMatchObject({
      code: 'ERR_VASTDB_TIMEOUT',
      message: expect.stringContaining('VAST_DB_SEARCH_TIMEOUT_MS'),
    })
    await hurried.close()
    expect(trino.cancelled).toHaveLength(1)
  })

  it('gives values as every catalog does', async () => {
    answer = () => ({
      columns: [
        { name: 'n', type: 'bigint' },
        { name: 't', type: 'timestamp(6) with time zone' },
        { name: 'v', type: 'array(real)' },
        { name: 'x', type: 'double' },
        { name: 's', type: 'varchar(5)' },
        { name: 'nothing', type: 'bigint' },
      ],
      rows: [
        '[9007199254740993,"2026-01-31 12:00:00.5 UTC",[1.5,"NaN"],0.1234567890123457,"12345678901234567890",null]',
      ],
    })
    const { columns, rows } = await catalog.sql('SELECT * FROM t;')
    expect(columns[0]).toEqual({ name: 'n', type: 'bigint' })
    expect(rows).toEqual([
      [
        9007199254740993n,
        '2026-01-31T12:00:00.500000Z',
        [1.5, Number.NaN],
        0.1234567890123457,
        '12345678901234567890',
        null,
      ],
    ])
  })

  it('gives rows as objects and as Arrow', async () => {
    answer = () => ({
      columns: [
        { name: 'n', type: 'bigint' },
        { name: 't', type: 'timestamp(6) with time zone' },
        { name: 'v', type: 'array(real)' },
        { name: 'n', type: 'varchar' },
      ],
      rows: ['[7,"2026-01-31 12:00:00.5 UTC",[1.5,null],"x"]', '[8,null,null,null]'],
    })
    const rows: unknown[] = []
    for await (const row of catalog.sqlRows('SELECT * FROM t')) rows.push(row)
    expect(rows).toEqual([
      { n: 7n, t: '2026-01-31T12:00:00.500000Z', v: [1.5, null], n_2: 'x' },
      { n: 8n, t: null, v: null, n_2: null },
    ])
    const table = await tableFromIPC(catalog.sqlArrow('SELECT * FROM t'))
    expect(table.schema.fields.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'n Int64',
      't Timestamp<MICROSECOND, UTC>',
      'v List<Float32>',
      'n_2 Utf8',
    ])
    expect(table.getChild('n')!.toJSON()).toEqual([7n, 8n])
  })

  it('passes on why a query failed, and cancels one that is left', async () => {
    answer = () => ({ error: "line 1:8: Column 'wdith' cannot be resolved" })
    await expect(catalog.sql('SELECT wdith')).rejects.toMatchObject({
      code: 'ERR_CATALOG_QUERY',
      message: expect.stringContaining("Column 'wdith' cannot be resolved"),
    })
    answer = () => ({ columns: [{ name: 'n', type: 'integer' }], rows: ['[1]', '[2]', '[3]'] })
    for await (const rows of (await catalog.sqlStream('SELECT n FROM t')).batches) {
      expect(rows).toEqual([[1]])
      break
    }
    expect(trino.cancelled).toHaveLength(1)
  })

  it('asks for timestamps as precise as their columns', async () => {
    answer = () => ({ columns: [{ name: 'n', type: 'integer' }], rows: [] })
    await catalog.sql('SELECT 1')
    expect([...trino.capabilities]).toEqual(['PARAMETRIC_DATETIME'])
  })

  it.each([
    ['columns', 0],
    ['rows', 2],
  ])('ends the query on the server when the caller stops while it waits for %s', async (_what, page) => {
    answer = () => ({ columns: [{ name: 'n', type: 'integer' }], rows: ['[1]', '[2]', '[3]'] })
    const stop = new AbortController()
    let arrived = () => {}
    const waiting = new Promise<void>((resolve) => (arrived = resolve))
    trino.onPage = (path) => {
      if (!path.endsWith(`/${page}`)) return
      arrived()
      return new Promise(() => {})
    }
    const answered = catalog.sql('SELECT n FROM t', stop.signal).catch((error: unknown) => error)
    await waiting
    stop.abort()
    expect(await answered).toMatchObject({ code: 'ERR_ABORTED' })
    expect(trino.cancelled).toEqual([`/v1/statement/executing/q/${page}`])
  })

  it.each(['DROP TABLE files', 'SELECT 1; DELETE FROM files', 'EXPLAIN ANALYZE DELETE FROM files', ' '])(
    'sends nothing for %j',
    async (sql) => {
      await expect(catalog.sql(sql)).rejects.toMatchObject({ code: 'ERR_CATALOG_QUERY' })
      expect(trino.users).toEqual([])
    },
  )

  it('sends a password over https only', async () => {
    const connection = { url: 'http://trino.example', user: 'a', password: 'hunter22', catalog: 'vast' }
    const bad = await openAt(server, { vast: { ...connectionTo(server), trino: connection } })
    const error = await bad.sql('SELECT 1').catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'ERR_OPTION_INVALID', message: expect.stringContaining('https') })
    expect(String(error)).not.toContain('hunter22')
    await bad.close()
  })
})
