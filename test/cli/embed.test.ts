import { copyFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { expect, it } from 'vitest'
import { EMBEDDING_VERSION } from '../../src/embeddings/index.ts'
import { meanModel } from '../embeddings/tiny-model.ts'
import { fixturePath, tempDir } from '../helpers.ts'
import { runHere as runCli } from './run-cli.ts'

const dir = tempDir()
const catalog = join(dir, 'catalog.duckdb')
const cli = (...args: string[]) => runCli([...args, '--catalog', catalog])

async function write(sql: string): Promise<void> {
  const instance = await DuckDBInstance.create(catalog)
  const connection = await instance.connect()
  await connection.run(sql)
  connection.closeSync()
  instance.closeSync()
}

it('says that vectors are old, makes them anew, and names files it cannot help', async () => {
  for (const name of ['a.exr', 'b.exr', 'c.exr']) copyFileSync(fixturePath('compression-zip.exr'), join(dir, name))
  await cli('ingest', dir, '--quiet')
  expect(await cli('embed')).toMatchObject({
    code: 0,
    stdout: `Every vector has version ${EMBEDDING_VERSION} already.\n`,
  })

  await write('UPDATE file_rows SET embedding_version = 1')
  await write("UPDATE file_rows SET schema_version = 1 WHERE file_path NOT LIKE '%/a.exr'")
  rmSync(join(dir, 'c.exr'))
  const before = await cli('similar', fixturePath('compression-zip.exr'), '--json')
  expect(JSON.parse(before.stdout).matches).toEqual([])
  expect(before.stderr).toContain('exr-inspector embed brings the others up to date')

  const { code, stdout, stderr } = await cli('embed', '--json')
  expect([code, stderr]).toEqual([1, ''])
  expect(JSON.parse(stdout)).toEqual({
    embedding_version: EMBEDDING_VERSION,
    outdated: 3,
    from_rows: 1,
    from_files: 1,
    left: 1,
    stopped: false,
    problems: [{ path: join(dir, 'c.exr'), code: 'ERR_SOURCE_NOT_FOUND', message: expect.any(String) }],
  })
  const after = await cli('similar', fixturePath('compression-zip.exr'), '--json')
  expect(JSON.parse(after.stdout).matches).toHaveLength(2)
})

it('makes vectors of another provider, once, by which similar compares', async () => {
  const said = await cli('embed', '--provider', 'channels')
  expect([said.code, said.stdout]).toEqual([1, expect.stringMatching(/^\d files? got a vector of channels@3: /)])
  const { provider, version, dimension, from_rows } = JSON.parse(
    (await cli('embed', '--provider', 'channels', '--json')).stdout,
  )
  expect([provider, version, dimension, from_rows]).toEqual(['channels', String(EMBEDDING_VERSION), 128, 0])
  // One that is in the catalog, and one that is not.
  for (const file of [join(dir, 'a.exr'), fixturePath('compression-zip.exr')]) {
    const found = JSON.parse((await cli('similar', file, '--by', 'channels', '--json')).stdout)
    expect(found.matches[0].similarity).toBeCloseTo(1, 5)
  }
  const none = await cli('similar', join(dir, 'a.exr'), '--by', 'looks')
  expect([none.code, none.stderr]).toEqual([
    expect.any(Number),
    expect.stringMatching(/there are channels@3.*ERR_CATALOG_QUERY/s),
  ])
  for (const by of ['', '@3', 'channels@', 'channels@3@3', `metadata@${EMBEDDING_VERSION}`]) {
    const refused = await cli('similar', join(dir, 'a.exr'), '--by', by)
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('ERR_OPTION_INVALID')])
  }
  await write(
    "INSERT INTO embeddings SELECT * REPLACE ('2' AS version, made_at - INTERVAL 1 DAY AS made_at) FROM embeddings",
  )
  const drop = async (...args: string[]) => (await cli('embed', '--drop', ...args)).stdout
  expect(await drop('channels', '--dry-run')).toMatch(/^Would drop \d vectors? of channels@2\.\n$/)
  expect(JSON.parse(await drop('channels', '--json'))).toEqual({
    dry_run: false,
    dropped: [{ provider: 'channels', version: '2', files: expect.any(Number) }],
  })
  expect(await drop('channels')).toMatch(/one version alone/)
  for (const args of [['metadata@3'], ['looks'], ['channels', '--provider', 'channels'], ['channels', '--rows-only']]) {
    expect((await cli('embed', '--drop', ...args)).code).toBe(2)
  }
  expect((await cli('embed', '--drop', 'metadata')).stderr).toMatch(/stored with their files.*ERR_OPTION_INVALID/)
  expect((await cli('embed', '--dry-run')).stderr).toContain('ERR_OPTION_INVALID')
  const unknown = await cli('embed', '--provider', 'looks')
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringMatching(/metadata or channels.*--model/)])
})

it('makes vectors by a model of what files look like', async () => {
  const model = join(dir, 'mean.onnx')
  writeFileSync(model, meanModel([1, 3, 16, 16]))
  for (const name of ['colour-a.exr', 'colour-b.exr'])
    copyFileSync(fixturePath('luminance-chroma.exr'), join(dir, name))
  await cli('ingest', dir, '--quiet')
  const how = ['embed', '--provider', 'looks', '--model', model, '--pixels', 'signed', '--json']
  const said = await cli(...how)
  const { provider, dimension, version, from_files, left } = JSON.parse(said.stdout)
  expect([provider, dimension, version, left]).toEqual(['looks', 3, expect.stringMatching(/^[0-9a-f]{16}$/), 1])
  expect(from_files).toBeGreaterThan(2)
  expect(JSON.parse((await cli(...how)).stdout)).toMatchObject({ outdated: 1, from_files: 0, version })
  const found = JSON.parse((await cli('similar', join(dir, 'colour-a.exr'), '--by', 'looks', '--json')).stdout)
  expect([found.matches[0].file_path, found.matches[0].similarity]).toEqual([
    join(dir, 'colour-b.exr'),
    expect.closeTo(1, 5),
  ])
  const taken = await cli('embed', '--model', model)
  expect([taken.code, taken.stderr]).toEqual([2, expect.stringMatching(/name for the vectors of --model/)])
  const odd = await cli('embed', '--provider', 'channels', '--size', '9')
  expect([odd.code, odd.stderr]).toEqual([2, expect.stringMatching(/--model/)])
})
