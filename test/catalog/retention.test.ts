import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { compactCatalog, openCatalog } from '../../src/catalog/open.ts'
import { mergeCatalogs } from '../../src/exchange/merge.ts'
import type { AttributeFacts } from '../../src/inspect/payload.ts'
import { runHere } from '../cli/run-cli.ts'
import { tempDir } from '../helpers.ts'
import { record, sequence } from './records.ts'
import { emulator, openAt } from './vast/place.ts'

const DAY = 86_400_000_000n
const NOW = BigInt(Date.now()) * 1000n
const ago = (days: number) => NOW - BigInt(days) * DAY
const before = ago(90)
const large = (text: string) =>
  ({ name: 'manifest', type: 'string', value: text.repeat(100_000), source: 'exr' }) as const

let path = ''
let catalog: Catalog
beforeEach(async () => {
  path = join(tempDir(), 'catalog.duckdb')
  catalog = await openCatalog(path)
})
afterEach(() => catalog.close())

async function broken() {
  return (await catalog.verify()).checks.filter(({ violations }) => violations > 0)
}

async function contents(): Promise<unknown> {
  const { rows } = await catalog.info()
  return Promise.all(Object.keys(rows).map(async (table) => (await catalog.sql(`FROM ${table} ORDER BY ALL`)).rows))
}

/** At one path four headers, the first of them long superseded; one file long removed, one not long; one seen often. */
async function fill(): Promise<void> {
  const at = (path: string, header: string, days: number, more: object = {}) =>
    catalog.upsert([record({ path, header, inspectedAtUs: ago(days), ...more })], 'run')
  await at('/mnt/a.exr', 'one', 300, { attributes: [large('a')] })
  await at('/mnt/a.exr', 'two', 200, { attributes: [large('b')] })
  await at('/mnt/a.exr', 'three', 50)
  await at('/mnt/a.exr', 'four', 10, { attributes: [large('b')] })
  await at('/mnt/gone.exr', 'x', 400)
  await at('/mnt/gone.exr', 'y', 300)
  await catalog.markRemoved(['/mnt/gone.exr'], ago(200))
  await at('/mnt/just-gone.exr', 'x', 300)
  await catalog.markRemoved(['/mnt/just-gone.exr'], ago(2))
  for (const days of [500, 400, 300, 200, 100, 5]) await at('/mnt/often.exr', 'x', days, { sizeBytes: days })
  await at('/mnt/old.exr', 'x', 999)
  const failure = { code: 'ERR_EXR_MAGIC', message: 'no', byteOffset: null }
  await catalog.recordFailures([{ ...failure, path: '/mnt/bad.exr', seenAtUs: ago(100) }], 'run')
  await catalog.recordFailures([{ ...failure, path: '/mnt/worse.exr', seenAtUs: ago(1) }], 'run')
  const counts = { source: '/', found: 0, inserted: 0, updated: 0, unchanged: 0, failed: 0, toolVersion: '1' }
  await catalog.recordRun({ runId: 'old', startedAtUs: ago(101), endedAtUs: ago(100), ...counts })
  await catalog.recordRun({ runId: 'new', startedAtUs: ago(2), endedAtUs: ago(1), ...counts })
}

// Header one was superseded 200 days ago, two 50 days ago.
const COUNTS = { superseded: 1, removed: 2, sightings: 4, runs: 1, failures: 1, values: 1 }

