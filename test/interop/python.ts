import { spawn } from 'node:child_process'
import { pythonWith } from '../python-env.ts'

const TESTED_WITH = ['pytest==9.2.0', 'pytest-check==3.0.3', 'pytest-retry==1.7.0', 'boto3==1.44.5']

/** A Python with the vendor's SDK, or null where it cannot be had. */
export const vastPython: string | null = pythonWith(
  'vastdb==2.0.14',
  ...TESTED_WITH,
  // Its DuckDB test wants `arrow()` on connections, which later versions no longer have.
  'duckdb==1.3.2',
)

/** The same of the SDK's newest release, with what its own tests need. */
export const newestVastPython = (): string | null =>
  pythonWith('vastdb==2.1.0', ...TESTED_WITH, 'duckdb==1.5.4', 'pandas==3.1.1')

/** The same with the vendor's SQL driver, which every transaction of the SDK then opens a connection of. */
export const adbcVastPython = (): string | null =>
  pythonWith(
    'vastdb==2.1.0',
    'adbc-driver-vastdb==0.0.33',
    'adbc-driver-manager==1.13.0',
    ...TESTED_WITH,
    'duckdb==1.5.4',
    'pandas==3.1.1',
  )

/**
 * Runs a script of this folder and resolves to the JSON it prints. Unlike a blocking call it leaves this process free
 * to answer the script's requests. Rejects with the script's own output when it fails.
 */
export async function runScript(script: string, input: unknown, python = vastPython!): Promise<unknown> {
  const path = new URL(script, import.meta.url).pathname
  const child = spawn(python, ['-W', 'ignore', path], { stdio: ['pipe', 'pipe', 'pipe'] })
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (chunk) => out.push(chunk))
  child.stderr.on('data', (chunk) => err.push(chunk))
  child.stdin.end(JSON.stringify(input))
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  if (status !== 0) throw new Error(`${script} failed:\n${Buffer.concat(err).toString('utf8').slice(-4000)}`)
  const text = Buffer.concat(out).toString('utf8')
  return text === '' ? undefined : JSON.parse(text)
}
