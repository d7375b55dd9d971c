import { type Command, Option } from 'commander'
import { SHARD_BY } from '../../ingest/shard.ts'
import { catalogFlags } from '../catalog-flags.ts'
import type { CliContext } from '../context.ts'
import { checkOption, firstReadOption } from '../inspection-flags.ts'
import { isolateOption } from '../isolate.ts'
import type { IngestFlags } from './run.ts'

export function configure(command: Command, context: CliContext): void {
  const list = (value: string, before: readonly string[] = []) => [...before, value]
  catalogFlags(command, 'catalog to fill')
    .argument('[root...]', 'directory, file, pattern (*.exr, a.####.exr, a.1-9#.exr), s3://bucket/prefix, or -')
    .option('-j, --jobs <n>', 'workers at a time (EXR_JOBS; default one a core)')
    .addOption(isolateOption('thread'))
    .option('--catalog-memory <bytes>', 'buffers of an embedded catalog, such as 1G (EXR_CATALOG_MEMORY)')
    .option('--force', 'open files again that have not changed')
    .option('--limit <n|name=amount>', 'open at most n files; or raise a limit, as in header-bytes=128M', list)
    .addOption(checkOption())
    .addOption(firstReadOption())
    .option('--validate [policy]', 'judge by a policy and keep the results: a built-in name (default core) or a file')
    .option('--shard <i/n>', 'only the i-th of n equal shares of the files')
    .addOption(
      new Option('--shard-by <what>', 'what stays in one share: a file, or a whole sequence (default file)').choices(
        SHARD_BY,
      ),
    )
    .option('--start-after <key>', 's3:// only: list keys after this one')
    .option(
      '--stats [sample=n]',
      'statistics of the pixels; of every nth row or tile, or a share (sample=8, sample=0.1)',
    )
    .option('--deep-stats', 'samples and depths of deep parts')
    .option('--hash', 'hashes of the pixels')
    .option('--keep-missing', 'leave files that are gone as they are, and do not mark them as removed')
    .option('--fail-fast', 'stop at the first failure')
    .option('-n, --dry-run', 'list what would be opened; open and store nothing')
    .option('--watch', 'go on until Ctrl-C: ingest what changes below the roots, when it is quiet')
    .option('--settle <time>', 'with --watch: how long nothing must happen to a file before it is read (default 2s)')
    .option(
      '--rescan <time>',
      'with --watch: how often to walk the roots in full (default 1h; 1m where watching fails)',
    )
    .option('--allow-empty', 'finding no file at all is no error')
    .option('--follow', 'follow symbolic links')
    .option('--hidden', 'look at hidden files and directories too')
    .option('--ignore <pattern>', 'leave out what matches, as in .gitignore (repeat for more)', list)
    .option('--fold-case', 'treat paths that differ only in case as one, for shares that ignore case')
    .option('-0, --null', 'names on standard input end in NUL bytes')
    .option('-q, --quiet', 'print failures only')
    .option('-v, --verbose', 'print every failure, not the first 20')
    .option('--json', 'print the summary as JSON')
    .addHelpText(
      'after',
      `
Files that have not changed since they were stored (path, size, modification
time; objects: size, ETag) are skipped without opening them.
Files that cannot be read stop nothing: they are listed at the end and kept in
the catalog's table ingest_errors.
Ctrl-C stores what has been read and ends; the same command goes on from there
(with --force it begins again). A second Ctrl-C ends at once.
Files that were stored from below a directory or prefix and are gone from it are
marked as removed, once it was walked to the end;
never below what cannot be read or is empty, as a share is that is not mounted.
Directories may hold .exrignore files, with patterns as in .gitignore.

  exr-inspector ingest /show/renders
  exr-inspector ingest s3://plates/show/
  exr-inspector ingest /show -c show.duckdb --ignore 'tmp/' --ignore '*_x.*'
  find /show -name '*.exr' -mmin -60 -print0 | exr-inspector ingest -0 -`,
    )
    .action(async (roots: string[], flags: IngestFlags) => {
      const { runIngest } = await import('./run.ts')
      await runIngest(roots, flags, context)
    })
}
