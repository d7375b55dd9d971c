import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { expect, it } from 'vitest'
import { openCatalog } from '../../src/catalog/open.ts'
import { tempDir } from '../helpers.ts'
import { sequence } from './records.ts'

const path = join(tempDir(), 'catalog.duckdb')

async function byHand(sql: string): Promise<void> {
  const instance = await DuckDBInstance.create(path)
  const connection = await instance.connect()
  await connection.run(sql)
  connection.closeSync()
  instance.closeSync()
}

async function liveFiles(readOnly: boolean): Promise<unknown> {
  const catalog = await openCatalog(path, { readOnly })
  try {
    return (await catalog.sql('SELECT count(*)::INTEGER FROM live_files')).rows[0]?.[0]
  } finally {
    await catalog.close()
  }
}

it('believes no view that somebody put in the place of one of its own', async () => {
  const catalog = await openCatalog(path)
  await catalog.upsert(sequence('/mnt/a', 3), 'run')
  await catalog.close()
  expect(await liveFiles(true)).toBe(3)

  const plants = [
    "CREATE OR REPLACE VIEW live_files AS SELECT * FROM files WHERE file_path NOT LIKE '%1002.exr'",
    'DROP VIEW layers; DROP VIEW large_attributes',
    'DROP VIEW live_files; CREATE VIEW live_files AS SELECT f.* FROM files f WHERE f.superseded_by IS NULL',
  ]
  for (const plant of plants) {
    await byHand(plant)
    await expect(openCatalog(path, { readOnly: true })).rejects.toMatchObject({
      code: 'ERR_CATALOG_SCHEMA',
      message: expect.stringMatching(/its view (live_files|layers|large_attributes) is not the one/),
    })
    expect(await liveFiles(false)).toBe(3)
    expect(await liveFiles(true)).toBe(3)
  }

  await byHand('CREATE VIEW mine AS SELECT 1 AS one')
  expect(await liveFiles(true)).toBe(3)
})
