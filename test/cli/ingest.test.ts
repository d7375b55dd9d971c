import { spawn } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openCatalog } from '../../src/catalog/open.ts'
import { fixturePath, fixtures, tempDir, withoutPrivileges } from '../helpers.ts'
import { text, tinyFile } from '../inspect/tiny-file.ts'
import { CLI, runCli } from './run-cli.ts'

const whole = fixturePath('compression-zip.exr')

/** `count` copies of one frame, ten to a directory. */
function frames(count: number): string {
  const dir = join(tempDir(), 'renders')
  for (let index = 0; index < count; index++) {
    const shot = join(dir, `shot${Math.floor(index / 10)}`)
    mkdirSync(shot, { recursive: true })
    copyFileSync(whole, join(shot, `beauty.${1001 + index}.exr`))
  }
  return dir
}

async function ingest(args: readonly string[], stdin?: string) {
  const result = await runCli(['ingest', '--json', ...args], stdin === undefined ? {} : { stdin })
  return { ...result, summary: result.stdout === '' ? null : JSON.parse(result.stdout) }
}

async function rows(catalog: string, query: string): Promise<readonly (readonly unknown[])[]> {
  const open = await openCatalog(catalog, { readOnly: true })
  try {
    return (await open.sql(query)).rows
  } finally {
    await open.close()
  }
}

const newCatalog = () => join(tempDir(), 'catalog.duckdb')

