import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningServer } from '../../../scripts/servers/process.ts'
import { startTrino, trinoProgram, trinoRows } from '../../../scripts/servers/trino.ts'
import type { Catalog } from '../../../src/catalog/catalog.ts'
import { openCatalog } from '../../../src/catalog/open.ts'
import { parseVastUrl } from '../../../src/catalog/vast/address.ts'
import { QUERIES, streamQuery } from '../../../src/queries/index.ts'
import { type ColumnType, sqlType, TABLES, type TableDefinition, withoutVectors } from '../../../src/tables/index.ts'
import type { Emulator } from '../../../src/vastdb-emulator/index.ts'
import { CLI, runHere } from '../../cli/run-cli.ts'
import { fillFarm, plant, STILL } from '../../queries/farm.ts'
import { connectionTo, emulator, openAt, tableRows, URL } from './place.ts'

const program = trinoProgram()
const { bucket, schema } = parseVastUrl(URL)
const SCHEMA = `vast."${bucket}|${schema}"`
const BEAUTY = '/farm/one/sh010/beauty.1001.exr'
/** More than a moment's work: left alone it runs for hours. */
const ENDLESS = 'SELECT a.n * b.n AS product FROM UNNEST(sequence(1, 10000)) a(n), UNNEST(sequence(1, 10000)) b(n)'
const COUNTLESS = `SELECT max(p.product % c.n) FROM (${ENDLESS}) p, UNNEST(sequence(2, 10000)) c(n)`

/** What each query is told, where it is told anything; vectors of headers, which Trino does not read, are far from nothing. */
const TOLD: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>> = {
  anomalies: [{ distance: 2 }],
  'attribute-values': [{ name: 'artist' }],
  attributes: [{}, { conflicts: 'yes', name: '^art' }],
  'channel-composition': [{}, { any: ['Z', 'diffuse'], none: ['R'], all: ["it's", 'A'] }],
  'missing-frames': [{}, { where: "frame_number > 1002 AND compression IN ('zips', 'piz')" }],
  'recently-changed': [{ since: '2026-02-03T10:00:00Z', limit: 3 }],
  shots: [{ template: '/farm/{show}/{shot}/**', by: ['show', 'shot'] }],
  trends: [{ since: '2026-02-01T00:00:00Z', every: 'week' }],
  'validation-failures': [{ severity: ['warn'] }],
}
const ASKED = Object.keys(QUERIES)
  .filter((name) => name !== 'similar-renders')
  .flatMap((name) => (TOLD[name] ?? [{}]).map((given) => [name, given] as const))

/** Frames whose rates, aspects and software change: numbers and unknowns as text, which engines write each in its own way. */
const CHANGING = [24, 24, 23.976, null, 0.5, 24].map((rate, index) =>
  plant({
    path: `/changing/a.${index + 1}.exr`,
    sizeBytes: 10 + index,
    part: {
      frames_per_second: rate,
      pixel_aspect_ratio: index === 2 ? 1.0999999046325684 : 1,
      ...(index === 4 ? { render_software: null, render_software_version: null } : {}),
    },
  }),
)

/** A cell as Trino's SQL writes it. */
function literal(type: ColumnType, value: unknown): string {
  if (value === null || value === undefined) return 'NULL'
  if (type === 'utf8') return `'${String(value).replaceAll("'", "''")}'`
  if (type === 'timestamp') return `TIMESTAMP '${String(value).replace('T', ' ').replace('Z', '')}'`
  if (type === 'binary') return `X'${Buffer.from(value as Uint8Array).toString('hex')}'`
  if (type === 'float32' || type === 'float64') return Number(value).toExponential()
  if (typeof type === 'object')
    return `ARRAY[${[...(value as number[])].map((each) => each.toExponential()).join(', ')}]`
  return String(value)
}

/** A table with its rows, in statements. */
function statements({ name, columns }: TableDefinition, rows: readonly Record<string, unknown>[]): string[] {
  const typed = columns.map((column) => `${column.name} ${sqlType(column.type, 'trino')}`)
  const cells = rows.map((row) => `(${columns.map((column) => literal(column.type, row[column.name])).join(', ')})`)
  const insert = `INSERT INTO ${SCHEMA}.${name} VALUES ${cells.join(', ')}`
  return [`CREATE TABLE ${SCHEMA}.${name} (${typed.join(', ')})`, ...(rows.length > 0 ? [insert] : [])]
}

