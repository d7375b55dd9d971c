import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

export interface CliResult {
  /** Null when a signal ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface CliOptions {
  readonly cwd?: string
  readonly env?: Record<string, string>
  readonly stdin?: string | Uint8Array
  /** A program and its arguments that starts it. */
  readonly around?: readonly string[]
  /** Flags for Node itself. */
  readonly nodeFlags?: readonly string[]
}

/** Runs the built command line as a user's shell would, without a terminal. Colour settings of this shell are left out. */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const { FORCE_COLOR, NO_COLOR, EXR_CATALOG, EXR_JOBS, EXR_DEBUG, NODE_OPTIONS, ...env } = process.env
  return new Promise((resolve, reject) => {
    const command = [...(options.around ?? []), process.execPath, ...(options.nodeFlags ?? []), CLI, ...args]
    const child = spawn(command[0]!, command.slice(1), {
      cwd: options.cwd,
      env: { ...env, ...options.env },
    })
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
    // The command may end before it has read all of its input.
    child.stdin.on('error', () => {})
    child.stdin.end(options.stdin ?? '')
    child.on('error', reject)
    child.on('close', (code) => {
      resolve({ code, stdout: Buffer.concat(out).toString('utf8'), stderr: Buffer.concat(err).toString('utf8') })
    })
  })
}
