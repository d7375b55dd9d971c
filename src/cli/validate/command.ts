import type { Command } from 'commander'
import { catalogFlags } from '../catalog-flags.ts'
import type { CliContext } from '../context.ts'
import { limitOption } from '../inspection-flags.ts'
import { LOCATIONS_HELP, listOf } from '../pixel-files.ts'
import type { ValidateFlags } from './run.ts'

export function configure(command: Command, context: CliContext): void {
  catalogFlags(
    command,
    'judge the files of a catalog, opening none: those that changed or this policy has not judged; it keeps the results',
    '',
  )
    .argument('[location...]', LOCATIONS_HELP)
    .option('-p, --policy <name|file>', 'built-in policy, path or s3:// URL of a policy', 'core')
    .option(
      '-f, --format <kind[=file]>',
      'table, json, sarif, junit, html or github; to a file (repeat for more)',
      listOf,
    )
    .option('--json', 'the same as -f json')
    .option('--fail-on <severity>', 'exit with 1 for findings as bad as this: info, warn or error', 'error')
    .option('--skip <rule>', 'leave a rule out (repeat for more)', listOf)
    .option('--max-tier <tier>', 'read no more than names, header, structure, chunks or pixels')
    .option('--all', 'list what was not and could not be checked, too')
    .option('--baseline <file>', 'findings that are accepted are not listed and fail nothing')
    .option('--write-baseline <file>', "accept today's findings")
    .option('--prune-baseline', 'take what no longer fails out of the baseline')
    .option('--again', 'judge files of the catalog whose results still hold, too')
    .option('--no-keep', 'write no results into the catalog')
    .option(
      '-w, --where <condition>',
      'only files of the catalog for which this SQL condition over files and parts holds',
    )
    .option('--allow-empty', 'finding no file is no error')
    .option('--follow', 'follow symbolic links below directories')
    .option('--hidden', 'look at hidden files and directories too')
    .option('--ignore <pattern>', 'leave out what matches, as in .gitignore (repeat for more)', listOf)
    .option('-0, --null', 'names on standard input end in NUL bytes')
    .option('-j, --jobs <n>', 'threads')
    .addOption(limitOption())
    .addHelpText(
      'after',
      `
Only what the policy's rules need is read: core never decodes a pixel. Policies:
exr-inspector policy list.
Exit codes: 0 clean, 1 findings at or above --fail-on, 2 usage or a policy that
is wrong, 3 could not run.

  exr-inspector validate /show/shot/renders
  exr-inspector validate renders -p render-frame -f table -f sarif=out.sarif
  exr-inspector validate renders -p delivery.yaml --fail-on warn
  exr-inspector validate --catalog farm.duckdb --where "width >= 1920"`,
    )
    .action(async (locations: string[], flags: ValidateFlags) => {
      const { runValidate } = await import('./run.ts')
      await runValidate(locations, flags, context)
    })
}
