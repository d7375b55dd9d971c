import { type Policy, type ReportFinding, remedyOf, type ValidationReport } from '../../policy/index.ts'
import { columns, wrap } from '../format/columns.ts'
import { shortPath } from '../format/fit.ts'
import { count, plural } from '../format/units.ts'
import { singleLine } from '../format/visible.ts'
import { displayWidth, type Style } from '../style.ts'

interface TextOptions {
  readonly style: Style
  readonly width: number
  readonly policy: Policy
  readonly root: string
  readonly all: boolean
}

/** Failures with reason, place and remedy; then rules and files with most of them; then the count. */
export function reportText(report: ValidationReport, options: TextOptions): string {
  const { findings, summary } = report
  const { style, all } = options
  const shown = findings.filter(({ state }) => all || state === 'fail')
  const lines = placesOf(shown).flatMap((findings) => placeLines(findings, options))
  const failing = Object.entries(summary.rules).filter(([, { fail }]) => fail > 0)
  if (failing.length > 0) {
    lines.push('', style.bold('Rules that fail'))
    const rows = failing.sort((a, b) => b[1].fail - a[1].fail).map(([rule, { fail }]) => [String(fail), rule])
    lines.push(...columns(rows, { indent: '  ', width: options.width, right: [0] }))
    lines.push('', style.bold('Worst files'))
    const worst = summary.worst_files.map(({ path, failures }) => [
      String(failures),
      singleLine(relative(path, options.root)),
    ])
    lines.push(...columns(worst, { indent: '  ', width: options.width, right: [0] }))
  }
  lines.push(...(lines.length > 0 ? [''] : []), ...countLines(report, options))
  return `${lines.join('\n')}\n`
}

/** Findings of one rule on one file or sequence in a row: parts and channels of it. */
function placesOf(findings: readonly ReportFinding[]): ReportFinding[][] {
  const places: ReportFinding[][] = []
  const place = ({ rule, state, severity, path, sequence, frames }: ReportFinding) =>
    JSON.stringify([rule, state, severity, sequence ?? path, frames])
  for (const finding of findings) {
    const last = places.at(-1)
    if (last?.[0] !== undefined && place(last[0]) === place(finding)) last.push(finding)
    else places.push([finding])
  }
  return places
}

const SHOWN_OF_A_PLACE = 5
const INDENT = ' '.repeat(7)

/** Rule and file once, then what was found, a line each, then the remedy. */
function placeLines(findings: readonly ReportFinding[], { style, width, policy, root, all }: TextOptions): string[] {
  const [first] = findings
  if (first === undefined) return []
  const { rule, state, severity, path, sequence, frames } = first
  const paint = { error: style.red, warn: style.yellow, info: style.cyan }[severity]
  const label = state === 'fail' ? paint(severity.padEnd(5)) : style.dim(state.replace('_', ' '))
  const offset = findings.length === 1 ? first.byte_offset : undefined
  const at = [frames === undefined ? null : `frames ${frames}`, offset === undefined ? null : `byte ${offset}`].filter(
    Boolean,
  )
  const before = `${label}  ${style.bold(rule)}  `
  const after = at.length > 0 ? style.dim(`  ${at.join(', ')}`) : ''
  const place = singleLine(relative(frames === undefined ? path : (sequence ?? path), root))
  const room = Math.max(24, width - displayWidth(before) - displayWidth(after))
  const remedy = state === 'fail' ? remedyOf(rule, policy) : undefined
  const shown = all || findings.length <= SHOWN_OF_A_PLACE + 1 ? findings : findings.slice(0, SHOWN_OF_A_PLACE)
  const more = findings.length - shown.length
  return [
    `${before}${shortPath(place, room)}${after}`,
    ...shown.flatMap(({ message }) => wrap(singleLine(message), width, INDENT)),
    ...(more === 0 ? [] : [style.dim(`${INDENT}and ${count(more)} more; --all lists them`)]),
    ...(remedy === undefined ? [] : wrap(singleLine(remedy), width, INDENT).map(style.dim)),
  ]
}

function relative(path: string, root: string): string {
  return path.startsWith(root) ? path.slice(root.length) : path
}

function countLines({ summary }: ValidationReport, { style, all, width }: TextOptions): string[] {
  const { severities, states, files, sequences, unreadable, ignored, accepted, judged, kept } = summary
  const counts = [
    severities.error > 0 ? style.red(plural(severities.error, 'error')) : null,
    severities.warn > 0 ? style.yellow(plural(severities.warn, 'warning')) : null,
    severities.info > 0 ? style.cyan(plural(severities.info, 'note')) : null,
  ].filter((text) => text !== null)
  const clean = files === 0 ? 'nothing was judged' : style.green('nothing failed')
  const what = counts.length === 0 ? clean : counts.join(', ')
  const groups = sequences > 0 ? ` in ${plural(sequences, 'sequence')}` : ''
  const rest = [
    judged !== undefined && kept !== undefined && kept > 0
      ? `${count(judged)} judged now, ${count(kept)} as before`
      : null,
    unreadable > 0 ? `${plural(unreadable, 'file')} unreadable` : null,
    ignored > 0 ? `${plural(ignored, 'file')} ignored` : null,
    accepted !== undefined && accepted > 0 ? `${plural(accepted, 'finding')} accepted by the baseline` : null,
    states.cannot_check > 0 ? `${plural(states.cannot_check, 'check')} could not be made` : null,
    states.not_checked > 0 ? `${plural(states.not_checked, 'check')} not made` : null,
  ].filter((text) => text !== null)
  const hint = !all && states.not_checked + states.cannot_check > 0 ? '; --all lists them' : ''
  const counted = `${plural(files, 'file')}${groups} by ${singleLine(summary.policy)}: ${what}`
  return wrap(`${counted}${rest.length > 0 ? `; ${rest.join(', ')}${hint}` : ''}`, width, '')
}
