import { EMBEDDING_VERSION } from '../../embeddings/index.ts'
import { type EmbedCounts, type EmbedSummary, embed } from '../../ingest/embed.ts'
import { s3SettingsFrom } from '../../settings/s3.ts'
import type { CatalogFlags } from '../catalog-flags.ts'
import type { CliContext } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { count, plural, rate } from '../format/units.ts'
import { singleLine } from '../format/visible.ts'
import { catchInterrupts } from '../interrupts.ts'
import { openExisting } from '../open-catalog.ts'
import { toldProgress } from '../told-progress.ts'

export interface EmbedFlags extends CatalogFlags {
  readonly jobs?: string
  readonly rowsOnly?: true
  readonly quiet?: true
  readonly verbose?: true
  readonly json?: true
}

const PROBLEMS_SHOWN = 20

export async function runEmbed(flags: EmbedFlags, context: CliContext): Promise<void> {
  const config = context.config(flags)
  const catalog = await openExisting(config)
  const progress = toldProgress(flags, context)
  const started = performance.now()
  const interrupts = catchInterrupts(() => {
    progress.end()
    context.note('Storing the batch at hand. Press Ctrl-C again to stop at once; nothing stored is lost.')
  })
  let summary: EmbedSummary
  try {
    summary = await embed(catalog, {
      reread: flags.rowsOnly !== true,
      jobs: config.jobs,
      s3: s3SettingsFrom((name) => context.env[name]),
      stop: interrupts.signal,
      onProgress: ({ outdated }) =>
        progress.update(() => `${count(outdated)} files, ${rate(outdated / (performance.now() - started), 1)}`),
    })
  } finally {
    progress.end()
    interrupts.release()
    await catalog.close()
  }
  const signalled = interrupts.exitCode()
  if (signalled !== null) context.exitWith(signalled)
  if (summary.counts.left > 0) context.exitWith(EXIT.someFilesFailed)
  await report(summary, flags, context)
}

async function report({ counts, problems, stopped }: EmbedSummary, flags: EmbedFlags, context: CliContext) {
  if (flags.json) {
    const fields = {
      embedding_version: EMBEDDING_VERSION,
      outdated: counts.outdated,
      from_rows: counts.fromRows,
      from_files: counts.fromFiles,
      left: counts.left,
      stopped,
      problems,
    }
    return context.printData(`${JSON.stringify(fields, null, 2)}\n`)
  }
  const shown = flags.verbose ? problems : problems.slice(0, PROBLEMS_SHOWN)
  for (const { path, message, code } of shown) context.note(`${singleLine(path)}: ${singleLine(message)} [${code}]`)
  if (counts.left > shown.length) context.note(`... and ${plural(counts.left - shown.length, 'file')} more`)
  if (!flags.quiet) await context.print(`${summaryText(counts)}\n`)
  if (stopped) context.note('Stopped before the end. Run the same command again to go on from here.')
}

function summaryText({ outdated, fromRows, fromFiles, left }: EmbedCounts): string {
  if (outdated === 0) return `Every vector has version ${EMBEDDING_VERSION} already.`
  const done = `${plural(fromRows + fromFiles, 'file')} brought to version ${EMBEDDING_VERSION}`
  const how = `${count(fromRows)} from rows of the catalog, ${count(fromFiles)} from files read again`
  return `${done}: ${how}.${left > 0 ? ` ${plural(left, 'file')} left with old vectors.` : ''}`
}
