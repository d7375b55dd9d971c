import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { beforeAll, describe, expect, it } from 'vitest'
import { STORED_TABLES } from '../../src/catalog/duckdb/row-tables.ts'
import { openCatalog } from '../../src/catalog/open.ts'
import { fixturePath, projectRoot, tempDir, withoutPrivileges } from '../helpers.ts'
import { runHere as runCli, runCli as spawnCli } from './run-cli.ts'

const NAMES = [
  'compression-zip.exr',
  'compression-piz.exr',
  'multipart-two.exr',
  'deep-tile.exr',
  'unfinished-tiles.exr',
]
const dir = tempDir()
const catalog = join(dir, 'catalog.duckdb')

beforeAll(async () => {
  mkdirSync(join(dir, 'renders'))
  for (const name of NAMES) copyFileSync(fixturePath(name), join(dir, 'renders', name))
  await runCli(['ingest', join(dir, 'renders'), '--catalog', catalog])
})

const cli = (...args: string[]) => runCli([...args, '--catalog', catalog])
const path = (name: string) => join(dir, 'renders', name)

async function duckdbRows(query: string): Promise<unknown[]> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    return (await connection.runAndReadAll(query)).getRowObjectsJson()
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

describe('sql', () => {
  const query = `SELECT file_path, is_complete, size_bytes, NULL AS nothing, 'a "b", c' AS text, [1, 2] AS list
    FROM files ORDER BY file_path LIMIT 2`

  it('aligns columns for people, numbers on the right, and counts the rows', async () => {
    const { stdout } = await cli('sql', "SELECT 'a' AS letter, 5 AS n UNION ALL SELECT 'bcd', 1234 ORDER BY n")
    expect(stdout).toBe('letter     n\na          5\nbcd     1234\n2 rows\n')
  })

  it('gives the same rows as JSON, NDJSON and CSV', async () => {
    const expected = [...NAMES]
      .sort()
      .slice(0, 2)
      .map((name) => ({
        file_path: path(name),
        is_complete: true,
        size_bytes: readFileSync(path(name)).length,
        nothing: null,
        text: 'a "b", c',
        list: [1, 2],
      }))
    expect(JSON.parse((await cli('sql', query, '--json')).stdout)).toEqual(expected)
    const lines = (await cli('sql', query, '--format', 'ndjson')).stdout.trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toEqual(expected)
    const file = join(dir, 'rows.csv')
    await cli('sql', query, '--format', 'csv', '--output', file)
    const read = await duckdbRows(`FROM read_csv('${file}', all_varchar = true, quote = '"')`)
    expect(read).toMatchObject(
      expected.map(({ text, file_path }) => ({ file_path, nothing: null, text, list: '[1,2]' })),
    )
  })

  it('writes Parquet with the types of the columns', async () => {
    const file = join(dir, 'rows.parquet')
    const typed = `SELECT file_path, metadata_embedding, mtime, size_bytes, frame_number, is_deep, 1.50::DECIMAL(9, 2) AS price,
      {'a': 1, 'b': [1.5, NULL]} AS nested, '\\xAA\\x00'::BLOB AS bytes, DATE '2024-02-29' AS day FROM files ORDER BY file_path`
    expect(await cli('sql', typed, '--format', 'parquet', '--output', file)).toMatchObject({ code: 0, stderr: '' })
    const types = await duckdbRows(`SELECT column_name, column_type FROM (DESCRIBE FROM '${file}')`)
    expect(Object.fromEntries(types.map((row) => Object.values(row as object)))).toEqual({
      file_path: 'VARCHAR',
      // Parquet has no lists of fixed length.
      metadata_embedding: 'FLOAT[]',
      mtime: 'TIMESTAMP WITH TIME ZONE',
      size_bytes: 'BIGINT',
      frame_number: 'INTEGER',
      is_deep: 'BOOLEAN',
      price: 'DECIMAL(9,2)',
      nested: 'STRUCT(a INTEGER, b DECIMAL(2,1)[])',
      bytes: 'BLOB',
      day: 'DATE',
    })
    const open = await openCatalog(catalog, { readOnly: true })
    const { rows } = await open.sql(
      'SELECT file_path, epoch_us(mtime)::VARCHAR, metadata_embedding FROM files ORDER BY file_path',
    )
    await open.close()
    const written = await duckdbRows(
      `SELECT file_path, epoch_us(mtime) AS mtime, metadata_embedding, nested, hex(bytes) AS bytes FROM '${file}'`,
    )
    expect(written).toEqual(
      rows.map(([file_path, mtime, metadata_embedding]) => ({
        file_path,
        mtime,
        metadata_embedding,
        nested: { a: 1, b: ['1.5', null] },
        bytes: 'AA00',
      })),
    )
  })

  it('reads the query from standard input', async () => {
    const { stdout } = await runCli(['sql', '-', '--json', '--catalog', catalog], { stdin: 'SELECT 1 AS one' })
    expect(JSON.parse(stdout)).toEqual([{ one: 1 }])
  })

  it('keeps 64-bit integers and numbers that JSON does not know', async () => {
    const { stdout } = await cli('sql', "SELECT 9007199254740993 AS big, 'NaN'::DOUBLE AS nan", '--json')
    expect(JSON.parse(stdout)).toEqual([{ big: '9007199254740993', nan: 'NaN' }])
  })

  it('shows the first thousand rows as a table, all of them otherwise', async () => {
    const { stdout } = await cli('sql', 'FROM range(1500) AS t(n)')
    expect(stdout.trimEnd().split('\n')).toHaveLength(1002)
    expect(stdout).toContain('The first 1,000 rows')
    expect((await cli('sql', 'FROM range(1500) AS t(n)', '--format', 'csv')).stdout.trimEnd().split('\n')).toHaveLength(
      1501,
    )
  })

  it.each([
    ['writes', 'DELETE FROM files'],
    ['is not SQL', 'SELEKT 1'],
    ['names what is not there', 'SELECT nothing FROM nowhere'],
  ])('refuses a query that %s, on one line', async (_, bad) => {
    const { code, stderr, stdout } = await cli('sql', bad)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^exr-inspector: [^\n]*\[ERR_CATALOG_QUERY\]\n$/)
  })

  it('says which command makes a catalog when there is none', async () => {
    const missing = join(dir, 'missing.duckdb')
    const { code, stderr } = await runCli(['sql', 'SELECT 1', '--catalog', missing])
    expect(code).toBe(3)
    expect(stderr).toContain(`exr-inspector ingest <directory> --catalog ${missing}`)
  })

  it('says so when the output cannot be written', async () => {
    const { code, stderr } = await cli('sql', 'SELECT 1', '--output', '/nowhere/rows.csv', '--format', 'csv')
    expect(code).toBe(2)
    expect(stderr).toContain('/nowhere/rows.csv')
  })
})

