import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, rmSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeEach, expect, it } from 'vitest'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { openCatalog } from '../../src/catalog/open.ts'
import { runCli } from '../cli/run-cli.ts'
import { tempDir } from '../helpers.ts'
import { manifest } from '../large-frames.ts'
import { record } from './records.ts'

const folder = tempDir()
let path = ''
let count = 0
beforeEach(() => {
  path = join(folder, `${count++}.duckdb`)
})

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const texts = ['asset', 'material', 'object'].map((key) => manifest(60_000, key))
const frame = (number: number, values = texts) =>
  record({
    path: `/mnt/a/beauty.${number}.exr`,
    attributes: values.map((value, index) => ({ name: `manifest${index}`, type: 'string', value, source: 'exr' })),
  })

async function inCatalog<T>(work: (catalog: Catalog) => Promise<T>): Promise<T> {
  const catalog = await openCatalog(path)
  try {
    return await work(catalog)
  } finally {
    await catalog.close()
  }
}

const broken = (catalog: Catalog) =>
  catalog.verify().then(({ checks }) => checks.filter(({ violations }) => violations > 0))

it('stores the manifests that many frames share once, over all batches and openings', async () => {
  const store = (first: number) =>
    inCatalog((catalog) =>
      catalog.upsert(
        Array.from({ length: 30 }, (_, index) => frame(first + index)),
        'run',
      ),
    )
  await store(1001)
  const { size } = statSync(`${path}.values`)
  await store(1031)
  await store(1001)
  expect(statSync(`${path}.values`).size).toBe(size)
  await inCatalog(async (catalog) => {
    const { rows } = await catalog.sql(
      `SELECT (SELECT count(*)::INTEGER FROM large_values), count(*)::INTEGER, count(DISTINCT sha256)::INTEGER
       FROM large_attributes`,
    )
    expect(rows).toEqual([[3, 180, 3]])
  })
})

it('prints a large value on the command line, or writes it to a file, byte for byte', async () => {
  await inCatalog((catalog) => catalog.upsert([frame(1001)], 'run'))
  const [text = ''] = texts
  const printed = await runCli(['catalog', 'value', sha256(text), '--catalog', path])
  expect([printed.code, printed.stdout === text, printed.stderr]).toEqual([0, true, ''])
  const output = join(folder, 'manifest.json')
  expect((await runCli(['catalog', 'value', sha256(text), '--catalog', path, '--output', output])).code).toBe(0)
  expect(readFileSync(output, 'utf8') === text).toBe(true)
  const unknown = await runCli(['catalog', 'value', 'f'.repeat(64), '--catalog', path])
  expect([unknown.code, unknown.stdout]).toEqual([3, ''])
  expect(unknown.stderr).toContain('ERR_CATALOG_VALUE')
})

it.each([
  ['was cut', 1, () => truncateSync(`${path}.values`, statSync(`${path}.values`).size - 10)],
  ['is gone', 3, () => rmSync(`${path}.values`)],
])(
  'names what is lost when the file of values %s, and stores it again when files are read again',
  async (_, lost, damage) => {
    await inCatalog((catalog) => catalog.upsert([frame(1001)], 'run'))
    damage()
    await inCatalog(async (catalog) => {
      expect(await broken(catalog)).toMatchObject([
        { name: 'every large value is whole and has the SHA-256 it is named by', violations: lost },
      ])
      // Another value takes the place of what was lost.
      await catalog.upsert([frame(1002, [manifest(70_000, 'other')])], 'run')
      expect(await broken(catalog)).toMatchObject([{ violations: lost }])
      expect(await catalog.upsert([frame(1001)], 'run')).toMatchObject([{ status: 'updated' }])
      expect(await broken(catalog)).toEqual([])
    })
  },
)

it('loses nothing when it is killed between a value and the rows that name it', async () => {
  await inCatalog((catalog) => catalog.upsert([frame(1001)], 'run'))
  const { size } = statSync(`${path}.values`)
  const child = fileURLToPath(new URL('./killed-child.ts', import.meta.url))
  const args = ['--import', fileURLToPath(import.meta.resolve('tsx')), child, path]
  expect(spawnSync(process.execPath, args, { encoding: 'utf8' })).toMatchObject({ signal: 'SIGKILL', stderr: '' })
  const tail = statSync(`${path}.values`).size - size
  expect(tail).toBeGreaterThan(1_000)
  await inCatalog(async (catalog) => {
    expect(await broken(catalog)).toEqual([])
    expect((await catalog.sql('SELECT count(*)::INTEGER FROM files')).rows).toEqual([[1]])
    await catalog.upsert([frame(1002, [manifest(60_000, 'killed')])], 'run')
    expect(await broken(catalog)).toEqual([])
    for (const text of [...texts, manifest(60_000, 'killed')]) {
      const pieces: Uint8Array[] = []
      for await (const piece of catalog.largeValue(sha256(text))) pieces.push(piece)
      expect(Buffer.concat(pieces).toString() === text).toBe(true)
    }
  })
})
