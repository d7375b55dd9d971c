import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { COOKED, cookbookPage } from '../../scripts/cookbook.ts'
import { queriesPage } from '../../scripts/query-pages.ts'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { openCatalog } from '../../src/catalog/open.ts'
import {
  ask,
  explainQuery,
  findQuery,
  type Given,
  QUERIES,
  type QueryName,
  streamQuery,
} from '../../src/queries/index.ts'
import { sequence } from '../catalog/records.ts'
import { projectRoot } from '../helpers.ts'
import { copyFiles } from '../server/explorer/many.ts'
import { fillFarm, INSPECTED_US, STILL } from './farm.ts'

const BEAUTY = '/farm/one/sh010/beauty.####.exr'
const frame = (number: number) => `/farm/one/sh010/beauty.${number}.exr`
const NEEDED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'similar-renders': { file: frame(1001) },
  'attribute-values': { name: 'artist' },
  shots: { template: '/farm/{show}/{shot}/**' },
  'recently-changed': { since: '2026-01-01' },
}

/** Queries whose answers name what is planted and none of many files that are whole and alike. */
const PLANTED_ALONE = [
  'missing-frames',
  'broken-frames',
  'anomalies',
  'drift',
  'equal-pixels',
  'deep-inventory',
  'validation-failures',
]

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

