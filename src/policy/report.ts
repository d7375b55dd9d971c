import { frameFactsOf, groupSequences, patternOf } from '../sequences/index.ts'
import type { FileJudgement, JudgedFinding, RuleResult, SequenceJudgement } from './judge.ts'
import type { Severity, State } from './rule.ts'
import { framesText } from './rules/sequence-drift.ts'

/** One entry of `validate --json`, in the words of its contract. */
export interface ReportFinding {
  rule: string
  state: State
  severity: Severity
  /** The file, or the first frame of several. */
  path: string
  /** The path of its sequence with `####` for the number. */
  sequence?: string
  /** Frames as ranges, `1001-1040, 1042`. */
  frames?: string
  part_index?: number
  channel?: string
  attribute?: string
  byte_offset?: number
  /** Pixels, inclusive on both ends. */
  box?: { min: { x: number; y: number }; max: { x: number; y: number } }
  expected: string
  actual: string
  message: string
}

type StateCounts = Record<State, number>

/** What a validation found, counted. */
export interface ReportSummary {
  policy: string
  policy_version: number
  /** Files judged; ignored ones are not among them. */
  files: number
  sequences: number
  ignored: number
  /** Files that could not be read. */
  unreadable: number
  /** Answers by state: one a rule and file or sequence. */
  states: StateCounts
  /** Failures by severity; several findings of one rule and file count once. */
  severities: Record<Severity, number>
  /** By rule id, rules that were asked alone. */
  rules: Record<string, StateCounts>
  /** Files with most failures. */
  worst_files: { path: string; failures: number }[]
  /** Findings that a baseline accepts, not listed. */
  accepted?: number
}

/** What `validate` returns: failures and what could not be checked, and counts of everything. */
export interface ValidationReport {
  findings: ReportFinding[]
  summary: ReportSummary
}

const WORST = 10

/** Gathers judgements and puts them into the published form. */
export class ReportBuilder {
  readonly #policy: { readonly name: string; readonly version: number }
  readonly #entries: (ReportFinding & { readonly frame?: number })[] = []
  readonly #rules = new Map<string, StateCounts>()
  readonly #severities: Record<Severity, number> = { info: 0, warn: 0, error: 0 }
  readonly #failures = new Map<string, number>()
  readonly #paths: string[] = []
  #sequences = 0
  #ignored = 0
  #unreadable = 0

  constructor(policy: { readonly name: string; readonly version: number }) {
    this.#policy = policy
  }

  ignored(): void {
    this.#ignored += 1
  }

  file(judgement: FileJudgement, isUnreadable = false): void {
    this.#paths.push(judgement.path)
    if (isUnreadable) this.#unreadable += 1
    for (const result of judgement.results) this.#add(result, judgement.path, {})
  }

  sequence(judgement: SequenceJudgement): void {
    this.#sequences += 1
    for (const result of judgement.results) this.#add(result, judgement.path, { sequence: judgement.pattern })
  }

