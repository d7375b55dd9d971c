import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { openCatalog } from '../../catalog/open.ts'
import { ExrError } from '../../errors.ts'
import type { IngestCounts } from '../../ingest/counts.ts'
import { dryRun } from '../../ingest/dry-run.ts'
import { type IngestSummary, ingest } from '../../ingest/ingest.ts'
import { rootPattern } from '../../ingest/root-pattern.ts'
import { type ShardBy, toShard } from '../../ingest/shard.ts'
import { startWalk } from '../../ingest/walkers.ts'
import type { CheckOption } from '../../inspect/options.ts'
import { parseSampling } from '../../inspect/sampling.ts'
import type { Config } from '../../settings/config.ts'
import { parseWhole } from '../../settings/parse.ts'
import { s3SettingsFrom } from '../../settings/s3.ts'
import { toolVersion } from '../../settings/version.ts'
import { isS3Url } from '../../source/s3-url.ts'
import { checkPolicy } from '../../tasks/validation.ts'
import type { CatalogFlags } from '../catalog-flags.ts'
import { type CliContext, widthOf } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { plural } from '../format/units.ts'
import { inspectionOptions } from '../inspection-flags.ts'
import { catchInterrupts } from '../interrupts.ts'
import { compileLate } from '../late-compiler.ts'
import { namesFrom, nothingFound } from '../locations.ts'
import { isRemote, openToRead } from '../open-catalog.ts'
import { policyWish } from '../policy-flags.ts'
import { barProgress, lineProgress, noProgress, type Progress } from '../progress.ts'
import { ingestSummaryJson, ingestSummaryText } from './summary.ts'
import { checkWatch, follow, type WatchFlags } from './watch.ts'

export interface IngestFlags extends CatalogFlags, WatchFlags {
  readonly jobs?: string
  readonly isolate?: string
  readonly catalogMemory?: string
  readonly force?: true
  readonly check?: CheckOption
  readonly firstRead?: string
  readonly validate?: true | string
  readonly shard?: string
  readonly shardBy?: ShardBy
  readonly stats?: true | string
  readonly deepStats?: true
  readonly hash?: true
  readonly keepMissing?: true
  readonly allowEmpty?: true
  readonly follow?: true
  readonly hidden?: true
  readonly ignore?: readonly string[]
  readonly foldCase?: true
  readonly null?: true
}

const PROBLEMS_SHOWN = 20

/** Cores go to the threads that inspect: one thread writes faster than they read. */
const WRITER_THREADS = 1

/**
 * Rows of an ingest wait in some 110 MiB until they are in the file, and what is looked up of older ones fits beside them: the
 * usual limit of a writer would keep 85 MiB more of the file, which nobody asks for (docs/reference/performance.md).
 */
const FIRST_MEMORY_BYTES = 128 * 2 ** 20

