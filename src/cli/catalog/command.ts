import { type Command, Option } from 'commander'
import { catalogFlags } from '../catalog-flags.ts'
import type { CliContext } from '../context.ts'
import { limitOption } from '../inspection-flags.ts'
import type { MergeFlags } from './merge.ts'
import type { DdlFlags, InfoFlags, MigrateFlags, ValueFlags, VerifyFlags } from './run.ts'

const JSON_FLAG = ['--json', 'print JSON'] as const

export function configure(command: Command, context: CliContext): void {
  const load = () => import('./run.ts')
  catalogFlags(command.command('info'), 'catalog')
    .description('say what a catalog holds')
    .option(...JSON_FLAG)
    .action(async (flags: InfoFlags) => (await load()).showInfo(flags, context))
  catalogFlags(command.command('verify'), 'catalog')
    .description('check that a catalog holds what was stored, and that its tables agree with each other')
    .option('--against-files [n]', 'also read a sample of n files again, and compare (default 100)')
    .option('--seed <text>', 'picks the sample; the same text picks the same files')
    .addOption(limitOption())
    .option(...JSON_FLAG)
    .action(async (flags: VerifyFlags) => (await load()).verify(flags, context))
  catalogFlags(command.command('migrate'), 'catalog')
    .description('bring a catalog to the schema of this version, or of another')
    .option('--to <version>', 'schema version; older ones drop the tables they do not have')
    .option(...JSON_FLAG)
    .action(async (flags: MigrateFlags) => (await load()).migrate(flags, context))
  catalogFlags(command.command('value <sha256>'), 'catalog')
    .description('write an attribute value that is too large for a row, as value_json names it')
    .option('-o, --output <file>', 'write it there')
    .action(async (sha256: string, flags: ValueFlags) => (await load()).showValue(sha256, flags, context))
  catalogFlags(command.command('merge <catalogs...>'), 'catalog that takes everything over; made when it is not there')
    .description('make one catalog of several, without doubles')
    .option('--migrate-copies', 'bring a copy of a catalog of an older version up to date, and merge that')
    .option('-q, --quiet', 'print nothing but failures')
    .option(...JSON_FLAG)
    .action(async (catalogs: readonly string[], flags: MergeFlags) =>
      (await import('./merge.ts')).merge(catalogs, flags, context),
    )
  catalogFlags(command.command('compact'), 'catalog')
    .description('write the file of an embedded catalog anew, without what deletions left in it')
    .option(...JSON_FLAG)
    .action(async (flags: InfoFlags) => (await import('./compact.ts')).compact(flags, context))
  command
    .command('ddl')
    .description('print the tables as SQL')
    .addOption(
      new Option('--dialect <name>', 'SQL of DuckDB, or of Trino on VAST DataBase')
        .choices(['duckdb', 'trino'])
        .default('duckdb'),
    )
    .option('--schema <name>', 'put this schema before the names, such as vast."bucket|schema"')
    .action(async (flags: DdlFlags) => (await load()).showDdl(flags, context))
}
