import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBConnection } from '@duckdb/node-api'
import fc from 'fast-check'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { HashSet64 } from '../../src/catalog/duckdb/hash-set.ts'
import { openCatalog } from '../../src/catalog/open.ts'
import { record, sequence } from './records.ts'

describe('a set of 64-bit numbers', () => {
  it('holds what was added and nothing else', () => {
    const half = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 2 ** 32 - 1 }))
    fc.assert(
      fc.property(fc.array(fc.tuple(half, half), { maxLength: 3000, size: 'max' }), (pairs) => {
        const set = new HashSet64()
        const added = pairs.slice(0, pairs.length >> 1)
        for (const [low, high] of added) set.add(low, high)
        const expected = new Set(added.map(String))
        expect(set.size).toBe(expected.size)
        for (const [low, high] of pairs) expect(set.has(low, high)).toBe(expected.has(`${low},${high}`))
      }),
      { numRuns: 30 },
    )
  })

  it('takes a number whose upper half is zero', () => {
    const set = new HashSet64()
    set.add(5, 0)
    expect([set.size, set.has(5, 0), set.has(6, 0)]).toEqual([1, true, false])
  })
})

describe('the paths a writer remembers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stored-paths-'))
  afterEach(() => {
    vi.restoreAllMocks()
  })
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  it('keep new files from being looked for in the whole table, and known ones are found', async () => {
    const asked: string[] = []
    const original = DuckDBConnection.prototype.runAndReadAll
    vi.spyOn(DuckDBConnection.prototype, 'runAndReadAll').mockImplementation(function (
      this: DuckDBConnection,
      sql,
      ...rest
    ) {
      if (/FROM file_rows WHERE file_path_normalized IN/.test(sql)) asked.push(sql)
      return original.call(this, sql, ...rest)
    })
    const catalog = await openCatalog(join(folder, 'catalog.duckdb'))
    const store = async (shot: string, header = shot) => {
      const results = await catalog.upsert(sequence(`/farm/${shot}`, 3, { header }), 'run')
      return results.map(({ status }) => status)
    }
    for (let batch = 0; batch < 16; batch++) await store(`old${batch}`)
    const before = asked.length
    for (let batch = 0; batch < 20; batch++) expect(await store(`new${batch}`)).toEqual(Array(3).fill('inserted'))
    expect([before, asked.length]).toEqual([16, 16])

    // Stored before and after the paths were learned; then another header at the same path.
    expect(await store('old3')).toEqual(Array(3).fill('updated'))
    expect(await store('new7')).toEqual(Array(3).fill('updated'))
    expect(await store('new7', 'other')).toEqual(Array(3).fill('inserted'))
    expect(asked).toHaveLength(19)

    // What could not be stored is looked for and not found.
    const bad = record({ path: '/farm/late.0001.exr' })
    const signal = AbortSignal.abort()
    await expect(catalog.upsert([bad], 'run', signal)).rejects.toMatchObject({ code: 'ERR_ABORTED' })
    expect(await catalog.upsert([bad], 'run')).toMatchObject([{ status: 'inserted' }])
    const { rows } = await catalog.info()
    expect(rows['files']).toBe((16 + 20 + 1) * 3 + 1)
    expect((await catalog.verify()).ok).toBe(true)
    await catalog.close()
  })

  it('are forgotten when rows come from another catalog', async () => {
    const [into, from] = await Promise.all(['into', 'from'].map((name) => openCatalog(join(folder, `${name}.duckdb`))))
    const frames = sequence('/farm/merged', 3, { header: 'merged' })
    await from!.upsert(frames, 'run')
    for (let batch = 0; batch < 20; batch++) await into!.upsert(sequence(`/farm/${batch}`, 2), 'run')
    for await (const files of from!.wholeFiles()) await into!.adopt(files, from!)
    expect((await into!.upsert(frames, 'run')).map(({ status }) => status)).toEqual(Array(3).fill('updated'))
    expect((await into!.info()).rows['files']).toBe(43)
    await Promise.all([into!.close(), from!.close()])
  })
})
