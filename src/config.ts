import { availableParallelism } from 'node:os'
import { ExrError } from './errors.ts'

/** Settings of one process: flags win over the environment, the environment over defaults. Frozen. */
export interface Config {
  /** Path of an embedded catalog, or the URL of another one. */
  readonly catalog: string
  /** Worker threads. */
  readonly jobs: number
  /** Show stack traces and Node's own warnings. */
  readonly debug: boolean
}

/** Flags that a command line may set; undefined where the user said nothing. */
export interface ConfigFlags {
  readonly catalog?: string | undefined
  readonly jobs?: string | number | undefined
}

const DEFAULT_CATALOG = 'exr-catalog.duckdb'
const MAX_JOBS = 256

/** Reads EXR_CATALOG, EXR_JOBS and EXR_DEBUG. Throws ERR_OPTION_INVALID naming the flag or variable. */
export function readConfig(env: Readonly<Record<string, string | undefined>>, flags: ConfigFlags = {}): Config {
  const jobs = flags.jobs ?? (env['EXR_JOBS'] || undefined)
  return Object.freeze({
    catalog: flags.catalog ?? (env['EXR_CATALOG'] || DEFAULT_CATALOG),
    jobs: jobs === undefined ? availableParallelism() : toJobs(jobs, flags.jobs === undefined ? 'EXR_JOBS' : '--jobs'),
    debug: !['', '0', 'false', undefined].includes(env['EXR_DEBUG']),
  })
}

function toJobs(value: string | number, name: string): number {
  const jobs = Number(value)
  if (Number.isInteger(jobs) && jobs >= 1 && jobs <= MAX_JOBS) return jobs
  throw new ExrError(
    'ERR_OPTION_INVALID',
    `Expected a whole number of threads from 1 to ${MAX_JOBS} for ${name} but received ${value}`,
  )
}
