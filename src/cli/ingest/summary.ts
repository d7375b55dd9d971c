import type { ProblemState } from '../../ingest/counts.ts'
import type { IngestSummary } from '../../ingest/ingest.ts'
import { wrap, wrappedColumns } from '../format/columns.ts'
import { shortPath } from '../format/fit.ts'
import { bytes, count, duration, plural, rate } from '../format/units.ts'
import { singleLine } from '../format/visible.ts'
import type { Style } from '../style.ts'

interface SummaryOptions {
  readonly style: Style
  readonly catalog: string
  /** Columns of the terminal; Infinity where nothing is cut. */
  readonly width: number
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
    [counts.refreshed, 'of these stored anew', 'rows of an older release, of other bytes, or of a shallower look'],
    [counts.unchanged, 'unchanged', 'skipped without opening'],
    [counts.elsewhere, 'in other shards', ''],
    [
      counts.skippedLinks,
      counts.skippedLinks === 1 ? 'link passed over' : 'links passed over',
      '--follow follows links',
    ],
    [counts.removed, 'gone', 'marked as removed; --keep-missing leaves them'],
    [counts.unsure, 'not found', 'left as they are: their folder is empty or cannot be read'],
    ...STATES.map(([state, note, colour]): [number, string, string] => [
      counts.problems[state] ?? 0,
      style[colour](state),
      note,
    ]),
  ]
  const told = rows.filter(([number]) => number > 0)
  const table = wrappedColumns(
    told.map(([number, name, note]) => [count(number), name, style.dim(note)]),
    { indent: '  ', width: options.width, right: [0] },
  )
  return `${[
    ...wrap(head, options.width, '').map(style.bold),
    ...table,
    ...STATES.flatMap(([state]) => problemLines(state, summary, options)),
  ].join('\n')}\n`
}

/** What can be wrong with a file, in the words of `inspect`. */
const STATES: readonly (readonly [ProblemState, string, 'yellow' | 'red'])[] = [
  ['incomplete', 'stored; pixels, or the end of the header, are missing', 'yellow'],
  ['invalid', 'stored; the header breaks the format', 'red'],
  ['limited', 'stored; a limit kept part of the header unread', 'yellow'],
  ['unknown', 'stored; they use what this version does not know', 'yellow'],
  ['unreadable', 'in ingest_errors, and tried again by the next run', 'red'],
  ['not stored', 'in ingest_errors, and tried again by the next run', 'red'],
]

function problemLines(
  state: ProblemState,
  { counts, incomplete, failures }: IngestSummary,
  { style, shown, width }: SummaryOptions,
): string[] {
  const total = counts.problems[state] ?? 0
  if (total === 0) return []
  const listed = [...incomplete, ...failures].filter((problem) => problem.state === state).slice(0, shown)
  const lines = ['', style.bold(state[0]!.toUpperCase() + state.slice(1))]
  for (const { path, code, message } of listed) {
    const text = singleLine(message)
    const name = singleLine(path)
    // The path has a line of its own, which fits.
    const reason = text.replace(`Cannot read ${name}: `, '')
    lines.push(`  ${shortPath(name, width - 2)}`, ...wrap(`${reason} [${code}]`, width, '    '))
  }
  if (total > listed.length) {
    const rest = `and ${count(total - listed.length)} more: run with --verbose, or exr-inspector query broken-frames`
    lines.push(...wrap(rest, width, '  '))
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
      problems: counts.problems,
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
