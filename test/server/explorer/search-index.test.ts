import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Catalog } from '../../../src/catalog/catalog.ts'
import { openCatalog } from '../../../src/catalog/open.ts'
import { ingest } from '../../../src/ingest/ingest.ts'
import { dialectOf } from '../../../src/queries/dialect.ts'
import { type ExplorerContext, type FileReplaced, KnownFiles, toJson } from '../../../src/server/explorer/context.ts'
import { Overviews } from '../../../src/server/explorer/overviews.ts'
import {
  needsCatalog,
  SearchSql,
  type SearchWish,
  SORT_NAMES,
  type SortName,
} from '../../../src/server/explorer/search.ts'
import { type SearchIndex, SearchIndexes } from '../../../src/server/explorer/search-index.ts'
import { catalogSource, facetsOf } from '../../../src/server/explorer/search-source.ts'
import { tempDir } from '../../helpers.ts'
import { rawExr } from '../../pixels/raw-exr.ts'
import { makeFarm } from './farm.ts'
import { copyFiles } from './many.ts'

const TEMPLATE = '**/{show}/{shot}/*'
const NOTHING: SearchWish = { q: '', facets: {}, where: null, sequence: null }

describe('what is asked again and again', () => {
  it('is found once while an embedded catalog stays as it is', async () => {
    const root = tempDir()
    const url = await makeFarm(root)
    let catalog: Catalog = await openCatalog(url, { readOnly: true })
    const known = new KnownFiles()
    const overviews = new Overviews({ template: null, policies: [] } as unknown as ExplorerContext)
    const { rows } = await catalog.sql('SELECT file_id, file_path FROM live_files ORDER BY file_path LIMIT 2')
    const [first, second] = rows.map(([id, path]) => ({ file_id: String(id), file_path: String(path) }))
    const asked = vi.spyOn(catalog, 'sqlRows')
    const found = await Promise.all([known.of(catalog, first!.file_id), known.of(catalog, first!.file_id)])
    expect(found.map(({ file_path }) => file_path)).toEqual([first!.file_path, first!.file_path])
    expect(await known.of(catalog, second!.file_id)).toMatchObject(second!)
    expect(asked).toHaveBeenCalledTimes(2)
    // What is not there is looked for again, and among what was replaced.
    for (const _ of [1, 2]) {
      await expect(known.of(catalog, '0'.repeat(32))).rejects.toMatchObject({ code: 'ERR_SOURCE_NOT_FOUND' })
    }
    expect(asked).toHaveBeenCalledTimes(6)
    const [overview, again] = await Promise.all([overviews.of(catalog), overviews.of(catalog)])
    expect(again).toBe(overview)
    expect(asked).toHaveBeenCalledTimes(7)
    await catalog.close()
    // A removed file is known no more, and of a replaced one what is there now.
    rmSync(first!.file_path)
    writeFileSync(
      second!.file_path,
      rawExr(5, 3, ['Y'], () => 1),
    )
    const writer = await openCatalog(url)
    await ingest({ roots: [root], catalog: writer, jobs: 1, toolVersion: 'test', source: 'test' })
    await writer.close()
    catalog = await openCatalog(url, { readOnly: true })
    await expect(known.of(catalog, first!.file_id)).rejects.toMatchObject({ code: 'ERR_SOURCE_NOT_FOUND' })
    const newer = await known.of(catalog, second!.file_id).catch((error: FileReplaced) => error.replacedBy)
    expect(await known.of(catalog, String(newer))).toMatchObject({ file_path: second!.file_path })
    expect(await overviews.of(catalog)).toMatchObject({ file_count: overview.file_count - 1 })
    await catalog.close()
  })
})

