import type { Policy } from '../policy.ts'
import type { ReportFinding, ValidationReport } from '../report.ts'
import type { Severity } from '../rule.ts'
import { remedyOf } from '../rules/index.ts'
import { xml } from './junit.ts'

/** A small picture of a file's display window: the size of that window in pixels, and where it begins. */
export interface ReportPicture {
  /** `data:` URL, so that the report needs no network. */
  readonly url: string
  readonly width: number
  readonly height: number
  readonly originX: number
  readonly originY: number
}

const STYLE = `
:root{color-scheme:light dark;font:15px/1.45 system-ui,sans-serif}
body{max-width:72rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid #8884}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
code{font-family:ui-monospace,monospace;overflow-wrap:anywhere;unicode-bidi:isolate}
.error{color:#c62828}.warn{color:#b26a00}.info{color:#1565c0}.muted{opacity:.7}
@media (prefers-color-scheme:dark){.error{color:#ff8a80}.warn{color:#ffcc80}.info{color:#90caf9}}
td.rule{white-space:nowrap}
svg{max-width:20rem;height:auto;display:block;margin:.4rem 0}`

const WORST_FIRST: readonly Severity[] = ['error', 'warn', 'info']

/** Findings listed; the JSON report has them all. */
const SHOWN = 2000

/** One self-contained page: nothing in it is fetched, and no script runs. */
export function htmlReport(
  { findings, summary }: ValidationReport,
  policy: Policy,
  pictures: ReadonlyMap<string, ReportPicture> = new Map(),
): string {
  // The worst first: they are what the page is opened for, and what stays where it is cut.
  const failures = findings
    .filter(({ state }) => state === 'fail')
    .sort((a, b) => WORST_FIRST.indexOf(a.severity) - WORST_FIRST.indexOf(b.severity))
  const unchecked = findings.filter(({ state }) => state !== 'fail')
  const { severities: count } = summary
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${xml(summary.policy)}: ${count.error} errors, ${count.warn} warnings</title><style>${STYLE}</style></head><body>
<h1>${summary.files} files by ${xml(summary.policy)}</h1>
<p><span class="error">${count.error} errors</span>, <span class="warn">${count.warn} warnings</span>,
<span class="info">${count.info} notes</span>; ${summary.states.not_checked} not checked, ${summary.states.cannot_check} that cannot be
checked, ${summary.unreadable} that cannot be read${summary.accepted === undefined ? '' : `, ${summary.accepted} accepted by the baseline`}.</p>
${worstTable(summary.worst_files)}
${failureTable(failures.slice(0, SHOWN), policy, pictures)}
${failures.length > SHOWN ? `<p>${failures.length - SHOWN} more are in the JSON report.</p>` : ''}
${uncheckedTable(unchecked.slice(0, SHOWN))}
${ruleTable(summary.rules)}
</body></html>
`
}

function worstTable(files: ValidationReport['summary']['worst_files']): string {
  if (files.length === 0) return '<p>Nothing failed.</p>'
  const rows = files.map(
    ({ path, failures }) => `<tr><td><code>${xml(path)}</code></td><td class="n">${failures}</td></tr>`,
  )
  return `<h2>Worst files</h2><table><tr><th>file</th><th class="n">failures</th></tr>${rows.join('')}</table>`
}

function failureTable(
  findings: readonly ReportFinding[],
  policy: Policy,
  pictures: ReadonlyMap<string, ReportPicture>,
): string {
  if (findings.length === 0) return ''
  const shown = new Set<string>()
  const rows = findings.map((finding) => {
    const { rule, severity, message, path, box } = finding
    // A file is shown once, and again for every place that is marked in it.
    const isNew = box !== undefined || !shown.has(path)
    shown.add(path)
    const remedy = remedyOf(rule, policy)
    return `<tr><td class="${severity}">${severity}</td><td class="rule"><code>${xml(rule)}</code></td><td>${xml(message)}${
      remedy === undefined ? '' : `<br><span class="muted">${xml(remedy)}</span>`
    }</td><td>${place(finding)}${isNew ? picture(finding, pictures) : ''}</td></tr>`
  })
  return `<h2>Failures</h2><table><tr><th>severity</th><th>rule</th><th>what</th><th>where</th></tr>${rows.join('')}</table>`
}

function place({ path, sequence, frames, byte_offset: offset }: ReportFinding): string {
  const where = frames === undefined ? '' : ` <span class="muted">frames ${xml(frames)}</span>`
  const at = offset === undefined ? '' : ` <span class="muted">byte ${offset}</span>`
  return `<code>${xml(frames === undefined ? path : (sequence ?? path))}</code>${where}${at}`
}

function picture({ path, box }: ReportFinding, pictures: ReadonlyMap<string, ReportPicture>): string {
  const image = pictures.get(path)
  if (image === undefined) return ''
  const { url, width, height, originX, originY } = image
  const frame =
    box === undefined
      ? ''
      : `<rect x="${box.min.x - originX}" y="${box.min.y - originY}" width="${box.max.x - box.min.x + 1}" height="${
          box.max.y - box.min.y + 1
        }" fill="none" stroke="red" stroke-width="${Math.max(1, width / 200)}"/>`
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${xml(path)}"><image href="${xml(url)}" width="${width}" height="${height}" preserveAspectRatio="none"/>${frame}</svg>`
}

function uncheckedTable(findings: readonly ReportFinding[]): string {
  if (findings.length === 0) return ''
  const rows = findings.map(
    (finding) =>
      `<tr><td>${finding.state.replace('_', ' ')}</td><td><code>${xml(finding.rule)}</code></td><td>${xml(finding.message)}</td><td>${place(finding)}</td></tr>`,
  )
  return `<h2>Not checked</h2><table><tr><th>state</th><th>rule</th><th>why</th><th>where</th></tr>${rows.join('')}</table>`
}

function ruleTable(rules: ValidationReport['summary']['rules']): string {
  const rows = Object.entries(rules).map(
    ([id, counts]) =>
      `<tr><td><code>${xml(id)}</code></td>${Object.values(counts)
        .map((count) => `<td class="n">${count}</td>`)
        .join('')}</tr>`,
  )
  return `<h2>Rules</h2><table><tr><th>rule</th><th>pass</th><th>fail</th><th>not applicable</th><th>not checked</th><th>cannot check</th></tr>${rows.join('')}</table>`
}
