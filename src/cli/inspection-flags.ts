import { Option } from 'commander'
import type { CheckOption, InspectOptions } from '../inspect/options.ts'

/** Values of `--check`; `src/inspect/options.ts` has the same, which is not loaded to show help. */
const CHECKS: readonly CheckOption[] = ['table', 'leaders', 'all']

/** `--check`, for commands that inspect files. */
export function checkOption(): Option {
  return new Option(
    '--check <how far>',
    'chunks to look at: offset table, leaders at hand, or all (EXR_CHECK)',
  ).choices(CHECKS)
}

/** `--limit`, which may be repeated. */
export function limitOption(): Option {
  const list = (value: string, before: readonly string[] = []) => [...before, value]
  return new Option(
    '--limit <name=amount>',
    'raise a limit: header-bytes=128M, attributes, channels, parts, table-bytes',
  ).argParser(list)
}

/**
 * What the flags of an inspection say, with EXR_CHECK and EXR_LIMITS
 * (`header-bytes=128M,parts=100000`) where they say nothing. Throws ERR_OPTION_INVALID.
 */
export async function inspectionOptions(
  { check, limit = [] }: { readonly check?: CheckOption; readonly limit?: readonly string[] },
  env: Readonly<Record<string, string | undefined>>,
): Promise<Pick<InspectOptions, 'check' | 'limits'>> {
  const { parseLimits } = await import('../inspect/options.ts')
  const fromEnv = (env['EXR_LIMITS'] ?? '').split(',').filter((text) => text.trim() !== '')
  return {
    check: check ?? ((env['EXR_CHECK'] || 'leaders') as CheckOption),
    limits: parseLimits([...fromEnv, ...limit]),
  }
}
