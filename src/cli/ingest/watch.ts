import { ExrError } from '../../errors.ts'
import type { IngestSummary } from '../../ingest/ingest.ts'
import { type WatchOptions, type WatchReason, watchAndIngest } from '../../ingest/watch.ts'
import { parseDuration } from '../../settings/parse.ts'
import type { CliContext } from '../context.ts'
import { count, plural } from '../format/units.ts'
import { singleLine } from '../format/visible.ts'
import { ingestSummaryJson } from './summary.ts'

/** Flags of `--watch`, and those that it looks at. */
export interface WatchFlags {
  readonly watch?: true
  readonly settle?: string
  readonly rescan?: string
  readonly dryRun?: true
  readonly failFast?: true
  readonly startAfter?: string
  readonly limit?: readonly string[]
  readonly quiet?: true
  readonly verbose?: true
  readonly json?: true
}

/** Throws ERR_OPTION_INVALID for what does not go with `--watch`, or only with it. */
export function checkWatch(args: readonly string[], flags: WatchFlags): void {
  const invalid = (message: string) => new ExrError('ERR_OPTION_INVALID', message)
  if (!flags.watch) {
    const lost = (['settle', 'rescan'] as const).find((name) => flags[name] !== undefined)
    if (lost !== undefined) throw invalid(`--${lost} goes with --watch`)
    return
  }
  if (args.includes('-')) throw invalid('--watch follows directories and prefixes, not a list on standard input')
  const other = (['dryRun', 'failFast', 'startAfter'] as const).find((name) => flags[name] !== undefined)
  const hasLimit = flags.limit?.some((text) => !text.includes('='))
  if (other === undefined && !hasLimit) return
  const name = other === undefined ? 'limit' : other.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  throw invalid(`--watch goes on until it is ended: leave --${name} out`)
}

/** Follows the roots until Ctrl-C; says a line a run that did something, or an object with `--json`. */
export async function follow(
  options: WatchOptions,
  catalog: string,
  flags: WatchFlags,
  context: CliContext,
): Promise<void> {
  const say = (summary: IngestSummary, reason: WatchReason) => {
    const { counts } = summary
    const isNews = reason === 'start' || counts.inspected + counts.failed + counts.removed > 0
    if (!isNews) return
    if (flags.json) void context.printData(`${JSON.stringify(JSON.parse(ingestSummaryJson(summary, catalog)))}\n`)
    else if (!flags.quiet) context.note(runText(summary, reason))
    const shown = flags.verbose ? summary.failures : summary.failures.slice(0, 20)
    if (!flags.json)
      for (const { path, message, code } of shown) context.note(`${singleLine(path)}: ${singleLine(message)} [${code}]`)
  }
  await watchAndIngest({
    ...options,
    ...(flags.settle !== undefined && { quietMs: parseDuration(flags.settle, '--settle') }),
    ...(flags.rescan !== undefined && {
      rescanMs: parseDuration(flags.rescan, '--rescan'),
      unwatchedRescanMs: parseDuration(flags.rescan, '--rescan'),
    }),
    onRun: say,
    onRemoved: (removed) => {
      if (flags.json) void context.printData(`${JSON.stringify({ removed })}\n`)
      else if (!flags.quiet) context.note(`${clock()} ${count(removed)} removed`)
    },
    onTrouble: (root, reason) => {
      if (!flags.quiet)
        context.note(`${singleLine(root)} is walked from time to time, not watched: ${singleLine(reason)}`)
    },
  })
}

function runText({ counts }: IngestSummary, reason: WatchReason): string {
  const { inserted, updated, failed, removed } = counts
  const did = [
    `${count(inserted)} new`,
    `${count(updated)} seen again`,
    ...(removed > 0 ? [`${count(removed)} removed`] : []),
    ...(failed > 0 ? [`${plural(failed, 'failure')}`] : []),
  ].join(', ')
  return reason === 'start' ? `${clock()} ${did}. Watching; Ctrl-C ends it.` : `${clock()} ${did}`
}

function clock(): string {
  return new Date().toTimeString().slice(0, 8)
}
