import { copyFileSync, mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBArrayValue, type DuckDBConnection, DuckDBInstance, DuckDBTimestampTZValue } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openCatalog } from '../../src/catalog/open.ts'
import { fillCatalog, type Hand, PLANTS, type RawRow } from './plants.ts'
import { sequence } from './records.ts'

let folder = ''
const source = () => join(folder, 'source.duckdb')
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'catalog-plants-'))
  const catalog = await openCatalog(source())
  await fillCatalog(catalog)
  await catalog.close()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function copy(): string {
  const path = join(folder, 'planted.duckdb')
  for (const end of ['', '.values']) copyFileSync(`${source()}${end}`, `${path}${end}`)
  return path
}

async function report(path: string) {
  const catalog = await openCatalog(path, { readOnly: true })
  try {
    return await catalog.verify()
  } finally {
    await catalog.close()
  }
}

function handOf(connection: DuckDBConnection): Hand {
  return {
    async rows(table) {
      const reader = await connection.runAndReadAll(`SELECT rowid AS id, * FROM ${table} ORDER BY rowid`)
      return reader.getRowObjects().map((row) => {
        return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)])) as unknown as RawRow
      })
    },
    async change(table, id, values) {
      const set = Object.entries(values).map(([name, value]) => `${name} = ${literal(value)}`)
      await connection.run(`UPDATE ${table} SET ${set.join(', ')} WHERE rowid = ${id}`)
    },
    async delete(table, ids) {
      await connection.run(`DELETE FROM ${table} WHERE rowid IN (${ids.join(', ') || 'NULL'})`)
    },
    async double(table, id, values = {}) {
      const other = Object.entries(values).map(([name, value]) => `${literal(value)} AS ${name}`)
      const replace = other.length > 0 ? ` REPLACE (${other.join(', ')})` : ''
      await connection.run(`INSERT INTO ${table} SELECT *${replace} FROM ${table} WHERE rowid = ${id}`)
    },
  }
}

function plain(value: unknown): unknown {
  if (value instanceof DuckDBArrayValue) return value.items
  return value instanceof DuckDBTimestampTZValue ? value.micros : value
}

function literal(value: unknown): string {
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`
  if (Array.isArray(value)) return `[${value.join(', ')}]::FLOAT[${value.length}]`
  if (typeof value === 'bigint' && value > 10n ** 12n) return `make_timestamptz(${value})`
  return String(value)
}

describe('verify of a DuckDB catalog', () => {
  it('finds nothing in what was stored', async () => {
    const { checks, notes } = await report(copy())
    expect(checks.filter(({ violations }) => violations > 0)).toEqual([])
    expect(notes).toEqual([])
  })

  it.each(PLANTS)('finds $name', async ({ plant, sees }) => {
    const path = copy()
    const instance = await DuckDBInstance.create(path)
    const connection = await instance.connect()
    await plant(handOf(connection))
    connection.closeSync()
    instance.closeSync()
    const { ok, checks } = await report(path)
    expect(ok).toBe(false)
    expect(checks.filter(({ violations }) => violations > 0).map(({ name }) => name)).toContainEqual(
      expect.stringMatching(sees),
    )
  })

  it('finds a journal whose end was cut off, and still does after others have written', async () => {
    const path = join(folder, 'cut.duckdb')
    const catalog = await openCatalog(join(folder, 'whole.duckdb'))
    let journalBytes = 0
    for (let run = 0; run < 3; run++) {
      if (run === 2) journalBytes = statSync(join(folder, 'whole.duckdb.wal')).size
      await catalog.upsert(sequence(`/mnt/${run}`, 5), 'run')
    }
    for (const end of ['', '.wal', '.commit']) copyFileSync(join(folder, `whole.duckdb${end}`), `${path}${end}`)
    await catalog.close()
    expect((await report(path)).ok).toBe(true)
    truncateSync(`${path}.wal`, journalBytes)
    const broken = async () => (await report(path)).checks.filter(({ violations }) => violations > 0)
    const lost = [
      {
        name: 'every acknowledged transaction is in the catalog',
        violations: 1,
        examples: [expect.stringMatching(/^3 of writer [0-9a-f-]{36}, 2 there$/)],
      },
    ]
    expect(await broken()).toEqual(lost)

    const next = await openCatalog(path)
    await next.upsert(sequence('/mnt/later', 2), 'run')
    await next.close()
    expect(await broken()).toEqual(lost)
  })

  it('finds a journal that is gone, of a catalog that was never closed', async () => {
    const path = join(folder, 'gone.duckdb')
    const catalog = await openCatalog(join(folder, 'young.duckdb'))
    await catalog.upsert(sequence('/mnt/a', 2), 'run')
    for (const end of ['', '.commit']) copyFileSync(join(folder, `young.duckdb${end}`), `${path}${end}`)
    await catalog.close()
    const { ok, checks } = await report(path)
    expect(ok).toBe(false)
    expect(checks.filter(({ violations }) => violations > 0).map(({ name }) => name)).toEqual([
      'every acknowledged transaction is in the catalog',
    ])
  })

  it('says so when a journal has no record beside it', async () => {
    const path = join(folder, 'unknown.duckdb')
    const catalog = await openCatalog(join(folder, 'known.duckdb'))
    await catalog.upsert(sequence('/mnt/a', 2), 'run')
    for (const end of ['', '.wal']) copyFileSync(join(folder, `known.duckdb${end}`), `${path}${end}`)
    await catalog.close()
    const { ok, notes } = await report(path)
    expect(ok).toBe(true)
    expect(notes).toEqual([{ name: expect.stringContaining('cannot be told'), rows: 0, examples: [] }])
  })
})
