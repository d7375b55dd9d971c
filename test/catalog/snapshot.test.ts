import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openCatalog } from '../../src/catalog/open.ts'
import { ExrError } from '../../src/errors.ts'
import { runCli } from '../cli/run-cli.ts'

const tsx = createRequire(import.meta.url).resolve('tsx')
const child = fileURLToPath(new URL('child.ts', import.meta.url))

let folder = ''
let path = ''
let writer: ChildProcess | null = null
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'catalog-snapshot-'))
  path = join(folder, 'catalog.duckdb')
})
afterEach(async () => {
  if (writer && writer.exitCode === null) {
    writer.kill('SIGKILL')
    await once(writer, 'exit')
  }
  writer = null
  rmSync(folder, { recursive: true, force: true })
})

/** Another process that writes; its lines say what was acknowledged. */
function startWriter(...args: string[]) {
  writer = spawn(process.execPath, ['--import', tsx, child, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  return createInterface({ input: writer.stdout! })
}

const COUNTS = `SELECT count(*), count(DISTINCT run_id), (SELECT count(*) FROM channels) FROM inspections`

describe('reading beside a process that writes', () => {
  it('answers from a commit, never an older one than was acknowledged, and leaves nothing behind', async () => {
    let acknowledged = 0
    let ended = false
    const lines = startWriter('ingest', path, 'a', '400')
    lines.on('line', (line) => {
      if (line.startsWith('stored')) acknowledged++
      ended ||= line === 'done'
    })
    await once(lines, 'line')
    const seen: number[] = []
    while (!ended && seen.length < 9) {
      const atLeast = acknowledged
      const catalog = await openCatalog(path, { readOnly: true, waitMs: 20_000 })
      const [[files, runs]] = (await catalog.sql(COUNTS)).rows as [[bigint, bigint]]
      expect(Number(files) % 16).toBe(0)
      expect(Number(files) / 16).toBeGreaterThanOrEqual(atLeast)
      expect(runs).toBe(1n)
      if (catalog.snapshot) {
        seen.push(Number(files))
        expect(catalog.snapshot.writer?.pid).toBe(writer!.pid)
        if (seen.length % 4 === 1)
          expect((await catalog.verify()).checks.filter((check) => check.violations > 0)).toEqual([])
      }
      await catalog.close()
    }
    expect(seen.length).toBe(9)
    expect(seen.at(-1)).toBeGreaterThan(seen[0]!)
    expect(readdirSync(folder).filter((name) => name.includes('snapshot'))).toEqual([])
  })

  it('says on the command line as of when, and who writes since when', async () => {
    await once(startWriter('hold', path), 'line')
    const { code, stdout, stderr } = await runCli([
      'sql',
      'SELECT count(*) AS n FROM files',
      '--json',
      '--catalog',
      path,
    ])
    expect({ code, rows: JSON.parse(stdout) }).toEqual({ code: 0, rows: [{ n: 0 }] })
    const time = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`
    expect(stderr).toMatch(
      new RegExp(
        `^As of ${time}: process ${writer!.pid} \\(child\\.ts hold .*\\), running since ${time}, is writing to `,
      ),
    )
    const ingest = await runCli(['ingest', folder, '--catalog', path])
    expect(ingest.code).toBe(3)
    expect(ingest.stderr).toMatch(/for writing: process \d+ .*running since .*Wait for it with --wait 10m/)
  })

  it('takes any beginning of a journal for the commits that are whole in it', async () => {
    await once(startWriter('hold', path, '4'), 'line')
    const whole = statSync(`${path}.wal`).size
    const copy = join(folder, 'copy.duckdb')
    let before = 0
    for (let share = 0; share <= 6; share++) {
      copyFileSync(path, copy)
      copyFileSync(`${path}.wal`, `${copy}.wal`)
      truncateSync(`${copy}.wal`, Math.floor((whole * share) / 6))
      const catalog = await openCatalog(copy, { readOnly: true }).catch((error: ExrError) => error)
      if (catalog instanceof ExrError) {
        // Before the transaction that makes the tables.
        expect(catalog.code).toBe('ERR_CATALOG_SCHEMA')
        continue
      }
      const files = Number((await catalog.sql('SELECT count(*) FROM files')).rows[0]![0])
      expect(files % 16).toBe(0)
      expect(files).toBeGreaterThanOrEqual(before)
      before = files
      await catalog.close()
    }
    expect(before).toBe(64)
  })
})
