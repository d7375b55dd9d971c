import type { IngestProblem } from '../../ingest/counts.ts'
import type { IngestSummary } from '../../ingest/ingest.ts'
import { columns } from '../format/columns.ts'
import { bytes, count, duration, plural, rate } from '../format/units.ts'
import { singleLine } from '../format/visible.ts'
import type { Style } from '../style.ts'

interface SummaryOptions {
  readonly style: Style
  readonly catalog: string
  /** Problems shown of each kind. */
  readonly shown: number
}

/** What a run did, for people: the counts that are not zero, then what needs a look. */
export function ingestSummaryText(summary: IngestSummary, options: SummaryOptions): string {
  const { counts, durationMs } = summary
  const { style } = options
  const speed = counts.inspected > 0 ? ` (${rate(counts.inspected, durationMs)}, ${bytes(counts.bytes)})` : ''
  const head = `${plural(counts.inspected, 'file')} read in ${duration(durationMs)}${speed}; catalog ${options.catalog}`
  const rows: [number, string, string][] = [
    [counts.inserted, 'new', ''],
    [counts.updated, 'seen again', 'same header as before'],
    [counts.refreshed, 'of these refreshed', 'their rows were of an older release, or of other bytes'],
    [counts.unchanged, 'unchanged', 'skipped without opening'],
    [counts.elsewhere, 'in other shards', ''],
    [
      counts.skippedLinks,
      counts.skippedLinks === 1 ? 'link passed over' : 'links passed over',
      '--follow follows links',
    ],
    [counts.incomplete, style.yellow('incomplete'), 'stored; pixels are missing'],
    [counts.removed, 'gone', 'marked as removed; --keep-missing leaves them'],
    [counts.unsure, 'not found', 'left as they are: their folder is empty or cannot be read'],
    [counts.failed, style.red('failed'), ''],
  ]
  const told = rows.filter(([number]) => number > 0)
  const table = columns(
    told.map(([number, name, note]) => [count(number), name, style.dim(note)]),
    { indent: '  ', width: Number.POSITIVE_INFINITY, right: [0] },
  )
  return `${[
    style.bold(head),
    ...table,
    ...problemLines('Incomplete', summary.incomplete, counts.incomplete, 'is_complete', options),
    ...problemLines('Failed', summary.failures, counts.failed, 'ingest_errors', options),
  ].join('\n')}\n`
}

const ASK = {
  is_complete: 'SELECT file_path FROM files WHERE NOT is_complete',
  ingest_errors: 'SELECT file_path, code, message FROM ingest_errors',
} as const

function problemLines(
  title: string,
  problems: readonly IngestProblem[],
  total: number,
  ask: keyof typeof ASK,
  { style, shown }: SummaryOptions,
): string[] {
  if (total === 0) return []
  const listed = problems.slice(0, shown)
  const lines = ['', style.bold(title)]
  for (const { path, code, message } of listed) {
    const text = singleLine(message)
    const says = text.includes(singleLine(path)) ? [] : [`  ${singleLine(path)}`]
    lines.push(...says, `${says.length > 0 ? '    ' : '  '}${text} ${style.dim(`[${code}]`)}`)
  }
  if (total > listed.length) {
    lines.push(`  and ${count(total - listed.length)} more: run with --verbose, or exr-inspector sql "${ASK[ask]}"`)
  }
  return lines
}

/** The same for scripts. */
export function ingestSummaryJson(summary: IngestSummary, catalog: string): string {
  const { counts } = summary
  return JSON.stringify(
    {
      run_id: summary.runId,
      catalog,
      found: counts.found,
      unchanged: counts.unchanged,
      inspected: counts.inspected,
      inserted: counts.inserted,
      updated: counts.updated,
      refreshed: counts.refreshed,
      incomplete: counts.incomplete,
      removed: counts.removed,
      not_found: counts.unsure,
      failed: counts.failed,
      in_other_shards: counts.elsewhere,
      skipped_links: counts.skippedLinks,
      bytes: counts.bytes,
      duration_ms: Math.round(summary.durationMs),
      stopped: summary.stopped,
      incomplete_files: summary.incomplete,
      failures: summary.failures,
    },
    null,
    2,
  )
}
