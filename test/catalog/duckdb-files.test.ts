import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { hostname, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { rowsWithPlaces } from '../../src/catalog/duckdb/row-tables.ts'
import { openSession } from '../../src/catalog/duckdb/session.ts'
import { spillFolder } from '../../src/catalog/duckdb/spill-folder.ts'
import { Upserter } from '../../src/catalog/duckdb/upsert.ts'
import { ValueFile } from '../../src/catalog/duckdb/value-file.ts'
import { CATALOG_VERSION } from '../../src/catalog/migrations/index.ts'
import { type OpenCatalogOptions, openCatalog } from '../../src/catalog/open.ts'
import type { AttributeFacts } from '../../src/inspect/payload.ts'
import { encodeRecords, tableNamed } from '../../src/tables/index.ts'
import { record, sequence } from './records.ts'

const child = fileURLToPath(new URL('./child.ts', import.meta.url))
const tsx = fileURLToPath(import.meta.resolve('tsx'))

let folder = ''
let path = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'catalog-files-'))
  path = join(folder, 'catalog.duckdb')
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

async function filled(count: number): Promise<void> {
  const catalog = await openCatalog(path)
  await catalog.upsert(sequence('/mnt/a', count), 'run')
  await catalog.close()
}

/** Another process that opens the catalog and prints `open` or the code and message of the failure. */
async function openElsewhere(options: object): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--import',
    tsx,
    child,
    'open',
    path,
    JSON.stringify(options),
  ])
  return stdout.trim()
}

