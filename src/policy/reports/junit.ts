import type { ReportFinding, ValidationReport } from '../report.ts'

/**
 * The report as JUnit XML: a suite a sequence or file, a case a rule. Failures fail; what could not be read is an error;
 * what does not apply or was not checked is skipped.
 */
export function junitReport(report: ValidationReport): string {
  const suites = new Map<string, ReportFinding[]>()
  for (const finding of report.findings) {
    const place = finding.sequence ?? finding.path
    const own = suites.get(place)
    if (own === undefined) suites.set(place, [finding])
    else own.push(finding)
  }
  const quiet = quietSuite(report)
  const all = [...Array.from(suites, ([place, findings]) => suite(place, findings)), ...(quiet === null ? [] : [quiet])]
  const counts = COUNTS.map((name) => `${name}="${all.reduce((sum, { counts }) => sum + counts[name], 0)}"`)
  const name = `name="exr-inspector ${attribute(report.summary.policy)}"`
  const texts = all.map(({ text }) => text).join('')
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${name} ${counts.join(' ')}>\n${texts}</testsuites>\n`
}

const COUNTS = ['tests', 'failures', 'errors', 'skipped'] as const

interface Suite {
  readonly text: string
  readonly counts: Readonly<Record<(typeof COUNTS)[number], number>>
}

function suiteOf(name: string, cases: readonly string[], counts: Omit<Suite['counts'], 'tests'>): Suite {
  const all = { tests: cases.length, ...counts }
  const attributes = COUNTS.map((count) => `${count}="${all[count]}"`).join(' ')
  return {
    text: `  <testsuite name="${attribute(name)}" ${attributes}>\n${cases.join('')}  </testsuite>\n`,
    counts: all,
  }
}

function suite(place: string, findings: readonly ReportFinding[]): Suite {
  const byRule = new Map<string, ReportFinding[]>()
  for (const finding of findings) {
    const own = byRule.get(finding.rule)
    if (own === undefined) byRule.set(finding.rule, [finding])
    else own.push(finding)
  }
  const cases = [...byRule].map(([rule, found]) => testCase(place, rule, found))
  const count = (state: string) => [...byRule.values()].filter((found) => worstState(found) === state).length
  return suiteOf(place, cases, {
    failures: count('fail'),
    errors: count('cannot_check'),
    skipped: count('not_checked'),
  })
}

function worstState(findings: readonly ReportFinding[]): string {
  return ['fail', 'cannot_check'].find((state) => findings.some((finding) => finding.state === state)) ?? 'not_checked'
}

function testCase(place: string, rule: string, findings: readonly ReportFinding[]): string {
  const state = worstState(findings)
  const text = findings
    .map(({ message, frames, path }) => `${frames === undefined ? path : `frames ${frames}`}: ${message}`)
    .join('\n')
  const first = attribute(findings[0]!.message)
  const body =
    state === 'fail'
      ? `<failure type="${findings[0]!.severity}" message="${first}">${xml(text)}</failure>`
      : state === 'cannot_check'
        ? `<error type="cannot_check" message="${first}">${xml(text)}</error>`
        : `<skipped message="${first}"/>`
  return `    <testcase classname="${attribute(place)}" name="${xml(rule)}">${body}</testcase>\n`
}

/** Rules that nothing is said of above: they passed, or applied to nothing. Null for none. */
function quietSuite({ summary, findings }: ValidationReport): Suite | null {
  const told = new Set(findings.map(({ rule }) => rule))
  const rules = Object.keys(summary.rules).filter((rule) => !told.has(rule))
  if (rules.length === 0) return null
  const cases = rules.map((rule) => {
    const body = summary.rules[rule]!.pass > 0 ? '' : '<skipped message="not applicable"/>'
    return `    <testcase classname="all files" name="${xml(rule)}">${body}</testcase>\n`
  })
  const skipped = rules.filter((rule) => summary.rules[rule]!.pass === 0).length
  return suiteOf('all files', cases, { failures: 0, errors: 0, skipped })
}

/** The value of an attribute: readers take line ends and tabs in it for spaces, and two names for one. */
function attribute(text: string): string {
  return xml(text).replace(/[\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** Text for XML 1.0; characters that it cannot hold become a replacement. */
export function xml(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: XML has no way to write them
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\uFFFD')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&#39;')
  )
}
