import { type ChildProcess, spawn } from 'node:child_process'
import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openCatalog } from '../../src/catalog/open.ts'
import { flow } from '../../src/workers/index.ts'
import { attribute, tinyExr } from '../oiio/tiny-exr.ts'
import { projectRoot } from '../paths.ts'
import { canBuildFaults, makeFaultyPackage } from './faulty-package.ts'

if (!canBuildFaults) console.warn('SKIPPED: tests of crashes. Run npm run build first.')

const FILES = 5_000
const CRASHES = 50

/** Every hundredth file has `bad` in its name, at which the test build of the addon crashes. */
const nameOf = (index: number) => `${index % (FILES / CRASHES) === 42 ? 'bad' : 'good'}.${1000 + index}.exr`

// A child takes half a second of a core to start, so 150 of them take long on a busy machine.
describe.runIf(canBuildFaults)('50 crashes of native code among 5,000 files', { timeout: 600_000 }, () => {
  let folder: string
  let frames: string
  let command: string
  let paths: string[]
  let bad: string[]
  const fault = { EXR_INSPECTOR_FAULT: 'crash:/bad.' }

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'exr-crashes-'))
    command = join(makeFaultyPackage(folder), 'dist', 'cli', 'main.js')
    frames = join(folder, 'frames')
    mkdirSync(frames)
    paths = Array.from({ length: FILES }, (_, index) => join(frames, nameOf(index)))
    bad = paths.filter((path) => path.includes('/bad.'))
    // Not alike, so that native code is asked about each bad one: what it said of a good one is no answer.
    for (const shot of ['good', 'bad']) {
      writeFileSync(join(folder, shot), tinyExr({ extra: [attribute(`${shot}Shot`, 'string', Buffer.from('s1'))] }))
    }
    for (const path of paths) linkSync(join(folder, path.includes('/bad.') ? 'bad' : 'good'), path)
    expect(bad).toHaveLength(CRASHES)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  function run(args: readonly string[], env: Record<string, string> = fault) {
    const child = spawn(process.execPath, [command, ...args], {
      env: { ...process.env, NODE_OPTIONS: '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    return { child, ended: ended(child) }
  }

  it('are none of the addon that ships', () => {
    const shipped = readFileSync(join(projectRoot, 'build', 'Release', 'exr_inspector.node'))
    expect(shipped.includes('EXR_INSPECTOR_FAULT')).toBe(false)
  })

  it('would each end a process whose threads read files', async () => {
    const { signal } = await run(['inspect', '--isolate', 'thread', paths[0]!, bad[0]!]).ended
    expect(signal).toBe('SIGSEGV')
  })

  it('cost inspect those files only', async () => {
    const args = ['inspect', '--isolate', 'process', '--ndjson', '-j', '2', frames]
    const { code, stdout, stderr } = await run(args).ended
    expect(code).toBe(1)
    expect(lines(stdout).map(({ file }) => file.path)).toEqual(paths.filter((path) => !bad.includes(path)).sort())
    const failures = lines(stderr).map(({ error }) => error)
    expect(failures.map(({ path }) => path)).toEqual(bad)
    for (const { code, message } of failures) expect(`${code} ${message}`).toMatch(/^ERR_NATIVE_CRASH .*SIGSEGV/)
  })

  it('cost ingest those files only, each named once in ingest_errors', async () => {
    const catalog = join(folder, 'ingest.duckdb')
    const { code } = await run(['ingest', '--isolate', 'process', '-j', '2', '-c', catalog, '--quiet', frames]).ended
    expect(code).toBe(1)
    expect(await contents(catalog)).toEqual({ files: FILES - CRASHES, crashes: bad.map((path) => [path, 1]) })
  })

  it('cost a server under load those files only', async () => {
    const catalog = join(folder, 'serve.duckdb')
    const env = { ...fault, EXR_ALLOWED_FOLDERS: frames, VAST_LOG_LEVEL: 'error', EXR_CONCURRENCY: '64' }
    const server = run(['serve', '--host', '127.0.0.1', '--port', '0', '--catalog', catalog], env)
    const url = await listening(server.child)
    const send = async (path: string) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'ce-id': path,
          'ce-type': 'test',
          'ce-source': 't',
          'ce-specversion': '1.0',
        },
        body: JSON.stringify({ path }),
      })
      return `${response.status} ${await response.text()}`
    }
    const answers = new Map<string, number>()
    for await (const answer of flow(paths, send, { window: 64, ordered: false })) {
      answers.set(answer, (answers.get(answer) ?? 0) + 1)
    }
    expect(Object.fromEntries(answers)).toEqual({ '204 ': FILES })
    expect((await fetch(`${url}/readiness`)).status).toBe(200)
    server.child.kill('SIGTERM')
    expect(await server.ended).toMatchObject({ code: 0 })
    expect(await contents(catalog)).toEqual({ files: FILES - CRASHES, crashes: bad.map((path) => [path, 1]) })
  })

  it('are told apart from an allocation that fails, which is an error of OpenImageIO', async () => {
    const link = join(folder, 'greedy.exr')
    symlinkSync(paths[0]!, link)
    const env = { EXR_INSPECTOR_FAULT: 'memory:greedy' }
    const { stdout } = await run(['inspect', '--isolate', 'process', '--json', link], env).ended
    const payload = JSON.parse(stdout)
    expect(payload.readers.oiio).toMatchObject({ ok: false, error: expect.stringMatching(/alloc|memory/) })
  })
})

interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

function ended(child: ChildProcess): Promise<Ended> {
  const [out, err]: [Buffer[], Buffer[]] = [[], []]
  child.stdout?.on('data', (text: Buffer) => out.push(text))
  child.stderr?.on('data', (text: Buffer) => err.push(text))
  const text = (buffers: Buffer[]) => Buffer.concat(buffers).toString()
  return new Promise((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, stdout: text(out), stderr: text(err) }))
  })
}

function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.stderr?.on('data', (text: Buffer) => {
      const url = /Listening on (\S+)/.exec(String(text))?.[1]
      if (url) resolve(url)
    })
  })
}

function lines(text: string) {
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

/** How many files a catalog has, and the path and attempts of each that crashed. */
async function contents(path: string) {
  const catalog = await openCatalog(path, { readOnly: true })
  try {
    const { rows } = await catalog.sql('SELECT count(*)::INTEGER FROM files')
    const crashes = await catalog.sql(
      `SELECT file_path, attempts FROM ingest_errors
       WHERE code = 'ERR_NATIVE_CRASH' AND message LIKE '%SIGSEGV%' ORDER BY 1`,
    )
    return { files: rows[0]![0], crashes: crashes.rows }
  } finally {
    await catalog.close()
  }
}
