import { cp, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runCli } from '../cli/run-cli.ts'
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
