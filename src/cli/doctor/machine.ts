import { createRequire } from 'node:module'
import { availableParallelism, platform } from 'node:os'
import { installCommand, OPTIONAL_PARTS, type OptionalPart } from '../../parts.ts'
import type { Config } from '../../settings/config.ts'
import { nodeProblem } from '../node-version.ts'
import { type Check, check } from './check.ts'
import { aptPackages, buildCommand, installCommands, isCheckout, missingPackages, packageFolder } from './packages.ts'

const require = createRequire(import.meta.url)
const { version, engines } = require('#package') as {
  version: string
  engines: { node: string }
}

/** What is installed here: this package, Node, native code, DuckDB, and in a checkout what its tests need. */
export async function machineChecks(config: Config, needsDuckDb: boolean): Promise<Check[]> {
  const developer = isCheckout() && process.platform === 'linux' ? [toolsCheck()] : []
  return [
    check({ name: 'exr-inspector', level: 'required', state: 'ok', version, detail: packageFolder() }),
    nodeCheck(),
    workersCheck(config),
    await duckdbCheck(needsDuckDb),
    partCheck('AWS SDK', 'objects in S3'),
    partCheck('fastify', 'the HTTP server'),
    partCheck('OpenTelemetry', 'traces to a collector'),
    ...(await nativeChecks()),
    ...developer,
  ]
}

function nodeCheck(): Check {
  const problem = nodeProblem(process.versions.node, engines.node)
  return check({
    name: 'Node.js',
    level: 'required',
    state: problem === null ? 'ok' : 'missing',
    version: process.versions.node,
    detail: `needs ${engines.node}`,
    remedy: problem === null ? [] : [`Install Node.js ${engines.node}: https://nodejs.org`],
  })
}

function workersCheck({ jobs }: Config): Check {
  const detail = `on ${availableParallelism()} cores, ${platform()} ${process.arch}`
  return check({ name: 'workers', level: 'required', state: 'ok', version: String(jobs), detail })
}

async function nativeChecks(): Promise<Check[]> {
  const { nativeStatus } = await import('../../oiio/index.ts')
  const status = nativeStatus()
  const ok = { level: 'optional', state: 'ok' } as const
  if (status.ok) {
    return [
      check({
        ...ok,
        name: 'OpenImageIO',
        version: status.oiioVersion,
        detail: 'pixels, and a second view of headers',
      }),
      check({ ...ok, name: 'OpenEXR', version: status.openexrVersion, detail: 'through OpenImageIO' }),
    ]
  }
  const install = installCommands(['run', 'build'])
  return [
    check({
      name: 'native addon',
      level: 'optional',
      state: 'missing',
      detail: `Headers are read without it; pixels and OpenImageIO's view are not. ${status.error.split('. ')[0]}`,
      remedy: [...install, buildCommand()],
    }),
  ]
}

async function duckdbCheck(isNeeded: boolean): Promise<Check> {
  const what = { name: 'DuckDB', level: isNeeded ? 'required' : 'optional' } as const
  try {
    const duckdb = await import('@duckdb/node-api')
    const detail = 'for embedded catalogs'
    return check({ ...what, state: 'ok', version: duckdb.version().replace(/^v/, ''), detail })
  } catch (error) {
    const [firstLine] = String((error as Error).message).split('\n')
    const remedy = [installCommand('catalogs in DuckDB')]
    return check({ ...what, state: 'missing', detail: `Embedded catalogs need it. ${firstLine}`, remedy })
  }
}

/** The other parts that an installation for inspection alone leaves out. */
function partCheck(name: string, part: OptionalPart): Check {
  const what = { name, level: 'optional', detail: `for ${part}` } as const
  try {
    for (const each of OPTIONAL_PARTS[part]) require.resolve(each)
    return check({ ...what, state: 'ok' })
  } catch {
    return check({ ...what, state: 'missing', remedy: [installCommand(part)] })
  }
}

function toolsCheck(): Check {
  const packages = aptPackages(['test'])
  const missing = missingPackages(packages)
  return check({
    name: 'tools of the tests',
    level: 'developer',
    state: missing.length === 0 ? 'ok' : 'missing',
    detail: missing.length === 0 ? `${packages.length} packages of Aptfile` : 'npm test installs them, too',
    remedy: installCommands(['test']),
  })
}