describe('opening a catalog file', () => {
  it('creates it, and opens it by path, by URL, and through a link', async () => {
    const catalog = await openCatalog(path)
    expect(catalog.url).toBe(`duckdb:${path}`)
    await catalog.close()
    symlinkSync(path, join(folder, 'link.duckdb'))
    for (const url of [`duckdb:${path}`, join(folder, 'link.duckdb')]) {
      const again = await openCatalog(url)
      expect(again.url).toBe(`duckdb:${path}`)
      await again.close()
    }
  })

  it.each([
    ['vast://bucket/schema', 'ERR_OPTION_INVALID'],
    ['postgres://host/db', 'ERR_OPTION_INVALID'],
    ['duckdb:', 'ERR_OPTION_INVALID'],
    ['', 'ERR_OPTION_INVALID'],
    [':memory:', 'ERR_OPTION_INVALID'],
  ])('refuses %s', async (url, code) => {
    await expect(openCatalog(url)).rejects.toMatchObject({ code })
  })

  it('refuses a folder, a missing folder, and reading what is not there', async () => {
    mkdirSync(path)
    await expect(openCatalog(path)).rejects.toMatchObject({
      code: 'ERR_CATALOG_OPEN',
      message: expect.stringContaining(path),
    })
    await expect(openCatalog(join(folder, 'no/where.duckdb'))).rejects.toMatchObject({ code: 'ERR_CATALOG_OPEN' })
    await expect(openCatalog(join(folder, 'no.duckdb'), { readOnly: true })).rejects.toMatchObject({
      code: 'ERR_CATALOG_OPEN',
      message: expect.stringContaining('exr-inspector ingest'),
    })
  })

  it('lets readers spill at the same time, and removes what a killed one left', async () => {
    expect(spillFolder(path, true)).not.toBe(spillFolder(path, true))
    await (await openCatalog(path)).close()
    const sorted = `SELECT count(*)::INTEGER, sum(n)::BIGINT FROM (
      SELECT row_number() OVER (ORDER BY md5(i::VARCHAR)) AS n FROM range(700000) r(i))`
    const options = { readOnly: true, memoryBytes: 48 * 2 ** 20 } as const
    const readers = await Promise.all([openCatalog(path, options), openCatalog(path, options)])
    const answers = await Promise.all(readers.map((reader) => reader.sql(sorted)))
    for (const { rows } of answers) expect(rows).toEqual([[700_000, 245_000_350_000n]])
    for (const reader of readers) await reader.close()
    const ended = spawn(process.execPath, ['-e', ''])
    await once(ended, 'close')
    const left = `${path}.tmp-${hostname().replace(/[^\w.]/g, '_')}-${ended.pid}-1`
    mkdirSync(left)
    mkdirSync(`${path}.tmp-elsewhere-${ended.pid}-1`)
    await (await openCatalog(path)).close()
    expect(readdirSync(folder).filter((name) => name.includes('.tmp'))).toEqual([
      `catalog.duckdb.tmp-elsewhere-${ended.pid}-1`,
    ])
  })

  it('refuses a database of something else and leaves it as it is', async () => {
    const instance = await DuckDBInstance.create(path)
    const connection = await instance.connect()
    await connection.run('CREATE TABLE invoices (id INTEGER)')
    connection.closeSync()
    instance.closeSync()

    await expect(openCatalog(path)).rejects.toMatchObject({
      code: 'ERR_CATALOG_SCHEMA',
      message: expect.stringContaining('invoices'),
    })
  })

  it('refuses a catalog a newer release wrote, with both versions named', async () => {
    await filled(1)
    const instance = await DuckDBInstance.create(path)
    const connection = await instance.connect()
    await connection.run("INSERT INTO schema_migrations VALUES (99, 'from the future', now(), '9.0.0')")
    connection.closeSync()
    instance.closeSync()

    for (const readOnly of [false, true]) {
      await expect(openCatalog(path, { readOnly })).rejects.toMatchObject({
        code: 'ERR_CATALOG_NEWER',
        message: expect.stringMatching(/version 99.*up to \d/),
      })
    }
  })

  it.each([
    ['text', (file: string) => writeFileSync(file, 'these are not the bytes of a database\n'.repeat(500))],
    ['a file cut short', (file: string) => truncateSync(file, 5000)],
    [
      'a damaged header',
      (file: string) => {
        const bytes = readFileSync(file)
        bytes.fill(0xff, 4096, 12_288)
        writeFileSync(file, bytes)
      },
    ],
  ])('refuses %s as damaged and leaves every byte as it is', async (_what, damage) => {
    await filled(50)
    damage(path)
    const before = digest(path)

    await expect(openCatalog(path)).rejects.toMatchObject({ code: 'ERR_CATALOG_CORRUPT' })
    await expect(openCatalog(path, { readOnly: true })).rejects.toMatchObject({ code: 'ERR_CATALOG_CORRUPT' })
    expect(digest(path)).toBe(before)
  })

  it('finds damage inside the tables with verify', async () => {
    await filled(2000)
    const bytes = readFileSync(path)
    for (let offset = 300_000; offset < bytes.length - 20_000; offset += 262_144) bytes.fill(0x5a, offset, offset + 64)
    writeFileSync(path, bytes)

    const check = async () => {
      const catalog = await openCatalog(path, { readOnly: true })
      try {
        await catalog.verify()
      } finally {
        await catalog.close()
      }
    }
    await expect(check()).rejects.toMatchObject({ code: 'ERR_CATALOG_CORRUPT' })
  })
})

describe('a batch whose commit threw', () => {
  it('is told from one that is not stored, so that it is never written twice', async () => {
    const catalog = await openCatalog(path)
    await catalog.close()
    const session = await openSession(path, {
      readOnly: false,
      memoryBytes: 2 ** 28,
      threads: 1,
      checkpointBytes: 2 ** 24,
    })
    const connection = await session.connect()
    const upserter = await Upserter.create(connection, path, new ValueFile(path))
    const [stored, other] = ['a', 'b'].map((name) => encodeRecords(sequence(`/mnt/${name}`, 3), { runId: 'run' }))

    const results = await upserter.write(stored!, undefined)
    expect(results.map(({ status }) => status)).toEqual(['inserted', 'inserted', 'inserted'])
    expect(await upserter.committed(stored!)).toEqual(results)
    expect(await upserter.committed(other!)).toBeNull()
    connection.closeSync()
    await session.close()
  })
})

