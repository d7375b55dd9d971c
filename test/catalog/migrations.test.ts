import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { STORED_TABLES } from '../../src/catalog/duckdb/row-tables.ts'
import { CATALOG_VERSION, MIGRATIONS } from '../../src/catalog/migrations/index.ts'
import { openCatalog } from '../../src/catalog/open.ts'
import { sqlType, TABLES } from '../../src/tables/index.ts'
import { record, sequence } from './records.ts'

let folder = ''
let catalog: Catalog
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'catalog-migrations-'))
  catalog = await openCatalog(join(folder, 'catalog.duckdb'), { migrate: false })
})
afterEach(async () => {
  await catalog.close()
  rmSync(folder, { recursive: true, force: true })
})

const fullType = (type: string) => (type === 'TIMESTAMPTZ' ? 'TIMESTAMP WITH TIME ZONE' : type)

/** Everything in the tables of a version, in a form that compares. */
async function contents(): Promise<unknown> {
  const { rows } = await catalog.info()
  const tables = Object.keys(rows).filter((name) => name !== 'schema_migrations')
  return Promise.all(tables.map(async (table) => [table, (await catalog.sql(`FROM ${table} ORDER BY ALL`)).rows]))
}

/** Of rows with as many columns or more, the columns that other rows of the table have. */
function leading(rows: unknown, others: unknown): unknown {
  const columns = (others as unknown[][])[0]?.length ?? 0
  return (rows as unknown[][]).map((row) => row.slice(0, columns))
}

async function columnsInCatalog(): Promise<unknown> {
  const { rows } = await catalog.sql(
    'SELECT table_name, column_name, data_type, is_nullable FROM duckdb_columns() SEMI JOIN duckdb_tables() USING (table_oid) WHERE NOT internal ORDER BY table_oid, column_index',
  )
  return rows
}

it('numbers migrations from 1 without a gap', () => {
  expect(MIGRATIONS.map((migration) => migration.version)).toEqual(MIGRATIONS.map((_, index) => index + 1))
})

it('ends with exactly the tables, columns, types and nullability the definitions list', async () => {
  await catalog.migrate()
  const wanted = STORED_TABLES.flatMap((table) =>
    table.columns.map((column) => {
      const type = sqlType(column.type, 'duckdb')
      return [table.name, column.name, fullType(type), column.nullable]
    }),
  )
  const found = (await columnsInCatalog()) as unknown[][]
  const sorted = (rows: unknown[][]) => rows.map((row) => row.join(' ')).sort()
  expect(sorted(found)).toEqual(sorted(wanted))
  for (const table of STORED_TABLES) {
    const order = found.filter(([name]) => name === table.name).map(([, column]) => column)
    expect(order).toEqual(table.columns.map((column) => column.name))
  }
  for (const { name, columns } of TABLES) {
    const shown = (await catalog.sql(`DESCRIBE ${name}`)).rows.map(([column, type]) => [column, type])
    expect(shown).toEqual(columns.map((column) => [column.name, fullType(sqlType(column.type, 'duckdb'))]))
  }
})

it('takes every step forward with rows in the tables and loses none', async () => {
  // Written by this release and taken back to the first version: its tables stay as they were.
  await catalog.migrate()
  const stored = await catalog.upsert(sequence('/mnt/a', 30), 'run')
  expect(stored.map((result) => result.status)).toEqual(Array(30).fill('inserted'))
  await catalog.recordFailures(
    [{ path: '/mnt/x.exr', code: 'ERR_EXR_MAGIC', message: 'm', byteOffset: 0, seenAtUs: 1n }],
    'run',
  )
  await catalog.migrate(1)
  const before = (await contents()) as [string, unknown][]
  const rowCounts = Object.fromEntries(before.map(([table, rows]) => [table, (rows as unknown[]).length]))
  expect(rowCounts).toMatchObject({ files: 30, parts: 30, inspections: 30 })

  for (let version = 2; version <= CATALOG_VERSION; version++) {
    const steps = await catalog.migrate(version)
    expect(steps.map((step) => [step.version, step.direction])).toEqual([[version, 'up']])
    const after = new Map((await contents()) as [string, unknown][])
    for (const [table, rows] of before) expect(leading(after.get(table), rows)).toEqual(rows)
  }
  const { rows: shown } = await catalog.sql("SELECT DISTINCT display FROM attributes WHERE attr_type = 'timecode'")
  expect(shown.length).toBeGreaterThan(1)
  for (const [display] of shown) expect(display).toMatch(/^\d\d:\d\d:\d\d[:;]\d\d/)
  const { rows: unknown } = await catalog.sql('SELECT DISTINCT check_depth, trailing_bytes, child_rows FROM files')
  expect(unknown).toEqual([[null, null, '{"parts":1,"channels":8,"attributes":6}']])
  expect((await catalog.verify()).ok).toBe(true)
})

