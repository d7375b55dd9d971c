import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Catalog, CatalogRecord, SimilarMatch, UpsertResult } from '../../src/catalog/catalog.ts'
import { attributeValue } from '../../src/catalog/large-values.ts'
import { EMBEDDING_VERSION } from '../../src/embeddings/index.ts'
import {
  encodeRecords,
  LARGE_VALUE_BYTES,
  METADATA_DIMENSION,
  RECORD_TABLES,
  ROW_SCHEMA_VERSION,
  recordVectors,
  transferList,
} from '../../src/tables/index.ts'
import { record, sequence } from './records.ts'

/** Somewhere a catalog can be made, opened again and thrown away. */
export interface CatalogPlace {
  open(): Promise<Catalog>
  /** Every row of a table as an object, in no particular order; values as `QueryResult` describes them. */
  rows(catalog: Catalog, table: string): Promise<Record<string, unknown>[]>
  dispose(): Promise<void>
}

/** Hashes of a first part as the pixel work gives them. */
function hashesOf(hash: string): Record<string, unknown> {
  const channels = [
    { channel_name: 'R', pixel_hash: `${hash}-R` },
    { channel_name: 'G', pixel_hash: null },
  ]
  return {
    perceptual_hash: null,
    parts: [{ part_index: 0, part_name: null, algorithm: 'xxh3-128', pixel_hash: hash, channels }],
  }
}

const T0 = 1_700_000_000_000_000n
const MINUTE = 60_000_000n

/** What every catalog does, whatever stores it. */
const noFiles = { found: 0, inserted: 0, updated: 0, unchanged: 0, failed: 0 }

