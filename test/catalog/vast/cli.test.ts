import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { CATALOG_VERSION } from '../../../src/catalog/migrations/index.ts'
import type { Emulator } from '../../../src/vastdb-emulator/index.ts'
import { runCli } from '../../cli/run-cli.ts'
import { fixturePath, tempDir } from '../../helpers.ts'
import { emulator, URL } from './place.ts'

const NAMES = ['compression-zip.exr', 'compression-piz.exr', 'multipart-two.exr']
const dir = tempDir()
let server: Emulator
let env: Record<string, string>

beforeAll(async () => {
  server = await emulator()
  env = {
    VAST_DB_ENDPOINT: server.endpoint,
    VAST_DB_ACCESS_KEY: 'test',
    VAST_DB_SECRET_KEY: 'test',
    VAST_DB_BUCKET: 'vastdb',
    S3_ACCESS_KEY: 'not this one',
  }
  for (const name of NAMES) copyFileSync(fixturePath(name), join(dir, name))
})
afterAll(() => server.close())

it('the command line fills, searches and checks a catalog in VAST DataBase', async () => {
  const cli = (args: string[], more: Record<string, string> = {}) => runCli(args, { env: { ...env, ...more } })
  const first = await cli(['ingest', dir, '--catalog', URL, '--json'])
  expect([first.code, JSON.parse(first.stdout).counts?.inserted ?? JSON.parse(first.stdout).inserted]).toEqual([0, 3])

  const info = await cli(['catalog', 'info', '--json'])
  expect(JSON.parse(info.stdout)).toMatchObject({ url: URL, schema_version: CATALOG_VERSION, rows: { files: 3 } })
  expect((await cli(['catalog', 'verify'])).code).toBe(0)
  expect((await cli(['catalog', 'migrate'])).stdout).toContain('Nothing to do')

  const file = join(dir, 'compression-zip.exr')
  const similar = JSON.parse((await cli(['similar', file, '-k', '2', '--json'])).stdout)
  expect(similar).toMatchObject({ method: 'scan', matches: [{ file_path: join(dir, 'compression-piz.exr') }, {}] })
  const byEngine = await cli(['similar', file, '-k', '2', '--json'], { VAST_DB_SEARCH: 'engine' })
  expect(JSON.parse(byEngine.stdout)).toMatchObject({
    method: 'engine',
    matches: similar.matches.map(({ file_id }: { file_id: string }) => ({ file_id })),
  })
  expect((await cli(['similar', file, '--explain'])).stdout).toContain('array_cosine_distance')

  const sql = await cli(['sql', 'SELECT 1'])
  expect(sql.stderr).toContain('ERR_FEATURE_UNAVAILABLE')
  const denied = await cli(['catalog', 'info'], { VAST_DB_SECRET_KEY: 'hunter22' })
  expect(denied.stderr).toContain('ERR_VASTDB_AUTH')
  expect(denied.stderr).not.toContain('hunter22')
})

it('nothing is made where a catalog was mistyped', async () => {
  const mistyped = URL.replace(/[^/]+$/, 'mistyped')
  const cli = (args: string[]) => runCli([...args, '--catalog', mistyped], { env })
  for (const args of [
    ['retention', '--keep', '90d'],
    ['embed', '--drop', 'look'],
  ]) {
    const { code, stderr } = await cli(args)
    expect(code).not.toBe(0)
    expect(stderr).toContain(`There is no catalog ${mistyped}`)
  }
  expect(JSON.parse((await cli(['catalog', 'info', '--json'])).stdout)).toMatchObject({ schema_version: 0 })
})
