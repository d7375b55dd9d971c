import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, sep } from 'node:path'

const require = createRequire(import.meta.url)

/** Folder of this package: a checkout, or below somebody's `node_modules`. */
export function packageFolder(): string {
  return dirname(require.resolve('#package'))
}

/** Whether this is a checkout of the project, with its sources. */
export function isCheckout(): boolean {
  return existsSync(join(packageFolder(), 'src'))
}

/** The command that builds the addon for this installation, from any folder. */
export function buildCommand(): string {
  const folder = packageFolder()
  if (isCheckout()) return `npm --prefix ${quoted(folder)} run build:addon`
  const isGlobal = folder.includes(`${sep}lib${sep}node_modules${sep}`)
  const [home = folder] = folder.split(`${sep}node_modules${sep}`)
  return isGlobal ? 'npm rebuild --global exr-inspector' : `npm --prefix ${quoted(home)} rebuild exr-inspector`
}

/**
 * Commands that install what Aptfile's sections name and this system lacks, as this user would type them. Empty where
 * nothing lacks; one line a package manager where none is at hand.
 */
export function installCommands(sections: readonly string[]): string[] {
  if (isProgram('apt-get')) {
    const missing = missingPackages(aptPackages(sections))
    return missing.length === 0 ? [] : asRoot(['apt-get update', `apt-get install ${missing.join(' ')}`])
  }
  if (isProgram('dnf')) return asRoot([`dnf install ${DNF.join(' ')}`])
  if (isProgram('brew')) return [`brew install ${BREW.join(' ')}`]
  return [
    `Debian, Ubuntu: apt-get install ${aptPackages(sections).join(' ')}`,
    `Fedora, Rocky: dnf install ${DNF.join(' ')}`,
    `macOS: brew install ${BREW.join(' ')}`,
  ]
}

const DNF = [
  ...['cmake', 'gcc-c++', 'make', 'pkgconf-pkg-config'],
  ...['OpenImageIO-devel', 'openexr-devel', 'libdeflate-devel', 'xxhash-devel'],
]
const BREW = ['cmake', 'pkgconf', 'openimageio', 'openexr', 'libdeflate', 'xxhash']

/** Packages of Aptfile's sections, in its order. */
export function aptPackages(sections: readonly string[]): string[] {
  const all = readFileSync(join(packageFolder(), 'Aptfile'), 'utf8').split(/^# /m)
  const wanted = all.filter((text) => sections.some((section) => text.startsWith(`${section}:`)))
  return wanted.flatMap((text) => text.split('\n').slice(1).filter(Boolean))
}

/** Those that dpkg does not have; all of them where it cannot be asked. */
export function missingPackages(packages: readonly string[]): string[] {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg fills in these
  const format = '${Package} ${db:Status-Status}\n'
  const { stdout, error } = spawnSync('dpkg-query', ['-W', '-f', format, ...packages], { encoding: 'utf8' })
  if (error) return [...packages]
  const installed = new Set(stdout.split('\n').filter((line) => line.endsWith(' installed')))
  return packages.filter((name) => !installed.has(`${name} installed`))
}

function asRoot(commands: readonly string[]): string[] {
  const isRoot = process.getuid?.() === 0
  return forUser(commands, isRoot ? 'root' : isProgram('sudo') ? 'sudo' : 'neither')
}

/** Commands that only root may run, as one types them who is root, may use sudo, or must ask somebody. */
export function forUser(commands: readonly string[], rights: 'root' | 'sudo' | 'neither'): string[] {
  const prefix = { root: '', sudo: 'sudo ', neither: 'as root: ' }[rights]
  return commands.map((command) => `${prefix}${command}`)
}

function isProgram(name: string): boolean {
  return spawnSync(name, ['--version'], { stdio: 'ignore' }).error === undefined
}

function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
}
