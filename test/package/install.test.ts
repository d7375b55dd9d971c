import { execFileSync, spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nativeStatus } from '../../src/oiio/index.ts'
import { tinyExr } from '../oiio/tiny-exr.ts'

const root = resolve(import.meta.dirname, '../..')
const built = existsSync(join(root, 'dist/index.js'))
const canBuild = spawnSync(process.execPath, [join(root, 'scripts/build-addon.mjs'), '--check']).status === 0
if (!built) console.warn('SKIPPED: tests of the package. There is no dist: run npm run build:ts first.')
if (!canBuild) console.warn('SKIPPED: building the installed package. See node scripts/build-addon.mjs --check.')

/** The folders that npm itself needs, and nothing that builds. */
function bareEnvironment(folder: string): NodeJS.ProcessEnv {
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  symlinkSync(process.execPath, join(bin, 'node'))
  symlinkSync('/bin/sh', join(bin, 'sh'))
  const { PKG_CONFIG_PATH, PKG_CONFIG_LIBDIR, CXX, ...others } = npmFreeEnvironment()
  return { ...others, PATH: bin }
}

/** The settings that an npm around these tests hands down are not those of a user's shell. */
function npmFreeEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_OPTIONS|VITEST)/i.test(name)))
}

function findNpm(): string {
  const { npm_execpath: runBy, PATH = '' } = process.env
  if (runBy?.endsWith('npm-cli.js')) return runBy
  const folder = PATH.split(delimiter).find((candidate) => existsSync(join(candidate, 'npm')))
  if (folder === undefined) throw new Error('There is no npm in PATH')
  return realpathSync(join(folder, 'npm'))
}

/** The lock file of a project whose one dependency is the tarball, with everything else as this project locks it. */
function lockFor(tarball: string): object {
  const ours = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  const { '': self, ...others } = ours.packages as Record<string, Record<string, unknown>>
  const { devDependencies: _, ...published } = self!
  const used = Object.entries(others).filter(([, entry]) => entry.dev !== true)
  return {
    name: 'scratch',
    lockfileVersion: ours.lockfileVersion,
    requires: true,
    packages: {
      '': { name: 'scratch', dependencies: { 'exr-inspector': `file:${tarball}` } },
      'node_modules/exr-inspector': { ...published, resolved: `file:${tarball}`, hasInstallScript: true },
      ...Object.fromEntries(used),
    },
  }
}

describe.runIf(built)('the packed package in an empty project', () => {
  const npm = findNpm()
  let folder: string
  let project: string
  let bare: NodeJS.ProcessEnv
  let packed: string[]

  const runNpm = (args: string[], env: NodeJS.ProcessEnv) =>
    execFileSync(process.execPath, [npm, ...args, '--no-audit', '--no-fund', '--prefer-offline'], {
      cwd: project,
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })

  const inspected = (env: NodeJS.ProcessEnv) => {
    const script = `import { inspect } from 'exr-inspector'; console.log(JSON.stringify(await inspect('frame.exr')))`
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: project, env })
    return JSON.parse(output.toString())
  }

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'exr-package-'))
    project = join(folder, 'project')
    mkdirSync(project)
    bare = bareEnvironment(folder)
    const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]
    const [report] = JSON.parse(execFileSync(process.execPath, [npm, ...pack], { cwd: root, encoding: 'utf8' }))
    packed = report.files.map((file: { path: string }) => file.path)
    const lock = lockFor(`../${report.filename}`)
    const dependencies = { 'exr-inspector': `file:../${report.filename}` }
    writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'scratch', private: true, dependencies }))
    writeFileSync(join(project, 'package-lock.json'), JSON.stringify(lock))
    writeFileSync(join(project, 'frame.exr'), tinyExr({ width: 6, height: 3 }))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('holds the library, the sources of the addon and what builds it, and no sources of ours besides', () => {
    expect(packed).toEqual(
      expect.arrayContaining([
        'dist/index.js',
        'dist/index.d.ts',
        'dist/tasks/inspect-worker.js',
        'native/CMakeLists.txt',
        'native/addon.cc',
        'native/headers/node-addon-api/napi.h',
        'native/headers/node-api-headers/node_api.h',
        'binding.gyp',
        'scripts/install.mjs',
        'scripts/build-addon.mjs',
        'Aptfile',
        'LICENSE',
      ]),
    )
    expect(packed.filter((path) => /^(src|test|build|benchmarks|node_modules|native\/tools)\//.test(path))).toEqual([])
  })

  it('installs without compiler and OpenImageIO, says what it left out, and describes files by the codec alone', () => {
    const output = runNpm(['install', '--foreground-scripts'], bare)
    expect(output).toBeDefined()
    const script = join(project, 'node_modules/exr-inspector/scripts/install.mjs')
    const install = spawnSync(process.execPath, [script], { env: bare, encoding: 'utf8' })
    expect(install.status).toBe(0)
    expect(install.stderr).toMatch(/without its native addon.*cmake.*compiler.*pkg-config/s)
    expect(install.stderr).toContain('npm rebuild exr-inspector')
    expect(install.stderr).toContain('npx exr-inspector doctor')

    const payload = inspected(bare)
    expect(payload.parts[0]).toMatchObject({ width: 6, height: 3 })
    expect(payload.readers.raw).toEqual({ ok: true })
    expect(payload.readers.oiio).toMatchObject({ ok: false, version: null })
    expect(payload.readers.oiio.error).toContain('npm rebuild exr-inspector')
  })

  it.runIf(canBuild)('builds the addon with npm rebuild once all is there, and reads through OpenImageIO then', () => {
    runNpm(['rebuild', 'exr-inspector'], npmFreeEnvironment())
    const status = nativeStatus()
    const payload = inspected(npmFreeEnvironment())
    expect(payload.parts[0]).toMatchObject({ width: 6, height: 3 })
    expect(payload.readers.oiio).toMatchObject({ ok: true, reader: 'core' })
    if (status.ok) expect(payload.readers.oiio.version).toBe(status.oiioVersion)
  })

  it.runIf(canBuild)('builds nothing again when the addon is there', () => {
    const installed = join(project, 'node_modules/exr-inspector')
    const again = execFileSync(process.execPath, [join(installed, 'scripts/build-addon.mjs')], {
      env: npmFreeEnvironment(),
      encoding: 'utf8',
    })
    expect(again).toBe('')
  })
})
