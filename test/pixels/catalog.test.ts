import { cp, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { SavingsRow } from '../../src/index.ts'
import { runCli, runHere } from '../cli/run-cli.ts'
import { fixturePath, tempDir } from '../helpers.ts'
import { hashesOfFile, statsOfFile } from './truth.ts'

it('ingest stores statistics, deep statistics and hashes with the file, and a second look replaces them', async () => {
  const [root, catalog] = [join(tempDir(), 'show'), join(tempDir(), 'catalog.duckdb')]
  await mkdir(root)
  for (const name of ['compression-piz.exr', 'deep-scanline.exr', 'cryptomatte.exr'])
    await cp(fixturePath(name), join(root, name))
  const ask = async (query: string) => {
    const { stdout, stderr } = await runCli(['sql', '--catalog', catalog, '--format', 'json', query])
    expect(stderr).toBe('')
    return JSON.parse(stdout)
  }
  const flags = ['--catalog', catalog, '--deep-stats', '--hash']
  expect(await runCli(['ingest', '--stats', root, ...flags])).toMatchObject({ code: 0 })
  const [part] = (await statsOfFile(fixturePath('compression-piz.exr'))).parts
  const rows = await ask(
    "SELECT channel_name, mean, finite_count FROM channel_stats WHERE file_path LIKE '%piz.exr' ORDER BY channel_name",
  )
  expect(rows.map((row: { mean: number }) => row.mean)).toEqual(part!.channels.map(({ mean }) => mean))
  const { parts } = await hashesOfFile(fixturePath('compression-piz.exr'))
  const [hash] = await ask(
    "SELECT pixel_hash FROM content_hashes WHERE file_path LIKE '%piz.exr' AND channel_name IS NULL AND algorithm = 'xxh3-128'",
  )
  expect(hash.pixel_hash).toBe(parts[0]!.pixel_hash)
  expect(await ask('SELECT count(*)::INTEGER AS n FROM deep_stats WHERE is_sorted')).toEqual([{ n: 1 }])

  const [ids] = await ask('SELECT count(*)::INTEGER AS n, sum(coverage) > 0.9 AS is_most FROM id_coverage')
  expect(ids).toEqual({ n: 95, is_most: true })

  await runCli(['ingest', root, '--force', '--stats', 'sample=2', ...flags])
  const [again] = await ask(
    "SELECT count(*)::INTEGER AS n, any_value(sampling) AS sampling FROM channel_stats WHERE file_path LIKE '%piz.exr'",
  )
  expect(again.n).toBe(part!.channels.length)
  expect(JSON.parse(again.sampling)).toMatchObject({ method: 'every', n: 2 })
}, 60_000)

it('says what other compressions would save, of files that it opens, and what it looked at', async () => {
  const [root, catalog] = [join(tempDir(), 'show'), join(tempDir(), 'catalog.duckdb')]
  await mkdir(root)
  for (const name of ['compression-none.exr', 'compression-piz.exr', 'compression-piz-tiled.exr', 'deep-scanline.exr'])
    await cp(fixturePath(name), join(root, name))
  await runHere(['ingest', root, '--catalog', catalog, '--quiet'])
  await rm(join(root, 'compression-piz-tiled.exr'))
  const measure = (...args: string[]) =>
    runHere(['query', 'compression-cost', '--catalog', catalog, ...args], { env: { EXR_JOBS: '1' } })
  const { code, stdout, stderr } = await measure('--measure', '5', '--json')
  const rows = JSON.parse(stdout) as SavingsRow[]
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/^Measured 2 files of 3 chosen: 73 chunks in 6 places\.\n.*NOT_FOUND/),
  ])
  expect(rows.map(({ compression }) => compression)).toEqual([...Array(9).fill('piz'), ...Array(9).fill('none')])
  const row = (compression: string, codec: string) =>
    rows.find((one) => one.compression === compression && one.codec === codec)
  expect(row('none', 'none')).toMatchObject({ ratio: 1, saved_bytes: 0, is_lossy: false, measured_files: 1 })
  expect(row('piz', 'piz')).toMatchObject({ ratio: 1, saved_bytes: 0, file_count: 2, measured_files: 1 })
  expect(row('piz', 'none')!.saved_bytes).toBeLessThan(0)
  // Bytes that OpenEXR wrote into the two fixtures' chunks.
  expect(row('none', 'piz')!.ratio).toBeCloseTo(7748 / 17360, 6)

  const none = await measure('--measure', '5', '--where', "compression = 'none'")
  expect([none.code, none.stdout]).toEqual([0, expect.stringMatching(/^compression +codec +ratio +saved_bytes/)])
  for (const args of [
    ['--measure', '0'],
    ['--measure', '1', '--explain'],
    ['--measure', '1', '-w', 'a) OR (b'],
  ]) {
    expect((await measure(...args)).code).toBe(2)
  }
}, 60_000)
