import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Field, type RecordBatch, Schema, Utf8 } from 'apache-arrow'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { arrowSchema, encodedToBatches, tableBatch } from '../../../src/arrow/index.ts'
import { digestSightings, filesOf } from '../../../src/catalog/batch-files.ts'
import { LedgerWriter, ledgerChange } from '../../../src/catalog/ledger.ts'
import { MIGRATIONS } from '../../../src/catalog/migrations/index.ts'
import { openCatalog } from '../../../src/catalog/open.ts'
import type { VastConnection } from '../../../src/catalog/vast/connection.ts'
import { rowBatch } from '../../../src/catalog/vast/row-batch.ts'
import { storedRows } from '../../../src/catalog/vast/vectors-apart.ts'
import { encodeRecords, recordTables, TABLES, tableNamed, VAST_TABLES } from '../../../src/tables/index.ts'
import { col, connect, type Transaction, Table as VastTable } from '../../../src/vastdb/index.ts'
import type { Emulator } from '../../../src/vastdb-emulator/index.ts'
import { record, sequence } from '../records.ts'
import { connectionTo, emulator, openAt, tableRows, URL } from './place.ts'

describe('the schema of a VAST DataBase catalog', () => {
  let server: Emulator
  let requests: string[]

  beforeEach(async () => {
    requests = []
    server = await emulator({ onRequest: ({ method, url }) => requests.push(`${method} ${url}`) })
  })
  afterEach(() => server.close())

  async function directly(work: (tx: Transaction) => Promise<unknown>): Promise<void> {
    const session = await connect({ endpoint: server.endpoint, accessKey: 'test', secretKey: 'test' })
    try {
      await session.transaction(work)
    } finally {
      await session.close()
    }
  }
  const schemaIn = (tx: Transaction) => tx.bucket('vastdb').schema('exr_metadata')

  it('is made once when eight workers start at the same time', async () => {
    const catalogs = await Promise.all(Array.from({ length: 8 }, () => openAt(server)))
    const versions = (await tableRows(server, 'schema_migrations')).map((row) => Number(row['version']))
    expect(versions.sort((a, b) => a - b)).toEqual(MIGRATIONS.map(({ version }) => version))
    await Promise.all(catalogs.map((catalog, index) => catalog.upsert(sequence(`/mnt/${index}`, 2), 'run')))
    expect((await catalogs[0]!.verify()).ok).toBe(true)
    for (const catalog of catalogs) await catalog.close()
  })

  it('is checked once a session and not with every batch', async () => {
    const catalog = await openAt(server)
    await catalog.ensureSchema()
    requests.length = 0
    await catalog.upsert([record({ path: '/mnt/a.exr' })], 'run')
    await catalog.ensureSchema()
    expect(requests.filter((request) => /\?(schema|table|column|stats)/.test(request))).toEqual([])
    // Two of them are for `parts`, which has more columns than one insert takes, and two for vectors.
    expect(requests).toHaveLength(16)
    await catalog.close()
  })

  it('gets nullable columns that it lacks, and keeps the rows', async () => {
    const first = await openAt(server)
    await first.upsert(sequence('/mnt/a', 2), 'run')
    await first.close()
    await directly((tx) => schemaIn(tx).table('files').dropColumns(['etag', 'embedding_version']))
    const second = await openAt(server)
    await second.upsert([record({ path: 's3://b/a.exr', mtime: null, etag: '"e"' })], 'run')
    expect((await tableRows(server, 'files', ['etag'])).map((row) => row['etag']).sort()).toEqual(['"e"', null, null])
    await second.close()
  })

  it('has frames decided over the names of folders when an earlier release filled it', async () => {
    const { version } = MIGRATIONS.find(({ regroupsFrames }) => regroupsFrames)!
    const first = await openAt(server)
    await first.upsert(
      [998, 999, 1001].map((frame) => record({ path: `/mnt/f.${frame}.exr` })),
      'run',
    )
    await first.close()
    await directly(async (tx) => {
      const table = schemaIn(tx).table('schema_migrations')
      const where = col('version').gte(version)
      for await (const batch of table.select({ columns: ['version'], where, rowId: true })) {
        await table.delete(Array.from(batch.getChildAt(1)!.toArray() as BigUint64Array))
      }
    })
    const second = await openAt(server)
    const keys = (await tableRows(server, 'files', ['sequence_key'])).map((row) => row['sequence_key'])
    expect(keys).toEqual(Array(3).fill('/mnt/f.###.exr'))
    await second.close()
  })

  it('is refused when a column has another type, which is named', async () => {
    await directly(async (tx) => {
      const schema = await tx.bucket('vastdb').schema('exr_metadata').create()
      const fields = arrowSchema(tableNamed('parts')).fields.map(({ name, type }) =>
        name === 'width' ? new Field(name, new Utf8(), true) : new Field(name, type, true),
      )
      await schema.createTable('parts', new Schema(fields))
    })
    await expect(openAt(server)).rejects.toMatchObject({
      code: 'ERR_CATALOG_SCHEMA',
      message: expect.stringContaining('column width of table parts should be Int32 but is Utf8'),
    })
  })

  it('ends a batch whole when a table takes its columns no longer', async () => {
    const catalog = await openAt(server)
    await directly(async (tx) => {
      const parts = schemaIn(tx).table('parts')
      await parts.dropColumns(['width'])
      await parts.addColumns(new Schema([new Field('width', new Utf8(), true)]))
    })
    requests.length = 0
    await expect(catalog.upsert(sequence('/mnt/a', 8), 'run')).rejects.toMatchObject({
      code: 'ERR_CATALOG_COLUMNS',
      message: expect.stringContaining('nothing of the batch was stored'),
    })
    expect(requests.filter((request) => request === 'POST /?transaction').length).toBe(1)
    expect(await tableRows(server, 'files', ['file_id'])).toEqual([])
    await catalog.close()
  })

  it('brings the rows of an older version along: display forms, digests, an account of what is there', async () => {
    const first = await openAt(server)
    await first.upsert(sequence('/mnt/a', 3), 'run')
    await first.markRemoved(['/mnt/a/beauty.1002.exr'], 1_700_000_100_000_000n)
    await first.close()
    const digests = (await tableRows(server, 'files', ['content_digest'])).map((row) => row['content_digest'])
    await directly(async (tx) => {
      const schema = schemaIn(tx)
      await schema.table('attributes').dropColumns(['display'])
      await schema.table('files').dropColumns(['content_digest', 'latest_rows'])
      for (const name of ['ledger', 'large_values', 'schema_migrations']) await schema.table(name).drop()
      await schema.createTable(
        'schema_migrations',
        new Schema([...arrowSchema(tableNamed('schema_migrations')).fields]),
      )
      const rows = [1, 2, 3].map((version) => [version, 'before', 1n, '0.0.0'])
      await schema.table('schema_migrations').insert(rowBatch(tableNamed('schema_migrations'), rows))
    })

    const second = await openAt(server)
    const shown = await tableRows(server, 'attributes', ['attr_type', 'display'])
    const times = shown.filter((row) => row['attr_type'] === 'timecode').map((row) => row['display'])
    expect(times).toHaveLength(3)
    for (const time of times) expect(time).toMatch(/^\d\d:\d\d:\d\d[:;]\d\d/)
    const again = (await tableRows(server, 'files', ['content_digest'])).map((row) => row['content_digest'])
    expect(again.every((digest) => /^[0-9a-f]{32}$/.test(String(digest)))).toBe(true)
    expect(new Set(again).size).toBe(digests.length)
    const { checks, notes } = await second.verify()
    expect(checks.filter(({ violations }) => violations > 0)).toEqual([])
    expect(notes).toEqual([])
    await second.close()
  })

  it('has its vectors moved into tables of their own, with an index where the server has them, and back again', async () => {
    // As releases before version 16 made it: the vectors are columns of the tables that people query.
    const records = [...sequence('/mnt/a', 3), record({ path: '/mnt/b.exr', parts: 2, channels: ['R', 'R', 'G'] })]
    const encoded = encodeRecords(records, { runId: 'run' })
    await directly(async (tx) => {
      const schema = await schemaIn(tx).create()
      for (const table of TABLES) {
        const fields = arrowSchema(table).fields.map(({ name, type }) => new Field(name, type, true))
        await schema.createTable(table.name, new Schema(fields))
      }
      for (const [name, batch] of Object.entries(encodedToBatches(encoded))) await schema.table(name).insert(batch)
      const account = new LedgerWriter().next(
        ledgerChange(
          filesOf(encoded).map(({ contentDigest = null }) => ({
            before: null,
            after: { isCurrent: true, contentDigest, latestRows: null },
          })),
          { inspections: digestSightings(encoded) },
        ),
      )
      await schema.table('ledger').insert(rowBatch(tableNamed('ledger'), [account.row]))
      const versions = Array.from({ length: 15 }, (_, index) => [index + 1, 'before', 1n, '0.0.0'])
      await schema.table('schema_migrations').insert(rowBatch(tableNamed('schema_migrations'), versions))
    })
    const stored = async () => ({
      vectors: (await tableRows(server, 'files', ['file_id', 'metadata_embedding'])).map((row) => JSON.stringify(row)),
      fingerprints: (
        await tableRows(server, 'channels', [
          'file_id',
          'part_index',
          'channel_name',
          'channel_type',
          'channel_fingerprint',
        ])
      ).map((row) => JSON.stringify(row)),
    })
    const before = await stored()

    const catalog = await openAt(server)
    expect((await catalog.verify()).checks.filter(({ violations }) => violations > 0)).toEqual([])
    const layout = async (name: string) => {
      let fields: string[] = []
      await directly(async (tx) => {
        fields = (await schemaIn(tx).table(name).columns()).fields.map(({ type }) => String(type))
        if (name === 'vectors') {
          const { vectorIndices } = await schemaIn(tx).table(name).stats()
          expect(vectorIndices).toMatchObject([{ column: 'metadata_embedding', metric: 'ip' }])
        }
      })
      return fields
    }
    for (const name of ['files', 'channels']) expect(String(await layout(name))).not.toContain('FixedSizeList')
    expect(await layout('vectors')).toEqual(['Utf8', 'Int32', 'FixedSizeList[384]<Float32>'])
    const [nearest] = await catalog.findSimilar('/mnt/a/beauty.1001.exr', { k: 1, each: true })
    expect(nearest?.similarity).toBeGreaterThan(0.9)

    expect(await catalog.migrate(15)).toEqual([
      expect.objectContaining({ version: 20, direction: 'down' }),
      expect.objectContaining({ version: 19, direction: 'down' }),
      expect.objectContaining({ version: 18, direction: 'down' }),
      expect.objectContaining({ version: 17, direction: 'down' }),
      expect.objectContaining({ version: 16, direction: 'down' }),
    ])
    expect(await catalog.version()).toBe(15)
    expect(await catalog.migrate(15)).toEqual([])
    const after = await stored()
    expect(after.vectors.toSorted()).toEqual(before.vectors.toSorted())
    expect(after.fingerprints.toSorted()).toEqual(before.fingerprints.toSorted())
    expect((await catalog.migrate()).map(({ version }) => version)).toEqual([16, 17, 18, 19, 20])
    expect((await catalog.verify()).ok).toBe(true)
    await catalog.close()
  })

  it('goes back to older versions and forward again, and keeps what the older one knows', async () => {
    const catalog = await openAt(server)
    await catalog.upsert([...sequence('/mnt/a', 3), record({ path: '/mnt/b.exr' })], 'run')
    await catalog.markRemoved(['/mnt/a/beauty.1002.exr'], 1_700_000_100_000_000n)
    const known = ['file_id', 'file_path', 'header_hash', 'size_bytes', 'frame_number', 'inspection_count']
    const rows = async () =>
      (await tableRows(server, 'files', known)).map((row) => JSON.stringify(Object.values(row).map(String))).sort()
    const before = await rows()
    for (const version of [16, 12, 5, 1]) {
      await catalog.migrate(version)
      expect(await catalog.version()).toBe(version)
      await directly(async (tx) => {
        const made = MIGRATIONS.slice(0, version).flatMap(({ tables = {} }) => Object.keys(tables))
        const names = (await schemaIn(tx).tables()).map(({ name }) => name)
        const apart = version < 16 ? [] : ['vectors', 'channel_vectors']
        expect(names.sort()).toEqual([...made, ...apart, 'schema_migrations'].sort())
      })
      const steps: string[] = []
      await catalog.migrate(undefined, { onProgress: ({ doing }) => void steps.push(doing) })
      if (version < 4) expect(new Set(steps)).toContain('filling attributes')
      expect(await rows()).toEqual(before)
      expect((await catalog.verify()).checks.filter(({ violations }) => violations > 0)).toEqual([])
    }
    expect(await catalog.upsert(sequence('/mnt/c', 1), 'run')).toMatchObject([{ status: 'inserted' }])
    expect((await catalog.verify()).ok).toBe(true)
    await catalog.close()
  })

  it('keeps its vectors where they are when they do not arrive whole', async () => {
    const catalog = await openAt(server)
    await catalog.upsert(sequence('/mnt/a', 3), 'run')
    await catalog.migrate(15)
    await catalog.close()
    const moved = tableRows(server, 'files', ['metadata_embedding'])
    const before = await moved
    // A server that loses a row of what it is given.
    const loses = vi.spyOn(VastTable.prototype, 'insert')
    loses.mockImplementation(async function (this: VastTable, rows) {
      const kept = this.address.table === 'vectors' ? (rows as RecordBatch).slice(1) : rows
      loses.mockRestore()
      return this.insert(kept)
    })
    await expect(openAt(server)).rejects.toMatchObject({
      code: 'ERR_CATALOG_WRITE',
      message: expect.stringContaining('2 vectors where 3 were written'),
    })
    expect(await tableRows(server, 'files', ['metadata_embedding'])).toEqual(before)
    await (await openAt(server)).close()
  })

  it('is refused when a later release wrote it', async () => {
    await (await openAt(server)).close()
    const rows = [[99, 'from the future', 0n, '9.9.9']]
    await directly((tx) =>
      schemaIn(tx)
        .table('schema_migrations')
        .insert(rowBatch(tableNamed('schema_migrations'), rows)),
    )
    await expect(openAt(server)).rejects.toMatchObject({ code: 'ERR_CATALOG_NEWER' })
  })

  it('is not made by who only reads', async () => {
    await expect(openAt(server, { readOnly: true })).rejects.toMatchObject({
      code: 'ERR_CATALOG_SCHEMA',
      message: expect.stringContaining('catalog migrate'),
    })
    const catalog = await openAt(server, { migrate: false })
    expect((await catalog.info()).rows).toEqual({})
    expect((await catalog.migrate()).map((step) => step.version)).toEqual(MIGRATIONS.map(({ version }) => version))
    expect(Object.keys((await catalog.info()).rows).sort()).toEqual(VAST_TABLES.map((table) => table.name).sort())
    await expect(catalog.migrate(0)).rejects.toMatchObject({ code: 'ERR_FEATURE_UNAVAILABLE' })
    await catalog.close()
    const reader = await openAt(server, { readOnly: true })
    await expect(reader.upsert([record({ path: '/a.exr' })], 'run')).rejects.toMatchObject({
      code: 'ERR_CATALOG_WRITE',
    })
    await reader.close()
  })

  it('lies in a nested schema when the URL says so', async () => {
    const catalog = await openCatalog('vast://vastdb/shows/2026', { vast: connectionTo(server) })
    expect(await catalog.upsert([record({ path: '/a.exr' })], 'run')).toMatchObject([{ status: 'inserted' }])
    expect(catalog.url).toBe('vast://vastdb/shows/2026')
    await catalog.close()
  })

  it('mends files that a writer left twice when it died between commit and look', async () => {
    const catalog = await openAt(server)
    const files = sequence('/mnt/a', 3)
    await catalog.upsert(files, 'run')
    for (const run of ['dead-1', 'dead-2']) {
      const encoded = encodeRecords(files.slice(0, 2), { runId: run })
      const changes = filesOf(encoded).map(({ contentDigest = null }) => {
        return { before: null, after: { isCurrent: true, contentDigest, latestRows: null } }
      })
      const account = new LedgerWriter().next(ledgerChange(changes, { inspections: digestSightings(encoded) }))
      await directly(async (tx) => {
        for (const own of recordTables().flatMap((table) => storedRows(table, encoded.tables[table.name]))) {
          await schemaIn(tx)
            .table(own.table.name)
            .insert(tableBatch(own.table, own.rows, encoded.strings))
        }
        await schemaIn(tx)
          .table('ledger')
          .insert(rowBatch(tableNamed('ledger'), [account.row]))
      })
    }
    expect((await tableRows(server, 'files', ['file_id'])).length).toBe(7)
    expect((await catalog.verify()).ok).toBe(false)

    const results = await catalog.upsert(files, 'after')
    expect(results.map((result) => result.status)).toEqual(['updated', 'updated', 'updated'])
    expect((await catalog.verify()).checks.filter((check) => check.violations > 0)).toEqual([])
    const counts = (await tableRows(server, 'files', ['inspection_count'])).map((row) => row['inspection_count'])
    expect(counts.sort()).toEqual([2, 4, 4])
    await catalog.close()
  })

  describe('that cannot be reached', () => {
    const vast = { endpoint: '', accessKey: 'test', secretKey: 'test', region: 'us-east-1' }
    const plain: Server = createServer((_request, response) => void response.end('<html>hello</html>'))
    beforeEach(() => new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve)))
    afterEach(() => new Promise<void>((resolve) => plain.close(() => resolve())))

    it.each<[string, string, () => Partial<VastConnection> | null, string, string]>([
      ['nothing configured', URL, () => null, 'ERR_OPTION_INVALID', 'VAST_DB_ENDPOINT'],
      ['no secret key', URL, () => ({ secretKey: null }), 'ERR_OPTION_INVALID', 'VAST_DB_SECRET_KEY'],
      ['an endpoint that is none', URL, () => ({ endpoint: 'nonsense' }), 'ERR_OPTION_INVALID', 'endpoint'],
      [
        'a server that is not VAST',
        URL,
        () => ({ endpoint: addressOf(plain) }),
        'ERR_VASTDB_NOT_VAST',
        'not VAST DataBase',
      ],
      ['an unknown access key', URL, () => ({ accessKey: 'nobodyatall' }), 'ERR_VASTDB_AUTH', 'access key'],
      ['a wrong secret key', URL, () => ({ secretKey: 'topsecretvalue' }), 'ERR_VASTDB_AUTH', 'secret key'],
      ['a missing bucket', 'vast://nowhere/s', () => ({}), 'ERR_VASTDB_NOT_FOUND', 'no bucket nowhere'],
      ['a URL without a bucket', 'vast://', () => ({}), 'ERR_OPTION_INVALID', 'vast://<bucket>/<schema>'],
    ])('%s: says what to change', async (_what, url, change, code, text) => {
      const changed = change()
      const options = changed === null ? {} : { vast: { ...vast, endpoint: server.endpoint, ...changed } }
      const error = await openCatalog(url, options).catch((caught: unknown) => caught)
      expect(error).toMatchObject({ code, message: expect.stringContaining(text) })
      expect(String(error)).not.toMatch(/nobodyatall|topsecretvalue/)
    })
  })

  it('does not let a row too large for the protocol sink the others', async () => {
    const catalog = await openAt(server)
    const attributes = [{ name: 'n'.repeat(5_000_000), type: 'string', value: 'x', source: 'exr' as const }]
    const batch = [...sequence('/mnt/a', 3), record({ path: '/mnt/huge.exr', attributes })]
    const results = await catalog.upsert(batch, 'run')
    expect(results.map((result) => result.status)).toEqual(['inserted', 'inserted', 'inserted', 'error'])
    expect(results[3]).toMatchObject({ path: '/mnt/huge.exr', code: 'ERR_CATALOG_WRITE' })
    expect((await catalog.verify()).ok).toBe(true)
    await catalog.close()
  })
})

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
