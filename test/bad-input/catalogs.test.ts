import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { farmDir, fixturePath, tempDir } from '../helpers.ts'
import { cli, query } from './cli.ts'

describe('a broken catalog', () => {
  it('is refused with its name and left as it is when it is no database', () => {
    const path = join(tempDir(), 'catalog.duckdb')
    writeFileSync(path, 'this is no database '.repeat(1000))
    const before = readFileSync(path)
    const run = cli(['ingest', fixturePath('preview.exr'), '--catalog', path])
    expect(run.status).toBe(3)
    expect(run.stderr).toContain('[ERR_CATALOG_CORRUPT]')
    expect(run.stderr).toContain(path)
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  it('is refused when it was cut short', () => {
    const path = join(tempDir(), 'catalog.duckdb')
    expect(cli(['ingest', fixturePath('preview.exr'), '--catalog', path]).status).toBe(0)
    truncateSync(path, 300_000)
    const run = cli(['ingest', fixturePath('preview.exr'), '--catalog', path])
    expect(run.status).toBe(3)
    expect(run.stderr).toContain('[ERR_CATALOG_CORRUPT]')
  })

  it('is refused when it is a directory', () => {
    const path = join(tempDir(), 'catalog.duckdb')
    mkdirSync(path)
    const run = cli(['ingest', fixturePath('preview.exr'), '--catalog', path])
    expect(run.status).toBe(3)
    expect(run.stderr).toContain('[ERR_CATALOG_OPEN]')
  })
})

/** Every step says what is wrong, what was stored stays, and the next run stores the rest. */
async function expectRecovery(full: ReturnType<typeof cli>, catalog: string): Promise<void> {
  expect(full.stderr).toContain('[ERR_DISK_FULL]')
  expect(full.status).toBe(3)
  expect(cli(['catalog', 'verify', '--catalog', catalog]).status).toBe(0)
  const [[before]] = (await query(catalog, 'SELECT count(*)::INTEGER FROM files')) as [[number]]
  expect(before).toBeLessThan(1080)
  expect(cli(['ingest', farmDir(), '--catalog', catalog]).status).toBe(0)
  expect(await query(catalog, 'SELECT count(*)::INTEGER FROM files')).toEqual([[1080]])
  expect(cli(['catalog', 'verify', '--catalog', catalog]).status).toBe(0)
}

describe('a full disk', () => {
  it('ends an ingest that may not make its file larger, and loses nothing stored before', async () => {
    const catalog = join(tempDir(), 'catalog.duckdb')
    // 1,024-byte blocks; the signal is ignored so that writing fails as on a full disk.
    const limited = ['bash', '-c', 'trap "" XFSZ; ulimit -f 1600; exec "$@"', 'limited']
    await expectRecovery(cli(['ingest', farmDir(), '--catalog', catalog], limited), catalog)
  })

  const mount = tempDir()
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', mount]).status === 0
  if (mounted) execFileSync('umount', [mount])
  else console.warn('Skipped: an ingest to a file system that is full; mounting a small one takes root.')

  it.runIf(mounted)('ends an ingest with the file system full, and loses nothing stored before', async () => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', mount])
    try {
      const catalog = join(mount, 'catalog.duckdb')
      const full = cli(['ingest', farmDir(), '--catalog', catalog])
      execFileSync('mount', ['-o', 'remount,size=200m', mount])
      await expectRecovery(full, catalog)
    } finally {
      execFileSync('umount', [mount])
    }
  })
})
