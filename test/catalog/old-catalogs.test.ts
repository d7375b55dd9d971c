import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { CATALOG_VERSION } from '../../src/catalog/migrations/index.ts'
import { openCatalog } from '../../src/catalog/open.ts'
import { mergeCatalogs, openMergeSource } from '../../src/exchange/merge.ts'
import { tempDir } from '../helpers.ts'
import { record } from './records.ts'
import { emulator, openAt } from './vast/place.ts'

/**
 * Catalogs that the last code of each version wrote itself: three frames, the first under a second header too and the third removed
 * (where there were removals), a file with a value that is large from version 5 on and a rate as a text, and a failure.
 */
const STORED = fileURLToPath(new URL('./old', import.meta.url))
const VERSIONS = readdirSync(STORED).flatMap((name) =>
  /^v\d+\.duckdb\.gz$/.test(name) ? [Number(name.slice(1, 3))] : [],
)
const VALUE = 'manifest '.repeat(9000)

/** A copy of a stored catalog. */
function stored(version: number): string {
  const folder = tempDir()
  const name = `v${String(version).padStart(2, '0')}.duckdb`
  for (const file of readdirSync(STORED)) {
    if (!file.startsWith(name)) continue
    writeFileSync(
      join(folder, file.replace(name, 'old.duckdb').slice(0, -'.gz'.length)),
      gunzipSync(readFileSync(join(STORED, file))),
    )
  }
  return join(folder, 'old.duckdb')
}

/** Catalogs of the files of version 16 in the emulator of a VAST DataBase, by the code that moved vectors apart and by the one before. */
const IN_VAST = [15, 16]

async function broken(catalog: Catalog) {
  return (await catalog.verify()).checks.filter(({ violations }) => violations > 0)
}

/** What every version knew, whatever it called it since. */
async function facts(catalog: Catalog) {
  const ask = async (sql: string) => (await catalog.sql(sql)).rows
  return {
    files:
      await ask(`SELECT file_id, file_path, header_hash, size_bytes, mtime, inspection_count, superseded_by, metadata_embedding
      FROM files ORDER BY file_id`),
    parts: await ask('SELECT file_id, part_index, width, height, compression, data_window FROM parts ORDER BY ALL'),
    channels: await ask('SELECT file_id, part_index, channel_name, channel_type FROM channels ORDER BY ALL'),
    attributes: await ask('SELECT file_id, attr_name, attr_type, value_json, source FROM attributes ORDER BY ALL'),
    inspections: await ask('SELECT file_id, inspected_at, size_bytes, run_id FROM inspections ORDER BY ALL'),
    failures: await ask('SELECT file_path, code, attempts, first_seen FROM ingest_errors ORDER BY ALL'),
  }
}

it('has a catalog of every version that wrote any', () => {
  expect(VERSIONS).toEqual(Array.from({ length: VERSIONS.length }, (_, index) => index + 2))
  expect(VERSIONS.at(-1)).toBeGreaterThanOrEqual(13)
  expect(VERSIONS.at(-1)).toBeLessThanOrEqual(CATALOG_VERSION)
})

describe.each(VERSIONS)('a catalog that version %i wrote', (version) => {
  it('comes up to date without loss, verifies, and goes back and forth', { timeout: 60_000 }, async () => {
    const path = stored(version)
    const old = await openCatalog(path, { readOnly: true, migrate: false })
    expect(await old.version()).toBe(version)
    const before = await facts(old)
    await old.close()

    const catalog = await openCatalog(path)
    try {
      expect(await catalog.version()).toBe(CATALOG_VERSION)
      expect(await facts(catalog)).toEqual(before)
      expect(await broken(catalog)).toEqual([])
      const live = await catalog.sql('SELECT file_path FROM live_files ORDER BY ALL')
      const frames = ['1001', '1002', ...(version < 3 ? ['1003'] : [])].map((frame) => [`/mnt/a/beauty.${frame}.exr`])
      expect(live.rows).toEqual([...frames, ['/mnt/b.exr']])
      const rate = await catalog.sql("SELECT value_float FROM attributes WHERE attr_name = 'fps'")
      expect(rate.rows).toEqual([[24]])
      for (const [sha256] of (await catalog.sql('SELECT sha256 FROM large_values')).rows) {
        let text = ''
        for await (const piece of catalog.largeValue(String(sha256))) text += Buffer.from(piece).toString()
        expect(text).toBe(VALUE)
      }
      await catalog.upsert([record({ path: '/mnt/new.exr' })], 'run')
      const now = await facts(catalog)
      await catalog.migrate(version)
      expect(await facts(catalog)).toEqual(now)
      await catalog.migrate()
      expect(await facts(catalog)).toEqual(now)
      expect(await broken(catalog)).toEqual([])
    } finally {
      await catalog.close()
    }
  })

  it('is merged from a copy, and stays as it was', { timeout: 60_000 }, async () => {
    const path = stored(version)
    const bytes = readFileSync(path)
    const into = await openCatalog(join(tempDir(), 'into.duckdb'))
    const source = await openMergeSource(path, {}, { migrateCopies: true, workFolder: tempDir() })
    try {
      expect(await mergeCatalogs(into, [source.catalog])).toEqual({ inserted: 5, updated: 0, unchanged: 0 })
      expect(await facts(into)).toEqual(await facts(source.catalog))
      expect(await broken(into)).toEqual([])
    } finally {
      await source.close()
      await into.close()
    }
    expect(readFileSync(path).equals(bytes)).toBe(true)
  })
})

describe.each(IN_VAST)('a catalog that version %i wrote into a VAST DataBase', (version) => {
  it('comes up to date without loss, verifies, and goes back and forth', { timeout: 60_000 }, async () => {
    const dataDirectory = tempDir()
    const bytes = gunzipSync(readFileSync(join(STORED, `vast-v${version}.duckdb.gz`)))
    writeFileSync(join(dataDirectory, 'vast-emulator.duckdb'), bytes)
    const server = await emulator({ dataDirectory })
    const [old, vast] = [await openCatalog(stored(16)), await openAt(server, { migrate: false })]
    try {
      expect(await vast.version()).toBe(version)
      const known = async (name: string) => {
        const into = await openCatalog(join(tempDir(), `${name}.duckdb`))
        await mergeCatalogs(into, [vast])
        const found = await facts(into)
        await into.close()
        return found
      }
      await vast.migrate()
      expect(await known('up')).toEqual(await facts(old))
      expect(await broken(vast)).toEqual([])
      await vast.migrate(version)
      expect(await vast.version()).toBe(version)
      await vast.migrate()
      expect(await known('again')).toEqual(await facts(old))
      expect(await broken(vast)).toEqual([])
    } finally {
      await old.close()
      await vast.close()
      await server.close()
    }
  })
})