describe('the index of a search', () => {
  const root = tempDir()
  const indexes = new SearchIndexes()
  let url: string
  let catalog: Catalog

  beforeAll(async () => {
    url = await makeFarm(root)
    await copyFiles(url, 'show', 3)
    catalog = await openCatalog(url, { readOnly: true })
  })
  afterAll(async () => {
    await indexes.close()
    await catalog.close()
  })

  const dialect = () => dialectOf(catalog.dialect)
  const facets = () => facetsOf(dialect(), TEMPLATE)
  /** Hands over the index, with what the explorer asks it. */
  const indexed = <T>(work: (index: SearchIndex) => Promise<T>) =>
    indexes.use(catalog, dialect(), facets(), (index) => work(index!))
  /** What an explorer shows of a search, from the index and from the catalog's own tables. */
  const both = (wish: SearchWish, sorts: readonly SortName[] = ['name']) =>
    indexed((index) => ofBoth(index, wish, sorts))
  async function ofBoth({ source, side }: SearchIndex, wish: SearchWish, sorts: readonly SortName[]) {
    const ask = {
      index: async (sql: string) => (await side.rows(sql)).map(toJson) as Record<string, unknown>[],
      catalog: async (sql: string) => (await catalog.sql(sql)).rows.map((row) => toJson(row)),
    }
    const byName = async (sql: string) => {
      const rows: Record<string, unknown>[] = []
      for await (const row of catalog.sqlRows(sql)) rows.push(toJson(row) as Record<string, unknown>)
      return rows
    }
    const told = async (sql: SearchSql, run: (text: string) => Promise<Record<string, unknown>[]>) => {
      const result: unknown[] = []
      for (const fold of [true, false]) {
        result.push(await run(sql.total(wish, fold)))
        for (const sort of sorts) {
          for (const descending of [true, false]) {
            const page = { fold, sort, descending, offset: 1, limit: 5 }
            const keys = (await run(sql.page(wish, page))).map(({ key }) => key as string | number)
            const rows = keys.length === 0 ? [] : await run(sql.rows(wish, fold, keys))
            const byKey = new Map(rows.map(({ key, ...row }) => [key as string | number, row]))
            result.push(keys.map((key) => byKey.get(key)))
          }
        }
      }
      const names = [...facets().keys()]
      const counted = await run(sql.facets(names, wish, 3))
      result.push(counted.map((row) => JSON.stringify(row)).sort())
      for (const name of [...names, 'finding']) result.push(await run(sql.facet(name, wish, 3)))
      return result
    }
    return {
      index: await told(new SearchSql(source), ask.index),
      catalog: await told(new SearchSql(catalogSource(dialect(), facets())), byName),
    }
  }

  it('answers as the catalog does, whatever is sorted by', async () => {
    const { index, catalog } = await both(NOTHING, SORT_NAMES)
    expect(index).toEqual(catalog)
  })

  const wishes: readonly [string, Partial<SearchWish>][] = [
    ['a word of paths in another case', { q: 'BEAUTY' }],
    ['a word of channels', { q: 'channel:z' }],
    ['a word of either', { q: 'z' }],
    ['a word of no layer', { q: 'layer:diffuse' }],
    ['words with quotes', { q: `path:"o'clock" 1003` }],
    ['a facet', { facets: { compression: ['none'], state: ['whole', 'no such state'] } }],
    ['a facet of folders', { facets: { shot: ['sh010'] } }],
    ['a finding', { facets: { finding: ['pixel-nan'] } }],
    ['nothing', { q: 'nosuchthing' }],
  ]
  for (const [what, wish] of wishes) {
    it(`answers as the catalog does: ${what}`, async () => {
      const { index, catalog } = await both({ ...NOTHING, ...wish })
      expect(index).toEqual(catalog)
    })
  }

  it('answers as the catalog does: a sequence', async () => {
    const [row] = (await catalog.sql('SELECT min(sequence_key) FROM live_files')).rows
    const { index, catalog: wanted } = await both({ ...NOTHING, sequence: String(row![0]) })
    expect(index[0]).toEqual([{ total: 1 }])
    expect(index).toEqual(wanted)
  })

  it('is made once for a state of the catalog, and again after it changed', async () => {
    const same = async (index: SearchIndex) => index
    const before = await indexed(same)
    expect(await Promise.all([indexed(same), indexed(same)])).toEqual([before, before])
    const count = (index: SearchIndex) =>
      index.side.rows(new SearchSql(index.source).total(NOTHING, false)).then(([row]) => Number(row!['total']))
    // Asked while the catalog changes: it lasts until its last answer.
    let goOn = () => {}
    const changed = new Promise<void>((resolve) => {
      goOn = resolve
    })
    const asked = indexed(async (index) => {
      const first = await count(index)
      await changed
      return [first, await count(index)]
    })
    await catalog.close()
    const added = join(root, 'show', 'added.exr')
    writeFileSync(
      added,
      rawExr(4, 4, ['Y'], () => 1),
    )
    const writer = await openCatalog(url)
    await ingest({ roots: [added], catalog: writer, jobs: 1, toolVersion: 'test', source: 'test' })
    await writer.close()
    rmSync(added)
    catalog = await openCatalog(url, { readOnly: true })
    // Two at once make one.
    const [after, other] = await Promise.all([indexed(same), indexed(same)])
    expect(after).not.toBe(before)
    expect(other).toBe(after)
    const sql = new SearchSql(after.source).total({ ...NOTHING, q: 'added' }, true)
    expect((await after.side.rows(sql)).map(toJson)).toEqual([{ total: 1 }])
    goOn()
    const [first, second] = await asked
    expect(second).toBe(first)
    await expect(count(before)).rejects.toThrow()
    expect(await count(after)).toBe(first! + 1)
  })

  it('takes names of facets that are no names of columns, and leaves no folder behind', async () => {
    const own = facetsOf(dialect(), '**/{Show}/{show}/{path}-{order by}/*')
    const place = tempDir()
    vi.stubEnv('TMPDIR', place)
    const others = new SearchIndexes()
    try {
      const names = [...own.keys()]
      const seen = await others.use(catalog, dialect(), own, async (index) => {
        expect(readdirSync(place)).toHaveLength(1)
        return index!.side.rows(new SearchSql(index!.source).facets(names, NOTHING, 3))
      })
      expect(seen.length).toBeGreaterThan(0)
    } finally {
      await others.close()
      vi.unstubAllEnvs()
    }
    expect(readdirSync(place)).toEqual([])
  })

  it('gives way to the catalog where it does not fit into its memory', async () => {
    const small = new SearchIndexes(1024 * 1024)
    const got = await small.use(catalog, dialect(), facets(), async (index) => index)
    await small.close()
    expect(got).toBeNull()
  })

  it('is no use where a condition or attributes are asked for', () => {
    expect(needsCatalog({ ...NOTHING, q: 'beauty path:attr' })).toBe(false)
    expect(needsCatalog({ ...NOTHING, q: 'attr:owner' })).toBe(true)
    expect(needsCatalog({ ...NOTHING, where: 'true' })).toBe(true)
  })
})