describe('ingest', () => {
  it('stores every file of a tree once, and skips what has not changed without opening it', async () => {
    const dir = frames(25)
    const catalog = newCatalog()
    const first = await ingest([dir, '--catalog', catalog])
    expect(first.code).toBe(0)
    expect(first.summary).toMatchObject({ found: 25, inserted: 25, updated: 0, unchanged: 0, failed: 0, stopped: null })
    const again = await ingest([dir, '--catalog', catalog])
    expect(again.summary).toMatchObject({ found: 25, inspected: 0, unchanged: 25, failed: 0 })
    expect(
      await rows(catalog, 'SELECT count(*)::INT, min(inspection_count), max(inspection_count) FROM files'),
    ).toEqual([[25, 1, 1]])
    expect(
      await rows(catalog, 'SELECT source, found, inserted, unchanged FROM ingest_runs ORDER BY started_at'),
    ).toEqual(
      [
        [dir, 25n, 25n, 0n],
        [dir, 25n, 0n, 25n],
      ].map((row) =>
        row.map((cell) => (typeof cell === 'bigint' ? expect.toSatisfy((value) => BigInt(value) === cell) : cell)),
      ),
    )
  })

  it('opens a file again when its time or size changed, and every file with --force', async () => {
    const dir = frames(3)
    const catalog = newCatalog()
    await ingest([dir, '--catalog', catalog])
    utimesSync(join(dir, 'shot0/beauty.1002.exr'), 1_700_000_000, 1_700_000_000)
    expect((await ingest([dir, '--catalog', catalog])).summary).toMatchObject({
      unchanged: 2,
      inspected: 1,
      updated: 1,
    })
    expect((await ingest([dir, '--catalog', catalog, '--force'])).summary).toMatchObject({ unchanged: 0, updated: 3 })
    expect(await rows(catalog, 'SELECT inspection_count FROM files ORDER BY file_path')).toEqual([[2], [3], [2]])
  })

  it('keeps the older header of a path that was rendered anew', async () => {
    const dir = frames(1)
    const path = join(dir, 'shot0/beauty.1001.exr')
    const catalog = newCatalog()
    await ingest([dir, '--catalog', catalog])
    copyFileSync(fixturePath('compression-piz.exr'), path)
    expect((await ingest([dir, '--catalog', catalog])).summary).toMatchObject({ inserted: 1, updated: 0 })
    const found = await rows(catalog, 'SELECT file_path, superseded_by IS NULL FROM files ORDER BY 2')
    expect(found).toEqual([
      [path, false],
      [path, true],
    ])
  })

  it('agrees with the fixture writer on what is whole, stores what can be read, and lists the rest', async () => {
    const dir = fixturePath('')
    const catalog = newCatalog()
    const { code, summary } = await ingest([dir, '--catalog', catalog])
    expect(code).toBe(1)
    expect(summary.found).toBe(fixtures().length)
    expect(summary.inspected).toBe(summary.found)
    const stored = new Map(
      (await rows(catalog, 'SELECT parse_filename(file_path), is_complete FROM files')).map(([name, isComplete]) => [
        String(name),
        isComplete,
      ]),
    )
    const failed = new Set((await rows(catalog, 'SELECT parse_filename(file_path) FROM ingest_errors')).flat())
    for (const { file, valid, complete } of fixtures()) {
      if (valid) expect({ file, isComplete: stored.get(file) }).toEqual({ file, isComplete: complete })
      expect(stored.has(file) || failed.has(file), file).toBe(true)
    }
    expect(summary.failures.map(({ path }: { path: string }) => path).every(existsSync)).toBe(true)
    expect(summary.failed).toBe(failed.size)
    // One word for one state, whoever says it.
    const inspected = (await runCli(['inspect', dir, '--ndjson', '--columns', 'path,state'])).stdout
      .trimEnd()
      .split('\n')
    const wordOf = new Map(inspected.map((line) => JSON.parse(line)).map(({ path, state }) => [path, state]))
    for (const { path, state } of [...summary.failures, ...summary.incomplete_files]) {
      expect({ path, state }).toEqual({ path, state: wordOf.get(path) ?? 'unreadable' })
    }
  })

  it('lists broken files for people: twenty and a count, all with --verbose', async () => {
    const dir = tempDir()
    for (let index = 0; index < 23; index++) writeFileSync(join(dir, `broken.${100 + index}.exr`), 'no')
    const few = await runCli(['ingest', dir, '--catalog', newCatalog()])
    expect(few.code).toBe(1)
    expect(few.stdout.match(/broken\.\d+\.exr/g)).toHaveLength(20)
    expect(few.stdout).toContain('and 3 more')
    const all = await runCli(['ingest', dir, '--catalog', newCatalog(), '--verbose'])
    expect(all.stdout.match(/broken\.\d+\.exr/g)).toHaveLength(23)
  })

  it('counts repeated failures of one file as attempts, not as rows', async () => {
    const dir = tempDir()
    writeFileSync(join(dir, 'broken.exr'), 'no')
    const catalog = newCatalog()
    await ingest([dir, '--catalog', catalog])
    await ingest([dir, '--catalog', catalog])
    expect(await rows(catalog, 'SELECT code, attempts FROM ingest_errors')).toEqual([['ERR_EXR_MAGIC', 2]])
  })

  it('stops at the first failure with --fail-fast, keeping what was read', async () => {
    const dir = frames(5)
    writeFileSync(join(dir, 'shot0/broken.exr'), 'no')
    const catalog = newCatalog()
    const { code, summary } = await ingest([dir, '--catalog', catalog, '--fail-fast'])
    expect(code).toBe(1)
    expect(summary).toMatchObject({ stopped: 'fail-fast', failed: 1 })
    expect(await rows(catalog, 'SELECT count(*)::INT FROM files')).toEqual([[summary.inserted]])
  })

  it('goes through a tree in steps with --limit', async () => {
    const dir = frames(25)
    const catalog = newCatalog()
    const steps = []
    for (let step = 0; step < 3; step++) {
      const { summary } = await ingest([dir, '--catalog', catalog, '--limit', '10'])
      steps.push([summary.inserted, summary.stopped])
    }
    expect(steps).toEqual([
      [10, 'limit'],
      [10, 'limit'],
      [5, null],
    ])
  })

  it('gives each file to exactly one shard', async () => {
    const dir = frames(40)
    const catalogs = [newCatalog(), newCatalog(), newCatalog()]
    const paths: unknown[] = []
    for (const [index, catalog] of catalogs.entries()) {
      const { summary } = await ingest([dir, '--catalog', catalog, '--shard', `${index + 1}/3`])
      expect(summary.inserted + summary.in_other_shards).toBe(40)
      paths.push(...(await rows(catalog, 'SELECT file_path FROM files')).flat())
    }
    expect(paths).toHaveLength(40)
    expect(new Set(paths).size).toBe(40)
  })

  it('lists with --dry-run what a run would open, and makes no catalog', async () => {
    const dir = frames(3)
    const catalog = newCatalog()
    const { stdout, stderr, code } = await runCli(['ingest', '--dry-run', dir, '--catalog', catalog])
    expect(code).toBe(0)
    expect(stdout.trimEnd().split('\n')).toEqual([1001, 1002, 1003].map((n) => `${dir}/shot0/beauty.${n}.exr`))
    expect(stderr).toContain('Would open 3 files')
    expect(existsSync(catalog)).toBe(false)
    await ingest([dir, '--catalog', catalog, '--limit', '2'])
    const { summary } = await ingest(['--dry-run', dir, '--catalog', catalog])
    expect(summary).toMatchObject({ dry_run: true, found: 3, unchanged: 2, to_inspect: 1 })
    expect(summary.files).toHaveLength(1)
  })

  it('takes patterns as roots, knows their files again, and looks deeper when asked', async () => {
    const dir = frames(3)
    const catalog = newCatalog()
    const range = join(dir, 'shot0/beauty.1001-1004#.exr')
    const first = await ingest([range, '-c', catalog, '--check', 'table'])
    expect(first).toMatchObject({ code: 1, summary: { found: 3, inserted: 3, failed: 1 } })
    expect(first.summary.failures[0].message).toContain('1 of the 4 frames of')
    expect(await rows(catalog, 'SELECT * FROM ingest_errors')).toEqual([])
    const name = join(dir, 'shot0/beauty.####.exr')
    expect(await ingest([name, '-c', catalog, '--check', 'all'])).toMatchObject({
      code: 0,
      summary: { inspected: 3, refreshed: 3 },
    })
    expect(await ingest([name, '-c', catalog])).toMatchObject({ code: 0, summary: { inspected: 0, unchanged: 3 } })
    expect(await rows(catalog, 'SELECT DISTINCT check_depth FROM files')).toEqual([['all']])
  })

  it('reads again what a limit kept unread once the limit is higher, and only then', async () => {
    const path = join(tempDir(), 'long.exr')
    writeFileSync(path, tinyFile({ extra: [text('manifest', new Uint8Array(5000).fill(97))] }).bytes)
    const catalog = newCatalog()
    const run = (limit: string) => ingest([path, '-c', catalog, '--limit', `header-bytes=${limit}`])
    expect(await run('4k')).toMatchObject({ code: 1, summary: { inserted: 1, failed: 1 } })
    expect((await run('4k')).summary).toMatchObject({ inspected: 0, unchanged: 1 })
    expect(await run('8k')).toMatchObject({ code: 0, summary: { inspected: 1 } })
    expect((await run('4k')).summary).toMatchObject({ inspected: 0, unchanged: 1 })
    expect(await rows(catalog, 'SELECT is_complete, limit_reached FROM live_files')).toEqual([[true, null]])
  })

  it('counts files of which it cannot be told whether they are whole', async () => {
    const { bytes, tableOffset, chunks } = tinyFile({ compression: 200 })
    bytes.fill(0, tableOffset, chunks[0])
    const path = join(tempDir(), 'odd.exr')
    writeFileSync(path, bytes)
    const told = await ingest([path, '-c', newCatalog()])
    expect(told).toMatchObject({
      code: 0,
      summary: { inserted: 1, failed: 0, incomplete: 0, problems: { unknown: 1 } },
    })
  })

  it('ends with 1 when it found nothing, and says why', async () => {
    const dir = tempDir()
    symlinkSync(whole, join(dir, 'link.exr'))
    const catalog = newCatalog()
    const { code, stderr } = await ingest([dir, '-c', catalog])
    expect(code).toBe(1)
    expect(stderr).toContain('1 symbolic link passed over: --follow follows it')
    expect((await ingest([dir, '-c', catalog, '--allow-empty'])).code).toBe(0)
    const listing = await runCli(['ls', tempDir()])
    expect(listing).toMatchObject({ code: 1, stdout: '' })
    expect(listing.stderr).toContain('Nothing found: no OpenEXR file in')
    const pattern = await runCli(['ls', join(frames(2), 'shot0/beauty.%04d.exr')])
    expect(pattern).toMatchObject({ code: 0, stderr: '' })
    expect(pattern.stdout).toContain('1001-1002')
  })

  it('reads roots from standard input', async () => {
    const dir = frames(3)
    const { summary } = await ingest(
      ['-', '--catalog', newCatalog()],
      `${dir}/shot0/beauty.1002.exr\n${dir}/gone.exr\n`,
    )
    expect(summary).toMatchObject({ found: 1, inserted: 1, failed: 1 })
    expect(summary.failures).toMatchObject([{ code: 'ERR_SOURCE_NOT_FOUND', path: `${dir}/gone.exr` }])
  })

  it('stores paths in one form whatever the spelling of the root', async () => {
    const dir = frames(2)
    const catalog = newCatalog()
    await ingest([`${dir}/../renders/./shot0//`, '--catalog', catalog])
    expect((await ingest([dir, '--catalog', catalog])).summary).toMatchObject({ unchanged: 2 })
  })

  it('follows links with --follow, through circles too', async () => {
    const dir = frames(2)
    symlinkSync(dir, join(dir, 'shot0/circle'))
    symlinkSync('/nowhere/a.exr', join(dir, 'dangling.exr'))
    const plain = await ingest([dir, '--catalog', newCatalog()])
    expect(plain.summary).toMatchObject({ inserted: 2, skipped_links: 2, failed: 0 })
    const following = await ingest([dir, '--catalog', newCatalog(), '--follow'])
    expect(following.summary).toMatchObject({ inserted: 2, skipped_links: 0, failed: 1 })
  })

  it('reports a directory it may not enter and stores the others', async () => {
    const dir = frames(11)
    const catalog = join(tempDir(), 'open', 'catalog.duckdb')
    mkdirSync(join(catalog, '..'))
    chmodSync(join(catalog, '..'), 0o777)
    for (const path of [join(catalog, '../..'), join(dir, '..')]) chmodSync(path, 0o755)
    chmodSync(join(dir, 'shot1'), 0)
    const { code, stdout } = await runCli(['ingest', '--json', dir, '--catalog', catalog], {
      around: withoutPrivileges,
    })
    chmodSync(join(dir, 'shot1'), 0o755)
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      inserted: 10,
      failures: [{ code: 'ERR_SOURCE_DENIED', path: join(dir, 'shot1') }],
    })
  })

  it('uses EXR_CATALOG, and the flag before it', async () => {
    const dir = frames(1)
    const fromEnv = newCatalog()
    const fromFlag = newCatalog()
    await runCli(['ingest', dir], { env: { EXR_CATALOG: fromEnv } })
    await runCli(['ingest', dir, '--catalog', fromFlag], { env: { EXR_CATALOG: fromEnv } })
    for (const catalog of [fromEnv, fromFlag]) {
      expect(await rows(catalog, 'SELECT count(*)::INT FROM ingest_runs')).toEqual([[1]])
    }
  })

  it('says nothing with --quiet unless something failed', async () => {
    const dir = frames(1)
    const catalog = newCatalog()
    expect(await runCli(['ingest', '--quiet', dir, '--catalog', catalog])).toEqual({ code: 0, stdout: '', stderr: '' })
    writeFileSync(join(dir, 'broken.exr'), 'no')
    expect((await runCli(['ingest', '--quiet', dir, '--catalog', catalog])).stdout).toContain('broken.exr')
  })

  it.each([
    ['--limit', '0'],
    ['--shard', '3/2'],
    ['--jobs', '0'],
  ])('refuses %s %s before it makes a catalog', async (flag, value) => {
    const catalog = newCatalog()
    const { code, stderr } = await runCli(['ingest', tempDir(), '--catalog', catalog, flag, value])
    expect(code).toBe(2)
    expect(stderr).toMatch(/Expected .* but received .*\[ERR_OPTION_INVALID\]\n$/)
    expect(existsSync(catalog)).toBe(false)
  })

  it.each([
    ['a file that is no catalog', 'this is not a database, however long it may be'.repeat(400)],
    ['a directory', null],
  ])('exits with 3 when the catalog is %s', async (_, content) => {
    const catalog = join(tempDir(), 'c.duckdb')
    if (content === null) mkdirSync(catalog)
    else writeFileSync(catalog, content)
    const { code, stderr } = await runCli(['ingest', frames(1), '--catalog', catalog])
    expect(code).toBe(3)
    expect(stderr).toMatch(/^exr-inspector: .*c\.duckdb.*\[ERR_CATALOG_\w+\]\n$/)
  })
})

