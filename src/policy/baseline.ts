import { ExrError } from '../errors.ts'
import type { ReportFinding, ValidationReport } from './report.ts'
import { fingerprint } from './reports/sarif.ts'

/** Findings that were accepted on a day, by what and where they are. */
export interface Baseline {
  readonly version: 1
  readonly policy: string
  /** Fingerprint to what it was when it was accepted, for people. */
  readonly accepted: Readonly<Record<string, string>>
}

/** A baseline of all failures of a report. Paths below `root` are taken relative to it. */
export function makeBaseline({ findings, summary }: ValidationReport, root: string): Baseline {
  const failures = findings.filter(({ state }) => state === 'fail')
  const accepted = failures.map((finding) => [fingerprint(finding, root), label(finding)] as const)
  return {
    version: 1,
    policy: summary.policy,
    accepted: Object.fromEntries(accepted.sort(([a], [b]) => (a < b ? -1 : 1))),
  }
}

/** A report without the failures that a baseline accepts; the counts of the summary stay those of the whole. */
export function withoutAccepted(report: ValidationReport, baseline: Baseline, root: string): ValidationReport {
  const findings = report.findings.filter(
    (finding) => finding.state !== 'fail' || !(fingerprint(finding, root) in baseline.accepted),
  )
  return { findings, summary: { ...report.summary, accepted: report.findings.length - findings.length } }
}

/** A baseline without what no longer fails. What a rule that was not asked of every file would say is not known: it stays. */
export function pruneBaseline(baseline: Baseline, report: ValidationReport, root: string): Baseline {
  const still = new Set(
    report.findings.filter(({ state }) => state === 'fail').map((finding) => fingerprint(finding, root)),
  )
  const isAnswered = (rule: string) => {
    const counts = report.summary.rules[rule]
    return counts !== undefined && counts.not_checked + counts.cannot_check === 0
  }
  const kept = Object.entries(baseline.accepted).filter(([key, text]) => still.has(key) || !isAnswered(ruleOf(text)))
  return { ...baseline, accepted: Object.fromEntries(kept) }
}

/** As `label` begins. */
function ruleOf(text: string): string {
  return text.split(' ', 1)[0]!
}

/** Reads a baseline's text. Throws ERR_POLICY_INVALID when it is none. */
export function parseBaseline(text: string, location: string): Baseline {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new ExrError('ERR_POLICY_INVALID', `${location} is no baseline: ${(cause as Error).message}`, { cause })
  }
  const baseline = value as Partial<Baseline> | null
  const accepted: unknown = baseline?.accepted
  const isTable = typeof accepted === 'object' && accepted !== null && !Array.isArray(accepted)
  if (baseline?.version !== 1 || !isTable || !Object.values(accepted).every((text) => typeof text === 'string')) {
    throw new ExrError(
      'ERR_POLICY_INVALID',
      `${location} is no baseline of version 1. Write one with --write-baseline.`,
    )
  }
  return baseline as Baseline
}

function label({ rule, path, sequence, message }: ReportFinding): string {
  return `${rule} ${sequence ?? path}: ${message}`.slice(0, 300)
}
