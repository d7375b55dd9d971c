import { copyFileSync, mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBArrayValue, type DuckDBConnection, DuckDBInstance, DuckDBTimestampTZValue } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  CONTENT_ONCE,
  type ContentInSets,
  contentOnce,
  namedContent,
  numberedRows,
  rowsWithPlaces,
  rowTable,
  vectorsOnce,
} from '../../src/catalog/duckdb/row-tables.ts'
import type { VectorsOnce } from '../../src/catalog/migrations/migration.ts'
import { openCatalog } from '../../src/catalog/open.ts'
import { tableNamed, vectorId } from '../../src/tables/index.ts'
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

/** Names all content by itself and not in sets, so that every row that people see is one of the table's. */
async function nameOneByOne(connection: DuckDBConnection) {
  for (const { rows, sets, setRows } of CONTENT_ONCE) {
    await connection.run(
      `INSERT INTO ${rows} SELECT file_no, part_index, s.* EXCLUDE (set_no) FROM ${setRows} JOIN ${sets} s USING (set_no)`,
    )
    await connection.run(`TRUNCATE ${setRows}; TRUNCATE ${sets}`)
  }
}

/** Tables by the names that people ask for; vectors and content as if they stood in their rows. */
function handOf(connection: DuckDBConnection): Hand {
  const set = async (table: string, values: Readonly<Record<string, unknown>>) => {
    const once = vectorsOnce(table)
    const sets: [column: string, value: string][] = []
    for (const [name, value] of Object.entries(values)) {
      if (name !== once?.column) sets.push([name, literal(value)])
      else
        sets.push([once.id, value === null ? 'NULL' : String(await storeVector(connection, once, value as number[]))])
    }
    return sets
  }
  const change = async (
    table: string,
    id: unknown,
    values: Readonly<Record<string, unknown>>,
  ): Promise<[column: string, value: string][]> => {
    const sets = await set(table, values)
    const content = contentOnce(table)
    if (content) return ofContent(connection, content, id, sets)
    if (numberedRows(table) === null) return sets
    const ofFile = (id: string) => `(SELECT file_no FROM file_rows WHERE file_id = ${id})`
    return sets.map(([name, value]) => (name === 'file_id' ? ['file_no', ofFile(value)] : [name, value]))
  }
  return {
    async rows(table) {
      const columns = tableNamed(table).columns.map(({ name }) => name)
      const content = contentOnce(table)
      const query = rowsWithPlaces(table, columns)
      const inRows = `(SELECT rowid AS place, * EXCLUDE (place) FROM ${rowTable(table)})`
      const reader = await connection.runAndReadAll(
        `SELECT place AS id, * EXCLUDE (place) FROM
          (${content ? query.replace(/^SELECT .*? AS place/, 'SELECT t.place').replace(`(${namedContent(content)})`, inRows) : query})
         ORDER BY place`,
      )
      return reader.getRowObjects().map((row) => {
        return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)])) as unknown as RawRow
      })
    },
    async change(table, id, values) {
      const sets = (await change(table, id, values)).map(([name, value]) => `${name} = ${value}`)
      await connection.run(`UPDATE ${rowTable(table)} SET ${sets.join(', ')} WHERE rowid = ${id}`)
    },
    async delete(table, ids) {
      await connection.run(`DELETE FROM ${rowTable(table)} WHERE rowid IN (${ids.join(', ') || 'NULL'})`)
    },
    async double(table, id, values = {}) {
      const other = (await change(table, id, values)).map(([name, value]) => `${value} AS ${name}`)
      const replace = other.length > 0 ? ` REPLACE (${other.join(', ')})` : ''
      const rows = rowTable(table)
      await connection.run(`INSERT INTO ${rows} SELECT *${replace} FROM ${rows} WHERE rowid = ${id}`)
    },
  }
}

/** The same of a row's numbers; content that nothing has yet is stored. */
async function ofContent(
  connection: DuckDBConnection,
  { rows, number, distinct, quoted }: ContentInSets,
  id: unknown,
  sets: readonly [column: string, value: string][],
): Promise<[column: string, value: string][]> {
  const kept = sets.flatMap(([name, value]): [string, string][] => {
    if (name === 'part_index') return [[name, value]]
    return name === 'file_id' ? [['file_no', `(SELECT file_no FROM file_rows WHERE file_id = ${value})`]] : []
  })
  const said = sets.filter(([name]) => name !== 'part_index' && name !== 'file_id')
  if (said.length === 0) return kept
  const next = `(SELECT max(${number}) + 1 FROM ${distinct})`
  const whole: [string, string][] = quoted
    ? [[quoted.column, `coalesce(${quoted.column}, '"' || ${quoted.of} || '"')`]]
    : []
  const replaced = new Map([[number, next], ['content_id', next], ...whole, ...said])
  await connection.run(
    `INSERT INTO ${distinct} SELECT * REPLACE (${Array.from(replaced, ([name, value]) => `${value} AS ${name}`).join(', ')})
     FROM ${distinct} WHERE ${number} = (SELECT ${number} FROM ${rows} WHERE rowid = ${id})`,
  )
  return [...kept, [number, `(SELECT max(${number}) FROM ${distinct})`]]
}