describe('vectors', () => {
  const open = () => openSession(path, { readOnly: false, memoryBytes: 2 ** 28, threads: 1, checkpointBytes: 2 ** 24 })

  it('are stored once, however many files have them, and not remembered of what was rolled back', async () => {
    await (await openCatalog(path)).close()
    const session = await open()
    const connection = await session.connect()
    const upserter = await Upserter.create(connection, path, new ValueFile(path))
    const ask = async (sql: string) => (await connection.runAndReadAll(sql)).getRows()
    const counts = () =>
      ask('SELECT (SELECT count(*)::INT FROM distinct_vectors), (SELECT count(*)::INT FROM distinct_fingerprints)')
    const batch = (name: string, attributes: readonly string[] = []) => {
      const facts = attributes.map(
        (attribute) => ({ name: attribute, type: 'string', value: 'x', source: 'exr' }) as const,
      )
      return encodeRecords(sequence(`/mnt/${name}`, 40, { parts: 2, attributes: facts }), { runId: 'run' })
    }
    const fail = () => Promise.reject(new Error('rolled back'))
    await expect(upserter.write(batch('a'), undefined, fail)).rejects.toThrow('rolled back')
    expect(await counts()).toEqual([[0, 0]])
    for (const name of ['a', 'b', 'a']) await upserter.write(batch(name), undefined)
    expect(await counts()).toEqual([[1, 1]])
    await expect(upserter.write(batch('c', ['another']), undefined, fail)).rejects.toThrow('rolled back')
    await upserter.write(batch('c', ['another']), undefined)
    expect(await counts()).toEqual([[2, 1]])
    // One that remembers nothing asks the tables.
    const other = await Upserter.create(connection, path, new ValueFile(path))
    await other.write(batch('d', ['another']), undefined)
    expect(await counts()).toEqual([[2, 1]])
    expect(await ask('SELECT count(*)::INT, count(metadata_embedding)::INT FROM files')).toEqual([[160, 160]])
    expect(await ask('SELECT count(*)::INT, count(channel_fingerprint)::INT FROM channels')).toEqual([[160 * 16, 320]])
    connection.closeSync()
    await session.close()
    const catalog = await openCatalog(path)
    expect((await catalog.verify()).ok).toBe(true)
    await catalog.close()
  })
})

