import { join } from 'node:path'
import { expect, it } from 'vitest'
import { attributeValue } from '../../src/catalog/large-values.ts'
import { openCatalog } from '../../src/catalog/open.ts'
import { tempDir } from '../helpers.ts'
import { manifests, writeFrames } from '../large-frames.ts'
import { runCli } from './run-cli.ts'

it('stores every frame of a sequence with large manifests, and reads them back byte for byte', async () => {
  const folder = join(tempDir(), 'renders')
  const catalog = join(tempDir(), 'catalog.duckdb')
  const written = Array.from({ length: 40 }, (_, frame) => manifests(400_000, `frame${frame}`))
  writeFrames(folder, written.length, (frame) => written[frame]!)

  const ingest = async () => {
    const { stdout, code } = await runCli(['ingest', '--json', folder, '--catalog', catalog, '--catalog-memory', '64M'])
    return { code, ...JSON.parse(stdout) }
  }
  expect(await ingest()).toMatchObject({ code: 0, inserted: 40, failed: 0 })
  expect(await ingest()).toMatchObject({ code: 0, unchanged: 40, failed: 0 })

  const open = await openCatalog(catalog, { readOnly: true })
  try {
    for (const frame of [0, 17, 39]) {
      const { rows } = await open.sql(
        `SELECT attr_name, value_json FROM attributes JOIN files USING (file_id)
         WHERE frame_number = ${1001 + frame} AND attr_name LIKE '%/manifest' AND source = 'exr' ORDER BY attr_name`,
      )
      const values = rows.map(async ([name, json]) => [name, await attributeValue(open, String(json))])
      expect(await Promise.all(values)).toEqual(written[frame]!.map(({ name, text }) => [name, text]))
    }
  } finally {
    await open.close()
  }
})