async function storeVector(connection: DuckDBConnection, { distinct, id }: VectorsOnce, vector: number[]) {
  const name = vectorId(Float32Array.from(vector))
  await connection.run(
    `INSERT INTO ${distinct} SELECT ${name}, ${literal(vector)}
     WHERE NOT EXISTS (SELECT 1 FROM ${distinct} WHERE ${id} = ${name})`,
  )
  return name
}

/** What only a catalog can suffer that stores vectors and content once. */
const ONCE: readonly (readonly [what: string, sql: string, sees: string])[] = [
  ['a vector that rows name gone', 'DELETE FROM distinct_vectors', 'every row that names a vector has it'],
  ['fingerprints gone', 'DELETE FROM distinct_fingerprints', 'every file has the content it was stored with'],
  [
    'a vector stored twice',
    'INSERT INTO distinct_vectors FROM distinct_vectors',
    'every distinct vector is stored once',
  ],
  [
    'a vector under the id of another',
    'UPDATE distinct_vectors SET vector_id = vector_id + 1; UPDATE file_rows SET vector_id = vector_id + 1',
    'every distinct vector is the one its id says',
  ],
  ['content that rows name gone', 'DELETE FROM distinct_attributes', 'every row that names its content has it'],
  [
    'content of some rows gone',
    "DELETE FROM distinct_channels WHERE channel_name = 'Z'",
    'every file has the rows of channels it was stored with',
  ],
  [
    'content stored twice',
    'INSERT INTO distinct_attributes FROM distinct_attributes LIMIT 1',
    'every distinct content is stored once',
  ],
  [
    'content under two numbers',
    'INSERT INTO distinct_channels SELECT * REPLACE (1000 AS channel_no) FROM distinct_channels LIMIT 1',
    'every distinct content is stored once',
  ],
  [
    'content forged where it is stored',
    "UPDATE distinct_attributes SET value_text = 'forged' WHERE attr_name = 'owner'",
    'every distinct content is the one its id says',
  ],
  [
    'a channel forged where it is stored',
    'UPDATE distinct_channels SET x_sampling = 2',
    'every distinct content is the one its id says',
  ],
  ['sets that parts have gone', 'DELETE FROM channel_sets', 'every row that names its content has it'],
  [
    'a set that has something else too',
    'INSERT INTO channel_sets SELECT set_no, 99, channel_no FROM channel_sets LIMIT 1',
    'every file has the rows of channels it was stored with',
  ],
  [
    'a set that has something at a place twice',
    'INSERT INTO channel_sets FROM channel_sets LIMIT 1',
    'every place of a set has one content',
  ],
  [
    'a set that lacks something',
    'DELETE FROM attribute_sets WHERE place = (SELECT max(place) FROM attribute_sets)',
    'every file has the rows of attributes it was stored with',
  ],
  [
    'a set that has something in the place of something else',
    'UPDATE channel_sets SET channel_no = (SELECT min(channel_no) FROM channel_sets)',
    'every file has the content it was stored with',
  ],
  [
    'sets of a file given to another',
    'UPDATE attribute_set_rows SET file_no = 2 WHERE file_no = 3',
    'every file has the rows of attributes it was stored with',
  ],
  ['a number given to two files', 'UPDATE file_rows SET file_no = 1 WHERE file_no = 2', 'every number names one file'],
  [
    'the number of a file forged',
    'UPDATE file_rows SET file_no = 1000 WHERE file_no = 2',
    'every row of attributes belongs to a file',
  ],
]

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
    await nameOneByOne(connection)
    await plant(handOf(connection))
    connection.closeSync()
    instance.closeSync()
    const { ok, checks } = await report(path)
    expect(ok).toBe(false)
    expect(checks.filter(({ violations }) => violations > 0).map(({ name }) => name)).toContainEqual(
      expect.stringMatching(sees),
    )
  })

  it.each(ONCE)('finds %s', async (_what, sql, sees) => {
    const path = copy()
    const instance = await DuckDBInstance.create(path)
    const connection = await instance.connect()
    await connection.run(sql)
    connection.closeSync()
    instance.closeSync()
    const { checks } = await report(path)
    expect(checks.filter(({ violations }) => violations > 0).map(({ name }) => name)).toContain(sees)
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