describe('query', () => {
  it('lists what can be asked, for people and for scripts', async () => {
    const { stdout } = await runCli(['query', 'list'])
    expect(stdout).toContain('missing-frames')
    const told = JSON.parse((await runCli(['query', 'list', '--json'])).stdout)
    expect(told[0]).toMatchObject({ name: 'missing-frames', columns: { missing_count: { type: 'integer' } } })
  })

  it('answers in the form that is asked for', async () => {
    const { stdout, code } = await cli('query', 'broken-frames', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject([{ file_path: path('unfinished-tiles.exr'), state: 'incomplete' }])
    const csv = await cli('query', 'channel-composition', '-p', 'all=Z', '-w', 'is_deep', '-f', 'csv')
    expect(csv.stdout.split('\n')[0]).toBe('file_path,part_count,channel_count,layers')
    expect(csv.stdout).toContain('deep-tile.exr')
    expect((await cli('query', 'drift', '--explain')).stdout).toMatch(/^WITH chosen AS/)
  })

  it('says when there may be more rows than were asked for', async () => {
    const few = await cli('query', 'channel-composition', '-p', 'limit=2')
    expect(few.stderr).toContain('the first 2 rows; there may be more')
    expect((await cli('query', 'channel-composition')).stderr).toBe('')
  })

  it.each([
    [['query', 'drft'], 2, 'did you mean drift?'],
    [['query', 'drift', '-p', 'limit'], 2, 'Expected name=value for --param'],
    [['query', 'drift', '-p', 'limit=1', '-p', 'limit=2'], 2, 'given twice'],
    [['query', 'attribute-values'], 2, 'needs --param name='],
  ] as const)('refuses %j', async (args, expected, message) => {
    const { code, stderr } = await cli(...args)
    expect(code).toBe(expected)
    expect(stderr).toContain(message)
  })
})

describe('similar', () => {
  it('finds the files most like one of the catalog, best first, by path and by file_id', async () => {
    const { stdout, code } = await cli('similar', path('compression-zip.exr'), '-k', '3', '--json')
    expect(code).toBe(0)
    const { matches } = JSON.parse(stdout)
    expect(matches).toHaveLength(3)
    expect(matches[0]).toMatchObject({ file_path: path('compression-piz.exr'), sequence_key: null, file_count: 1 })
    const values = matches.map((match: { similarity: number }) => match.similarity)
    expect(values).toEqual(values.toSorted((a: number, b: number) => b - a))
    const id = JSON.parse(
      (await cli('sql', `SELECT file_id FROM files WHERE file_path = '${path('compression-zip.exr')}'`, '--json'))
        .stdout,
    )[0].file_id
    expect(JSON.parse((await cli('similar', id, '-k', '3', '--json')).stdout).matches).toEqual(matches)
  })

  it('inspects a file that is not in the catalog on the spot', async () => {
    const elsewhere = join(dir, 'elsewhere.exr')
    copyFileSync(fixturePath('deep-tile.exr'), elsewhere)
    const { matches } = JSON.parse((await cli('similar', elsewhere, '-k', '1', '--json')).stdout)
    expect(matches[0].file_path).toBe(path('deep-tile.exr'))
    expect(matches[0].similarity).toBeCloseTo(1, 5)
  })

  it('looks only where a condition holds', async () => {
    const { stdout } = await cli('similar', path('compression-zip.exr'), '--where', "compression = 'piz'")
    expect(stdout.trimEnd().split('\n')).toHaveLength(2)
    expect(stdout).toContain('compression-piz.exr')
  })

  it('names the file and the remedy when there is no such file', async () => {
    const { code, stderr } = await cli('similar', join(dir, 'gone.exr'))
    expect(code).toBe(1)
    expect(stderr).toMatch(/gone\.exr.*\[ERR_SOURCE_NOT_FOUND\]/)
  })

  it('refuses a condition that is not one', async () => {
    const { code, stderr } = await cli('similar', path('compression-zip.exr'), '--where', 'width >')
    expect(code).toBe(2)
    expect(stderr).toContain('[ERR_CATALOG_QUERY]')
  })
})

describe('catalog', () => {
  it('says what a catalog holds', async () => {
    const { stdout } = await cli('catalog', 'info')
    expect(stdout).toMatch(/files +5\n/)
    const info = JSON.parse((await cli('catalog', 'info', '--json')).stdout)
    expect(info.rows).toMatchObject({ files: 5, ingest_runs: 1 })
    expect(info.schema_version).toBe(info.latest_schema_version)
  })

  it('verifies a catalog and exits with 3 when its tables disagree', async () => {
    expect((await cli('catalog', 'verify')).code).toBe(0)
    const again = await cli('catalog', 'verify', '--against-files', '3', '--seed', 'a')
    expect(again.code).toBe(0)
    expect(again.stdout).toMatch(/ok +3 of 3 files read again \(--seed a\) are as stored/)
    const broken = join(dir, 'broken.duckdb')
    copyFileSync(catalog, broken)
    const instance = await DuckDBInstance.create(broken)
    const connection = await instance.connect()
    await connection.run("DELETE FROM file_rows WHERE file_path LIKE '%deep%'")
    connection.closeSync()
    instance.closeSync()
    const { code, stdout } = await runCli(['catalog', 'verify', '--json', '--catalog', broken])
    expect(code).toBe(3)
    expect(JSON.parse(stdout).ok).toBe(false)
  })

  it('is read where it may not be written, and says so to who would write', async () => {
    const place = join(dir, 'read-only')
    const kept = join(place, 'kept.duckdb')
    mkdirSync(place)
    copyFileSync(catalog, kept)
    chmodSync(kept, 0o444)
    chmodSync(place, 0o555)
    const run = (...args: string[]) => spawnCli([...args, '--catalog', kept], { around: withoutPrivileges })
    try {
      expect((await run('sql', 'SELECT count(*)::INT AS n FROM files', '--json')).code).toBe(0)
      expect((await run('catalog', 'verify')).code).toBe(0)
      const { code, stderr } = await run('ingest', dir)
      expect(code).toBe(3)
      expect(stderr).toContain('this user may not write its file or folder')
      chmodSync(kept, 0o644)
      const unjournaled = await run('ingest', dir, '--force')
      expect(unjournaled.code).toBe(3)
      expect(unjournaled.stderr).toContain('this user may not write its file or folder')
    } finally {
      chmodSync(place, 0o755)
    }
  })

  it('migrates down and up again, keeping the files', async () => {
    const copy = join(dir, 'copy.duckdb')
    copyFileSync(catalog, copy)
    const latest = JSON.parse((await cli('catalog', 'info', '--json')).stdout).latest_schema_version
    const down = await runCli(['catalog', 'migrate', '--to', '1', '--json', '--catalog', copy])
    expect(JSON.parse(down.stdout).steps.map((step: { direction: string }) => step.direction)).toEqual(
      Array(latest - 1).fill('down'),
    )
    const old = await runCli(['sql', 'SELECT 1', '--catalog', copy])
    expect(old.code).toBe(3)
    expect(old.stderr).toContain('catalog migrate')
    expect((await runCli(['catalog', 'migrate', '--catalog', copy])).code).toBe(0)
    const { stdout } = await runCli(['sql', 'SELECT count(*)::INT AS n FROM files', '--json', '--catalog', copy])
    expect(JSON.parse(stdout)).toEqual([{ n: 5 }])
  })

  it('prints tables that DuckDB takes as they are', async () => {
    const { stdout } = await runCli(['catalog', 'ddl'])
    const instance = await DuckDBInstance.create(':memory:')
    const connection = await instance.connect()
    await connection.run(stdout)
    const tables = (await connection.runAndReadAll('SELECT table_name FROM duckdb_tables()')).getRows().flat()
    const views = (await connection.runAndReadAll('SELECT view_name FROM duckdb_views() WHERE NOT internal')).getRows()
    connection.closeSync()
    instance.closeSync()
    expect(views.flat()).toContain('missing_frames')
    // The words that a payload has.
    expect(stdout).toMatch(/line_order.*increasing_y, decreasing_y or random_y/)
    expect(tables.toSorted()).toEqual(STORED_TABLES.map((table) => table.name).toSorted())
  })

  it('prints them for Trino, under a schema', async () => {
    const { stdout } = await runCli(['catalog', 'ddl', '--dialect', 'trino', '--schema', 'vast."b|s"'])
    expect(stdout).toContain('CREATE TABLE IF NOT EXISTS vast."b|s".files')
    // No engine of that connector reads lists of fixed size: exr-inspector makes their tables itself.
    expect(stdout).not.toMatch(/metadata_embedding|channel_fingerprint/)
  })
})

describe('a catalog in use', () => {
  it('is refused to a second writer by name, and opened again when the first is done', async () => {
    const first = await openCatalog(catalog)
    const second = await runCli(['ingest', path('compression-zip.exr'), '--catalog', catalog])
    await first.close()
    expect(second.code).toBe(3)
    expect(second.stderr).toMatch(/\[ERR_CATALOG_LOCKED\]\n$/)
    expect((await runCli(['ingest', path('compression-zip.exr'), '--catalog', catalog])).code).toBe(0)
  })

  it('is refused when it is damaged', async () => {
    const damaged = join(dir, 'damaged.duckdb')
    const bytes = readFileSync(catalog)
    bytes.fill(0xff, 4096, 12_288)
    writeFileSync(damaged, bytes)
    const { code, stderr } = await runCli(['sql', 'SELECT count(*) FROM files', '--catalog', damaged])
    expect(code).toBe(3)
    expect(stderr).toMatch(/^exr-inspector: [^\n]*damaged\.duckdb[^\n]*\[ERR_CATALOG_\w+\]\n$/)
  })
})

describe('an installation without its native addon', () => {
  const copy = tempDir()
  for (const name of ['package.json', 'Aptfile', 'dist'])
    cpSync(join(projectRoot, name), join(copy, name), { recursive: true })
  symlinkSync(join(projectRoot, 'node_modules'), join(copy, 'node_modules'))
  const bare = (args: string[]) =>
    spawnSync(process.execPath, [join(copy, 'dist/cli/main.js'), ...args], { encoding: 'utf8' })

  it('still inspects, and says what is left out', () => {
    const { status, stdout } = bare(['inspect', path('compression-zip.exr')])
    expect(status).toBe(0)
    expect(stdout).toMatch(/^whole /m)
    expect(stdout).toMatch(/^OpenImageIO: /m)
  })

  it('still ingests', () => {
    const { status, stdout } = bare([
      'ingest',
      path('compression-zip.exr'),
      '--json',
      '--catalog',
      join(copy, 'c.duckdb'),
    ])
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ inserted: 1 })
  })
})
