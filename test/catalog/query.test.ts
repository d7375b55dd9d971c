import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { openCatalog } from '../../src/catalog/open.ts'
import { sharedNameHint } from '../../src/catalog/shared-names.ts'
import { sequence } from './records.ts'

let folder = ''
let catalog: Catalog
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'catalog-query-'))
  writeFileSync(join(folder, 'secret.csv'), 'a,b\n1,2\n')
  catalog = await openCatalog(join(folder, 'catalog.duckdb'))
  await catalog.upsert(sequence('/mnt/a', 20), 'run')
})
afterAll(async () => {
  await catalog.close()
  rmSync(folder, { recursive: true, force: true })
})

const count = async () => (await catalog.sql('SELECT count(*) FROM files')).rows[0]?.[0]

it('hands rows of long texts out a few at a time, and refuses a text of more than 64 MiB', async () => {
  const texts = "SELECT i, repeat('é', 2000000) AS t, NULL::VARCHAR AS n FROM range(10) r(i)"
  const groups: number[] = []
  for await (const rows of (await catalog.sqlStream(texts)).batches) {
    groups.push(rows.length)
    for (const row of rows) expect([String(row[1]).length, row[2]]).toEqual([2_000_000, null])
  }
  expect(groups).toEqual([5, 5])
  await expect(catalog.sql("SELECT repeat('x', 64 * 1048576 + 1) AS t")).rejects.toMatchObject({
    code: 'ERR_CATALOG_QUERY',
    message: expect.stringContaining('column t'),
  })
})

it.runIf(process.platform === 'linux')(
  'lets go of the file at its close, also of a query that was given up',
  async () => {
    const path = join(folder, 'given-up.duckdb')
    const given = await openCatalog(path)
    const { ino } = statSync(path)
    const locks = () =>
      readFileSync('/proc/locks', 'latin1')
        .split('\n')
        .filter((line) => line.includes(`:${ino} `))
    expect(locks()).toHaveLength(1)
    for await (const row of given.sqlRows('SELECT range FROM range(100000000)')) {
      expect(row).toEqual({ range: 0n })
      break
    }
    await given.close()
    expect(locks()).toEqual([])
  },
)

describe('columns that tables share', () => {
  it('are in a join once that names them all', async () => {
    const joined = `FROM files JOIN parts USING (file_id, file_path) JOIN channels USING (file_id, file_path, part_index)`
    const { rows } = await catalog.sql(`SELECT file_path, part_index, channel_name ${joined} ORDER BY ALL LIMIT 1`)
    expect(rows).toEqual([['/mnt/a/beauty.1001.exr', 0, 'A']])
  })

  it.each([
    ['file_path FROM files JOIN parts USING (file_id)', 'USING (file_id, file_path), or'],
    ['part_index FROM parts JOIN channels USING (file_id, file_path)', 'USING (file_id, file_path, part_index), or'],
  ])('are told where a join leaves one out: SELECT %s', async (query, remedy) => {
    const failure = await catalog.sql(`SELECT ${query}`).catch((error: Error) => error)
    expect(failure).toMatchObject({ code: 'ERR_CATALOG_QUERY', message: expect.stringContaining(remedy) })
    expect((failure as Error).message).toMatch(/\nLINE 1: .*\n +\^$/)
  })

  it('are told of Trino too, and nothing is said of names that mean different things', () => {
    expect(sharedNameHint("line 1:8: Column 'file_path' is ambiguous")).toContain('USING (file_id, file_path)')
    expect(sharedNameHint("line 1:8: Column 'view_name' is ambiguous")).toBeNull()
  })

  it('have examples that run in the guide', async () => {
    const guide = readFileSync(new URL('../../docs/guides/querying.md', import.meta.url), 'utf8')
    const queries = [...guide.matchAll(/exr-inspector sql "(.*?)"/gs)].map(([, query]) => query ?? '')
    expect(queries.length).toBeGreaterThan(5)
    for (const query of queries) await expect(catalog.sql(query), query).resolves.toHaveProperty('rows')
  })
})

