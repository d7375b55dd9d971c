import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface SuiteResult {
  readonly passed: readonly string[]
  /** Failures and errors, with the first line of what went wrong. */
  readonly failed: readonly string[]
  readonly skipped: readonly string[]
}

/**
 * Run files or single tests of the SDK's own test-suite, as installed, against an endpoint. Tests are named
 * `test_file::test[case]`.
 * Rejects with the end of pytest's output when it did not get as far as a report.
 */
export async function runSdkSuite(
  python: string,
  endpoint: string,
  targets: readonly string[],
  leftOut: readonly string[],
): Promise<SuiteResult> {
  const folder = mkdtempSync(join(tmpdir(), 'sdk-suite-'))
  const report = join(folder, 'report.xml')
  const site = await sitePackages(python)
  const args = [
    ...['-m', 'pytest', '-q', '-W', 'ignore', '--tb=line', '-p', 'no:cacheprovider', `--junitxml=${report}`],
    ...['--tabular-endpoint-url', endpoint, '--tabular-access-key', 'test', '--tabular-secret-key', 'test'],
    ...leftOut.map((test) => `--deselect=${nodeId(test)}`),
    ...targets.map(nodeId),
  ]
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' }
  const output = await run(python, args, { cwd: site, env })
  try {
    return readReport(readFileSync(report, 'utf8'))
  } catch (error) {
    throw new Error(`pytest made no report:\n${output.slice(-4000)}`, { cause: error })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function nodeId(test: string): string {
  const [file, ...rest] = test.split('::')
  return [`vastdb/tests/${file}.py`, ...rest].join('::')
}

async function sitePackages(python: string): Promise<string> {
  return (await run(python, ['-c', 'import sysconfig; print(sysconfig.get_paths()["purelib"])'], {})).trim()
}

function run(command: string, args: readonly string[], options: object): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    const parts: Buffer[] = []
    child.stdout.on('data', (part: Buffer) => parts.push(part))
    child.stderr.on('data', (part: Buffer) => parts.push(part))
    child.on('error', reject)
    child.on('close', () => resolve(Buffer.concat(parts).toString('utf8')))
  })
}

const ENTITIES = { quot: '"', apos: "'", lt: '<', gt: '>', amp: '&' } as const

/** Results of a JUnit report as pytest writes it. */
function readReport(xml: string): SuiteResult {
  const passed: string[] = []
  const failed: string[] = []
  const skipped: string[] = []
  for (const [, attributes = '', body = ''] of xml.matchAll(/<testcase ([^>]*?)(?:\/>|>(.*?)<\/testcase>)/gs)) {
    const file = /classname="([^"]*)"/.exec(attributes)?.[1]?.split('.').at(-1)
    const name = `${file}::${/ name="([^"]*)"/.exec(` ${attributes}`)?.[1]}`
    const label = name.replace(/&(quot|apos|lt|gt|amp);/g, (_, entity: keyof typeof ENTITIES) => ENTITIES[entity])
    const problem = /<(?:failure|error) message="([^"]{0,300})/.exec(body)?.[1]
    if (problem !== undefined) failed.push(`${label}: ${problem}`)
    else if (body.includes('<skipped')) skipped.push(label)
    else passed.push(label)
  }
  if (passed.length + failed.length + skipped.length === 0) throw new Error('the report names no tests')
  return { passed: passed.sort(), failed: failed.sort(), skipped: skipped.sort() }
}