describe('retention', () => {
  it('counts without changing anything, then cleans just that, and what is left verifies', async () => {
    await fill()
    const was = await contents()
    const counts = await catalog.retain({ beforeUs: before, dryRun: true })
    expect(counts).toMatchObject(COUNTS)
    expect(await contents()).toEqual(was)
    const { rows: wereThere } = await catalog.info()
    expect(await catalog.retain({ beforeUs: before })).toEqual(counts)
    expect(await broken()).toEqual([])
    const { rows } = await catalog.info()
    const all = (counted: Readonly<Record<string, number>>) => Object.values(counted).reduce((sum, n) => sum + n, 0)
    // Every writer has its row in the ledger.
    expect(all(wereThere) - all(rows)).toBe(counts.rows)
    const paths = await catalog.sql('SELECT file_path, count(*)::INTEGER FROM files GROUP BY 1 ORDER BY 1')
    expect(paths.rows).toEqual([
      ['/mnt/a.exr', 3],
      ['/mnt/just-gone.exr', 1],
      ['/mnt/often.exr', 1],
      ['/mnt/old.exr', 1],
    ])
    const often = `SELECT list(i.size_bytes ORDER BY inspected_at), any_value(inspection_count)
      FROM inspections i JOIN files USING (file_id) WHERE file_path = '/mnt/often.exr'`
    expect((await catalog.sql(often)).rows).toEqual([[[500n, 5n], 2]])
    expect(await catalog.retain({ beforeUs: before })).toMatchObject({ rows: 0 })
    // Writing goes on as before.
    await catalog.upsert([record({ path: '/mnt/a.exr', header: 'one', inspectedAtUs: NOW })], 'run')
    expect(await broken()).toEqual([])
  })

  it('cleans a VAST DataBase as it cleans an embedded catalog', async () => {
    await fill()
    const [own, server] = [catalog, await emulator()]
    const [vast, back] = [await openAt(server), await openCatalog(join(tempDir(), 'back.duckdb'))]
    try {
      await mergeCatalogs(vast, [own])
      catalog = vast
      const counts = await own.retain({ beforeUs: before })
      const { rows: wereThere } = await vast.info()
      await expect(vast.retain({ beforeUs: before, signal: AbortSignal.abort() })).rejects.toMatchObject({
        code: 'ERR_ABORTED',
      })
      expect(await vast.retain({ beforeUs: before, dryRun: true })).toEqual(counts)
      expect((await vast.info()).rows).toEqual(wereThere)
      expect(await vast.retain({ beforeUs: before })).toEqual(counts)
      expect(await broken()).toEqual([])
      expect(await vast.retain({ beforeUs: before })).toMatchObject({ rows: 0 })
      await vast.upsert([record({ path: '/mnt/a.exr', header: 'two', inspectedAtUs: NOW })], 'run')
      await own.upsert([record({ path: '/mnt/a.exr', header: 'two', inspectedAtUs: NOW })], 'run')
      expect(await broken()).toEqual([])
      await mergeCatalogs(back, [vast])
      for (const table of ['files', 'parts', 'attributes', 'inspections', 'removals', 'ingest_runs', 'ingest_errors']) {
        const all = `FROM ${table} ORDER BY ALL`
        expect((await back.sql(all)).rows, table).toEqual((await own.sql(all)).rows)
      }
    } finally {
      catalog = own
      await back.close()
      await vast.close()
      await server.close()
    }
  })

  it('points what a cleaned header superseded to the one that is there now', async () => {
    // The clock of whoever saw the first was ahead: it was seen last by its time.
    for (const [header, days] of [
      ['one', 10],
      ['two', 200],
      ['three', 100],
    ] as const) {
      await catalog.upsert([record({ path: '/mnt/a.exr', header, inspectedAtUs: ago(days) })], 'run')
    }
    expect(await catalog.retain({ beforeUs: before })).toMatchObject({ superseded: 1 })
    expect(await broken()).toEqual([])
    const pointed = `SELECT o.superseded_by = n.file_id FROM files o, files n
      WHERE o.superseded_by IS NOT NULL AND n.superseded_by IS NULL`
    expect((await catalog.sql(pointed)).rows).toEqual([[true]])
  })

  it('cleans only what is asked for', async () => {
    await fill()
    expect(await catalog.retain({ beforeUs: before, kinds: ['runs'] })).toEqual({
      superseded: 0,
      removed: 0,
      sightings: 0,
      runs: 1,
      failures: 0,
      values: 0,
      rows: 1,
    })
    expect(await broken()).toEqual([])
  })

  it('leaves everything as it was when it is cancelled, before and in the middle', async () => {
    await fill()
    const was = await contents()
    const signal = AbortSignal.abort()
    await expect(catalog.retain({ beforeUs: before, signal })).rejects.toMatchObject({ code: 'ERR_ABORTED' })
    let reads = 0
    const inTheMiddle = {
      get aborted() {
        return ++reads > 8
      },
      reason: null,
      addEventListener() {},
      removeEventListener() {},
    } as unknown as AbortSignal
    await expect(catalog.retain({ beforeUs: before, signal: inTheMiddle })).rejects.toMatchObject({
      code: 'ERR_ABORTED',
    })
    expect(reads).toBe(9)
    expect(await contents()).toEqual(was)
    expect(await broken()).toEqual([])
  })

  it('says on the command line what would be cleaned, and refuses what it does not know', async () => {
    await fill()
    await catalog.close()
    const cli = (...args: string[]) => runHere(['retention', '--catalog', path, ...args])
    const dry = await cli('--keep', '90d', '--dry-run')
    expect(dry.stdout.split('\n').map((line) => line.trim())).toEqual([
      '1  superseded headers',
      '2  removed files',
      '4  sightings of files that stay',
      '1  runs of ingest',
      '1  failures',
      '1  large values that nothing names any more',
      expect.stringMatching(/^Would clean \d+ rows in all\. Nothing was changed\.$/),
      '',
    ])
    expect(JSON.parse((await cli('--keep', '90d', '--json')).stdout)).toMatchObject({ dry_run: false, ...COUNTS })
    expect(await cli('--keep', '90')).toMatchObject({ code: 2 })
    expect(await cli('--keep', '90d', '--only', 'superceded')).toMatchObject({ code: 2 })
    expect(await cli()).toMatchObject({ code: 2 })
  })
})