describe('content', () => {
  const facts = (texts: Readonly<Record<string, unknown>>) =>
    Object.entries(texts).map(
      ([name, value]) =>
        ({ name, type: typeof value === 'number' ? 'float' : 'string', value, source: 'exr' }) as AttributeFacts,
    )

  it('is stored once, and not remembered of what was rolled back', async () => {
    await (await openCatalog(path)).close()
    const session = await openSession(path, {
      readOnly: false,
      memoryBytes: 2 ** 28,
      threads: 1,
      checkpointBytes: 2 ** 24,
    })
    const connection = await session.connect()
    const upserter = await Upserter.create(connection, path, new ValueFile(path))
    const ask = async (sql: string) => (await connection.runAndReadAll(sql)).getRows()
    const counts = () =>
      ask(`SELECT (SELECT count(*)::INT FROM distinct_attributes), (SELECT count(*)::INT FROM distinct_channels),
        (SELECT count(*)::INT FROM attributes), (SELECT count(DISTINCT file_no)::INT FROM file_rows)`)
    const batch = (name: string, texts: Readonly<Record<string, unknown>>) =>
      encodeRecords(sequence(`/mnt/${name}`, 40, { parts: 2, attributes: facts(texts) }), { runId: 'run' })
    const fail = () => Promise.reject(new Error('rolled back'))
    await expect(upserter.write(batch('a', { a: 'x' }), undefined, fail)).rejects.toThrow('rolled back')
    expect(await counts()).toEqual([[0, 0, 0, 0]])
    for (const name of ['a', 'b', 'a']) await upserter.write(batch(name, { a: 'x', b: 'y' }), undefined)
    expect(await counts()).toEqual([[2, 8, 320, 80]])
    await expect(upserter.write(batch('c', { a: 'z' }), undefined, fail)).rejects.toThrow('rolled back')
    await upserter.write(batch('c', { a: 'z' }), undefined)
    expect(await counts()).toEqual([[3, 8, 400, 120]])
    // One that remembers nothing asks the table for a while, and then reads it.
    const other = await Upserter.create(connection, path, new ValueFile(path))
    for (let round = 0; round < 20; round++)
      await other.write(batch(`d${round}`, { a: 'x', round: round % 18 }), undefined)
    expect(await counts()).toEqual([[21, 8, 400 + 20 * 160, 120 + 20 * 40]])
    connection.closeSync()
    await session.close()
    const catalog = await openCatalog(path)
    expect((await catalog.verify()).ok).toBe(true)
    await catalog.close()
  })

  it('comes out as it went in, and so it does after going back a version and forward again', async () => {
    const texts = {
      plain: 'text',
      quotes: '"',
      quoted: '"text"',
      backslash: '\\',
      line: 'a\nb',
      empty: '',
      accent: 'é',
      whole: '12',
      zero: 0,
      minus: -0,
      'not a number': 'NaN',
    }
    const catalog = await openCatalog(path)
    await catalog.upsert([record({ path: '/mnt/a.exr', attributes: facts(texts) })], 'run')
    const none = facts(Object.fromEntries(Object.keys(texts).map((name) => [name, -0])))
    const nan = { name: 'float', type: 'float', value: 'NaN', source: 'exr' } as AttributeFacts
    await catalog.upsert([record({ path: '/mnt/b.exr', attributes: [...none, nan] })], 'run')
    const names = tableNamed('attributes').columns.flatMap(({ name }) => (name === 'file_id' ? [] : [name]))
    const all = async () =>
      (
        await catalog.sql(
          `FROM (${rowsWithPlaces('attributes', names)}) WHERE file_path < '/mnt/c' ORDER BY file_path, place`,
        )
      ).rows.map(([, ...cells]) => cells)
    const shown = async () =>
      (await catalog.sql("SELECT * EXCLUDE file_id FROM attributes WHERE file_path < '/mnt/c' ORDER BY ALL")).rows
    const [was, wasShown] = [await all(), await shown()]
    expect(wasShown.map(String).sort()).toEqual(was.map(String).sort())
    // More than DuckDB hands out at once; and of zeros among few other numbers it keeps no signs.
    const many = facts(Object.fromEntries(Array.from({ length: 30_000 }, (_, index) => [`name ${index}`, index / 4])))
    await catalog.upsert([record({ path: '/mnt/many.exr', attributes: many })], 'run')
    expect(was.map(([, , name, , json]) => [name, json])).toEqual([
      ...Object.entries(texts).map(([name, value]) => [name, JSON.stringify(value)]),
      ...Object.keys(texts).map((name) => [name, '0']),
      ['float', '"NaN"'],
    ])
    const unquotedSql =
      "SELECT attr_name FROM distinct_attributes WHERE value_json IS NULL AND attr_name NOT LIKE 'name %'"
    const unquoted = await catalog.sql(unquotedSql)
    expect(unquoted.rows.flat()).toEqual(['plain', 'empty', 'accent', 'whole', 'not a number'])
    for (const version of [19, 18, 17, 20, 19, CATALOG_VERSION]) {
      await catalog.migrate(version)
      expect(await shown()).toEqual(wasShown)
    }
    expect(await all()).toEqual(was)
    expect(await catalog.verify()).toMatchObject({ ok: true })
    expect((await catalog.sql(unquotedSql)).rows).toEqual(unquoted.rows)
    await catalog.close()
  })
})