  finish(): ValidationReport {
    const findings = mergeFrames(this.#entries, this.#paths)
    const states = zeroStates()
    for (const counts of this.#rules.values()) {
      for (const state of Object.keys(counts) as State[]) states[state] += counts[state]
    }
    const worst = [...this.#failures].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, WORST)
    return {
      findings,
      summary: {
        policy: this.#policy.name,
        policy_version: this.#policy.version,
        files: this.#paths.length,
        sequences: this.#sequences,
        ignored: this.#ignored,
        unreadable: this.#unreadable,
        states,
        severities: this.#severities,
        rules: Object.fromEntries([...this.#rules].sort(([a], [b]) => (a < b ? -1 : 1))),
        worst_files: worst.map(([path, failures]) => ({ path, failures })),
      },
    }
  }

  #add(result: RuleResult, path: string, place: { sequence?: string }): void {
    const counts = this.#rules.get(result.rule) ?? zeroStates()
    counts[result.state] += 1
    this.#rules.set(result.rule, counts)
    if (result.state === 'fail') {
      const worst = result.findings.reduce((most, { severity }) => worse(most, severity), result.findings[0]!.severity)
      this.#severities[worst] += 1
      this.#failures.set(path, (this.#failures.get(path) ?? 0) + 1)
      for (const finding of result.findings) this.#entries.push(reported(result, finding, path, place))
    } else if (result.state === 'cannot_check' || result.state === 'not_checked') {
      const { rule, state, severity, reason = '' } = result
      this.#entries.push({ rule, state, severity, path, ...place, expected: '', actual: reason, message: reason })
    }
  }
}

function reported(
  result: RuleResult,
  finding: JudgedFinding,
  path: string,
  place: { sequence?: string },
): ReportFinding {
  return {
    rule: result.rule,
    state: result.state,
    severity: finding.severity,
    path,
    ...place,
    ...(finding.frames !== undefined && { frames: framesText(finding.frames) }),
    ...(finding.part !== undefined && { part_index: finding.part }),
    ...(finding.channel !== undefined && { channel: finding.channel }),
    ...(finding.attribute !== undefined && { attribute: finding.attribute }),
    ...(finding.byteOffset !== undefined && { byte_offset: finding.byteOffset }),
    ...(finding.box !== undefined && { box: { min: { ...finding.box.min }, max: { ...finding.box.max } } }),
    expected: finding.expected,
    actual: finding.actual,
    message: finding.message,
  }
}

/** Frames of a sequence that say the same become one entry with their ranges. */
function mergeFrames(entries: readonly ReportFinding[], paths: readonly string[]): ReportFinding[] {
  const names = [...new Set(paths)]
  const places = new Map(frameFactsOf(names).map((facts, i) => [names[i]!, facts.frameNumber]))
  const patterns = new Map<string, string>()
  for (const sequence of groupSequences(names).sequences) {
    if (sequence.kind === 'udim' || sequence.members.length < 2) continue
    const pattern = patternOf(sequence)
    for (const { path } of sequence.members) patterns.set(path, pattern)
  }
  const merged = new Map<string, { entry: ReportFinding; frames: number[]; first: number }>()
  for (const entry of entries) {
    const pattern = entry.sequence ?? patterns.get(entry.path)
    const isOneFile = entry.sequence === undefined && pattern !== undefined
    const { path, byte_offset: _, box: __, ...same } = entry
    const key = isOneFile ? JSON.stringify([pattern, same]) : `${merged.size}`
    const known = merged.get(key)
    const frame = isOneFile ? places.get(path) : undefined
    if (known !== undefined) {
      // The first frame stands for all, whatever order they came in.
      if (frame! < known.first) {
        known.entry = { ...known.entry, path }
        known.first = frame!
      }
      known.frames.push(frame!)
    } else {
      const sequence = pattern === undefined ? {} : { sequence: pattern }
      merged.set(key, { entry: { ...entry, ...sequence }, frames: frame == null ? [] : [frame], first: frame ?? 0 })
    }
  }
  return [...merged.values()].map(({ entry, frames }) => {
    if (frames.length === 0) return ordered(entry)
    // A byte offset and a box are those of the first frame alone.
    return ordered({ ...entry, frames: framesText(frames) })
  })
}

function ordered({ rule, state, severity, path, sequence, frames, ...rest }: ReportFinding): ReportFinding {
  return {
    rule,
    state,
    severity,
    path,
    ...(sequence !== undefined && { sequence }),
    ...(frames !== undefined && { frames }),
    ...rest,
  }
}

const ORDER: readonly Severity[] = ['info', 'warn', 'error']

/** Whether one severity is at least as bad as another. */
export function atLeast(severity: Severity, limit: Severity): boolean {
  return ORDER.indexOf(severity) >= ORDER.indexOf(limit)
}

function worse(a: Severity, b: Severity): Severity {
  return atLeast(a, b) ? a : b
}

function zeroStates(): StateCounts {
  return { pass: 0, fail: 0, not_applicable: 0, not_checked: 0, cannot_check: 0 }
}