describe('compacting', () => {
  /** A megabyte that nothing packs. */
  const noise = (round: number) =>
    Array.from({ length: 40 }, (_, index): AttributeFacts => {
      const text = Array.from({ length: 470 }, (_, at) =>
        createHash('sha256').update(`${round} ${index} ${at}`).digest('hex'),
      )
      return { name: `noise ${index}`, type: 'string', value: text.join(''), source: 'exr' }
    })

  async function grown(): Promise<void> {
    await fill()
    for (let round = 0; round < 4; round++) {
      const days = 600 - round
      await catalog.upsert(
        sequence('/mnt/s', 1000, {
          header: `round ${round}`,
          inspectedAtUs: ago(days),
          attributes: [],
          parts: round < 3 ? 9 : 1,
        }),
        'run',
      )
      const attributes = round < 3 ? noise(round) : []
      const spec = { header: `round ${round}`, inspectedAtUs: ago(days), attributes }
      await catalog.upsert([record({ path: '/mnt/noise.exr', ...spec })], 'run')
      // Into the file, and not only into the journal.
      await catalog.close()
      catalog = await openCatalog(path)
    }
    await catalog.retain({ beforeUs: before })
    await catalog.close()
  }

  it('makes the file smaller and changes nothing else', async () => {
    await grown()
    catalog = await openCatalog(path)
    const was = await contents()
    const values = statSync(`${path}.values`)
    await catalog.close()
    writeFileSync(`${path}.compact`, 'what a killed one left')
    const { bytesBefore, bytesAfter } = await compactCatalog(path)
    expect(bytesAfter).toBeLessThan(bytesBefore / 2)
    catalog = await openCatalog(path)
    expect(await contents()).toEqual(was)
    expect(await broken()).toEqual([])
    expect(readdirSync(join(path, '..')).filter((name) => name.includes('compact'))).toEqual([])
    expect(statSync(`${path}.values`).size).toBeLessThanOrEqual(values.size)
    await catalog.upsert([record({ path: '/mnt/new.exr', attributes: [large('c')] })], 'run')
    expect(await broken()).toEqual([])
    for (const unused of [
      'distinct_vectors ANTI JOIN file_rows USING (vector_id)',
      'distinct_fingerprints ANTI JOIN distinct_channels USING (fingerprint_id)',
      'attribute_sets ANTI JOIN attribute_set_rows USING (set_no)',
      'channel_sets ANTI JOIN channel_set_rows USING (set_no)',
      'distinct_attributes ANTI JOIN attribute_rows USING (attribute_no) ANTI JOIN attribute_sets USING (attribute_no)',
      'distinct_channels ANTI JOIN channel_rows USING (channel_no) ANTI JOIN channel_sets USING (channel_no)',
    ]) {
      expect((await catalog.sql(`FROM ${unused}`)).rows).toEqual([])
    }
  })

  it('is refused while the catalog is open, and for one that is not there', async () => {
    await fill()
    await expect(compactCatalog(path)).rejects.toMatchObject({ code: 'ERR_CATALOG_LOCKED' })
    await expect(compactCatalog(`${path}.no`)).rejects.toMatchObject({ code: 'ERR_CATALOG_OPEN' })
    expect(existsSync(`${path}.no`)).toBe(false)
    await expect(compactCatalog('vast://a/b')).rejects.toMatchObject({ code: 'ERR_FEATURE_UNAVAILABLE' })
  })

  it('leaves a whole catalog when it is killed at any moment', { timeout: 120_000 }, async () => {
    await grown()
    catalog = await openCatalog(path)
    const was = await contents()
    await catalog.close()
    const tsx = fileURLToPath(import.meta.resolve('tsx'))
    const child = fileURLToPath(new URL('./compact-child.ts', import.meta.url))
    for (const moment of ['copied', 'values', 'renamed']) {
      const killed = spawn(process.execPath, ['--import', tsx, child, path, moment], { stdio: 'inherit' })
      const signal = await new Promise((resolve) => killed.on('close', (_code, name) => resolve(name)))
      expect(signal, moment).toBe('SIGKILL')
      catalog = await openCatalog(path)
      expect(await contents()).toEqual(was)
      expect(await broken()).toEqual([])
      await catalog.close()
    }
    await compactCatalog(path)
    expect(readdirSync(join(path, '..')).filter((name) => name.includes('compact'))).toEqual([])
    catalog = await openCatalog(path)
  })
})
