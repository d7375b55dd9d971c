import { Option } from 'commander'
import type { CheckOption, InspectOptions } from '../inspect/options.ts'
import { parseBytes, parseList } from '../settings/parse.ts'
import { SettingsReader } from '../settings/reader.ts'
import { VARIABLES } from '../settings/variables.ts'

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
    'raise a limit: header-bytes=128M, attributes, total-attributes, channels, parts, table-bytes',
  ).argParser(list)
}

/** `--first-read`, for commands that inspect files. */
export function firstReadOption(): Option {
  return new Option('--first-read <bytes>', 'length of the first read, as in 128K (EXR_FIRST_READ_BYTES; default 64K)')
}

/** Flags that every command which inspects has. */
interface InspectionFlags {
  readonly check?: CheckOption
  readonly limit?: readonly string[]
  readonly firstRead?: string
}

/**
 * What the flags of an inspection say, with EXR_CHECK, EXR_FIRST_READ_BYTES and EXR_LIMITS
 * (`header-bytes=128M,parts=100000`) where they say nothing. Throws ERR_OPTION_INVALID.
 */
export async function inspectionOptions(
  { check, limit = [], firstRead }: InspectionFlags,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Pick<InspectOptions, 'check' | 'limits' | 'firstReadBytes'>> {
  const { parseLimits } = await import('../inspect/options.ts')
  const read = new SettingsReader((name) => env[name])
  const { min, max } = VARIABLES.EXR_FIRST_READ_BYTES
  return {
    check: check ?? (read.text('EXR_CHECK') as CheckOption),
    limits: parseLimits([...parseList(read.text('EXR_LIMITS') ?? ''), ...limit]),
    firstReadBytes:
      firstRead === undefined ? read.number('EXR_FIRST_READ_BYTES') : parseBytes(firstRead, '--first-read', min, max),
  }
}