describe('named queries', () => {
  let folder: string
  let catalog: Catalog

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'queries-'))
    catalog = await openCatalog(join(folder, 'catalog.duckdb'))
    await fillFarm(catalog)
  })
  afterAll(async () => {
    await catalog.close()
    await rm(folder, { recursive: true, force: true })
  })

  async function rows<Name extends QueryName>(name: Name, given: Given<Name> = {}) {
    return all(ask(catalog, name, given))
  }

  it.each(Object.keys(QUERIES))('%s answers with the columns it documents, of live files alone', async (name) => {
    const stream = await streamQuery(catalog, name, NEEDED[name] ?? {})
    const found = await all(stream.batches)
    expect(stream.columns.map((column) => column.name)).toEqual(Object.keys(findQuery(name).columns))
    expect(JSON.stringify(found.flat(), (_, value) => (typeof value === 'bigint' ? Number(value) : value))).not.toMatch(
      /gone\.exr|old\.R|"old"/,
    )
  })

  it('names gaps', async () => {
    expect(await rows('missing-frames')).toEqual([
      {
        sequence: BEAUTY,
        first_missing: 1004,
        last_missing: 1005,
        missing_count: 2,
        first_frame: 1001,
        last_frame: 1010,
      },
    ])
    expect(await rows('missing-frames', { where: 'frame_number > 1005' })).toEqual([])
  })

  it('tells what is incomplete from what cannot be read', async () => {
    expect(await rows('broken-frames')).toEqual([
      {
        file_path: frame(1003),
        state: 'incomplete',
        missing_chunks: 3,
        chunk_count: 1080,
        looked_at: 'leaders',
        message: null,
      },
      {
        file_path: '/farm/two/bad.exr',
        state: 'unreadable',
        missing_chunks: null,
        chunk_count: null,
        looked_at: null,
        message: 'ERR_EXR_MAGIC: is a PNG',
      },
    ])
  })

  it('says why a frame is not like the others', async () => {
    const told = await rows('anomalies', { distance: 2 })
    expect(
      told.map(({ frame_number, reason, actual, usual, usual_count, frame_count }) => [
        frame_number,
        reason,
        actual,
        usual,
        usual_count,
        frame_count,
      ]),
    ).toEqual([
      [
        1009,
        'its data window is not that of most frames',
        '{"min":{"x":0,"y":0},"max":{"x":1279,"y":1079}}',
        '{"min":{"x":0,"y":0},"max":{"x":1919,"y":1079}}',
        7,
        8,
      ],
      [1009, 'its size is not that of most frames', '1280x1080', '1920x1080', 7, 8],
      [1010, 'it has less than half of the usual bytes', '100', '1000', null, 8],
    ])
    expect((await rows('anomalies', { distance: 0.00001 })).map(({ reason }) => reason)).not.toEqual([])
  })

  it('tells drift as ranges of frames', async () => {
    const told = await rows('drift', { sequence: BEAUTY })
    expect(told.filter(({ fact }) => fact === 'compression')).toEqual([
      { sequence: BEAUTY, fact: 'compression', first_frame: 1001, last_frame: 1006, frame_count: 4, value: 'zips' },
      { sequence: BEAUTY, fact: 'compression', first_frame: 1007, last_frame: 1010, frame_count: 4, value: 'piz' },
    ])
    expect(
      told
        .filter(({ fact }) => fact === 'size')
        .map(({ first_frame, last_frame, value }) => [first_frame, last_frame, value]),
    ).toEqual([
      [1001, 1008, '1920x1080'],
      [1009, 1009, '1280x1080'],
      [1010, 1010, '1920x1080'],
    ])
    expect(new Set(told.map(({ fact }) => fact))).toEqual(
      new Set(['compression', 'size', 'data_window', 'display_window']),
    )
  })

  it('finds files by their channels and layers', async () => {
    expect(await rows('channel-composition', { all: ['diffuse'] })).toEqual(
      ['a', 'b'].map((name) => ({
        file_path: `/farm/two/${name}.exr`,
        part_count: 1,
        channel_count: 2,
        layers: 'diffuse',
      })),
    )
    const paths = async (given: Given<'channel-composition'>) =>
      (await rows('channel-composition', given)).map(({ file_path }) => file_path)
    expect(await paths({ any: ['Z', 'diffuse'], none: ['R'] })).toEqual(['/farm/one/sh020/smoke.0001.exr'])
    expect(await paths({ all: ["it's"] })).toEqual([])
  })

  it('counts what rendered, where, by whom and for how long', async () => {
    expect(
      (await rows('software')).map(({ render_software, version, source, file_count, size_bytes }) => [
        render_software,
        version,
        source,
        file_count,
        size_bytes,
      ]),
    ).toEqual([
      ['Arnold', '7.2', 'arnold/version', 8, 7100],
      [null, null, null, 2, 601],
      ['Houdini', null, null, 1, 5000],
    ])
    expect(
      (await rows('farm')).map(({ render_host, user_name, file_count, render_seconds }) => [
        render_host,
        user_name,
        file_count,
        render_seconds,
      ]),
    ).toEqual([
      ['node1', 'ada', 4, 12],
      ['node2', 'ada', 4, 34],
      [null, null, 3, null],
    ])
    expect(await rows('trends', { since: '2026-02-01T00:00:00Z', every: 'month' })).toMatchObject([
      {
        period: '2026-02-01T00:00:00.000000Z',
        file_count: 11,
        size_bytes: 12701,
        incomplete_count: 1,
        software: 'Arnold 7.2, Houdini',
      },
    ])
  })

  it('sums by fields of the path', async () => {
    const told = await rows('shots', { template: '/farm/{show}/{shot}/*', by: ['show', 'shot'] })
    expect(
      told.map(({ first_field, second_field, file_count, sequence_count, size_bytes }) => [
        first_field,
        second_field,
        file_count,
        sequence_count,
        size_bytes,
      ]),
    ).toEqual([
      ['one', 'sh010', 8, 1, 7100],
      ['one', 'sh020', 1, 1, 5000],
      [null, null, 2, 0, 601],
    ])
    await expect(rows('shots', { template: '/farm/{show}/**', by: ['shot'] })).rejects.toThrow(
      /\(show\) but received shot/,
    )
  })

  it('weighs compressions and layers by what their samples take', async () => {
    const told = await rows('compression-cost')
    // zips: four frames of 1920x1080 in four half channels, two of two; the deep file is left out of the ratio.
    const zips = 4 * 1920 * 1080 * 4 * 2 + 2 * 1920 * 1080 * 2 * 2
    expect(told[0]).toEqual({
      compression: 'zips',
      file_count: 7,
      size_bytes: 9601,
      share: 9601 / 12701,
      flat_files: 6,
      sample_bytes: zips,
      ratio: 4601 / zips,
    })
    const layers = await rows('largest-layers')
    expect(layers.at(-1)).toMatchObject({
      layer: 'diffuse',
      channel_types: 'HALF',
      file_count: 2,
      channel_count: 2,
      sample_bytes: 2 * 1920 * 1080 * 2,
    })
  })

  it('tells attributes, their conflicts and their values', async () => {
    expect(await rows('attributes', { conflicts: 'yes' })).toEqual([
      { attr_name: 'artist', types: 'int, string', type_count: 2, file_count: 9, value_count: 2, example: '"ada"' },
    ])
    expect(await rows('attribute-values', { name: 'artist' })).toEqual([
      { attr_type: 'string', value: 'ada', file_count: 8, example: frame(1001) },
      { attr_type: 'int', value: '7', file_count: 1, example: '/farm/one/sh020/smoke.0001.exr' },
    ])
  })

  it('keeps stated colour apart from what is assumed, and deep data by engine', async () => {
    expect(await rows('color-spaces')).toMatchObject([
      { color_space: null, file_count: 9 },
      { color_space: 'acescg', source: 'colorInteropID', file_count: 2 },
    ])
    expect(await rows('deep-inventory')).toEqual([
      {
        render_software: 'Houdini',
        file_count: 1,
        part_count: 1,
        size_bytes: 5000,
        compressions: 'zips',
        analysed_parts: 1,
        sample_count: 40,
        max_samples: 6,
        untidy_parts: 1,
      },
    ])
  })

  it('groups pixels that are the same, failures by rule, and what was looked at', async () => {
    expect(
      (await rows('equal-pixels')).map((row) => [row.pixel_hash, row.file_path, row.is_extra, row.spare_bytes]),
    ).toEqual([
      ['0123', '/farm/two/a.exr', false, 301],
      ['0123', '/farm/two/b.exr', true, 301],
    ])
    expect(await rows('near-duplicates')).toEqual([])
    expect(await rows('validation-failures')).toEqual([
      {
        policy: 'delivery',
        policy_version: '1',
        rule: 'name-frame',
        severity: 'warn',
        file_count: 2,
        example: frame(1009),
        message: 'name-frame is broken',
      },
    ])
    expect(await rows('validation-failures', { severity: ['error'] })).toEqual([])
    expect(
      (await rows('coverage')).map(({ folder: name, file_count, judged_count, hash_count, not_exr_count }) => [
        name,
        file_count,
        judged_count,
        hash_count,
        not_exr_count,
      ]),
    ).toEqual([
      ['/farm/one/sh010/', 8, 8, 0, 0],
      ['/farm/one/sh020/', 1, 0, 0, 0],
      ['/farm/two/', 2, 0, 2, 1],
    ])
  })

  it('finds files of the same pixels and frames that stand still', async () => {
    const other = await openCatalog(join(folder, 'still.duckdb'))
    await other.upsert(STILL, 'run-1')
    expect(await all(ask(other, 'frozen-frames'))).toEqual([
      { sequence: '/still/a.####.exr', first_frame: 1, last_frame: 3, frame_count: 3, pixel_hash: 'f1' },
    ])
    const equal = await all(ask(other, 'equal-pixels'))
    expect(
      equal.map(({ file_path, is_extra, file_count, spare_bytes }) => [file_path, is_extra, file_count, spare_bytes]),
    ).toEqual([1, 2, 3, 5].map((number) => [`/still/a.000${number}.exr`, number > 1, 4, 10]))
    expect(await all(ask(other, 'near-duplicates'))).toEqual([
      {
        pixel_hash: 'dark',
        file_count: 4,
        size_bytes: 11,
        first_path: '/still/a.0001.exr',
        last_path: '/still/a.0005.exr',
      },
    ])
    await other.close()
  })

  it('tells new headers from new files', async () => {
    const told = await rows('recently-changed', { since: '2026-02-01T10:00:00Z' })
    expect(told.length).toBe(11)
    expect(told[0]).toMatchObject({ file_path: '/farm/two/b.exr', change: 'new' })
    expect(told.find(({ file_path }) => file_path === frame(1001))).toMatchObject({
      change: 'new header',
      size_bytes: 1000,
    })
    expect(await rows('recently-changed', { since: '2026-02-06' })).toEqual([])
  })

  it('finds what is like a file, under a condition', async () => {
    const told = await rows('similar-renders', { file: frame(1001), where: "compression = 'zips'", limit: 3 })
    expect(told.map(({ file_path }) => file_path)).toEqual([frame(1002), frame(1003), frame(1006)])
  })

  it.each([
    ['drft', {}, 'did you mean drift?'],
    ['drift', { limits: '3' }, 'did you mean limit?'],
    ['drift', { limit: 'many' }, 'Expected a number for parameter limit'],
    ['drift', { limit: '-1' }, 'Expected a whole number from 0'],
    ['shots', {}, 'needs --param template='],
    ['recently-changed', { since: 'soon' }, 'Expected a time'],
    ['drift', { where: 'true) OR (true' }, 'Expected one SQL condition'],
    ['drift', { where: 'nosuch = 1' }, 'nosuch'],
    ['drift', { sequence: 'a\0b' }, 'without the character NUL'],
  ])('refuses %s with %j', async (name, given, message) => {
    await expect(streamQuery(catalog, name, given)).rejects.toThrow(message)
  })

  it('has no word of DuckDB alone where Trino is asked, and says what Trino cannot answer', async () => {
    const trino = {
      ...catalog,
      dialect: { kind: 'trino', tableName: (table: string) => `"vast"."b|s".${table}` },
    } as Catalog
    for (const name of Object.keys(QUERIES).filter((each) => each !== 'similar-renders')) {
      const sql = await explainQuery(trino, name, NEEDED[name] ?? {})
      expect(sql).not.toMatch(
        /::|string_agg|median\(|regexp_matches|EXCLUDE|array_cosine|FROM (?:files|parts|channels|attributes)\b/,
      )
    }
    await expect(explainQuery(trino, 'similar-renders', { file: 'x' })).rejects.toMatchObject({
      code: 'ERR_FEATURE_UNAVAILABLE',
    })
  })

  it('answers the same, row by row, among 20,000 other files', async () => {
    const path = join(folder, 'many.duckdb')
    const seed = await openCatalog(path)
    await seed.upsert(sequence('/noise/shot', 100, { compression: 'zips' }), 'run-1')
    await seed.close()
    await copyFiles(path, 'noise', 199)
    const many = await openCatalog(path)
    await fillFarm(many)
    const given = (name: string) => ({ ...NEEDED[name], where: "file_path LIKE '/farm/%'" })
    const answered = async (from: Catalog, name: string, parameters: Given<QueryName>) =>
      (await all((await streamQuery(from, name, parameters)).batches)).flat()
    try {
      expect((await many.sql('SELECT count(*)::INTEGER FROM live_files')).rows).toEqual([[20_011]])
      for (const name of Object.keys(QUERIES)) {
        const planted = await answered(catalog, name, given(name))
        expect(await answered(many, name, given(name)), name).toEqual(planted)
        if (PLANTED_ALONE.includes(name)) {
          expect(planted.length, name).toBeGreaterThan(0)
          expect(await answered(many, name, NEEDED[name] ?? {}), name).toEqual(planted)
        }
      }
    } finally {
      await many.close()
    }
  })

  // The last, for what it adds.
  it('calls broken frames what inspect calls them, and none that a limit of ours stopped at', async () => {
    const codes = ['ERR_EXR_LIMIT', 'ERR_EXR_HEADER', 'ERR_EXR_TRUNCATED', 'ERR_SOURCE_DENIED'] as const
    const failures = codes.map((code) => ({
      path: `/farm/three/${code}.exr`,
      code,
      message: '',
      byteOffset: null,
      seenAtUs: INSPECTED_US,
    }))
    await catalog.recordFailures(failures, 'run-2')
    const told = (await rows('broken-frames')).filter(({ file_path: path }) => path?.startsWith('/farm/three/'))
    expect(told.map(({ file_path: path, state }) => [path?.slice(12, -4), state])).toEqual([
      ['ERR_EXR_HEADER', 'invalid'],
      ['ERR_EXR_TRUNCATED', 'incomplete'],
      ['ERR_SOURCE_DENIED', 'unreadable'],
    ])
    expect((await rows('coverage')).find(({ folder }) => folder === '/farm/three/')).toMatchObject({
      unreadable_count: 1,
      invalid_count: 2,
      limited_count: 1,
      not_exr_count: 0,
    })
  })
})

it('is what the reference says: npx tsx scripts/query-pages.ts', async () => {
  expect(await readFile(join(projectRoot, 'docs/reference/queries.md'), 'utf8')).toBe(queriesPage())
})

it('has a recipe for every query, whose answers are those of now: npx tsx scripts/cookbook.ts', async () => {
  expect([...COOKED].sort()).toEqual(Object.keys(QUERIES).sort())
  expect(await readFile(join(projectRoot, 'docs/guides/cookbook.md'), 'utf8')).toBe(await cookbookPage())
})