export function describeCatalog(name: string, makePlace: () => Promise<CatalogPlace>): void {
  describe(`${name}: behaviour every catalog shares`, () => {
    let place: CatalogPlace
    let catalog: Catalog

    beforeEach(async () => {
      place = await makePlace()
      catalog = await place.open()
      await catalog.ensureSchema()
    })
    afterEach(async () => {
      await catalog.close()
      await place.dispose()
    })

    const rows = (table: string) => place.rows(catalog, table)
    const upsert = (records: readonly CatalogRecord[], run = 'run-1') => catalog.upsert(records, run)
    const fileAt = async (path: string, id?: string) =>
      (await rows('files')).find((row) => row['file_path'] === path && (id === undefined || row['file_id'] === id))

    it('stores a new file in every table an inspection fills', async () => {
      const results = await upsert([record({ path: '/mnt/a/beauty.1001.exr', parts: 2, channels: ['R', 'G', 'B'] })])

      expect(statuses(results)).toEqual(['inserted'])
      const counts = await Promise.all(
        ['files', 'parts', 'channels', 'attributes', 'inspections'].map(async (table) => (await rows(table)).length),
      )
      expect(counts).toEqual([1, 2, 6, 12, 1])
      expect((await catalog.verify()).checks.filter((check) => check.violations > 0)).toEqual([])
    })

    it('decides frames over the names of a folder when told to, for headers of old as for new', async () => {
      const paths = ['/mnt/f.998.exr', '/mnt/f.999.exr', '/mnt/f.1001.exr', '/mnt/sub/f.1.exr', 's3://b/k/f.7.exr']
      await upsert(paths.map((path) => record({ path })))
      await upsert([record({ path: '/mnt/f.1001.exr', header: 'another' })])
      const keys = async () => (await rows('files')).map((row) => row['sequence_key']).sort()
      const before = ['/mnt/f.####.exr', '/mnt/f.####.exr', '/mnt/f.###.exr', '/mnt/f.###.exr']
      expect(await keys()).toEqual([...before, '/mnt/sub/f.#.exr', 's3://b/k/f.#.exr'])

      expect(await catalog.regroupFrames(new Set(['/mnt/sub/', 's3://b/k/']))).toBe(0)
      expect(await catalog.regroupFrames(new Set(['/mnt/', 's3://b/k/']))).toBe(2)
      expect(await keys()).toEqual([...Array(4).fill('/mnt/f.###.exr'), '/mnt/sub/f.#.exr', 's3://b/k/f.#.exr'])
      expect((await fileAt('/mnt/f.1001.exr'))?.['frame_number']).toBe(1001)
      expect(await catalog.regroupFrames(null)).toBe(0)
    })

    it('lets a removed file decide nothing', async () => {
      await upsert(['/mnt/f.1.exr', '/mnt/f.0001.exr', '/mnt/f.0002.exr'].map((path) => record({ path })))
      expect(await catalog.regroupFrames(null)).toBe(0)
      await catalog.markRemoved(['/mnt/f.0001.exr'], T0 + MINUTE)
      expect(await catalog.regroupFrames(null)).toBe(1)
      expect((await fileAt('/mnt/f.1.exr'))?.['sequence_key']).toBe('/mnt/f.####.exr')
    })

    it('settles the frames of what came or went by runs without an end, or by none', async () => {
      const run = { runId: 'run-1', startedAtUs: T0, source: '', toolVersion: '1', ...noFiles }
      await upsert(['/mnt/f.998.exr', '/mnt/f.1001.exr'].map((path) => record({ path })))
      // As an event of an object store leaves them.
      expect(await catalog.settleFrames(new Set(['/mnt/sub/']))).toBe(0)
      expect(await catalog.settleFrames(new Set(['/mnt/']))).toBe(1)
      await catalog.recordRun({ ...run, endedAtUs: null })
      await upsert(['/mnt/w/f.998.exr', '/mnt/w/f.1001.exr'].map((path) => record({ path })))
      expect(await catalog.settleFrames(new Set(['/mnt/w/']))).toBe(1)
      await upsert(['/mnt/r/f.1.exr', '/mnt/r/f.0001.exr', '/mnt/r/f.0002.exr'].map((path) => record({ path })))
      await catalog.recordRun({ ...run, endedAtUs: T0 + MINUTE })
      const removed = new Set(['/mnt/r/'])
      expect(await catalog.settleFrames(removed)).toBe(0)
      await catalog.markRemoved(['/mnt/r/f.0001.exr'], T0 + 2n * MINUTE)
      expect(await catalog.settleFrames(removed)).toBe(1)
    })

    it('writes that a run has not ended', async () => {
      await catalog.recordRun({
        runId: 'r',
        startedAtUs: T0,
        endedAtUs: null,
        source: '',
        toolVersion: '1',
        ...noFiles,
      })
      expect(await rows('ingest_runs')).toMatchObject([{ run_id: 'r', ended_at: null }])
    })

    it('stores the columns of a file as they were inspected', async () => {
      await upsert([
        record({
          path: '/mnt/a/beauty.1001.exr',
          sizeBytes: 2 ** 40 + 1,
          mtime: '2024-02-29T23:59:59.999999Z',
          inspectedAtUs: T0 + 7n,
        }),
      ])

      expect(await fileAt('/mnt/a/beauty.1001.exr')).toMatchObject({
        file_path_normalized: '/mnt/a/beauty.1001.exr',
        size_bytes: 2n ** 40n + 1n,
        mtime: '2024-02-29T23:59:59.999999Z',
        etag: null,
        multipart_count: 1,
        is_deep: false,
        is_complete: true,
        frame_number: 1001,
        sequence_key: '/mnt/a/beauty.####.exr',
        inspection_timestamp: '2023-11-14T22:13:20.000007Z',
        last_inspected: '2023-11-14T22:13:20.000007Z',
        inspection_count: 1,
        superseded_by: null,
        schema_version: 4,
      })
    })

    it('stores vectors bit for bit', async () => {
      const one = record({ path: '/mnt/a.exr' })
      await upsert([one])

      const expected = recordVectors(one.payload)
      expect((await rows('vectors'))[0]?.['metadata_embedding']).toEqual([...expected.metadata])
      const fingerprints = (await rows('channel_vectors')).map((row) => row['channel_fingerprint'])
      expect(fingerprints.filter((value) => value !== null)).toEqual([[...(expected.fingerprints[0] ?? [])]])
    })

    it('stores attribute values of every kind in the column that fits', async () => {
      const attributes = [
        { name: 'text', type: 'string', value: 'plain', source: 'exr' as const },
        { name: 'empty', type: 'string', value: '', source: 'exr' as const },
        { name: 'odd', type: 'string', value: 'nul\0 quote\' "\u{1f3ac}', source: 'exr' as const },
        { name: 'long', type: 'string', value: 'é'.repeat(15_000), source: 'exr' as const },
        { name: 'bytes', type: 'string', value: { encoding: 'base64', data: '/2E=' }, source: 'exr' as const },
        { name: 'int', type: 'int', value: -2_147_483_648, source: 'exr' as const },
        { name: 'float', type: 'float', value: 0.1, source: 'exr' as const },
        { name: 'whole', type: 'float', value: 24, source: 'exr' as const },
        { name: 'nan', type: 'float', value: 'NaN', source: 'exr' as const },
        { name: 'down', type: 'double', value: '-Infinity', source: 'exr' as const },
        { name: 'word', type: 'compression', value: 'zips', source: 'exr' as const },
        { name: 'box', type: 'box2i', value: { min: { x: 0, y: 0 }, max: { x: 1, y: 1 } }, source: 'exr' as const },
      ]
      await upsert([record({ path: '/mnt/a.exr', attributes })])

      const stored = new Map(
        (await rows('attributes')).map((row) => [
          row['attr_name'],
          [row['value_json'], row['value_text'], row['value_int'], row['value_float']],
        ]),
      )
      expect(stored).toEqual(
        new Map<unknown, unknown[]>([
          ['text', ['"plain"', 'plain', null, null]],
          ['empty', ['""', '', null, null]],
          ['odd', ['"nul\\u0000 quote\' \\"\u{1f3ac}"', 'nul\0 quote\' "\u{1f3ac}', null, null]],
          ['long', [`"${'é'.repeat(15_000)}"`, 'é'.repeat(15_000), null, null]],
          ['bytes', ['{"encoding":"base64","data":"/2E="}', '\ufffda', null, null]],
          ['int', ['-2147483648', null, -2_147_483_648n, null]],
          ['float', ['0.1', null, null, 0.1]],
          ['whole', ['24', null, null, 24]],
          ['nan', ['"NaN"', null, null, Number.NaN]],
          ['down', ['"-Infinity"', null, null, -Infinity]],
          ['word', ['"zips"', 'zips', null, null]],
          ['box', ['{"min":{"x":0,"y":0},"max":{"x":1,"y":1}}', null, null, null]],
        ]),
      )
    })

    it('stores what the payload says of pixels with its file, in place of an earlier look', async () => {
      const plain = record({ path: '/mnt/a.exr', parts: 2 })
      const hashed = (hash: string): CatalogRecord => ({
        ...plain,
        payload: { ...plain.payload, hashes: hashesOf(hash) },
      })
      await upsert([hashed('aa')])
      await upsert([hashed('bb'), hashed('cc')])
      await upsert([plain])

      const stored = (await rows('content_hashes')).map((row) => [
        row['part_index'],
        row['channel_name'],
        row['pixel_hash'],
      ])
      expect(stored.sort()).toEqual([
        [0, null, 'cc'],
        [0, 'R', 'cc-R'],
      ])
      expect((await catalog.verify()).ok).toBe(true)
    })

    it('keeps statistics of several levels, of deep samples and hashes side by side', async () => {
      const level = (x: number, y: number, max: number) => ({
        part_index: 0,
        channel_name: 'R',
        level_x: x,
        level_y: y,
        max,
      })
      const facts = {
        channel_stats: [{ part_index: 0, channel_name: 'R', max: 3 }, level(1, 1, 2), level(1, 0, 1)],
        deep_stats: [{ part_index: 0, sample_count: 7n, is_sorted: true }],
        content_hashes: [{ part_index: 0, channel_name: null, algorithm: 'xxh3-128', pixel_hash: 'aa' }],
        id_coverage: [{ part_index: 0, layer_name: 'obj', object_id: '01', object_name: 'hero', coverage: 0.5 }],
      }
      await upsert([{ ...record({ path: '/mnt/a.exr' }), facts }])
      const stored = (await rows('channel_stats')).map((row) => [row['level_x'], row['level_y'], row['max']])
      expect(stored.sort()).toEqual([
        [0, 0, 3],
        [1, 0, 1],
        [1, 1, 2],
      ])
      expect(await rows('deep_stats')).toMatchObject([{ part_index: 0, sample_count: 7n, is_sorted: true }])
      expect(await rows('id_coverage')).toMatchObject([{ object_name: 'hero', coverage: 0.5 }])
      expect(await catalog.verify()).toMatchObject({ ok: true })

      await upsert([
        { ...record({ path: '/mnt/a.exr', inspectedAtUs: T0 + MINUTE }), facts: { channel_stats: [level(0, 0, 4)] } },
      ])
      expect((await rows('channel_stats')).map((row) => row['max'])).toEqual([4])
      expect(await rows('content_hashes')).toHaveLength(1)
    })

    it('replaces rows that an older release wrote when their file is seen again, and no others', async () => {
      const path = '/mnt/a.exr'
      const old = record({ path, width: 100, inspectedAtUs: T0, attributes: [] })
      const batch = encodeRecords([old], { runId: 'run-0' })
      const version = RECORD_TABLES.files.columns.findIndex((column) => column.name === 'schema_version')
      batch.tables.files.columns[version]!.data[0] = 1
      await catalog.upsertEncoded(batch)
      await upsert([record({ path: '/mnt/b.exr', width: 100, inspectedAtUs: T0 })])
      const files = await catalog.knownFiles('/mnt')
      expect([files.has('/mnt/a.exr'), files.has('/mnt/b.exr')]).toEqual([false, true])

      const seen = (file: string) => record({ path: file, width: 200, inspectedAtUs: T0 + MINUTE })
      expect(statuses(await upsert([seen('/mnt/a.exr'), seen('/mnt/b.exr')]))).toEqual(['refreshed', 'updated'])
      const widths = (await rows('parts')).map((row) => [row['file_path'], row['width']])
      expect(widths.sort()).toEqual([
        ['/mnt/a.exr', 200],
        ['/mnt/b.exr', 100],
      ])
      expect((await rows('attributes')).filter((row) => row['file_path'] === path)).toHaveLength(6)
      expect(await fileAt(path)).toMatchObject({
        schema_version: ROW_SCHEMA_VERSION,
        inspection_count: 2,
        inspection_timestamp: '2023-11-14T22:13:20.000000Z',
        last_inspected: '2023-11-14T22:14:20.000000Z',
        superseded_by: null,
      })
      expect(statuses(await upsert([seen('/mnt/a.exr')]))).toEqual(['updated'])
      expect((await catalog.verify()).checks.filter(({ violations }) => violations > 0)).toEqual([])
    })

    it('replaces what it says of a file whose bytes changed under the same header', async () => {
      const frame = (mtime: string, isWhole: boolean): CatalogRecord => {
        const one = record({ path: '/mnt/a.exr', mtime })
        return { ...one, payload: { ...one.payload, file: { ...one.payload.file, is_complete: isWhole } } }
      }
      await upsert([frame('2024-01-01T00:00:00Z', false)])
      expect(statuses(await upsert([frame('2024-01-01T00:00:09Z', true)]))).toEqual(['refreshed'])
      expect(await fileAt('/mnt/a.exr')).toMatchObject({ is_complete: true, inspection_count: 2 })
      expect(statuses(await upsert([frame('2024-01-01T00:00:10Z', true)]))).toEqual(['updated'])
      expect((await catalog.verify()).ok).toBe(true)
    })

    it('replaces what a look said that went less far, and keeps what one said that went further', async () => {
      const looked = (check_depth: 'leaders' | 'all', is_complete: boolean): CatalogRecord => {
        const one = record({ path: '/mnt/a.exr' })
        return { ...one, payload: { ...one.payload, file: { ...one.payload.file, check_depth, is_complete } } }
      }
      const depth = async () => (await catalog.knownFiles('/mnt')).get('/mnt/a.exr')?.checkDepth
      await upsert([looked('leaders', true)])
      expect(await depth()).toBe('leaders')
      expect(statuses(await upsert([looked('all', false)]))).toEqual(['refreshed'])
      expect(statuses(await upsert([looked('leaders', true)]))).toEqual(['updated'])
      expect(await fileAt('/mnt/a.exr')).toMatchObject({ is_complete: false, check_depth: 'all', inspection_count: 3 })
      expect(await depth()).toBe('all')
      expect((await catalog.verify()).ok).toBe(true)
    })

    it('replaces what it says of a file that lower limits kept unread in part', async () => {
      const looked = (limit_reached?: string): CatalogRecord => {
        const one = record({ path: '/mnt/a.exr' })
        return {
          ...one,
          payload: { ...one.payload, file: { ...one.payload.file, ...(limit_reached && { limit_reached }) } },
        }
      }
      const limit = async () => (await catalog.knownFiles('/mnt')).get('/mnt/a.exr')?.limitReached
      await upsert([looked('channels=10')])
      expect(await limit()).toBe('channels=10')
      expect(statuses(await upsert([looked('channels=20')]))).toEqual(['refreshed'])
      expect(statuses(await upsert([looked('channels=10')]))).toEqual(['updated'])
      expect(statuses(await upsert([looked()]))).toEqual(['refreshed'])
      expect(await limit()).toBeNull()
      expect(statuses(await upsert([looked('channels=20')]))).toEqual(['updated'])
      expect((await catalog.verify()).ok).toBe(true)
    })

    it('stays in order when the clock jumps back and forth between sightings', async () => {
      const seen = (header: string, inspectedAtUs: bigint) => record({ path: '/mnt/a.exr', header, inspectedAtUs })
      await upsert([seen('old', T0 + 60n * MINUTE)])
      await upsert([seen('new', T0)])
      await upsert([seen('new', T0 - 60n * MINUTE), seen('new', T0 + MINUTE), seen('new', T0 - MINUTE)])
      const current = (await rows('files')).filter((row) => row['superseded_by'] === null)
      expect(current).toMatchObject([{ inspection_timestamp: '2023-11-14T22:13:20.000000Z', inspection_count: 4 }])
      expect((await catalog.knownFiles('/mnt')).size).toBe(1)
      expect((await catalog.verify()).checks.filter(({ violations }) => violations > 0)).toEqual([])
    })

    it('counts a file seen again instead of storing it again', async () => {
      await upsert([record({ path: '/mnt/a.exr', inspectedAtUs: T0 })])
      const again = record({
        path: '/mnt/a.exr',
        inspectedAtUs: T0 + MINUTE,
        sizeBytes: 999,
        mtime: '2024-05-05T05:05:05.000005Z',
        etag: '"v2"',
      })
      const results = await upsert([again], 'run-2')

      expect(statuses(results)).toEqual(['updated'])
      expect(await fileAt('/mnt/a.exr')).toMatchObject({
        size_bytes: 999n,
        mtime: '2024-05-05T05:05:05.000005Z',
        etag: '"v2"',
        inspection_timestamp: '2023-11-14T22:13:20.000000Z',
        last_inspected: '2023-11-14T22:14:20.000000Z',
        inspection_count: 2,
      })
      expect((await rows('attributes')).length).toBe(6)
      const sightings = (await rows('inspections')).map((row) => [row['run_id'], row['size_bytes'], row['etag']])
      expect(sightings.sort()).toEqual([
        ['run-1', 123_456n, null],
        ['run-2', 999n, '"v2"'],
      ])
    })

    it('keeps the older row of a path whose header changed and says what superseded it', async () => {
      const [first] = await upsert([record({ path: '/mnt/a.exr', header: 'one' })])
      const [second] = await upsert([record({ path: '/mnt/a.exr', header: 'two' })])

      expect(statuses([first!, second!])).toEqual(['inserted', 'inserted'])
      expect(await fileAt('/mnt/a.exr', idOf(first))).toMatchObject({ superseded_by: idOf(second) })
      expect(await fileAt('/mnt/a.exr', idOf(second))).toMatchObject({ superseded_by: null })
      expect((await catalog.verify()).ok).toBe(true)
    })

    it('makes a header current again that comes back to its path', async () => {
      const [first] = await upsert([record({ path: '/mnt/a.exr', header: 'one' })])
      const [second] = await upsert([record({ path: '/mnt/a.exr', header: 'two' })])
      const [third] = await upsert([record({ path: '/mnt/a.exr', header: 'one' })])

      expect(third).toEqual({ status: 'updated', fileId: idOf(first), path: '/mnt/a.exr' })
      expect(await fileAt('/mnt/a.exr', idOf(first))).toMatchObject({ superseded_by: null, inspection_count: 2 })
      expect(await fileAt('/mnt/a.exr', idOf(second))).toMatchObject({ superseded_by: idOf(first) })
      expect((await catalog.verify()).ok).toBe(true)
    })

    it('takes a file that is twice in one batch as one file seen twice', async () => {
      const results = await upsert([
        record({ path: '/mnt/a.exr', sizeBytes: 1, inspectedAtUs: T0 }),
        record({ path: '/mnt/b.exr' }),
        record({ path: '/mnt//./a.exr', header: '/mnt/a.exr', sizeBytes: 2, inspectedAtUs: T0 + MINUTE }),
      ])

      expect(statuses(results)).toEqual(['inserted', 'inserted', 'updated'])
      expect(idOf(results[0])).toBe(idOf(results[2]))
      expect(await fileAt('/mnt/a.exr')).toMatchObject({
        inspection_count: 2,
        size_bytes: 2n,
        last_inspected: '2023-11-14T22:14:20.000000Z',
      })
      expect((await rows('inspections')).length).toBe(3)
      expect((await catalog.verify()).ok).toBe(true)
    })

    it('follows a header that changes twice inside one batch', async () => {
      const results = await upsert(
        ['one', 'two', 'one', 'three'].map((header) => record({ path: '/mnt/a.exr', header })),
      )

      expect(statuses(results)).toEqual(['inserted', 'inserted', 'updated', 'inserted'])
      const stored = (await rows('files')).map((row) => [row['file_id'], row['superseded_by'], row['inspection_count']])
      expect(stored).toHaveLength(3)
      expect(stored).toContainEqual([idOf(results[0]), idOf(results[3]), 2])
      expect(stored).toContainEqual([idOf(results[1]), idOf(results[0]), 1])
      expect(stored).toContainEqual([idOf(results[3]), null, 1])
      expect((await catalog.verify()).ok).toBe(true)
    })

    it('keeps paths apart that differ in case, and S3 keys that differ in slashes', async () => {
      await upsert([
        record({ path: '/mnt/A.exr', header: 'same' }),
        record({ path: '/mnt/a.exr', header: 'same' }),
        record({ path: 's3://bucket/a//b.exr', header: 'same', mtime: null, etag: '"e"' }),
        record({ path: 's3://bucket/a/b.exr', header: 'same', mtime: null, etag: '"e"' }),
      ])
      expect(new Set((await rows('files')).map((row) => row['file_id'])).size).toBe(4)
    })

    it('does not let a record that cannot be stored sink the others', async () => {
      const good = sequence('/mnt/a', 9)
      const badVector = { ...record({ path: '/mnt/bad-vector.exr' }), vectors: vectorsOf(new Float32Array(3)) }
      const badTime = record({ path: '/mnt/bad-time.exr', mtime: 'yesterday' })
      const nameless = record({
        path: '/mnt/nameless.exr',
        attributes: [{ name: undefined as unknown as string, type: 'int', value: 1, source: 'exr' }],
      })
      const batch = [...good.slice(0, 3), badVector, ...good.slice(3, 6), badTime, nameless, ...good.slice(6)]
      const results = await upsert(batch)

      expect(results.map((result) => result.path)).toEqual(batch.map(({ payload }) => payload.file.path))
      expect(results.filter((result) => result.status === 'inserted')).toHaveLength(9)
      for (const path of ['/mnt/bad-vector.exr', '/mnt/bad-time.exr', '/mnt/nameless.exr']) {
        expect(results.find((result) => result.path === path)).toMatchObject({
          status: 'error',
          code: 'ERR_CATALOG_WRITE',
          message: expect.any(String),
        })
      }
      expect((await rows('files')).length).toBe(9)
      expect((await catalog.verify()).ok).toBe(true)
    })

    it('stores nothing when asked to abort before it starts', async () => {
      const aborted = AbortSignal.abort()
      await expect(catalog.upsert(sequence('/mnt/a', 3), 'run', aborted)).rejects.toMatchObject({ code: 'ERR_ABORTED' })
      expect(await rows('files')).toEqual([])
    })

    it('answers an empty batch with an empty list', async () => {
      expect(await upsert([])).toEqual([])
    })

    it('takes batches another thread has encoded', async () => {
      const encoded = encodeRecords(sequence('/mnt/a', 4), { runId: 'worker' })
      const moved = structuredClone(encoded, { transfer: transferList(encoded) })

      expect(statuses(await catalog.upsertEncoded(moved))).toEqual(Array(4).fill('inserted'))
      expect((await catalog.verify()).ok).toBe(true)
    })

    it('stores large values once, whatever rows have them, and reads them back byte for byte', async () => {
      const text = `{${Array.from({ length: 40_000 }, (_, index) => `"/geo/${index}":"${(index * 2_654_435_761) >>> 0}"`)}} é\u0000`
      const list = Array.from({ length: 20_000 }, (_, index) => `lamp ${index}`)
      const attributes = [
        { name: 'manifest', type: 'string', value: text, source: 'exr' as const },
        { name: 'copy', type: 'string', value: text, source: 'oiio' as const },
        { name: 'lamps', type: 'stringvector', value: list, source: 'exr' as const },
        { name: 'small', type: 'string', value: 'x'.repeat(LARGE_VALUE_BYTES - 2), source: 'exr' as const },
      ]
      await upsert([record({ path: '/mnt/a.exr', attributes }), record({ path: '/mnt/b.exr', attributes })])
      await upsert([record({ path: '/mnt/c.exr', attributes }), record({ path: '/mnt/a.exr', attributes })])

      const bytes = Buffer.from(text)
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      const stored = (await rows('attributes')).filter((row) => row['attr_name'] === 'manifest')
      expect(stored).toHaveLength(3)
      for (const row of stored) {
        expect(row['value_json']).toBe(`{"large":{"sha256":"${sha256}","bytes":${bytes.length},"form":"text"}}`)
        expect(row['value_text']).toBeNull()
        expect(row['display']).toContain(`exr-inspector catalog value ${sha256}`)
      }
      const pieces: Uint8Array[] = []
      for await (const piece of catalog.largeValue(sha256)) pieces.push(piece)
      expect(Buffer.concat(pieces).equals(bytes)).toBe(true)
      const lamps = (await rows('attributes')).find((row) => row['attr_name'] === 'lamps')!
      expect(await attributeValue(catalog, String(lamps['value_json']))).toEqual(list)
      const small = (await rows('attributes')).find((row) => row['attr_name'] === 'small')!
      expect(small).toMatchObject({ value_text: 'x'.repeat(LARGE_VALUE_BYTES - 2), display: null })
      expect(new Set((await rows('large_values')).map((row) => row['sha256'])).size).toBe(2)
      expect((await catalog.verify()).checks.filter((check) => check.violations > 0)).toEqual([])
    })

    it('says which large value it does not have, and what is no SHA-256', async () => {
      const read = async (sha256: string) => {
        for await (const _ of catalog.largeValue(sha256));
      }
      await expect(read('0'.repeat(64))).rejects.toMatchObject({ code: 'ERR_CATALOG_VALUE' })
      await expect(async () => read('nonsense')).rejects.toMatchObject({ code: 'ERR_OPTION_INVALID' })
    })

    it('stores each file once when many callers write it at the same time', async () => {
      const batches = Array.from({ length: 8 }, () => sequence('/mnt/a', 20))
      const results = await Promise.all(batches.map((batch, index) => upsert(batch, `run-${index}`)))

      expect(results.flat().filter((result) => result.status === 'inserted')).toHaveLength(20)
      expect((await rows('files')).map((row) => row['inspection_count'])).toEqual(Array(20).fill(8))
      expect((await catalog.verify()).ok).toBe(true)
    })

    it('knows the last sighting of every current file under a prefix', async () => {
      await upsert([
        record({ path: '/mnt/show/a.exr', sizeBytes: 5, mtime: '2024-01-01T00:00:00.000001Z' }),
        record({ path: '/mnt/show/b.exr', mtime: null, etag: '"b"' }),
        record({ path: '/mnt/other/c.exr' }),
        record({ path: '/mnt/show/d.exr', header: 'old', sizeBytes: 1 }),
        record({ path: '/mnt/show/d.exr', header: 'new', sizeBytes: 2 }),
      ])
      await upsert([record({ path: '/mnt/show/a.exr', sizeBytes: 6, mtime: '2024-01-01T00:00:00.000002Z' })])

      const known = await catalog.knownFiles('/mnt/show/')
      expect(known.size).toBe(3)
      expect(known.get('/mnt/show/a.exr')).toEqual({
        sizeBytes: 6n,
        limitReached: null,
        mtimeUs: 1_704_067_200_000_002n,
        etag: null,
        checkDepth: 'leaders',
      })
      expect(known.get('/mnt/show/b.exr')).toMatchObject({ sizeBytes: 123_456n, mtimeUs: null, etag: '"b"' })
      expect(known.get('/mnt/show/d.exr')?.sizeBytes).toBe(2n)
      expect(known.has('/mnt/other/c.exr')).toBe(false)
      expect(known.get('/mnt/other/c.exr')).toBeUndefined()
    })

    it('counts the failures of a location and forgets them once it can be read', async () => {
      const failure = { code: 'ERR_EXR_MAGIC', message: 'not an EXR', byteOffset: 0 }
      await catalog.recordFailures([{ path: '/mnt/a.exr', ...failure, seenAtUs: T0 }], 'run-1')
      await catalog.recordFailures(
        [
          { path: '/mnt/a.exr', ...failure, code: 'ERR_EXR_TRUNCATED', byteOffset: null, seenAtUs: T0 + MINUTE },
          { path: '/mnt/b.exr', ...failure, seenAtUs: T0 + MINUTE },
        ],
        'run-2',
      )

      const stored = await rows('ingest_errors')
      expect(stored.find((row) => row['file_path'] === '/mnt/a.exr')).toEqual({
        file_path: '/mnt/a.exr',
        code: 'ERR_EXR_TRUNCATED',
        message: 'not an EXR',
        byte_offset: null,
        run_id: 'run-2',
        first_seen: '2023-11-14T22:13:20.000000Z',
        last_seen: '2023-11-14T22:14:20.000000Z',
        attempts: 2,
      })
      await upsert([record({ path: '/mnt/a.exr' })])
      expect((await rows('ingest_errors')).map((row) => row['file_path'])).toEqual(['/mnt/b.exr'])
    })

    it('keeps the rows of a removed file but no longer knows or finds it, until it is inspected again', async () => {
      await upsert(sequence('/mnt/a', 3).map((one) => ({ ...one, inspectedAtUs: T0 })))
      const [first = '', second = ''] = (await rows('files')).map((row) => String(row['file_path'])).sort()

      expect(await catalog.markRemoved([first, '/mnt/never-seen.exr'], T0 + MINUTE)).toBe(1)
      expect(await catalog.markRemoved([first], T0 + MINUTE)).toBe(1)
      expect((await rows('removals')).length).toBe(1)
      expect((await rows('files')).length).toBe(3)
      expect((await catalog.knownFiles('/mnt/')).has(first)).toBe(false)
      expect((await catalog.findSimilar(second, { k: 5, each: true })).map((match) => match.path)).not.toContain(first)

      await upsert([{ ...sequence('/mnt/a', 1)[0]!, inspectedAtUs: T0 + 2n * MINUTE }])
      expect((await catalog.knownFiles('/mnt/')).has(first)).toBe(true)
      expect((await catalog.findSimilar(second, { k: 5, each: true })).map((match) => match.path)).toContain(first)
    })

    it('keeps the number of the last event about an object, in whatever order events come', async () => {
      const [path, other] = ['/mnt/a.exr', '/mnt/b.exr']
      const last = async () => [...(await catalog.lastSequencers([path, other, '/mnt/never-seen.exr']))]
      await upsert([record({ path }), record({ path: other })])
      expect(await last()).toEqual([])
      await upsert([{ ...record({ path }), sequencer: '9' }])
      expect(await last()).toEqual([[path, '9']])
      // Seen by an ingest, which has no events, with another header.
      await upsert([record({ path, header: 'another' })])
      expect(await last()).toEqual([[path, '9']])
      expect(await catalog.markRemoved([path, other], T0 + MINUTE, { sequencer: '0A' })).toBe(2)
      expect(await last()).toEqual([
        [path, '0A'],
        [other, '0A'],
      ])
      await upsert([{ ...record({ path, header: 'another' }), sequencer: '008' }])
      await catalog.markRemoved([path], T0 + MINUTE, { sequencer: '7' })
      expect((await last())[0]).toEqual([path, '0A'])
      const { checks } = await catalog.verify()
      expect(checks.filter(({ violations }) => violations > 0)).toEqual([])
    })

    it('takes no removal from the future, and none twice', async () => {
      await upsert([{ ...sequence('/mnt/a', 1)[0]!, inspectedAtUs: T0 }])
      const [path = ''] = (await rows('files')).map((row) => String(row['file_path']))
      const year9999 = 253_370_764_800_000_000n
      expect(await catalog.markRemoved([path], year9999)).toBe(1)
      expect(await catalog.markRemoved([path], T0 + MINUTE)).toBe(1)
      expect(await catalog.markRemoved([path], year9999)).toBe(1)
      expect(await rows('removals')).toHaveLength(1)
      await upsert([{ ...sequence('/mnt/a', 1)[0]!, inspectedAtUs: BigInt(Date.now() + 1) * 1000n }])
      expect((await catalog.knownFiles('/mnt/')).has(path)).toBe(true)
    })

    it('writes the summary of a run once, however often it is reported', async () => {
      const summary = {
        runId: 'run-1',
        startedAtUs: T0,
        endedAtUs: T0 + MINUTE,
        source: '/mnt/show',
        found: 10,
        inserted: 4,
        updated: 3,
        unchanged: 2,
        failed: 1,
        toolVersion: '1.2.3',
      }
      await catalog.recordRun({ ...summary, found: 1 })
      await catalog.recordRun(summary)
      expect(await rows('ingest_runs')).toEqual([
        {
          run_id: 'run-1',
          started_at: '2023-11-14T22:13:20.000000Z',
          ended_at: '2023-11-14T22:14:20.000000Z',
          source: '/mnt/show',
          found: 10n,
          inserted: 4n,
          updated: 3n,
          unchanged: 2n,
          failed: 1n,
          tool_version: '1.2.3',
        },
      ])
    })

    describe('with 300 files of three kinds', () => {
      const kinds = [
        sequence('/mnt/beauty', 100, { channels: ['R', 'G', 'B', 'A'], width: 1920 }),
        sequence('/mnt/depth', 100, { channels: ['Z'], width: 2048, compression: 'piz' }),
        sequence('/mnt/lights', 100, { channels: ['key.R', 'key.G', 'key.B', 'fill.R'], width: 4096 }),
      ]
      const query = randomVector(7)
      const all = kinds.flat().map((one, index) => {
        const vectors = recordVectors(one.payload)
        // Frames of a kind have one vector; noise tells them apart.
        return { ...one, vectors: { ...vectors, metadata: blend(vectors.metadata, randomVector(index)) } }
      })

      beforeEach(async () => {
        await upsert(all)
      })

      it('finds the same neighbours, in the same order, as comparing with every vector', async () => {
        const expected = all
          .map(({ payload, vectors }) => ({ path: payload.file.path, similarity: cosine(query, vectors.metadata) }))
          .sort((a, b) => b.similarity - a.similarity)
          .slice(0, 10)
        const found = await catalog.findSimilar(query, { k: 10, each: true })

        expect(found.map((match) => match.path)).toEqual(expected.map((match) => match.path))
        found.forEach((match, index) => {
          expect(match.similarity).toBeCloseTo(expected[index]!.similarity, 5)
        })
      })

      it('gives the best frame of each sequence unless told otherwise, and how many frames were compared', async () => {
        const alone = record({ path: '/mnt/alone.exr', channels: ['R', 'G', 'B', 'A'] })
        await upsert([alone])
        const bestOf = new Map<string, { path: string; fileCount: number; similarity: number }>()
        for (const match of await catalog.findSimilar(query, { k: 1000, each: true })) {
          const kin = match.sequenceKey ?? match.path
          const best = bestOf.get(kin) ?? { path: match.path, fileCount: 0, similarity: match.similarity }
          bestOf.set(kin, { ...best, fileCount: best.fileCount + 1 })
          expect(match.fileCount).toBe(1)
        }
        for (const k of [10, 3, 2]) {
          const found = await catalog.findSimilar(query, { k })
          const expected = [...bestOf].slice(0, k).map(([kin, best]) => ({ ...best, kin }))
          expect(
            found.map(({ sequenceKey, path, fileCount, similarity }) => ({
              ...{ kin: sequenceKey ?? path, path, fileCount, similarity },
            })),
          ).toEqual(expected)
        }
        const few = await catalog.findSimilar(query, { k: 10, where: 'frame_number < 1011' })
        expect(few.map(({ fileCount }) => fileCount)).toEqual([10, 10, 10])
      })

      it('finds files like a stored one by path or file_id, without that file itself', async () => {
        const path = '/mnt/depth/beauty.1001.exr'
        const byPath = await catalog.findSimilar(path, { k: 5, each: true })
        const stored = await fileAt(path)

        expect(byPath).toHaveLength(5)
        expect(byPath.map((match) => match.path)).not.toContain(path)
        expect(byPath.every((match) => match.path.startsWith('/mnt/depth/'))).toBe(true)
        expect(await catalog.findSimilar(String(stored?.['file_id']), { k: 5, each: true })).toEqual(byPath)
      })

      it('finds only what a condition on files and their first part allows', async () => {
        const wide = await catalog.findSimilar(query, {
          k: 1000,
          each: true,
          where: 'width >= 2048 AND frame_number < 1011',
        })
        expect(wide).toHaveLength(20)
        expect(wide.every((match) => !match.path.startsWith('/mnt/beauty/'))).toBe(true)
        const piz = await catalog.findSimilar(query, { k: 1000, each: true, where: "compression = 'piz'" })
        expect(piz).toHaveLength(100)
      })

      it('compares vectors of one recipe only, and files of an older one with each other', async () => {
        const of = (name: string) => ({
          ...record({ path: `/old/${name}.1001.exr` }),
          vectors: vectorsOf(query, EMBEDDING_VERSION - 1),
        })
        await upsert([of('a'), of('b')])
        const paths = (matches: readonly { path: string }[]) => matches.map((match) => match.path)
        expect(paths(await catalog.findSimilar(query, { k: 1000 })).join()).not.toContain('/old/')
        expect(paths(await catalog.findSimilar('/old/a.1001.exr', { k: 1000 }))).toEqual(['/old/b.1001.exr'])
        const given = await catalog.findSimilar(query, { k: 1000, embeddingVersion: EMBEDDING_VERSION - 1 })
        expect(paths(given)).toEqual(['/old/a.1001.exr', '/old/b.1001.exr'])
      })

      it('leaves superseded files out', async () => {
        const path = '/mnt/depth/beauty.1001.exr'
        const old = await fileAt(path)
        await upsert([record({ path, header: 'new', channels: ['Z'] })])
        const found = await catalog.findSimilar(query, { k: 1000, each: true })
        expect(found).toHaveLength(300)
        expect(found.map((match) => match.fileId)).not.toContain(old?.['file_id'])
      })

      it.each([
        ['a file that is not there', '/mnt/nowhere.exr', { k: 3 }, 'ERR_CATALOG_QUERY'],
        ['a vector of another size', new Float32Array(7), { k: 3 }, 'ERR_OPTION_INVALID'],
        [
          'a vector that is not finite',
          new Float32Array(METADATA_DIMENSION).fill(Number.NaN),
          { k: 3 },
          'ERR_OPTION_INVALID',
        ],
        ['no matches at all', query, { k: 0 }, 'ERR_OPTION_INVALID'],
        ['a condition that ends early', query, { k: 3, where: '1=1) UNION (SELECT 1' }, 'ERR_CATALOG_QUERY'],
        ['a second statement', query, { k: 3, where: 'true; DELETE FROM files' }, 'ERR_CATALOG_QUERY'],
        ['a comment', query, { k: 3, where: 'true -- ' }, 'ERR_CATALOG_QUERY'],
        ['an unknown column', query, { k: 3, where: 'wdith > 3' }, 'ERR_CATALOG_QUERY'],
      ] as const)('refuses %s', async (_what, target, options, code) => {
        await expect(catalog.findSimilar(target, options)).rejects.toMatchObject({ code })
        expect((await rows('files')).length).toBe(300)
      })
    })

    it('keeps vectors of providers, says which files lack one, and compares by one provider and version', async () => {
      await upsert([...sequence('/mnt/a', 3), ...sequence('/mnt/b', 2)])
      const set = { provider: 'looks', version: '1', readsPixels: true }
      const first = await catalog.filesToEmbed(set, 3)
      const rest = await catalog.filesToEmbed(set, 3, first.at(-1))
      const all = [...first, ...rest]
      expect(all.map(({ path }) => path)).toEqual([
        ...[1001, 1002, 1003].map((frame) => `/mnt/a/beauty.${frame}.exr`),
        ...[1001, 1002].map((frame) => `/mnt/b/beauty.${frame}.exr`),
      ])
      const angles = [0, 0.1, 0.2, 0.6, 0.5]
      const vectors = angles.map((angle) => Float32Array.of(Math.cos(angle), Math.sin(angle), 0))
      const batch = all.map((file, index) => ({ ...file, bytes: file, vector: vectors[index]! }))
      await catalog.writeEmbeddings(set, batch)
      expect(await catalog.filesToEmbed(set, 10)).toEqual([])
      expect(await catalog.filesToEmbed({ ...set, version: '2' }, 10)).toEqual(all)
      // Written again, in the place of the others; of other lengths, beside them.
      await catalog.writeEmbeddings(set, batch.slice(1))
      await catalog.writeEmbeddings(
        { provider: 'longer', version: '7' },
        batch.slice(0, 2).map((one) => ({ ...one, vector: Float32Array.of(0, 0, 0, 1, 0), bytes: null })),
      )
      const stored = await rows('embeddings')
      expect(stored).toHaveLength(7)
      const [one] = stored.filter((row) => row['provider'] === 'looks' && row['file_path'] === all[1]!.path)
      expect([one?.['dimension'], one?.['vector']]).toEqual([3, [...vectors[1]!]])
      expect((await catalog.embeddingSets()).map(({ lastMadeAtUs, ...counts }) => counts)).toEqual(
        expect.arrayContaining([
          { provider: 'looks', version: '1', dimension: 3, fileCount: 5 },
          { provider: 'longer', version: '7', dimension: 5, fileCount: 2 },
        ]),
      )

      const told = (matches: readonly SimilarMatch[]) =>
        matches.map(({ path, similarity, fileCount }) => [path.slice(5), Number(similarity.toFixed(4)), fileCount])
      const cos = (angle: number) => Number(Math.cos(angle).toFixed(4))
      expect(told(await catalog.findSimilar(all[0]!.path, { k: 10, by: 'looks', each: true }))).toEqual([
        ['a/beauty.1002.exr', cos(0.1), 1],
        ['a/beauty.1003.exr', cos(0.2), 1],
        ['b/beauty.1002.exr', cos(0.5), 1],
        ['b/beauty.1001.exr', cos(0.6), 1],
      ])
      const best = [
        ['a/beauty.1001.exr', 1, 3],
        ['b/beauty.1002.exr', cos(0.5), 2],
      ]
      expect(told(await catalog.findSimilar(vectors[0]!, { k: 10, by: 'looks@1' }))).toEqual(best)
      const where = "file_path >= '/mnt/b' AND width >= 1"
      expect(told(await catalog.findSimilar(vectors[0]!, { k: 10, by: 'looks', where }))).toEqual(best.slice(1))
      expect((await catalog.explainSimilar({ k: 3, by: 'looks', where })).sql).toContain('embeddings')
      for (const [query, by, code] of [
        [vectors[0]!, 'other', 'ERR_CATALOG_QUERY'],
        [vectors[0]!, 'looks@2', 'ERR_CATALOG_QUERY'],
        [vectors[0]!, 'longer', 'ERR_OPTION_INVALID'],
        [all[4]!.path, 'longer', 'ERR_CATALOG_QUERY'],
      ] as const) {
        await expect(catalog.findSimilar(query, { k: 1, by })).rejects.toMatchObject({ code })
      }

      // Gone, and other bytes under the same header: neither what was nor what is missing.
      await catalog.markRemoved([all[0]!.path], 4_000_000_000_000_000n)
      await upsert([{ ...sequence('/mnt/b', 1)[0]!, inspectedAtUs: 1_700_000_900_000_000n }].map(withOtherBytes))
      expect((await catalog.filesToEmbed(set, 10)).map(({ path }) => path)).toEqual([all[3]!.path])
      expect(await catalog.filesToEmbed({ ...set, readsPixels: false }, 10)).toEqual([])

      expect(await catalog.dropEmbeddings({ provider: 'longer', version: '7' })).toBe(2)
      expect(await catalog.dropEmbeddings({ provider: 'longer', version: '7' })).toBe(0)
      expect((await catalog.embeddingSets()).map(({ provider, fileCount }) => [provider, fileCount])).toEqual([
        ['looks', 5],
      ])
      expect((await catalog.verify()).ok).toBe(true)
      expect((await catalog.findSimilar(vectors[0]!, { k: 10, by: 'looks', each: true })).length).toBe(4)
      expect((await catalog.verify()).ok).toBe(true)
    })

    it('keeps everything when it is closed and opened again', async () => {
      await upsert(sequence('/mnt/a', 5))
      await catalog.close()
      catalog = await place.open()
      await catalog.ensureSchema()

      expect((await rows('files')).length).toBe(5)
      expect(statuses(await upsert(sequence('/mnt/a', 6)))).toEqual([...Array(5).fill('updated'), 'inserted'])
      expect((await catalog.verify()).ok).toBe(true)
    })

    it('says what it holds', async () => {
      await upsert(sequence('/mnt/a', 5))
      const info = await catalog.info()
      expect(info.rows).toMatchObject({ files: 5, parts: 5, channels: 40, attributes: 30, inspections: 5 })
      expect(info.version).toBe(info.latestVersion)
    })

    it('may be closed twice and refuses to work afterwards', async () => {
      await catalog.close()
      await catalog.close()
      await expect(upsert(sequence('/mnt/a', 1))).rejects.toMatchObject({ code: 'ERR_CATALOG_OPEN' })
    })
  })
}