/** Several batches, so that there is something left when the first is stored. */
/** More than the batches that are under way while the first is stored. */
const FILES = 5000

describe('an interrupted ingest', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('stores what was read at %s, says how to go on, and goes on from there', async (signal, exitCode) => {
    const dir = frames(FILES)
    const catalog = newCatalog()
    const { code, stdout, stderr } = await interrupted([dir, '--catalog', catalog, '--jobs', '1'], [signal])
    expect(code).toBe(exitCode)
    expect(stderr).toContain('Run the same command again')
    const inserted = Number(/^ *([\d,]+) {2}new$/m.exec(stdout)?.[1]?.replace(',', ''))
    expect(inserted).toBeGreaterThan(0)
    expect(inserted).toBeLessThan(FILES)
    const { summary } = await ingest([dir, '--catalog', catalog])
    expect(summary).toMatchObject({ unchanged: inserted, inserted: FILES - inserted })
    expect(await rows(catalog, 'SELECT count(*)::INT FROM files')).toEqual([[FILES]])
  })

  it('says that --force begins again', async () => {
    const dir = frames(3)
    const catalog = newCatalog()
    await ingest([dir, '--catalog', catalog])
    const { stderr } = await runCli(['ingest', dir, '--catalog', catalog, '--force', '--limit', '1'])
    expect(stderr).toContain('The limit left 2 files. Run the same command again to open all of them again')
    expect(stderr).toContain('without --force')
    expect((await runCli(['ingest', dir, '--catalog', newCatalog(), '--limit', '1'])).stderr).toContain(
      'for the next ones',
    )
  })

  it('ends at once at the second Ctrl-C, leaving a sound catalog', async () => {
    const dir = frames(FILES)
    const catalog = newCatalog()
    const { code } = await interrupted([dir, '--catalog', catalog, '--jobs', '1'], ['SIGINT', 'SIGINT'])
    expect(code).toBe(130)
    expect((await runCli(['catalog', 'verify', '--catalog', catalog])).code).toBe(0)
    expect((await ingest([dir, '--catalog', catalog])).summary.failed).toBe(0)
  })
})

/** Sends the signals once the catalog has its first files. */
function interrupted(args: readonly string[], signals: readonly NodeJS.Signals[]) {
  const { FORCE_COLOR, NO_COLOR, ...env } = process.env
  const child = spawn(process.execPath, [CLI, 'ingest', ...args], { env })
  const catalog = args[args.indexOf('--catalog') + 1] ?? ''
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve, reject) => {
    const watch = setInterval(() => {
      if (!hasRows(catalog)) return
      clearInterval(watch)
      for (const signal of signals) child.kill(signal)
    }, 5)
    child.on('error', reject)
    child.on('close', (code) => {
      clearInterval(watch)
      resolve({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() })
    })
  })
}

/** The journal of a catalog with tables but no files is a few kB; each file adds its vectors, 1.5 kB and more. */
function hasRows(catalog: string): boolean {
  return (statSync(`${catalog}.wal`, { throwIfNoEntry: false })?.size ?? 0) > 200_000
}
