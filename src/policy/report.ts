import { groupSequences, patternOf } from '../sequences/index.ts'
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
  /** Files of a catalog that were judged now, and those whose results of an earlier look still hold. */
  judged?: number
  kept?: number
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
  readonly #told = new Map<string, Told>()
  #count = 0
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
    const findings = listed(this.#told.values(), this.#paths)
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
    let counts = this.#rules.get(result.rule)
    if (counts === undefined) {
      counts = zeroStates()
      this.#rules.set(result.rule, counts)
    }
    counts[result.state] += 1
    if (result.state === 'fail') {
      const worst = result.findings.reduce((most, { severity }) => worse(most, severity), result.findings[0]!.severity)
      this.#severities[worst] += 1
      this.#failures.set(path, (this.#failures.get(path) ?? 0) + 1)
      for (const finding of result.findings) {
        const said = failure(result, finding)
        this.#tell(JSON.stringify(said), () => said, path, place, markOf(finding))
      }
    } else if (result.state === 'cannot_check' || result.state === 'not_checked') {
      const { rule, state, severity, reason = '' } = result
      const said = () => ({ rule, state, severity, expected: '', actual: reason, message: reason })
      this.#tell(`${rule} ${state} ${severity} ${reason}`, said, path, place)
    }
  }

  /** Files mostly say the same: it is kept once, with the files that say it. */
  #tell(key: string, said: () => Said, path: string, { sequence }: { sequence?: string }, mark?: Mark): void {
    const whole = sequence === undefined ? key : `${sequence} ${key}`
    let told = this.#told.get(whole)
    if (told === undefined) {
      told = { said: said(), sequence, paths: [], orders: [], marks: new Map() }
      this.#told.set(whole, told)
    }
    if (mark !== undefined) told.marks.set(told.paths.length, mark)
    told.paths.push(path)
    told.orders.push(this.#count++)
  }
}

/** A finding without its file. */
type Said = Omit<ReportFinding, 'path' | 'sequence' | 'byte_offset' | 'box'>

/** Where in one file: frames that say the same may say it of other places. */
type Mark = Pick<ReportFinding, 'byte_offset' | 'box'>

/** One finding and every file that has it. */
interface Told {
  readonly said: Said
  /** Of a rule that judged a sequence. */
  readonly sequence: string | undefined
  readonly paths: string[]
  /** When each was told. */
  readonly orders: number[]
  /** By place in `paths`. */
  readonly marks: Map<number, Mark>
}

function failure({ rule, state }: RuleResult, finding: JudgedFinding): Said {
  return {
    rule,
    state,
    severity: finding.severity,
    ...(finding.frames !== undefined && { frames: framesText(finding.frames) }),
    ...(finding.part !== undefined && { part_index: finding.part }),
    ...(finding.channel !== undefined && { channel: finding.channel }),
    ...(finding.attribute !== undefined && { attribute: finding.attribute }),
    expected: finding.expected,
    actual: finding.actual,
    message: finding.message,
  }
}

function markOf({ byteOffset, box }: JudgedFinding): Mark | undefined {
  if (byteOffset === undefined && box === undefined) return undefined
  return {
    ...(byteOffset !== undefined && { byte_offset: byteOffset }),
    ...(box !== undefined && { box: { min: { ...box.min }, max: { ...box.max } } }),
  }
}

interface Entry {
  readonly order: number
  readonly finding: ReportFinding
}

/** What was told, in its order; frames of a sequence that say the same are one entry with their ranges. */
function listed(told: Iterable<Told>, paths: readonly string[]): ReportFinding[] {
  const places = framesOf(paths)
  const entries: Entry[] = []
  for (const { said, sequence, paths, orders, marks } of told) {
    const merged = new Map<string, { order: number; first: number; at: number; frames: number[] }>()
    for (const [at, path] of paths.entries()) {
      const place = sequence === undefined ? places.get(path) : undefined
      if (place === undefined) {
        const where = sequence === undefined ? {} : { sequence }
        entries.push({ order: orders[at]!, finding: ordered(said, path, where, marks.get(at)) })
        continue
      }
      const known = merged.get(place.pattern)
      if (known === undefined) {
        merged.set(place.pattern, { order: orders[at]!, first: place.frame, at, frames: [place.frame] })
      } else {
        known.frames.push(place.frame)
        // The first frame stands for all, whatever order they came in.
        if (place.frame < known.first) Object.assign(known, { first: place.frame, at })
      }
    }
    for (const [pattern, { order, at, frames }] of merged) {
      const where = { sequence: pattern, frames: framesText(frames) }
      entries.push({ order, finding: ordered(said, paths[at]!, where, marks.get(at)) })
    }
  }
  return entries.sort((a, b) => a.order - b.order).map(({ finding }) => finding)
}

/** Sequence and frame of each path that has other frames beside it. */
function framesOf(paths: readonly string[]): Map<string, { readonly pattern: string; readonly frame: number }> {
  const places = new Map<string, { pattern: string; frame: number }>()
  for (const sequence of groupSequences([...new Set(paths)]).sequences) {
    if (sequence.kind === 'udim' || sequence.members.length < 2) continue
    const pattern = patternOf(sequence)
    for (const { path, frame } of sequence.members) places.set(path, { pattern, frame })
  }
  return places
}

function ordered(
  { rule, state, severity, frames, part_index, channel, attribute, ...texts }: Said,
  path: string,
  where: { sequence?: string; frames?: string },
  mark: Mark = {},
): ReportFinding {
  return {
    rule,
    state,
    severity,
    path,
    ...(frames !== undefined && { frames }),
    ...where,
    ...(part_index !== undefined && { part_index }),
    ...(channel !== undefined && { channel }),
    ...(attribute !== undefined && { attribute }),
    ...mark,
    ...texts,
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
