import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { tinyExr } from '../oiio/tiny-exr.ts'

export const root = resolve(import.meta.dirname, '../..')
/** Whether there is something to pack. */
export const built = existsSync(join(root, 'dist/index.js'))
if (!built) console.warn('SKIPPED: tests of the package. There is no dist: run npm run build:ts first.')

/** An empty project whose one dependency is this package as it would be published; nothing is installed yet. */
export interface Project {
  /** Holds the tarball and `project`. */
  readonly folder: string
  /** The project, with `frame.exr` of 6 x 3 pixels. */
  readonly project: string
  /** Paths in the tarball. */
  readonly packed: readonly string[]
  /** npm's words on stdout and stderr. */
  runNpm(args: string[], env: NodeJS.ProcessEnv): string
}

/** Packs what was built. Whoever calls removes `folder`. */
export function packedProject(): Project {
  const npm = findNpm()
  const folder = mkdtempSync(join(tmpdir(), 'exr-package-'))
  const project = join(folder, 'project')
  mkdirSync(project)
  const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]
  const [report] = JSON.parse(execFileSync(process.execPath, [npm, ...pack], { cwd: root, encoding: 'utf8' }))
  const dependencies = { 'exr-inspector': `file:../${report.filename}` }
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'scratch', private: true, dependencies }))
  writeFileSync(join(project, 'package-lock.json'), JSON.stringify(lockFor(`../${report.filename}`)))
  writeFileSync(join(project, 'frame.exr'), tinyExr({ width: 6, height: 3 }))
  return {
    folder,
    project,
    packed: report.files.map((file: { path: string }) => file.path),
    runNpm(args, env) {
      const log = join(folder, 'npm.log')
      const command = `"$0" "$@" >"${log}" 2>&1`
      const npmArgs = [npm, ...args, '--no-audit', '--no-fund', '--prefer-offline']
      execFileSync('/bin/sh', ['-c', command, process.execPath, ...npmArgs], { cwd: project, env })
      return readFileSync(log, 'utf8')
    },
  }
}

/** The folders that npm itself needs, and nothing that builds. */
export function bareEnvironment(folder: string): NodeJS.ProcessEnv {
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  symlinkSync(process.execPath, join(bin, 'node'))
  symlinkSync('/bin/sh', join(bin, 'sh'))
  const { PKG_CONFIG_PATH, PKG_CONFIG_LIBDIR, CXX, ...others } = npmFreeEnvironment()
  return { ...others, PATH: bin }
}

/** The settings that an npm around these tests hands down are not those of a user's shell. */
export function npmFreeEnvironment(): NodeJS.ProcessEnv {
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
