import { spawnSync } from 'node:child_process'
import { existsSync, lstatSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OPTIONAL_PARTS } from '../../src/parts.ts'
import { meanModel } from '../embeddings/tiny-model.ts'
import { bareEnvironment, built, type Project, packedProject, root } from './project.ts'

/** Bytes that files take on a disk that gives them out in blocks of 4 KiB. */
function diskBytes(folder: string): number {
  let total = 0
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) total += Math.ceil(lstatSync(join(entry.parentPath, entry.name)).size / 4096) * 4096
  }
  return total
}

const USER = `
import { type Catalog, ExrError, inspect, inspectMany, openCatalog, type Payload, toArrow } from 'exr-inspector'
import { decodeHeader, type ExrHeader } from 'exr-inspector/header'
import * as policy from 'exr-inspector/policy'
import { Bucket } from 'exr-inspector/vastdb'

const payload: Payload = await inspect('frame.exr', { stats: true })
const isWhole: boolean | null = payload.file.is_complete
for await (const { input, payload, error } of inspectMany(['frame.exr'])) {
  console.log(input, payload ? payload.parts.length : error.code)
}
const header: ExrHeader = decodeHeader(new Uint8Array(8))
const catalog: Catalog = await openCatalog('renders.duckdb')
export { catalog, ExrError, header, isWhole, policy, toArrow, Bucket }
`

describe.runIf(built)('an installation for inspection alone', () => {
  let made: Project
  let bare: NodeJS.ProcessEnv
  let said: string

  beforeAll(() => {
    made = packedProject()
    bare = bareEnvironment(made.folder)
    writeFileSync(join(made.project, 'mean.onnx'), meanModel([1, 3, 8, 8]))
    said = made.runNpm(['install', '--omit=dev', '--omit=optional'], bare)
  })
  afterAll(() => rmSync(made.folder, { recursive: true, force: true }))

  const node = (...args: string[]) =>
    spawnSync(process.execPath, args, { cwd: made.project, env: bare, encoding: 'utf8' })
  const cli = (...args: string[]) => node('node_modules/exr-inspector/dist/cli/main.js', ...args)

  it('takes at most 60 MB and complains of no engine', () => {
    const packages = Object.values(OPTIONAL_PARTS).flat()
    expect(packages.filter((name) => existsSync(join(made.project, 'node_modules', name)))).toEqual([])
    expect(diskBytes(join(made.project, 'node_modules'))).toBeLessThan(60_000_000)
    expect(said).not.toMatch(/EBADENGINE|ERESOLVE/)
  })

  it('inspects', () => {
    const { stdout, stderr } = cli('inspect', 'frame.exr', '--json')
    expect(JSON.parse(stdout).parts[0], stderr).toMatchObject({ width: 6, height: 3 })
  })

  it.each([
    [['ingest', '.', '--catalog', 'a.duckdb'], '@duckdb/node-api'],
    [['sql', 'SELECT 1', '--catalog', 'frame.exr'], '@duckdb/node-api'],
    [['inspect', 's3://bucket/a.exr'], '@aws-sdk/client-s3'],
    [['serve', '--port', '0'], 'fastify'],
    [['embed', '--provider', 'looks', '--model', 'mean.onnx'], 'onnxruntime-node'],
  ])('says of %j which packages it takes', (args, name) => {
    const { status, stderr } = cli(...args)
    expect(stderr).toContain('[ERR_FEATURE_UNAVAILABLE]')
    expect(stderr).toMatch(new RegExp(`npm install "?${name}@|npm install .*"${name}@`))
    expect(status).toBeGreaterThan(0)
    expect(existsSync(join(made.project, 'a.duckdb'))).toBe(false)
  })

  it('says so to a program, too', () => {
    const script = `import { openCatalog } from 'exr-inspector'
      await openCatalog('a.duckdb').catch(({ code, message }) => console.log(code, message))`
    const { stdout } = node('--input-type=module', '-e', script)
    expect(stdout).toMatch(/^ERR_FEATURE_UNAVAILABLE .*npm install "@duckdb\/node-api@/)
  })

  it('leads from its code to its sources', () => {
    const folder = join(made.project, 'node_modules/exr-inspector/dist')
    const map = JSON.parse(readFileSync(join(folder, 'inspect/inspect.js.map'), 'utf8'))
    expect(map.sourcesContent).toEqual([readFileSync(join(root, 'src/inspect/inspect.ts'), 'utf8')])
  })

  it('has types for TypeScript 5.7 without a look away', () => {
    const typescript = join(root, 'node_modules/typescript-5.7')
    expect(JSON.parse(readFileSync(join(typescript, 'package.json'), 'utf8')).version).toMatch(/^5\.7\./)
    writeFileSync(join(made.project, 'user.mts'), USER)
    const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')]
    const common = ['--noEmit', '--strict', '--target', 'es2022', '--skipLibCheck', 'false', ...types, 'user.mts']
    for (const [module, moduleResolution] of [
      ['nodenext', 'nodenext'],
      ['esnext', 'bundler'],
    ] as const) {
      const how = ['--module', module, '--moduleResolution', moduleResolution]
      expect(node(join(typescript, 'bin/tsc'), ...how, ...common).stdout, moduleResolution).toBe('')
    }
  })

  describe('in a bundle', () => {
    const program = `import { inspect, inspectMany } from 'exr-inspector'
      const { parts } = await inspect('frame.exr')
      console.log('one', parts[0].width)
      for await (const { payload, error } of inspectMany(['frame.exr', 'none.exr'])) {
        console.log('many', payload ? payload.parts[0].width : error.code)
      }`
    const bundle = async (outfile: string, external: string[]) => {
      const stdin = { contents: program, resolveDir: made.project }
      const options = { bundle: true, platform: 'node', format: 'esm', logLevel: 'silent' } as const
      await build({ ...options, stdin, outfile: join(made.project, outfile), external })
      return node(outfile)
    }

    it('works by the recipe of the guide', async () => {
      const guide = readFileSync(resolve(root, 'docs/guides/bundling.md'), 'utf8')
      const [, external] = /^esbuild .*--platform=node --format=esm --external:(\S+)/m.exec(guide)!
      const { stdout, stderr } = await bundle('out/program.mjs', [external!])
      expect(stdout, stderr).toBe('one 6\nmany 6\nmany ERR_SOURCE_NOT_FOUND\n')
    })

    it('inspects one file and names the recipe for many where the package is in the bundle', async () => {
      const external = Object.values(OPTIONAL_PARTS).flat()
      const { stdout, stderr } = await bundle('out/whole.mjs', external)
      expect(stdout).toBe('one 6\n')
      expect(stderr).toMatch(/ERR_FEATURE_UNAVAILABLE/)
      expect(stderr).toContain('esbuild --external:exr-inspector')
    })
  })
})
