import type { ErrorCode } from '../errors.ts'

/** What the command line answers to the shell; docs/reference/cli.md explains each. */
export const EXIT = {
  ok: 0,
  someFilesFailed: 1,
  usage: 2,
  system: 3,
  /** 128 + SIGINT, as shells report it. */
  interrupted: 130,
  /** 128 + SIGTERM. */
  terminated: 143,
} as const

const OF_ONE_FILE: ReadonlySet<ErrorCode> = new Set(['ERR_NATIVE_READ', 'ERR_NATIVE_CRASH', 'ERR_NATIVE_TIMEOUT'])

const OF_USAGE: ReadonlySet<ErrorCode> = new Set(['ERR_OPTION_INVALID', 'ERR_CATALOG_QUERY', 'ERR_POLICY_INVALID'])

/** Exit code of a command that ended with an error. */
export function exitCodeOf(code: ErrorCode | undefined): number {
  if (code === undefined) return EXIT.system
  if (code === 'ERR_ABORTED') return EXIT.interrupted
  if (OF_USAGE.has(code)) return EXIT.usage
  if (code.startsWith('ERR_SOURCE_') || code.startsWith('ERR_EXR_') || OF_ONE_FILE.has(code)) {
    return EXIT.someFilesFailed
  }
  return EXIT.system
}
