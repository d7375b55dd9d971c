import type { ReportFinding, ValidationReport } from '../report.ts'

/**
 * The report as JUnit XML: a suite a sequence or file, a case a rule. Failures fail; what could not be read is an error;
 * what does not apply or was not checked is skipped.
 */
export function junitReport(report: ValidationReport): string {
  const suites = new Map<string, ReportFinding[]>()
  for (const finding of report.findings) {
    const place = finding.sequence ?? finding.path
    suites.set(place, [...(suites.get(place) ?? []), finding])
  }
  const texts = [...suites].map(([place, findings]) => suite(place, findings))
  const quiet = quietRules(report)
  if (quiet.length > 0) texts.push(quietSuite(quiet, report))
  const count = (wanted: string) => report.findings.filter(({ state }) => state === wanted).length
  const attributes = `name="exr-inspector ${xml(report.summary.policy)}" failures="${count('fail')}" errors="${count('cannot_check')}"`
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${attributes}>\n${texts.join('')}</testsuites>\n`
}

function suite(place: string, findings: readonly ReportFinding[]): string {
  const byRule = new Map<string, ReportFinding[]>()
  for (const finding of findings) byRule.set(finding.rule, [...(byRule.get(finding.rule) ?? []), finding])
  const cases = [...byRule].map(([rule, found]) => testCase(place, rule, found))
  const count = (state: string) => [...byRule.values()].filter((found) => worstState(found) === state).length
  return (
    `  <testsuite name="${xml(place)}" tests="${cases.length}" failures="${count('fail')}" errors="${count('cannot_check')}" ` +
    `skipped="${count('not_checked')}">\n${cases.join('')}  </testsuite>\n`
  )
}

function worstState(findings: readonly ReportFinding[]): string {
  return ['fail', 'cannot_check'].find((state) => findings.some((finding) => finding.state === state)) ?? 'not_checked'
}

function testCase(place: string, rule: string, findings: readonly ReportFinding[]): string {
  const state = worstState(findings)
  const text = findings
    .map(({ message, frames, path }) => `${frames === undefined ? path : `frames ${frames}`}: ${message}`)
    .join('\n')
  const first = xml(findings[0]!.message)
  const body =
    state === 'fail'
      ? `<failure type="${findings[0]!.severity}" message="${first}">${xml(text)}</failure>`
      : state === 'cannot_check'
        ? `<error type="cannot_check" message="${first}">${xml(text)}</error>`
        : `<skipped message="${first}"/>`
  return `    <testcase classname="${xml(place)}" name="${xml(rule)}">${body}</testcase>\n`
}

/** Rules that nothing is said of above: they passed, or applied to nothing. */
function quietRules({ summary, findings }: ValidationReport): string[] {
  const told = new Set(findings.map(({ rule }) => rule))
  return Object.keys(summary.rules).filter((rule) => !told.has(rule))
}

function quietSuite(rules: readonly string[], { summary }: ValidationReport): string {
  const cases = rules.map((rule) => {
    const { pass } = summary.rules[rule]!
    const body = pass > 0 ? '' : '<skipped message="not applicable"/>'
    return `    <testcase classname="all files" name="${xml(rule)}">${body}</testcase>\n`
  })
  const skipped = rules.filter((rule) => summary.rules[rule]!.pass === 0).length
  return `  <testsuite name="all files" tests="${rules.length}" failures="0" errors="0" skipped="${skipped}">\n${cases.join('')}  </testsuite>\n`
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