const referencePage = readFileSync(new URL('../../docs/reference/catalog.md', import.meta.url), 'utf8')
const documented = [...referencePage.matchAll(/```sql\n(.*?)```/gs)].map(([, query]) => query ?? '')

it.each([
  [
    'a function that logs to a file',
    (path: string) => `FROM enable_logging(storage = 'file', storage_path = '${path}')`,
  ],
  ['its quoted name', (path: string) => `FROM system.main."enable_logging"(storage='file', storage_path='${path}')`],
  ['its name in capitals', (path: string) => `SELECT 1, (FROM ENABLE_LOGGING(storage='file', storage_path='${path}'))`],
  ['a common table', (path: string) => `WITH x AS (FROM enable_logging(storage_path='${path}')) SELECT 1 FROM x`],
  ['a joined one', (path: string) => `FROM files, LATERAL (FROM enable_logging(storage_path='${path}'))`],
  ['an explained one', (path: string) => `EXPLAIN ANALYZE FROM enable_logging(storage='file', storage_path='${path}')`],
  ['one described', (path: string) => `DESCRIBE FROM enable_logging(storage='file', storage_path='${path}')`],
  ['one with a comment inside', (path: string) => `FROM /* */ enable_logging /* */ (storage_path='${path}')`],
  [
    'text that names it',
    (path: string) => `FROM query /* */ ('FROM enable_' || 'logging(storage=''file'', storage_path=''${path}'')')`,
  ],
  ['a name as text', () => "FROM query_table('files')"],
  ['a plan from elsewhere', () => "FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))"],
  ['a list of files', () => "FROM glob('/etc/*')"],
  ['a file as text', () => "SELECT (SELECT content FROM read_text('/etc/hostname'))"],
  ['another database', () => "FROM read_duckdb('/tmp/x.duckdb')"],
  ['profiles', (path: string) => `FROM enable_profiling(save_location = '${path}')`],
  ['a checkpoint', () => 'FROM checkpoint()'],
  ['logs', () => "SELECT write_log('x')"],
  ['a pause', () => 'SELECT sleep_ms(1)'],
  ['a pragma', () => "PRAGMA table_info('files')"],
  ['a pragma that writes', (path: string) => `PRAGMA profiling_output='${path}'`],
  ['a common table that copies', (path: string) => `WITH x AS (COPY files TO '${path}') SELECT 1`],
  ['a common table that deletes', () => 'WITH x AS (DELETE FROM files RETURNING *) FROM x'],
  ['two statements', () => 'SELECT 1; SELECT 2'],
  ['what stands behind a NUL', () => 'SELECT 1 \0; DROP TABLE files'],
])('refuses %s, and goes on answering', async (_what, sql) => {
  const path = join(folder, 'log')
  await expect(catalog.sql(sql(path))).rejects.toMatchObject({ code: 'ERR_CATALOG_QUERY' })
  expect(existsSync(path)).toBe(false)
  expect(await count()).toBe(20n)
})

it.each([
  'FROM range(3)',
  "SELECT count(*) FROM pragma_table_info('files')",
  'SELECT view_name FROM duckdb_views() WHERE NOT internal',
  'SELECT key FROM json_each(\'{"a": 1}\')',
  'SELECT unnest([1, 2])',
  'EXPLAIN (FORMAT json) FROM frames',
  'explain analyze (SELECT 1)',
  "SELECT * FROM (PIVOT parts ON compression IN ('zips') USING count(*))",
  "PIVOT parts ON compression IN ('zips', 'piz') USING count(*)",
  "SELECT count(*) FILTER (WHERE compression = 'zips') AS zips FROM parts",
  'UNPIVOT (SELECT width, height FROM parts) ON width, height INTO NAME side VALUE pixels',
  'SELECT random() IS NOT NULL, now() IS NOT NULL',
])('answers %s', async (query) => {
  expect((await catalog.sql(query)).rows.length).toBeGreaterThan(0)
})

