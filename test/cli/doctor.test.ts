import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../scripts/servers/process.ts'
import type { Check } from '../../src/cli/doctor/check.ts'
import { forUser } from '../../src/cli/doctor/packages.ts'
import { type Emulator, startEmulator } from '../../src/vastdb-emulator/index.ts'
import { fixturePath, projectRoot, tempDir } from '../helpers.ts'
import { runCli } from './run-cli.ts'

const folder = tempDir()

async function doctor(env: Record<string, string> = {}, cwd = folder) {
  const { code, stdout } = await runCli(['doctor', '--json'], { env, cwd })
  const { ok, checks } = JSON.parse(stdout) as { ok: boolean; checks: Check[] }
  return { code, ok, named: Object.fromEntries(checks.map((check) => [check.name, check])), stdout }
}

describe('doctor', () => {
  it('says what is there, by levels', async () => {
    const { code, ok, named } = await doctor()
    expect({ code, ok }).toEqual({ code: 0, ok: true })
    const version = expect.stringMatching(/^\d+\.\d+/)
    expect(named).toMatchObject({
      'Node.js': { level: 'required', state: 'ok', version: process.versions.node },
      DuckDB: { level: 'optional', state: 'ok', version },
      OpenImageIO: { level: 'optional', state: 'ok', version },
      OpenEXR: { level: 'optional', state: 'ok', version },
      catalog: { level: 'optional', state: 'unused' },
      S3: { level: 'optional', state: 'unused' },
      'VAST DataBase': { level: 'optional', state: 'unused' },
      'tools of the tests': { level: 'developer' },
    })
    const { stdout } = await runCli(['doctor'], { cwd: folder })
    expect(stdout.match(/^[A-Z].*/gm)?.slice(0, 3)).toEqual(['Required', 'Optional', 'For developers'])
  })

  it('opens the catalog that settings name', async () => {
    const catalog = join(folder, 'some.duckdb')
    await runCli(['ingest', fixturePath('compression-zip.exr'), '--catalog', catalog])
    const { code, named } = await doctor({ EXR_CATALOG: catalog })
    expect(code).toBe(0)
    expect(named['catalog']).toMatchObject({ level: 'required', state: 'ok', detail: `${catalog}, 1 file` })
    expect(named['DuckDB']).toMatchObject({ level: 'required' })

    writeFileSync(join(folder, 'no.duckdb'), 'no catalog')
    const broken = await doctor({ EXR_CATALOG: join(folder, 'no.duckdb') })
    expect(broken).toMatchObject({ code: 3, ok: false })
    expect(broken.named['catalog']?.detail).toMatch(/no\.duckdb.*\[ERR_CATALOG_CORRUPT\]$/)
  })

  it('asks the object store that settings name, and never shows keys', async () => {
    const endpoint = `http://127.0.0.1:${await freePort()}`
    const { code, named, stdout } = await doctor({
      S3_ENDPOINT: endpoint,
      S3_ACCESS_KEY: 'key-of-mine',
      S3_SECRET_KEY: 'secret-of-mine',
    })
    expect(code).toBe(3)
    expect(named['S3']).toMatchObject({ level: 'required', state: 'missing' })
    expect(named['S3']?.detail).toContain(endpoint)
    expect(named['S3']?.detail).toMatch(/\[ERR_SOURCE_UNAVAILABLE\]$/)
    expect(stdout).not.toMatch(/key-of-mine|secret-of-mine/)
  })
})

describe('doctor with a VAST DataBase', () => {
  let server: Emulator
  beforeAll(async () => {
    server = await startEmulator({ port: 0 })
  })
  afterAll(() => server.close())
  const settings = (secret = 'test') => ({
    VAST_DB_ENDPOINT: server.endpoint,
    VAST_DB_ACCESS_KEY: 'test',
    VAST_DB_SECRET_KEY: secret,
    VAST_DB_BUCKET: 'vastdb',
  })

  it('tells one without tables from one with files', async () => {
    const before = await doctor(settings())
    expect(before).toMatchObject({ code: 0, named: { 'VAST DataBase': { state: 'unused' } } })
    expect(before.named['VAST DataBase']?.detail).toContain('no tables yet')
    await runCli(['ingest', fixturePath('compression-zip.exr')], { env: settings() })
    const after = await doctor(settings())
    expect(after.named['VAST DataBase']).toMatchObject({ level: 'required', state: 'ok' })
    expect(after.named['VAST DataBase']?.detail).toContain('vast://vastdb/exr_metadata, 1 file')
  })

  it('says that keys are not taken, and ends with 3', async () => {
    const { code, named } = await doctor(settings('wrong'))
    expect(code).toBe(3)
    expect(named['VAST DataBase']).toMatchObject({ level: 'required', state: 'missing' })
    expect(named['VAST DataBase']?.detail).toMatch(/\[ERR_VASTDB_\w+\]$/)
  })
})

describe('doctor of an installation without its addon', () => {
  const copy = tempDir()
  const installed = join(copy, 'node_modules/exr-inspector')
  mkdirSync(installed, { recursive: true })
  for (const name of ['package.json', 'Aptfile', 'dist'])
    cpSync(join(projectRoot, name), join(installed, name), { recursive: true })
  symlinkSync(join(projectRoot, 'node_modules'), join(installed, 'node_modules'))

  /** A system of which dpkg knows only these packages. */
  const onDebianWith = (packages: readonly string[]) => {
    const bin = tempDir()
    const script = (name: string, lines: string) => {
      writeFileSync(join(bin, name), `#!/bin/sh\n${lines}\n`)
      chmodSync(join(bin, name), 0o755)
    }
    script('apt-get', 'exit 0')
    script('sudo', 'exit 0')
    script('dpkg-query', packages.map((name) => `echo '${name} installed'`).join('\n'))
    const args = [join(installed, 'dist/cli/main.js'), 'doctor']
    return spawnSync(process.execPath, args, { encoding: 'utf8', cwd: copy, env: { PATH: bin } })
  }
  const sudo = process.getuid?.() === 0 ? '' : 'sudo '

  it('ends well, with the whole commands for this user and what this system lacks', () => {
    const rest = ['cmake', 'g++', 'libdeflate-dev', 'libopenexr-dev', 'libxxhash-dev', 'make', 'pkg-config']
    const { status, stdout } = onDebianWith(rest)
    expect(status).toBe(0)
    expect(stdout).toMatch(/^ +missing +native addon/m)
    const commands = [...stdout.matchAll(/^ {6}(.*)$/gm)].map(([, command]) => command)
    expect(commands).toEqual([
      `${sudo}apt-get update`,
      `${sudo}apt-get install libopenimageio2.4 libopenimageio-dev`,
      `npm --prefix ${copy} rebuild exr-inspector`,
    ])
    expect(stdout).not.toContain('For developers')
  })

  it('only builds where the packages are there', () => {
    const all = ['libopenimageio2.4', 'libopenimageio-dev', 'cmake', 'g++', 'libdeflate-dev', 'libopenexr-dev']
    const { stdout } = onDebianWith([...all, 'libxxhash-dev', 'make', 'pkg-config'])
    expect([...stdout.matchAll(/^ {6}(.*)$/gm)].map(([, command]) => command)).toEqual([
      `npm --prefix ${copy} rebuild exr-inspector`,
    ])
  })
})

describe('a command that only root may run', () => {
  it.each([
    ['root', 'apt-get update'],
    ['sudo', 'sudo apt-get update'],
    ['neither', 'as root: apt-get update'],
  ] as const)('is written for %s', (rights, command) => {
    expect(forUser(['apt-get update'], rights)).toEqual([command])
  })
})