export async function runIngest(given: readonly string[], flags: IngestFlags, context: CliContext): Promise<void> {
  compileLate(context)
  const { sample, rest } = sampleOf(given, flags)
  const config = context.config({
    catalog: flags.catalog,
    jobs: flags.jobs,
    isolate: flags.isolate,
    catalogMemory: flags.catalogMemory,
    wait: flags.wait,
  })
  const { args, ...policy } = policyWish(rest, flags)
  if (args.length === 0) throw new ExrError('ERR_OPTION_INVALID', 'Name a directory, a file or a prefix to ingest.')
  if (flags.shardBy !== undefined && flags.shard === undefined) {
    throw new ExrError('ERR_OPTION_INVALID', '--shard-by says how files are shared: name the share with --shard i/n')
  }
  checkWatch(args, flags)
  const s3 = s3SettingsFrom((name) => context.env[name])
  await checkPolicy({ validate: policy.validate, policyPath: policy.policyPath ?? null }, { s3 })
  const limits = flags.limit ?? []
  const files = limits.findLast((text) => !text.includes('='))
  const what = {
    roots: rootsOf(args, flags, context),
    jobs: config.jobs,
    ...(config.isolation && { isolation: config.isolation }),
    force: flags.force === true,
    follow: flags.follow === true,
    allowEmpty: flags.allowEmpty === true,
    hidden: flags.hidden === true,
    ignore: flags.ignore ?? [],
    foldCase: flags.foldCase === true,
    ...(flags.shard !== undefined && { shard: toShard(flags.shard, flags.shardBy) }),
    ...(files !== undefined && { limit: parseWhole(files, '--limit', 1) }),
    inspect: {
      ...(await inspectionOptions({ ...flags, limit: limits.filter((text) => text.includes('=')) }, context.env)),
      ...policy,
      ...(flags.stats !== undefined && { stats: true }),
      ...(sample !== null && { sample }),
      ...(flags.deepStats && { deepStats: true }),
      ...(flags.hash && { hash: true as const }),
    },
    ...(flags.startAfter !== undefined && { startAfter: flags.startAfter }),
    s3,
  }
  if (flags.dryRun) return showPlan(what, args, flags, config, context)

  assertSomeRoot(args, config)
  // Names are read while the catalog is opened.
  const walk = flags.watch || !Array.isArray(what.roots) ? null : startWalk(what.roots, what)
  const catalog = await openCatalog(config.catalog, {
    foldCase: what.foldCase,
    vast: config.vast,
    threads: WRITER_THREADS,
    firstMemoryBytes: FIRST_MEMORY_BYTES,
    fileMode: config.catalogMode,
    ...(config.catalogWaitMs !== null && { waitMs: config.catalogWaitMs }),
    ...(config.catalogMemoryBytes !== null && { memoryLimit: config.catalogMemoryBytes }),
  }).catch(async (error: unknown) => {
    await walk?.end()
    throw error
  })
  const progress = flags.watch ? noProgress : await progressFor(flags, what.limit ?? Number.POSITIVE_INFINITY, context)
  const interrupts = catchInterrupts(() => {
    const line = 'Storing what has been read. Press Ctrl-C again to stop at once; nothing stored is lost.'
    if (flags.watch) context.note(line)
    else progress.note(line)
  })
  let summary: IngestSummary
  const run = {
    ...what,
    catalog,
    failFast: flags.failFast === true,
    keepMissing: flags.keepMissing === true,
    stop: interrupts.signal,
    source: args.map((arg) => (arg === '-' ? 'standard input' : isRemote(arg) ? arg : resolve(arg))).join(' '),
    toolVersion: toolVersion(),
    onProgress: (counts: IngestCounts) => progress.update(counts),
  }
  try {
    if (flags.watch) {
      await follow({ ...run, roots: args }, config.catalog, flags, context)
      return context.exitWith(interrupts.exitCode() ?? EXIT.ok)
    }
    summary = await ingest({ ...run, ...(walk && { walk }) })
  } finally {
    progress.end()
    interrupts.release()
    await catalog.close()
  }
  const signalled = interrupts.exitCode()
  if (signalled !== null) context.exitWith(signalled)
  if (summary.counts.failed > 0) context.exitWith(EXIT.someFilesFailed)
  await report(summary, flags, config, context)
  if (signalled === null) assertSomeFile(summary, args, flags)
}

/** In other shards there may be some. */
function assertSomeFile(
  { counts }: Pick<IngestSummary, 'counts'>,
  args: readonly string[],
  { allowEmpty }: IngestFlags,
): void {
  if (counts.found + counts.elsewhere + counts.failed + counts.removed > 0 || allowEmpty) return
  throw nothingFound(args, counts.skippedLinks)
}

async function report(summary: IngestSummary, flags: IngestFlags, config: Config, context: CliContext): Promise<void> {
  if (flags.json) return context.printData(`${ingestSummaryJson(summary, config.catalog)}\n`)
  const shown = flags.verbose ? Number.POSITIVE_INFINITY : PROBLEMS_SHOWN
  if (!flags.quiet || summary.counts.failed > 0) {
    await context.print(
      ingestSummaryText(summary, { style: context.style, width: widthOf(context), catalog: config.catalog, shown }),
    )
  }
  const left = summary.counts.toInspect - summary.counts.inspected
  const atLeast = summary.counts.walkEnded ? '' : 'at least '
  if (summary.stopped === 'asked') {
    context.note(`Stopped with ${atLeast}${plural(left, 'file')} left. ${goOn(flags, 'to go on from here')}`)
  } else if (summary.stopped === 'limit' && !flags.quiet) {
    context.note(`The limit left ${atLeast}${plural(left, 'file')}. ${goOn(flags, 'for the next ones')}`)
  } else if (summary.stopped === 'fail-fast') {
    context.note('Stopped at the first failure, as --fail-fast asks.')
  }
}

