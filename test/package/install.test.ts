import { execFileSync, spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nativeStatus } from '../../src/oiio/index.ts'
import { bareEnvironment, built, npmFreeEnvironment, type Project, packedProject, root } from './project.ts'

const canBuild = spawnSync(process.execPath, [join(root, 'scripts/build-addon.mjs'), '--check']).status === 0
if (!canBuild) console.warn('SKIPPED: building the installed package. See node scripts/build-addon.mjs --check.')

describe.runIf(built)('the packed package in an empty project', () => {
  let made: Project
  let project: string
  let bare: NodeJS.ProcessEnv

  const inspected = (env: NodeJS.ProcessEnv) => {
    const script = `import { inspect } from 'exr-inspector'; console.log(JSON.stringify(await inspect('frame.exr')))`
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: project, env })
    return JSON.parse(output.toString())
  }

  beforeAll(() => {
    made = packedProject()
    project = made.project
    bare = bareEnvironment(made.folder)
  })
  afterAll(() => rmSync(made.folder, { recursive: true, force: true }))

  it('holds the library, the sources of the addon and what builds it, and no sources of ours besides', () => {
    expect(made.packed).toEqual(
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
    expect(
      made.packed.filter((path) => /^(src|test|build|benchmarks|node_modules|native\/tools)\//.test(path)),
    ).toEqual([])
  })

  it('installs without compiler and OpenImageIO, says what it left out, and describes files by the codec alone', () => {
    const output = made.runNpm(['install', '--foreground-scripts'], bare)
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
    made.runNpm(['rebuild', 'exr-inspector'], npmFreeEnvironment())
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