it('takes every step back and forward again and keeps the rows of the tables that stay', async () => {
  await catalog.migrate()
  await catalog.upsert(sequence('/mnt/a', 30), 'run')
  const before = new Map((await contents()) as [string, unknown][])

  for (let version = CATALOG_VERSION - 1; version >= 1; version--) {
    await catalog.migrate(version)
    expect((await catalog.info()).version).toBe(version)
    for (const [table, rows] of (await contents()) as [string, unknown][]) {
      expect(rows).toEqual(leading(before.get(table), rows))
    }
  }
  const { tables } = MIGRATIONS[0]!
  const v1Columns = new Map(Object.entries(tables!).map(([table, columns]) => [table, Object.keys(columns).length]))
  await catalog.migrate()
  const again = new Map((await contents()) as [string, unknown][])
  for (const table of ['files', 'parts', 'channels', 'attributes', 'inspections']) {
    const kept = again.get(table) as unknown[][]
    expect(kept.length).toBe((before.get(table) as unknown[]).length)
    const columns = v1Columns.get(table)!
    const cut = (rows: unknown) => (rows as unknown[][]).map((row) => row.slice(0, columns))
    expect(cut(kept)).toEqual(cut(before.get(table)))
  }
  expect((await catalog.verify()).ok).toBe(true)
})

it('leaves an empty database after the way back to 0', async () => {
  await catalog.migrate()
  await catalog.migrate(0)
  expect(await catalog.info()).toMatchObject({ version: 0, rows: {} })
})

it('refuses to write into an older catalog', async () => {
  await catalog.migrate(1)
  await expect(catalog.upsert(sequence('/mnt/a', 2), 'run')).rejects.toMatchObject({ code: 'ERR_CATALOG_SCHEMA' })
})

it('says which migrations were applied, when, and by which release', async () => {
  await catalog.migrate()
  const { rows } = await catalog.sql(
    'SELECT version, name, applied_at, tool_version FROM schema_migrations ORDER BY version',
  )
  expect(rows).toEqual(
    MIGRATIONS.map(({ version, name }) => [
      version,
      name,
      expect.stringMatching(/^20\d\d-.*Z$/),
      expect.stringMatching(/^\d/),
    ]),
  )
})

it('does nothing when it is up to date', async () => {
  await catalog.migrate()
  expect(await catalog.migrate()).toEqual([])
  await catalog.ensureSchema()
})

it.each([-1, CATALOG_VERSION + 1, 1.5])('refuses to go to version %s', async (target) => {
  await expect(catalog.migrate(target)).rejects.toMatchObject({ code: 'ERR_OPTION_INVALID' })
})

it('refuses to read an older catalog and says how to bring it up to date', async () => {
  await catalog.migrate(1)
  await catalog.close()
  const path = join(folder, 'catalog.duckdb')
  await expect(openCatalog(path, { readOnly: true })).rejects.toMatchObject({
    code: 'ERR_CATALOG_SCHEMA',
    message: expect.stringContaining('catalog migrate'),
  })
  const old = await openCatalog(path, { readOnly: true, migrate: false })
  expect((await old.info()).version).toBe(1)
  await old.close()
})

it('refuses to write into a database without tables', async () => {
  await expect(catalog.upsert(sequence('/mnt/a', 2), 'run')).rejects.toMatchObject({ code: 'ERR_CATALOG_SCHEMA' })
})

it('decides frames of known rows over the names of their folder', async () => {
  const { version } = MIGRATIONS.find(({ regroupsFrames }) => regroupsFrames)!
  await catalog.migrate()
  const names = [
    'f.998',
    'f.999',
    'f.1001',
    'render0001',
    'image0000',
    'shot1001',
    'clip_00086400',
    'take.2024-01-31',
    'foo -020',
  ]
  const records = names.map((name) => record({ path: `/mnt/${name}.exr` }))
  // As releases before this one stored them.
  for (const { payload } of records) {
    payload.file.frame_number = Number(/(\d+)\.exr$/.exec(payload.file.path)![1])
    payload.file.sequence_key = payload.file.path.replace(/\d+(?=\.exr$)/, (digits) => '#'.repeat(digits.length))
  }
  await catalog.upsert(records, 'run')
  await catalog.migrate(version - 1)
  await catalog.migrate()
  const { rows } = await catalog.sql('SELECT file_path, frame_number, sequence_key FROM files ORDER BY file_path')
  expect(rows).toEqual([
    ['/mnt/clip_00086400.exr', 86_400, '/mnt/clip_########.exr'],
    ['/mnt/f.1001.exr', 1001, '/mnt/f.###.exr'],
    ['/mnt/f.998.exr', 998, '/mnt/f.###.exr'],
    ['/mnt/f.999.exr', 999, '/mnt/f.###.exr'],
    ['/mnt/foo -020.exr', -20, '/mnt/foo ###.exr'],
    ['/mnt/image0000.exr', 0, '/mnt/image####.exr'],
    ['/mnt/render0001.exr', 1, '/mnt/render####.exr'],
    ['/mnt/shot1001.exr', 1001, '/mnt/shot####.exr'],
    ['/mnt/take.2024-01-31.exr', null, null],
  ])
  const gaps = await catalog.sql('SELECT first_missing, last_missing, missing_count FROM missing_frames')
  expect(gaps.rows).toEqual([[1000, 1000, 1]])
})

it('says of statistics that an earlier release stored which level they are of', async () => {
  await catalog.migrate()
  const facts = { channel_stats: ['R', 'G'].map((channel_name) => ({ part_index: 0, channel_name, max: 1 })) }
  await catalog.upsert([{ ...record({ path: '/mnt/a.exr' }), facts }], 'run')
  await catalog.migrate(8)
  await catalog.migrate()
  const { rows } = await catalog.sql('SELECT channel_name, level_x, level_y FROM channel_stats ORDER BY 1')
  expect(rows).toEqual([
    ['G', 0, 0],
    ['R', 0, 0],
  ])
  expect((await catalog.verify()).ok).toBe(true)
})
