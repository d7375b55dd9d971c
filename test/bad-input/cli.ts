import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { openCatalog } from '../../src/catalog/open.ts'
import type { Payload } from '../../src/inspect/payload.ts'
import { projectRoot } from '../helpers.ts'

export interface CliRun {
  readonly status: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

const main = join(projectRoot, 'dist/cli/main.js')

/** Runs the built command line to its end. `around` is a program and its arguments that starts it, such as `setpriv`. */
export function cli(args: readonly string[], around: readonly string[] = []): CliRun {
  const [command, ...rest] = [...around, process.execPath, main, ...args]
  const { status, signal, stdout, stderr, error } = spawnSync(command!, rest, { encoding: 'utf8', timeout: 100_000 })
  if (error) throw error
  return { status, signal, stdout, stderr }
}

/** Payloads of `inspect --ndjson`, one per line of standard output. */
export function payloads(run: CliRun): Payload[] {
  return linesOf(run.stdout) as Payload[]
}

/** Errors of `inspect --ndjson`, one per line of standard error. */
export function failures(run: CliRun): { readonly code: string; readonly path: string }[] {
  return linesOf(run.stderr).map((line) => (line as { error: { code: string; path: string } }).error)
}

function linesOf(text: string): unknown[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

/** Rows of a read-only query against a catalog file. */
export async function query(path: string, sql: string): Promise<readonly (readonly unknown[])[]> {
  const catalog = await openCatalog(path, { readOnly: true })
  try {
    return (await catalog.sql(sql)).rows
  } finally {
    await catalog.close()
  }
}