it.each([
  'PIVOT parts ON compression USING count(*)',
  'PIVOT_WIDER parts ON compression USING count(*);',
  'FROM (PIVOT parts ON compression USING count(*))',
  'with p as (PIVOT parts ON compression USING count(*)) FROM p',
])('says how to write %s', async (query) => {
  await expect(catalog.sql(query)).rejects.toMatchObject({
    code: 'ERR_CATALOG_QUERY',
    message: expect.stringMatching(/PIVOT that names its values .* FILTER \(WHERE/),
  })
})

it('looks into the views and functions that a catalog brings along', async () => {
  const path = join(folder, 'foreign.duckdb')
  const log = join(folder, 'view-log')
  await (await openCatalog(path)).close()
  const instance = await DuckDBInstance.create(path)
  const connection = await instance.connect()
  const acting = `FROM enable_logging(storage='file', storage_path='${log}')`
  await connection.run(
    `CREATE VIEW "an AS inner" AS ${acting}; CREATE VIEW outer_one(a) AS SELECT 1 FROM "an AS inner"`,
  )
  await connection.run(`CREATE MACRO one() AS TABLE ${acting}; CREATE MACRO two() AS (SELECT 1 ${acting})`)
  await connection.run('CREATE VIEW harmless AS SELECT 1 AS a')
  connection.closeSync()
  instance.closeSync()
  const foreign = await openCatalog(path)
  for (const query of ['FROM "an AS inner"', 'FROM Outer_One', 'SUMMARIZE outer_one', 'FROM one()', 'SELECT two()']) {
    await expect(foreign.sql(query), query).rejects.toMatchObject({ code: 'ERR_CATALOG_QUERY' })
  }
  const where = 'EXISTS (FROM outer_one)'
  const vector = new Float32Array(384).fill(1)
  await expect(foreign.findSimilar(vector, { k: 1, where })).rejects.toMatchObject({ code: 'ERR_CATALOG_QUERY' })
  expect(existsSync(log)).toBe(false)
  expect((await foreign.sql('FROM harmless')).rows).toEqual([[1]])
  await foreign.close()
})

it.each(documented)('runs the documented query %#', async (query) => {
  expect((await catalog.sql(query)).columns.length).toBeGreaterThan(1)
})

it('finds similar files by the documented condition', async () => {
  const where = /where: "(.*)"/.exec(referencePage)?.[1]
  const matches = await catalog.findSimilar('/mnt/a/beauty.1001.exr', { k: 3, each: true, where: where ?? 'false' })
  expect(matches).toHaveLength(3)
})

describe('a read-only query', () => {
  it('returns names, SQL types and plain values', async () => {
    const { columns, rows } =
      await catalog.sql(`SELECT 1::INTEGER AS a, 2::BIGINT AS b, 1.5::DOUBLE AS c, 'x' AS d, true AS e,
      NULL AS f, 12.340::DECIMAL(6,3) AS g, DATE '2024-02-29' AS h, TIMESTAMPTZ '2024-02-29 12:00:00.000001+00' AS i,
      [1, NULL] AS j, {'k': 1, 'l': [2.5::FLOAT]} AS k, 'ab'::BLOB AS l, [0.5, 1]::FLOAT[2] AS m, MAP {'x': 1} AS n`)
    expect(Object.fromEntries(columns.map((column, index) => [column.name, [column.type, rows[0]?.[index]]]))).toEqual({
      a: ['INTEGER', 1],
      b: ['BIGINT', 2n],
      c: ['DOUBLE', 1.5],
      d: ['VARCHAR', 'x'],
      e: ['BOOLEAN', true],
      f: ['INTEGER', null],
      g: ['DECIMAL(6,3)', '12.340'],
      h: ['DATE', '2024-02-29'],
      i: ['TIMESTAMP WITH TIME ZONE', '2024-02-29T12:00:00.000001Z'],
      j: ['INTEGER[]', [1, null]],
      k: ['STRUCT("k" INTEGER, "l" FLOAT[])', { k: 1, l: [2.5] }],
      l: ['BLOB', new Uint8Array([97, 98])],
      m: ['FLOAT[2]', [0.5, 1]],
      n: ['MAP(VARCHAR, INTEGER)', { x: 1 }],
    })
  })

  it.each([
    'FROM files',
    'DESCRIBE files',
    'SHOW TABLES',
    'SUMMARIZE files',
    'EXPLAIN SELECT 1',
    'VALUES (1)',
    'WITH x AS (SELECT 1) FROM x',
  ])('may be %s', async (query) => {
    expect((await catalog.sql(query)).rows.length).toBeGreaterThan(0)
  })

  it.each([
    'INSERT INTO files SELECT * FROM files',
    'INSERT INTO files SELECT * FROM files RETURNING file_id',
    'UPDATE files SET file_path = 1',
    'DELETE FROM files',
    'TRUNCATE files',
    'DROP TABLE files',
    'CREATE TABLE x (a INTEGER)',
    'CREATE TEMP TABLE x (a INTEGER)',
    'ALTER TABLE files DROP COLUMN etag',
    'EXPLAIN ANALYZE DELETE FROM files',
    'BEGIN',
    'COMMIT',
    'CHECKPOINT',
    'VACUUM',
    'PREPARE x AS DELETE FROM files',
    'SET threads = 1',
    'RESET ALL',
    'LOAD httpfs',
    'INSTALL httpfs',
    "ATTACH 'other.duckdb'",
    'CALL pragma_version()',
    'SELECT 1; DELETE FROM files',
    'SELECT $1',
    '',
    'SELEKT 1',
  ])('is not %s', async (query) => {
    await expect(catalog.sql(query)).rejects.toMatchObject({ code: 'ERR_CATALOG_QUERY' })
    expect(await count()).toBe(20n)
  })

  it('reads and writes no file and no address', async () => {
    const csv = join(folder, 'secret.csv')
    const out = join(folder, 'out.csv')
    for (const query of [
      `SELECT * FROM read_csv('${csv}')`,
      `SELECT * FROM read_text('${csv}')`,
      `SELECT * FROM read_blob('/etc/hostname')`,
      `FROM '${csv}'`,
      `SELECT * FROM glob('/etc/*')`,
      `COPY files TO '${out}'`,
      `EXPORT DATABASE '${folder}/export'`,
      "SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')",
    ]) {
      await expect(catalog.sql(query), query).rejects.toMatchObject({ code: 'ERR_CATALOG_QUERY' })
    }
    expect(existsSync(out)).toBe(false)
  })

  it('names the mistake of a query that does not parse', async () => {
    await expect(catalog.sql('SELECT widht FROM parts')).rejects.toMatchObject({
      message: expect.stringMatching(/widht.*width/s),
    })
  })

  it('refuses to hold more than a million rows and streams them instead', async () => {
    await expect(catalog.sql('FROM range(1000001)')).rejects.toMatchObject({
      code: 'ERR_CATALOG_QUERY',
      message: expect.stringContaining('LIMIT'),
    })
    const stream = await catalog.sqlStream('FROM range(1000001)')
    let rows = 0
    for await (const batch of stream.batches) rows += batch.length
    expect(rows).toBe(1_000_001)
  })

  it('ends with the loop that reads it', async () => {
    const stream = await catalog.sqlStream('FROM range(100000000000)')
    for await (const batch of stream.batches) if (batch.length > 0) break
    expect(await count()).toBe(20n)
  })

  it('stops when aborted', async () => {
    const controller = new AbortController()
    const running = catalog.sql(
      'SELECT count(*) FROM range(100000000) a, range(100000000) b WHERE a.range = b.range + 1',
      controller.signal,
    )
    setTimeout(() => controller.abort(), 50)
    await expect(running).rejects.toMatchObject({ code: 'ERR_ABORTED' })
    await expect(catalog.sql('SELECT 1', AbortSignal.abort())).rejects.toMatchObject({ code: 'ERR_ABORTED' })
  })

  it('sees only whole batches while one is written', async () => {
    const writing = catalog.upsert(sequence('/mnt/b', 500), 'run')
    const seen: unknown[] = []
    for (let round = 0; round < 20; round++) seen.push(await count())
    await writing
    expect(new Set([...seen, 20n, 520n])).toEqual(new Set([20n, 520n]))
  })
})
