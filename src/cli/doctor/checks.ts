import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism, platform } from 'node:os'
import { dirname, join } from 'node:path'
import type { Config } from '../../settings/config.ts'

/** One thing an installation needs. */
export interface Check {
  readonly name: string
  readonly ok: boolean
  /** Without what is required nothing works; what is optional adds to it. */
  readonly level: 'required' | 'optional'
  /** Null where there is none or it is missing. */
  readonly version: string | null
  readonly detail: string
  /** What to do, a line each; empty when all is well. */
  readonly remedy: readonly string[]
}

const require = createRequire(import.meta.url)

export async function checkInstallation(config: Config): Promise<Check[]> {
  return [selfCheck(), nodeCheck(), ...(await nativeChecks()), await duckdbCheck(), threadCheck(config)]
}

function selfCheck(): Check {
  const { version } = require('#package') as { version: string }
  return { name: 'exr-inspector', ok: true, level: 'required', version, detail: packageFolder(), remedy: [] }
}

function nodeCheck(): Check {
  const { engines } = require('#package') as { engines: { node: string } }
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const [, wantedMajor = '0', wantedMinor = '0'] = /(\d+)\.(\d+)/.exec(engines.node) ?? []
  const ok = major > Number(wantedMajor) || (major === Number(wantedMajor) && minor >= Number(wantedMinor))
  return {
    name: 'Node.js',
    ok,
    level: 'required',
    version: process.versions.node,
    detail: `needs ${engines.node}`,
    remedy: ok ? [] : [`Install Node.js ${engines.node}: https://nodejs.org`],
  }
}

async function nativeChecks(): Promise<Check[]> {
  const { nativeStatus } = await import('../../oiio/index.ts')
  const status = nativeStatus()
  if (status.ok) {
    return [
      {
        name: 'OpenImageIO',
        ok: true,
        level: 'optional',
        version: status.oiioVersion,
        detail: 'through the native addon',
        remedy: [],
      },
      {
        name: 'OpenEXR',
        ok: true,
        level: 'optional',
        version: status.openexrVersion,
        detail: 'through OpenImageIO',
        remedy: [],
      },
    ]
  }
  const build = existsSync(join(packageFolder(), 'src')) ? 'npm run build:addon' : 'npm rebuild exr-inspector'
  return [
    {
      name: 'native addon',
      ok: false,
      level: 'optional',
      version: null,
      detail: `headers are read without it; OpenImageIO's view and pixels are not. ${status.error.split('. ')[0]}`,
      remedy: [...systemPackages(), `then build the addon: ${build}`],
    },
  ]
}

/** Aptfile's packages that an installation needs: its sections `run` and `build`. */
function aptPackages(): string[] {
  const sections = readFileSync(join(packageFolder(), 'Aptfile'), 'utf8').split(/^# /m)
  const wanted = sections.filter((section) => /^(run|build):/.test(section))
  return wanted.flatMap((section) => section.split('\n').slice(1).filter(Boolean))
}

/** Install lines for the package managers at hand; for all of them where none is. */
function systemPackages(): string[] {
  const apt = aptPackages()
  const lines = [
    { manager: 'apt-get', line: `Debian, Ubuntu: apt-get install ${apt.join(' ')}` },
    {
      manager: 'dnf',
      line: 'Fedora, Rocky: dnf install cmake gcc-c++ make pkgconf-pkg-config OpenImageIO-devel openexr-devel',
    },
    { manager: 'brew', line: 'macOS: brew install cmake pkgconf openimageio openexr' },
  ]
  const here = lines.filter(({ manager }) => isProgram(manager))
  return (here.length > 0 ? here : lines).map(({ line }) => line)
}

function isProgram(name: string): boolean {
  return spawnSync(name, ['--version'], { stdio: 'ignore' }).error === undefined
}

async function duckdbCheck(): Promise<Check> {
  try {
    const { version } = await import('@duckdb/node-api')
    return {
      name: 'DuckDB',
      ok: true,
      level: 'required',
      version: version().replace(/^v/, ''),
      detail: 'for embedded catalogs',
      remedy: [],
    }
  } catch (error) {
    const [firstLine] = String((error as Error).message).split('\n')
    return {
      name: 'DuckDB',
      ok: false,
      level: 'required',
      version: null,
      detail: `catalogs need it. ${firstLine}`,
      remedy: ['Install the packages again, optional ones included: npm install --include=optional'],
    }
  }
}

function threadCheck(config: Config): Check {
  const detail = `of ${availableParallelism()} cores on ${platform()} ${process.arch}`
  return { name: 'threads', ok: true, level: 'required', version: String(config.jobs), detail, remedy: [] }
}

function packageFolder(): string {
  return dirname(require.resolve('#package'))
}
