import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Catalog } from '../../../src/catalog/catalog.ts'
import { openCatalog } from '../../../src/catalog/open.ts'
import { loadPolicyText, type PolicyFacts } from '../../../src/policy/index.ts'
import { catalogFacts } from '../../../src/queries/facts.ts'
import { ask, QUERIES, type QueryName } from '../../../src/queries/index.ts'
import { judgeCatalog } from '../../../src/queries/judge.ts'
import type { Emulator } from '../../../src/vastdb-emulator/index.ts'
import { connectionTo, emulator, openAt } from '../../catalog/vast/place.ts'
import { FARM, INSPECTED_US, OLDER, plant } from '../farm.ts'

const NEEDED: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>> = {
  'similar-renders': { file: '/farm/one/sh010/beauty.1001.exr' },
  'attribute-values': { name: 'artist' },
  shots: { template: '/farm/{show}/{shot}/**', by: ['show', 'shot'] },
  'recently-changed': { since: '2026-01-01' },
}

let folder: string
let server: Emulator
let embedded: Catalog
let cluster: Catalog

async function fill(catalog: Catalog): Promise<void> {
  await catalog.upsert([OLDER], 'run-0')
  await catalog.upsert(FARM, 'run-1')
  await catalog.markRemoved(['/farm/two/gone.exr'], INSPECTED_US + 1n)
  const failure = { path: '/farm/two/bad.exr', code: 'ERR_EXR_MAGIC', message: 'is a PNG', byteOffset: 0 }
  await catalog.recordFailures([{ ...failure, seenAtUs: INSPECTED_US }], 'run-1')
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'queries-'))
  server = await emulator()
  embedded = await openCatalog(join(folder, 'catalog.duckdb'))
  cluster = await openAt(server, { vast: { ...connectionTo(server), search: 'engine' } })
  await cluster.ensureSchema()
  await fill(embedded)
  await fill(cluster)
})
afterAll(async () => {
  await embedded.close()
  await cluster.close()
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

it.each(Object.keys(QUERIES))("%s is answered by a VAST cluster's engine as by DuckDB", async (name) => {
  const given = { ...NEEDED[name], where: "file_path LIKE '/farm/%'" }
  const rows = (catalog: Catalog) => all(ask(catalog, name as QueryName, given))
  const expected = await rows(embedded)
  expect(await rows(cluster)).toEqual(expected)
})

it('gives the facts of its files, under a condition, as DuckDB does', async () => {
  const facts = async (catalog: Catalog, where: string | null) => {
    const found: PolicyFacts[] = await all(catalogFacts(catalog, where))
    return found.map(({ path, payload }) => [path, payload?.parts, payload?.channels.length, payload?.attributes])
  }
  expect(await facts(cluster, null)).toEqual(await facts(embedded, null))
  expect((await facts(cluster, 'is_deep')).map(([path]) => path)).toEqual(['/farm/one/sh020/smoke.0001.exr'])
  for (const catalog of [embedded, cluster]) {
    await expect(facts(catalog, 'true) OR (true')).rejects.toMatchObject({ code: 'ERR_CATALOG_QUERY' })
  }
})

describe('judging a catalog', () => {
  const rules = (...ids: string[]) =>
    loadPolicyText(JSON.stringify({ rules: Object.fromEntries(ids.map((id) => [id, 'on'])) }), 'p.json')
  const told = async (catalog: Catalog) => {
    const rows = await catalog.sql(
      `SELECT file_path, rule, state, message FROM ${catalog.dialect.tableName('validation_results')} r ORDER BY 1, 2`,
    )
    return rows.rows
  }

  it('judges what changed, its sequence with it, and keeps the rest, in both catalogs alike', async () => {
    const policy = await rules('window-resolution', 'seq-header-constant', 'seq-missing', 'meta-empty', 'file-magic')
    const stored: unknown[] = []
    for (const catalog of [embedded, cluster]) {
      const counts: unknown[] = []
      const judge = async (by = policy, options = {}) => {
        const report = await judgeCatalog(catalog, by, options)
        counts.push([report.summary.judged, report.summary.kept])
        return report
      }
      const first = await judge()
      const order = ({ rule, path }: { rule: string; path: string }) => `${rule} ${path}`
      const sorted = ({ findings }: typeof first) => findings.sort((a, b) => (order(a) < order(b) ? -1 : 1))
      expect(first.summary.states.fail).toBeGreaterThan(0)
      const second = await judge()
      expect(sorted(second)).toEqual(sorted(first))
      expect({ ...second.summary, judged: 0, kept: 0 }).toEqual({ ...first.summary, judged: 0, kept: 0 })
      await catalog.upsert(
        [plant({ path: '/farm/one/sh010/beauty.1004.exr', mtime: '2026-02-01T10:00:00.000000Z', compression: 'rle' })],
        'run-2',
      )
      const third = await judge()
      expect(third.findings.find(({ rule }) => rule === 'seq-missing')).toMatchObject({ frames: '1005' })
      expect(third.findings.find(({ rule }) => rule === 'seq-header-constant')!.actual).toContain('1004 rle')
      await judge(await rules('window-resolution'), { keep: false })
      await judge(policy, { where: "file_path LIKE '/farm/one/sh010/%'" })
      await judge()
      await judge(await rules('meta-empty'))
      expect(counts).toEqual([
        [11, 0],
        [0, 11],
        [1, 11],
        [12, 0],
        [0, 9],
        [0, 12],
        [12, 0],
      ])
      stored.push(await told(catalog))
      const { checks } = await catalog.verify()
      expect(checks.filter(({ violations }) => violations > 0).map(({ name }) => name)).toEqual([])
    }
    expect(stored[1]).toEqual(stored[0])
  })
})