describe('a session', () => {
  const options = { readOnly: false, memoryBytes: 64 * 2 ** 20, threads: 2, checkpointBytes: 2 ** 24 }

  it('cuts tables into row groups small enough for every thread to have some', async () => {
    const session = await openSession(path, options)
    const connection = await session.connect()
    await connection.run('CREATE TABLE t AS SELECT i FROM range(100000) r(i); CHECKPOINT exr')
    const reader = await connection.runAndReadAll("SELECT count(DISTINCT row_group_id) FROM pragma_storage_info('t')")
    expect(reader.getRows()).toEqual([[4n]])
    connection.closeSync()
    await session.close()
  })

  it('has at most 256 MiB of buffers to write and 512 MiB to read, whatever the machine has', async () => {
    const mebibytes = async (options: OpenCatalogOptions) => {
      const catalog = await openCatalog(join(folder, 'buffers.duckdb'), options)
      const { rows } = await catalog.sql("SELECT current_setting('memory_limit')")
      await catalog.close()
      const [, size = '', unit = ''] = /^([\d.]+) ([GM]iB)$/.exec(String(rows[0]![0])) ?? []
      return Number(size) * (unit === 'GiB' ? 1024 : 1)
    }
    const machine = totalmem() / 8 / 2 ** 20
    expect(await mebibytes({})).toBeLessThanOrEqual(256)
    expect(await mebibytes({ readOnly: true })).toBeLessThanOrEqual(512)
    expect(await mebibytes({ readOnly: true })).toBeGreaterThanOrEqual(Math.min(machine, 256) - 1)
    expect(await mebibytes({ memoryLimit: '700MiB' })).toBe(700)
    expect(await mebibytes({ firstMemoryBytes: 2 ** 26 })).toBe(64)
    expect(await mebibytes({ firstMemoryBytes: 2 ** 26, memoryLimit: '700MiB' })).toBe(700)
    expect(await mebibytes({ firstMemoryBytes: 2 ** 40 })).toBeLessThanOrEqual(256)
  })

  it('sorts more than fits in memory, beside the catalog, and cleans up', async () => {
    const session = await openSession(path, options)
    const connection = await session.connect()
    const reader = await connection.runAndReadAll(
      'SELECT count(*) FROM (SELECT md5(i::VARCHAR) AS h, repeat(h, 3) FROM range(1000000) r(i) ORDER BY h, 2 LIMIT 900000)',
    )
    expect(reader.getRows()).toEqual([[900_000n]])
    connection.closeSync()
    await session.close()
    expect(readdirSync(folder)).toEqual(['catalog.duckdb'])
  })

  it('opens a path with a quote in its name', async () => {
    const odd = join(folder, "it's here.duckdb")
    const catalog = await openCatalog(odd)
    await catalog.upsert(sequence('/mnt/a', 2), 'run')
    await catalog.close()
    expect(readdirSync(folder)).toEqual(["it's here.duckdb"])
  })
})