/** What `--force` has opened again looks like what it has not. */
function goOn({ force }: IngestFlags, what: string): string {
  if (!force) return `Run the same command again ${what}.`
  return (
    'Run the same command again to open all of them again from the first; without --force it opens only those that are new ' +
    'or have changed.'
  )
}

type What = Omit<Parameters<typeof dryRun>[0], 'catalog' | 'onFile'>

async function showPlan(
  what: What,
  args: readonly string[],
  flags: IngestFlags,
  config: Config,
  context: CliContext,
): Promise<void> {
  const exists = isRemote(config.catalog) || existsSync(config.catalog.replace(/^duckdb:/, ''))
  const catalog = exists ? await openToRead(config, context) : null
  const listed: string[] = []
  try {
    const { counts, failures } = await dryRun({
      ...what,
      catalog,
      onFile: async (location) => {
        if (flags.json) listed.push(location)
        else if (!flags.quiet) await context.printData(`${location}\n`)
      },
    })
    if (failures.length > 0) context.exitWith(EXIT.someFilesFailed)
    if (flags.json) {
      const { found, unchanged, elsewhere: in_other_shards, toInspect: to_inspect } = counts
      const plan = { dry_run: true, found, unchanged, in_other_shards, to_inspect, files: listed, failures }
      await context.printData(`${JSON.stringify(plan, null, 2)}\n`)
      return assertSomeFile({ counts }, args, flags)
    }
    for (const { message, code } of failures) context.note(`exr-inspector: ${message} [${code}]`)
    context.note(`Would open ${plural(counts.toInspect, 'file')}; ${plural(counts.unchanged, 'file')} unchanged.`)
    assertSomeFile({ counts }, args, flags)
  } finally {
    await catalog?.close()
  }
}

/** A mistyped root makes no catalog. One that is there already is told of the root, as of any that cannot be read. */
function assertSomeRoot(args: readonly string[], { catalog }: Config): void {
  if (isRemote(catalog) || existsSync(catalog.replace(/^duckdb:/, ''))) return
  if (args.some((arg) => arg === '-' || isRemote(arg) || existsSync(rootPattern(arg)?.base ?? arg))) return
  const message = `Cannot read ${args.join(', ')}: there is no such file or directory. No catalog was made. Check the path`
  throw new ExrError('ERR_SOURCE_NOT_FOUND', message, { details: { path: args[0] ?? '' } })
}

function rootsOf(args: readonly string[], flags: IngestFlags, context: CliContext) {
  if (flags.startAfter !== undefined && !args.some((arg) => isS3Url(arg))) {
    throw new ExrError('ERR_OPTION_INVALID', `--start-after is for s3:// roots; none of ${args.join(', ')} is one`)
  }
  const remote = args.find((arg) => isRemote(arg) && !isS3Url(arg))
  if (remote !== undefined && !remote.startsWith('file://')) {
    const scheme = remote.slice(0, remote.indexOf('://') + 3)
    const message = `Cannot read ${remote}: URLs of ${scheme} are not supported. Name a directory or s3://bucket/prefix`
    throw new ExrError('ERR_OPTION_INVALID', message, { details: { path: remote } })
  }
  if (!args.includes('-')) return args
  return (async function* () {
    for (const arg of args) {
      if (arg === '-') yield* namesFrom(context.stdin, flags.null === true)
      else yield arg
    }
  })()
}

async function progressFor(flags: IngestFlags, limit: number, context: CliContext): Promise<Progress> {
  if (flags.quiet) return noProgress
  if (context.stderr.isTTY) return barProgress(context, limit)
  return flags.json ? noProgress : lineProgress(context, limit)
}

/** `--stats` takes a value only where it looks like one; else what follows it is a root. Throws ERR_OPTION_INVALID. */
function sampleOf(given: readonly string[], { stats }: IngestFlags) {
  if (typeof stats !== 'string') return { sample: null, rest: given }
  if (/^(sample=|\d+(\.\d+)?(,|$))/.test(stats)) {
    parseSampling(stats, '--stats')
    return { sample: stats, rest: given }
  }
  return { sample: null, rest: [stats, ...given] }
}