/** The same header before more bytes. */
function withOtherBytes(one: CatalogRecord): CatalogRecord {
  const { file } = one.payload
  return { ...one, payload: { ...one.payload, file: { ...file, size_bytes: (file.size_bytes ?? 0) + 1 } } }
}

function statuses(results: readonly UpsertResult[]): string[] {
  return results.map((result) => result.status)
}

function idOf(result: UpsertResult | undefined): string {
  if (!result || result.status === 'error') throw new Error(`not stored: ${JSON.stringify(result)}`)
  return result.fileId
}

function vectorsOf(metadata: Float32Array, version = EMBEDDING_VERSION) {
  return { metadata, fingerprints: [], version }
}

/** Numbers from a linear congruential generator; the same on every machine. */
function randomVector(seed: number): Float32Array {
  let state = (seed * 2_654_435_761 + 1) >>> 0
  const vector = new Float32Array(METADATA_DIMENSION).map(() => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32 - 0.5
  })
  return normalized(vector)
}

function blend(vector: Float32Array, noise: Float32Array): Float32Array {
  return normalized(vector.map((value, index) => value + 0.2 * noise[index]!))
}

function normalized(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector)
  return vector.map((value) => value / length)
}

function cosine(a: Float32Array, b: Float32Array): number {
  let dot = 0
  for (let index = 0; index < a.length; index++) dot += a[index]! * b[index]!
  return dot / (Math.hypot(...a) * Math.hypot(...b))
}
