import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tableFromIPC } from 'apache-arrow'
import { describe, expect, it, vi } from 'vitest'
import { recordsToBatches, toIpcStream } from '../../src/arrow/index.ts'
import { openCatalog } from '../../src/catalog/open.ts'
import { concatBatches, encodeRecords, selectFiles, TABLES, tableNamed } from '../../src/tables/index.ts'
import { sequence } from '../catalog/records.ts'
import { emulator, openAt, tableRows } from '../catalog/vast/place.ts'

/** One more table and one more column, as a feature would add them: a definition and a migration. */
vi.mock('../../src/tables/deep-stats.ts', async () => {
  const { columnsOf } = await import('../../src/tables/definition.ts')
  const { fileId } = await import('../../src/tables/shared-columns.ts')
  const { required } = columnsOf<{ readonly letter: string }>()
  const letters = {
    name: 'deep_stats',
    doc: 'a table of a test',
    key: ['file_id', 'letter'],
    parent: 'files',
    written: 'once',
    rows: () => [{ letter: 'a' }, { letter: 'b' }],
    columns: [fileId, required('letter', 'utf8', 'a letter')],
  }
  return { deepStats: letters }
})
vi.mock('../../src/tables/parts.ts', async (original) => {
  const { parts } = await original<typeof import('../../src/tables/parts.ts')>()
  const { columnsOf } = await import('../../src/tables/definition.ts')
  const { optional } = columnsOf<unknown>()
  return {
    parts: { ...parts, columns: [...parts.columns, optional('answer', 'int32', 'a column of a test', () => 42)] },
  }
})
vi.mock('../../src/catalog/migrations/index.ts', async (original) => {
  const { contentOnceOf, MIGRATIONS, numberedRowsOf, vectorsOnceOf, viewsOf } =
    await original<typeof import('../../src/catalog/migrations/index.ts')>()
  const step = {
    version: MIGRATIONS.length + 1,
    name: 'a table and a column of a test',
    sql: {
      up: ['DROP TABLE deep_stats', 'CREATE TABLE deep_stats (file_id VARCHAR NOT NULL, letter VARCHAR NOT NULL)'],
      down: [],
    },
    columns: { parts: { answer: 'int32' } },
  }
  const all = [...MIGRATIONS, step]
  return { MIGRATIONS: all, CATALOG_VERSION: all.length, contentOnceOf, numberedRowsOf, vectorsOnceOf, viewsOf }
})

const records = sequence('/mnt/a', 3)
const options = { runId: 'run' }

describe('a table and a column that are defined once', () => {
  it('are encoded, selected and joined', () => {
    const one = encodeRecords(records, options)
    const joined = concatBatches([selectFiles(one, [0]), selectFiles(one, [1, 2])])
    expect(joined.tables.deep_stats.rowCount).toBe(6)
    expect([...joined.tables.deep_stats.rowStart]).toEqual([0, 2, 4, 6])
    expect([...joined.tables.parts.columns.at(-1)!.data]).toEqual([42, 42, 42])
    expect(TABLES.map(({ name }) => name)).toContain('deep_stats')
    expect(tableNamed('parts').columns.at(-1)?.name).toBe('answer')
  })

  it('are Arrow', () => {
    const batches = recordsToBatches(records, options)
    const letters = tableFromIPC(toIpcStream(batches.deep_stats))
    expect(letters.toArray().map((row) => row['letter'])).toEqual(['a', 'b', 'a', 'b', 'a', 'b'])
    expect(tableFromIPC(toIpcStream(batches.parts)).getChild('answer')?.get(2)).toBe(42)
  })

  it('are stored and checked in DuckDB', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'one-definition-'))
    const catalog = await openCatalog(join(folder, 'catalog.duckdb'))
    try {
      expect((await catalog.upsert(records, 'run')).map(({ status }) => status)).toEqual(Array(3).fill('inserted'))
      const { rows } = await catalog.sql('SELECT letter, count(*)::INTEGER FROM deep_stats GROUP BY ALL ORDER BY ALL')
      expect(rows).toEqual([
        ['a', 3],
        ['b', 3],
      ])
      expect((await catalog.sql('SELECT DISTINCT answer FROM parts')).rows).toEqual([[42]])
      const { ok, checks } = await catalog.verify()
      expect(ok).toBe(true)
      expect(checks.map(({ name }) => name)).toContain('every file has the rows of deep_stats it was stored with')
    } finally {
      await catalog.close()
      rmSync(folder, { recursive: true, force: true })
    }
  })

  it('are stored and checked in VAST DataBase', async () => {
    const server = await emulator()
    try {
      const catalog = await openAt(server)
      expect((await catalog.upsert(records, 'run')).map(({ status }) => status)).toEqual(Array(3).fill('inserted'))
      const letters = (await tableRows(server, 'deep_stats')).map((row) => row['letter'])
      expect(letters.sort()).toEqual(['a', 'a', 'a', 'b', 'b', 'b'])
      expect((await tableRows(server, 'parts', ['answer'])).map((row) => row['answer'])).toEqual([42, 42, 42])
      const { ok, checks } = await catalog.verify()
      expect(ok).toBe(true)
      expect(checks.map(({ name }) => name)).toContain('every file has the rows of deep_stats it was stored with')
      await catalog.close()
    } finally {
      await server.close()
    }
  })
})
