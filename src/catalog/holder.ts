import { readFileSync } from 'node:fs'

/** A process that has a catalog open. */
export interface Holder {
  readonly pid: number
  /** Its command line; null where this user may not see it. */
  readonly command: string | null
  /** When it started; null where that cannot be told. */
  readonly since: Date | null
}

/** Ticks a second in /proc, of every Linux there is. */
const TICKS = 100

/** The process that DuckDB's message names, or null. */
export function holderIn(text: string): Holder | null {
  const [, program = '', pid] = /held in (.+?) \(PID (\d+)\)/.exec(text) ?? []
  return pid === undefined ? null : { pid: Number(pid), command: commandOf(pid) ?? program, since: startOf(pid) }
}

/** `process 4711 (exr-inspector ingest /show), running since 2025-03-01 14:05:09`, in the time of this machine. */
export function holderText(holder: Holder | null): string {
  if (holder === null) return 'another process'
  const { pid, command, since } = holder
  return `process ${pid}${command === null ? '' : ` (${command})`}${since === null ? '' : `, running since ${clock(since)},`}`
}

/** Date and time of this machine's clock, to the second. */
export function clock(date: Date): string {
  const [year, ...rest] = [date.getFullYear(), date.getMonth() + 1, date.getDate()]
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()]
  return `${[year, ...rest.map(two)].join('-')} ${time.map(two).join(':')}`
}

function two(number: number): string {
  return String(number).padStart(2, '0')
}

const LONGEST_COMMAND = 120
/** Node's own flags that a module follows. */
const LOADS = new Set(['--import', '--require', '-r', '--loader', '--experimental-loader'])

/** The program and the script by their names alone: `node /opt/x/dist/cli/main.js` says less than `main.js ingest /show`. */
function commandOf(pid: string): string | null {
  const words = read(`/proc/${pid}/cmdline`)?.split('\0').filter(Boolean)
  if (!words || words.length === 0) return null
  const isNode = /(^|\/)node$/.test(words[0]!)
  const isScript = (word: string, index: number) => index > 0 && !word.startsWith('-') && !LOADS.has(words[index - 1]!)
  const script = isNode ? words.findIndex(isScript) : 0
  const named = words.slice(Math.max(0, script))
  const name = named[0]!.replace(/.*\/dist\/cli\/main\.js$/, 'exr-inspector').replace(/.*\//, '')
  const text = [name, ...named.slice(1)].join(' ')
  return text.length > LONGEST_COMMAND ? `${text.slice(0, LONGEST_COMMAND - 1)}…` : text
}

function startOf(pid: string): Date | null {
  // The name of the program, in brackets, may hold anything.
  const ticks = Number(read(`/proc/${pid}/stat`)?.replace(/.*\) /s, '').split(' ')[19])
  const bootSeconds = Number(/^btime (\d+)$/m.exec(read('/proc/stat') ?? '')?.[1])
  const ms = (bootSeconds + ticks / TICKS) * 1000
  return Number.isFinite(ms) ? new Date(ms) : null
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