describe('one writer, many readers', () => {
  it('names the process that writes when another wants to', async () => {
    const catalog = await openCatalog(path)
    expect(await openElsewhere({})).toMatch(
      new RegExp(`^ERR_CATALOG_LOCKED Cannot open catalog .* for writing: process ${process.pid} `),
    )
    expect(await openElsewhere({ readOnly: true })).toBe('open')
    await catalog.close()
    expect(await openElsewhere({})).toBe('open')
  })

  it('lets several processes read at once, and none write meanwhile', async () => {
    await filled(3)
    const reader = await openCatalog(path, { readOnly: true })
    expect(await openElsewhere({ readOnly: true })).toBe('open')
    expect(await openElsewhere({})).toMatch(/^ERR_CATALOG_LOCKED/)
    await expect(reader.upsert(sequence('/mnt/b', 1), 'run')).rejects.toMatchObject({ code: 'ERR_CATALOG_WRITE' })
    await reader.close()
  })

  it('refuses a second writer in the same process and keeps the lock of the first', async () => {
    const writer = await openCatalog(path)
    await expect(openCatalog(path)).rejects.toMatchObject({ code: 'ERR_CATALOG_LOCKED' })
    const reader = await openCatalog(path, { readOnly: true })
    await writer.upsert(sequence('/mnt/a', 2), 'run')
    expect((await reader.sql('SELECT count(*) FROM files')).rows).toEqual([[2n]])
    await reader.close()
    expect(await openElsewhere({})).toMatch(/^ERR_CATALOG_LOCKED/)
    await writer.close()
  })

  it('waits for the other process when asked to', async () => {
    const holder = spawn(process.execPath, ['--import', tsx, child, 'hold', path], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    await once(holder.stdout, 'data')
    const waiting = openCatalog(path, { waitMs: 60_000 })
    holder.stdin.end()
    const catalog = await waiting
    await catalog.close()
  })

  it('stops waiting when aborted', async () => {
    const holder = spawn(process.execPath, ['--import', tsx, child, 'hold', path], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    await once(holder.stdout, 'data')
    const controller = new AbortController()
    const waiting = openCatalog(path, { waitMs: 60_000, signal: controller.signal })
    controller.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_ABORTED' })
    holder.stdin.end()
    await once(holder, 'exit')
  })
})

describe('a full disk', () => {
  it('is named, keeps what was committed, and leaves a consistent catalog', async () => {
    // The shell's file size limit stands in for the disk: 1,024 blocks of 1,024 bytes.
    const script = 'trap "" XFSZ; ulimit -f 1024; exec "$@"'
    const { stdout } = await promisify(execFile)('bash', [
      '-c',
      script,
      'bash',
      process.execPath,
      '--import',
      tsx,
      child,
      'ingest',
      path,
      '1',
      '5000',
    ])
    const lines = stdout.trim().split('\n')
    expect(lines.at(-1)).toBe('failed ERR_DISK_FULL')

    const catalog = await openCatalog(path)
    const [[stored]] = (await catalog.sql('SELECT count(*)::INTEGER FROM files')).rows as [[number]]
    expect(stored).toBeGreaterThanOrEqual(lines.filter((line) => line.startsWith('stored ')).length * 16)
    expect((await catalog.verify()).ok).toBe(true)
    await catalog.upsert([record({ path: '/mnt/after.exr' })], 'run')
    await catalog.close()
  })
})

function digest(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex')
}

describe('a catalog whose tables are not those of the program', () => {
  it('ends a batch whole, with its own code', async () => {
    await (await openCatalog(path)).close()
    const instance = await DuckDBInstance.create(path)
    const connection = await instance.connect()
    await connection.run(
      'DROP VIEW layers; DROP VIEW channels; ALTER TABLE distinct_channels ALTER x_sampling TYPE VARCHAR',
    )
    connection.closeSync()
    instance.closeSync()
    const catalog = await openCatalog(path)
    await expect(catalog.upsert(sequence('/mnt/a', 4), 'run')).rejects.toMatchObject({
      code: 'ERR_CATALOG_COLUMNS',
      message: expect.stringMatching(
        /column 7 of its table distinct_channels is x_sampling VARCHAR.*nothing of the batch was stored/,
      ),
    })
    expect((await catalog.info()).rows['files']).toBe(0)
    await catalog.close()
  })

  it('refuses a batch that other definitions encoded', async () => {
    const catalog = await openCatalog(path)
    const batch = encodeRecords(sequence('/mnt/a', 4), { runId: 'run' })
    const parts = { ...batch.tables.parts, columns: batch.tables.parts.columns.slice(1) }
    await expect(catalog.upsertEncoded({ ...batch, tables: { ...batch.tables, parts } })).rejects.toMatchObject({
      code: 'ERR_CATALOG_COLUMNS',
      message: expect.stringContaining('for table parts'),
    })
    expect((await catalog.info()).rows['files']).toBe(0)
    await catalog.close()
  })
})