describe.skipIf(program === null)('a catalog through a real Trino', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trino-'))
  let trino: RunningServer
  let vast: Emulator
  let local: Catalog
  let catalog: Catalog
  let env: Record<string, string>

  beforeAll(async () => {
    ;[trino, vast] = await Promise.all([startTrino(program!, folder), emulator()])
    local = await openCatalog(join(folder, 'catalog.duckdb'))
    const connection = { url: trino.endpoint, user: 'lena', password: null, catalog: 'vast' }
    catalog = await openAt(vast, { vast: { ...connectionTo(vast), search: 'trino', trino: connection } })
    env = {
      VAST_DB_ENDPOINT: vast.endpoint,
      VAST_DB_ACCESS_KEY: 'test',
      VAST_DB_SECRET_KEY: 'test',
      VAST_TRINO_URL: trino.endpoint,
      VAST_DB_SEARCH: 'trino',
    }
    for (const filled of [local, catalog]) {
      await fillFarm(filled)
      await filled.upsert([...STILL, ...CHANGING], 'run-2')
    }
    const set = { provider: 'looks', version: '1', readsPixels: false }
    const files = await catalog.filesToEmbed(set, 100)
    await catalog.writeEmbeddings(
      set,
      files.map((file, i) => ({
        ...file,
        bytes: null,
        vector: Float32Array.of(Math.cos(i ** 1.5 / 80), Math.sin(i ** 1.5 / 80)),
      })),
    )
    await trinoRows(trino.endpoint, `CREATE SCHEMA ${SCHEMA}`)
    await Promise.all(
      TABLES.map(withoutVectors).map(async (table) => {
        const columns = table.columns.map(({ name }) => name)
        for (const sql of statements(table, await tableRows(vast, table.name, columns)))
          await trinoRows(trino.endpoint, sql)
      }),
    )
  })
  afterAll(async () => {
    await local?.close()
    await catalog?.close()
    await vast?.close()
    await trino?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  async function answer(from: Catalog, name: string, given: Readonly<Record<string, unknown>>) {
    const columns = Object.values(
      (QUERIES as Record<string, { columns: Record<string, { type: string }> }>)[name]!.columns,
    )
    const rows: unknown[][] = []
    for await (const batch of (await streamQuery(from, name, given)).batches) {
      for (const row of batch) {
        rows.push(
          row.map((value, i) =>
            value !== null && ['integer', 'number'].includes(columns[i]!.type) ? Number(value) : value,
          ),
        )
      }
    }
    return rows
  }

  /** State and reason of the queries whose text holds something, as the server's own list has them. */
  async function listed(holds: string): Promise<string[]> {
    const response = await fetch(`${trino.endpoint}/v1/query`, { headers: { 'x-trino-user': 'lena' } })
    const queries = (await response.json()) as { query: string; state: string; errorCode?: { name: string } }[]
    return queries
      .filter(({ query }) => query.includes(holds))
      .map(({ state, errorCode }) => `${state} ${errorCode?.name ?? ''}`)
  }

  it.each(ASKED)('answers %s with %j as an embedded catalog does', async (name, given) => {
    const expected = await answer(local, name, given)
    expect(await answer(catalog, name, given)).toEqual(expected)
  })

  it('gives times to the microsecond, whole numbers whole, and text as it is', async () => {
    const { columns, rows } = await catalog.sql(
      `SELECT f.mtime, i.inspected_at, f.size_bytes, CAST(9007199254740993 AS BIGINT), f.file_path FROM ${SCHEMA}.files f
      JOIN ${SCHEMA}.inspections i ON i.file_id = f.file_id WHERE f.file_path = '/still/a.0003.exr'`,
    )
    expect(columns.map(({ type }) => type).slice(0, 3)).toEqual(['timestamp(6)', 'timestamp(6)', 'bigint'])
    expect(rows).toEqual([
      ['2024-03-01T10:00:00.123456Z', '2026-03-01T00:00:00.000000Z', 3n, 9007199254740993n, '/still/a.0003.exr'],
    ])
  })

  it('finds similar files as a scan does, and --explain prints SQL that runs', async () => {
    const scan = await openAt(vast)
    for (const options of [{ each: true }, { where: "compression = 'piz' OR width < 1900", each: true }, {}]) {
      const found = await catalog.findSimilar(BEAUTY, { k: 5, by: 'looks', ...options })
      if (!('where' in options)) {
        const expected = await scan.findSimilar(BEAUTY, { k: 5, by: 'looks', ...options })
        expect(found.map(({ similarity: _, ...match }) => match)).toEqual(
          expected.map(({ similarity: _, ...match }) => match),
        )
        found.forEach(({ similarity }, index) => {
          expect(similarity).toBeCloseTo(expected[index]!.similarity, 6)
        })
      } else expect(found.length).toBeGreaterThan(3)
    }
    await scan.close()
    const asked = ['--catalog', URL, '--explain']
    const similar = await runHere(['similar', BEAUTY, '--by', 'looks', '-k', '3', ...asked], { env })
    const matches = await catalog.findSimilar(BEAUTY, { k: 3, by: 'looks' })
    expect((await trinoRows(trino.endpoint, similar.stdout)).map(([fileId]) => fileId)).toEqual(
      matches.map(({ fileId }) => fileId),
    )
    const trends = await runHere(['query', 'missing-frames', ...asked], { env })
    expect(await trinoRows(trino.endpoint, trends.stdout)).toEqual(await answer(local, 'missing-frames', {}))
  })

  it('ends on the server what Ctrl-C ends here, and a stream that is left', async () => {
    for await (const rows of (await catalog.sqlStream(ENDLESS)).batches) {
      expect(rows.length).toBeGreaterThan(0)
      break
    }
    expect(await listed(ENDLESS)).toEqual(['FAILED USER_CANCELED'])

    const child = spawn(process.execPath, [CLI, 'sql', COUNTLESS, '--catalog', URL], {
      env: { ...process.env, ...env },
    })
    const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)))
    while (!(await listed(COUNTLESS)).some((state) => state.startsWith('RUNNING'))) await sleep(50)
    child.kill('SIGINT')
    expect(await ended).toBe(130)
    expect(await listed(COUNTLESS)).toEqual(['FAILED USER_CANCELED'])
  })
})
