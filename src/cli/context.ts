import type { Readable, Writable } from 'node:stream'
import type { Config, ConfigFlags } from '../settings/config.ts'
import { readConfig } from '../settings/config.ts'
import { visibleData, visibleLines } from './format/visible.ts'
import { type Style, styleFor } from './style.ts'

export type OutputStream = Writable & { readonly isTTY?: boolean; readonly columns?: number }
export type InputStream = Readable & { readonly isTTY?: boolean }

/** What a command may use of the process around it: streams, environment and settings. */
export interface CliContext {
  readonly stdin: InputStream
  readonly stdout: OutputStream
  readonly stderr: OutputStream
  readonly env: Readonly<Record<string, string | undefined>>
  /** The process does nothing but this command, which may limit it as a whole. */
  readonly ownsProcess: boolean
  /** Colours for stdout. */
  readonly style: Style
  /** Colours for stderr. */
  readonly errorStyle: Style
  /** Settings from the environment and a command's flags. Throws ERR_OPTION_INVALID. */
  config(flags?: ConfigFlags): Config
  /** Text for people to stdout; waits while the reader is slower than we are. */
  print(text: string): Promise<void>
  /** Data for programs to stdout: exact in a pipe or a file, on a terminal with what would act on it escaped. */
  printData(text: string): Promise<void>
  /** Our own escapes to stdout as they are: pictures. Nothing of a file may be in them but pixels. */
  printPicture(escapes: string): Promise<void>
  /** A line for people to stderr. */
  note(line: string): void
  /** How the command ends; 0 until said otherwise. The first code above 0 stays. */
  exitWith(code: number): void
  exitCode(): number
}

interface CliStreams {
  readonly stdin: InputStream
  readonly stdout: OutputStream
  readonly stderr: OutputStream
  readonly env: Readonly<Record<string, string | undefined>>
}

export function createContext(streams: CliStreams, { ownsProcess = false } = {}): CliContext {
  const { stdin, stdout, stderr, env } = streams
  let exitCode = 0
  return {
    stdin,
    stdout,
    stderr,
    env,
    ownsProcess,
    style: styleFor(stdout, env),
    errorStyle: styleFor(stderr, env),
    config: (flags) => readConfig(env, flags),
    print: (text) => write(stdout, visibleLines(text)),
    printData: (text) => write(stdout, stdout.isTTY ? visibleData(text) : text),
    printPicture: (escapes) => write(stdout, escapes),
    note: (line) => {
      stderr.write(`${visibleLines(line)}\n`)
    },
    exitWith: (code) => {
      if (exitCode === 0) exitCode = code
    },
    exitCode: () => exitCode,
  }
}

/** Columns of standard output; what goes elsewhere than to a terminal is never cut. */
export function widthOf({ stdout }: Pick<CliContext, 'stdout'>): number {
  return stdout.isTTY ? stdout.columns || 80 : Number.POSITIVE_INFINITY
}

function write(stream: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => (error ? reject(error) : resolve()))
  })
}
