/**
 * Builds the addons in build/Release from native/CMakeLists.txt. Does nothing when they are up to date.
 *
 *   node scripts/build-addon.mjs [--force] [--check]
 *
 * --force  starts from an empty build folder
 * --check  builds nothing; says what a build would lack and exits with 1 if it lacks anything
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { availableParallelism } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
/** The one that asks OpenImageIO, the one that decodes pixels and the one that compares vectors. */
const ADDONS = ['exr_inspector', 'exr_inspector_pixels', 'exr_inspector_vectors']
const addonFolder = join(root, 'build', 'Release')
const addonFile = (name) => join(addonFolder, `${name}.node`)
/**
 * The headers of Node-API, in C and for C++. A clone fills the folder from its development dependencies; the published
 * package has it, so that whoever installs that needs neither them nor the network to build.
 */
const headersFolder = join(root, 'native', 'headers')
const HEADERS = {
  'node-addon-api': ['napi.h', 'napi-inl.h', 'napi-inl.deprecated.h', 'LICENSE.md'],
  'node-api-headers': [
    'include/js_native_api.h',
    'include/js_native_api_types.h',
    'include/node_api.h',
    'include/node_api_types.h',
    'LICENSE',
  ],
}
/** CMake's own: node-gyp keeps files of its own beside the addon. */
const buildFolder = join(root, 'build', 'addon')
const stampFile = join(buildFolder, 'addon.stamp')
/** The oldest OpenImageIO that the addon is built against; native/CMakeLists.txt has the same. */
const oldestOpenImageIO = '2.4'

/** What a build of the addon would lack, in words; empty when all is there. */
export function missingForBuild() {
  const missing = []
  if (!runs('cmake')) missing.push('cmake')
  if (!runs(process.env.CXX ?? 'c++') && !runs('g++') && !runs('clang++')) missing.push('a C++17 compiler')
  if (!runs('make') && !runs('ninja')) missing.push('make or ninja')
  if (!runs('pkg-config')) missing.push('pkg-config')
  else {
    if (openImageIOVersion() === null) missing.push(`OpenImageIO ${oldestOpenImageIO} or newer, with its headers`)
    if (versionOf('OpenEXR') === null) missing.push('the headers of OpenEXR')
    if (versionOf('libdeflate') === null) missing.push('libdeflate, with its headers')
    if (versionOf('libxxhash') === null) missing.push('the headers of xxHash')
  }
  return missing
}

/** Aptfile's packages that an installation needs: its sections `run` and `build`. */
function aptPackages() {
  const sections = readFileSync(join(root, 'Aptfile'), 'utf8').split(/^# /m)
  const wanted = sections.filter((section) => /^(run|build):/.test(section))
  return wanted.flatMap((section) => section.split('\n').slice(1).filter(Boolean))
}

/** How to install what is missing on this kind of machine. */
export function installHint() {
  const packages = aptPackages().join(' ')
  if (process.platform === 'darwin') return 'brew install cmake pkg-config openimageio libdeflate xxhash'
  return `apt-get install ${packages} (Debian, Ubuntu; other systems name them alike)`
}

/**
 * Builds when needed. Returns `built` or `up-to-date`; throws when the build fails.
 * `stdio` is where the compiler's words go.
 */
export function buildAddon({ force = false, stdio = 'inherit' } = {}) {
  copyHeaders()
  const stamp = wantedStamp()
  const [oldSources, oldSystem] = existsSync(stampFile) ? readFileSync(stampFile, 'utf8').split('\n') : []
  const sameSystem = oldSystem === stamp.system
  const areThere = ADDONS.every((name) => existsSync(addonFile(name)))
  if (!force && areThere && sameSystem && oldSources === stamp.sources) return 'up-to-date'

  if (force || !sameSystem) rmSync(buildFolder, { recursive: true, force: true })
  mkdirSync(buildFolder, { recursive: true })
  const generator = runs('ninja') ? ['-G', 'Ninja'] : []
  cmake(['-S', join(root, 'native'), '-B', buildFolder, '-DCMAKE_BUILD_TYPE=Release', ...generator], stdio)
  const speed = ['--parallel', String(availableParallelism())]
  cmake(['--build', buildFolder, '--target', ...ADDONS, ...speed], stdio)
  for (const name of ADDONS) publish(join(buildFolder, 'Release', `${name}.node`), addonFile(name))
  writeFileSync(stampFile, `${stamp.sources}\n${stamp.system}\n`)
  return 'built'
}

function cmake(args, stdio) {
  const run = spawnSync('cmake', args, { stdio })
  if (run.error) throw run.error
  if (run.status !== 0)
    throw new Error(`cmake ${args[0]} failed in ${buildFolder} (exit code ${run.status ?? run.signal}).`)
}

function copyHeaders() {
  for (const [name, files] of Object.entries(HEADERS)) {
    if (!existsSync(join(root, 'node_modules', name))) continue
    mkdirSync(join(headersFolder, name), { recursive: true })
    for (const file of [...files, 'package.json']) {
      copyFileSync(join(root, 'node_modules', name, file), join(headersFolder, name, basename(file)))
    }
  }
}

/** Puts an addon where it is loaded from, in one step: a process that has the old one loaded keeps that. */
function publish(built, file) {
  mkdirSync(addonFolder, { recursive: true })
  copyFileSync(built, `${file}.new`)
  renameSync(`${file}.new`, file)
}

/** Changed sources are compiled where they are; another system (compiler, library, tool) means starting over. */
function wantedStamp() {
  const sources = createHash('sha256')
  const native = join(root, 'native')
  const files = ['.', 'pixels', 'vectors'].flatMap((folder) =>
    readdirSync(join(native, folder), { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => join(folder, name)),
  )
  for (const file of files.sort()) sources.update(`${file}\0`).update(readFileSync(join(native, file)))
  const packages = Object.keys(HEADERS).map(
    (name) => `${name} ${JSON.parse(readFileSync(join(headersFolder, name, 'package.json'), 'utf8')).version}`,
  )
  const system = [process.platform, process.arch, `OpenImageIO ${openImageIOVersion()}`, ...packages, root].join(', ')
  return { sources: sources.digest('hex'), system }
}

function openImageIOVersion() {
  return versionOf(`OpenImageIO >= ${oldestOpenImageIO}`)
}

function versionOf(library) {
  const run = spawnSync('pkg-config', ['--modversion', library], { encoding: 'utf8' })
  return run.status === 0 ? run.stdout.trim() : null
}

function runs(program) {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0
}

function main(flags) {
  const unknown = flags.find((flag) => flag !== '--force' && flag !== '--check')
  if (unknown) throw new Error(`Expected --force or --check but received ${unknown}.`)
  if (flags.includes('--check')) {
    const missing = missingForBuild()
    if (missing.length === 0) return console.log('All is there to build the native addon.')
    throw new Error(`To build the native addon this machine lacks: ${missing.join('; ')}.\n${installHint()}`)
  }
  if (buildAddon({ force: flags.includes('--force') }) === 'built')
    console.log(`Built ${ADDONS.map(addonFile).join(', ')}`)
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    main(process.argv.slice(2))
  } catch (error) {
    console.error(error.message)
    const missing = missingForBuild()
    if (missing.length > 0 && !process.argv.includes('--check')) {
      console.error(`This machine lacks: ${missing.join('; ')}.\n${installHint()}`)
    }
    process.exitCode = 1
  }
}
