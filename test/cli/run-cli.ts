import { type ChildProcess, spawn } from 'node:child_process'
import { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { createContext } from '../../src/cli/context.ts'
import { run } from '../../src/cli/program.ts'

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
  /** Given the process as soon as there is one, to send it signals. */
  readonly onStart?: (child: ChildProcess) => void
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
    options.onStart?.(child)
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

interface HereOptions extends Omit<CliOptions, 'around' | 'nodeFlags' | 'onStart'> {
  /** Standard output is a terminal of so many columns. */
  readonly columns?: number
}

/**
 * The same command line in this process: what it prints and how it ends, without the half second of a core that a process
 * takes to start. Signals, terminals, closed pipes and what libraries read from the environment need `runCli`.
 */
export async function runHere(args: readonly string[], options: HereOptions = {}) {
  const { FORCE_COLOR, NO_COLOR, EXR_CATALOG, EXR_JOBS, EXR_DEBUG, NODE_OPTIONS, ...env } = process.env
  const out = new Collected(options.columns)
  const err = new Collected()
  const stdin = Readable.from([Buffer.from(options.stdin ?? '')])
  const before = process.cwd()
  process.chdir(options.cwd ?? before)
  try {
    const context = createContext({ stdin, stdout: out, stderr: err, env: { ...env, ...options.env } })
    const code = await run(args, context)
    return { code, stdout: out.text(), stderr: err.text() } satisfies CliResult
  } finally {
    process.chdir(before)
  }
}

class Collected extends Writable {
  readonly #chunks: Buffer[] = []
  readonly columns: number
  readonly isTTY: boolean

  constructor(columns = 0) {
    super()
    this.columns = columns
    this.isTTY = columns > 0
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#chunks.push(chunk)
    done()
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString('utf8')
  }
}
