import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, release, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const projectRoot = fileURLToPath(new URL('..', import.meta.url))
/** The command line as it is shipped. */
export const cli = join(projectRoot, 'dist/cli/main.js')

/** One figure of a benchmark. */
export interface Row {
  readonly name: string
  readonly unit: string
  readonly median: number
  readonly p99?: number
  readonly rounds?: number
  /** What the figure should be, such as `<= 120`; the runner judges the median by it. */
  readonly target?: Target
}

export interface Target {
  readonly atMost?: number
  readonly atLeast?: number
}

export interface Outcome {
  /** What was measured on: counts and sizes, no paths. */
  readonly input: Readonly<Record<string, number | string>>
  readonly rows: readonly Row[]
  /** What the figures do not tell. */
  readonly leavesOut: readonly string[]
}

/** A benchmark file exports this; its first line states its question. */
export interface BenchmarkModule {
  run(): Promise<Outcome>
}

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  readonly system: string
  readonly node: string
  /** Processes that wanted a core in the last minute; above `cores` the figures are too high. */
  readonly load: number
}

export function machine(): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()} ${process.arch}`,
    node: process.version,
    load: Number(loadavg()[0]!.toFixed(1)),
  }
}

/** A module of the product as it is shipped: compiled, from `dist`. `T` is the type of the source it comes from. */
export function product<T>(path: string): Promise<T> {
  return import(new URL(`../dist/${path}.js`, import.meta.url).href)
}

/** Wall times in milliseconds of `rounds` calls after `warmUp` calls that do not count. */
export async function times(rounds: number, warmUp: number, work: () => unknown): Promise<number[]> {
  const result: number[] = []
  for (let round = -warmUp; round < rounds; round++) {
    const start = performance.now()
    await work()
    if (round >= 0) result.push(performance.now() - start)
  }
  return result
}

/** A row from times, each multiplied by `scale`. */
export function row(name: string, unit: string, samples: readonly number[], scale = 1, target?: Target): Row {
  return {
    name,
    unit,
    median: quantile(samples, 0.5) * scale,
    p99: quantile(samples, 0.99) * scale,
    rounds: samples.length,
    ...(target ? { target } : {}),
  }
}

/** A row of rates: the higher the better, so there is no p99. */
export function rateRow(name: string, unit: string, samples: readonly number[], target?: Target): Row {
  return { name, unit, median: quantile(samples, 0.5), rounds: samples.length, ...(target ? { target } : {}) }
}

/** Nearest rank. Throws when there are no samples. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b)
  const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]
  if (value === undefined) throw new Error('No samples')
  return value
}

/** Stops the benchmark when what is to be measured does not do its work. */
export function check(isTrue: boolean, what: string): asserts isTrue {
  if (!isTrue) throw new Error(`Not measured, because the result is wrong: ${what}`)
}

/** Runs a program to its end and gives its wall time in milliseconds and output. Throws when it fails. */
export function timedProgram(command: string, args: readonly string[], input = ''): { ms: number; stdout: string } {
  const start = performance.now()
  const run = spawnSync(command, args, { encoding: 'utf8', input, maxBuffer: 1 << 30 })
  const ms = performance.now() - start
  if (run.error) throw run.error
  if (run.status !== 0) throw new Error(`${command} ${args[0]} ended with ${run.status}: ${run.stderr.slice(-2000)}`)
  return { ms, stdout: run.stdout }
}

/** Calls `work` with a new folder, which is removed afterwards. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'exr-bench-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
