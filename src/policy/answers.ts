import type { JudgedFinding, RuleResult } from './judge.ts'
import { type Policy, ruleIdsOf } from './policy.ts'
import type { ReportFinding } from './report.ts'
import type { Severity, State } from './rule.ts'

/** Name under which the whole of a file's answers is kept, beside its rules'. */
export const FILE_ANSWERS = '*'
/** The same for the answers of a sequence, kept with its first frame. */
export const SEQUENCE_ANSWERS = '*sequence'

/** What one rule says, as it is kept: enough to tell it again. */
export interface KeptResult {
  readonly rule: string
  readonly part_index: number | null
  readonly state: State
  readonly severity: Severity
  readonly message: string
  /** JSON: findings of a failure, or the answers of all rules. */
  readonly details: string | null
}

const LETTERS: Readonly<Record<State, string>> = {
  pass: 'p',
  fail: 'f',
  not_applicable: 'n',
  not_checked: 'u',
  cannot_check: 'c',
}
const STATES = new Map(Object.entries(LETTERS).map(([state, letter]) => [letter, state as State]))

const idsOfPolicies = new WeakMap<Policy, readonly string[]>()

/** Ids of a policy's rules, sorted: the order of their answers. */
function answeredIds(policy: Policy): readonly string[] {
  const known = idsOfPolicies.get(policy)
  if (known !== undefined) return known
  const ids = ruleIdsOf(policy).sort()
  idsOfPolicies.set(policy, ids)
  return ids
}

const placesOfIds = new WeakMap<readonly string[], ReadonlyMap<string, number>>()

function placesOf(ids: readonly string[]): ReadonlyMap<string, number> {
  const known = placesOfIds.get(ids)
  if (known !== undefined) return known
  const places = new Map(ids.map((id, at) => [id, at]))
  placesOfIds.set(ids, places)
  return places
}

/** A letter a rule of the policy, in the order of their ids; a dot for one that was not asked. */
export function answersOf(results: Iterable<Pick<RuleResult, 'rule' | 'state'>>, policy: Policy): string {
  const ids = answeredIds(policy)
  const letters = new Array<string>(ids.length).fill('.')
  const places = placesOf(ids)
  for (const { rule, state } of results) letters[places.get(rule)!] = LETTERS[state]
  return letters.join('')
}

/** Rules that were not checked for one reason: of a catalog they are many, and the same for every file. */
interface Unchecked {
  readonly reason: string
  readonly severity: Severity
  readonly rules: string[]
}

/** Results as they are kept: one row for all of them under `name`, and one a rule that failed or cannot be checked. */
export function keptResults(name: string, results: readonly RuleResult[], policy: Policy): KeptResult[] {
  const unchecked = new UncheckedRules()
  const rows = results.flatMap(({ rule, state, severity, reason = '', findings }): KeptResult[] => {
    if (state === 'pass' || state === 'not_applicable') return []
    if (state === 'not_checked') {
      unchecked.add(rule, severity, reason)
      return []
    }
    const [first] = findings
    const part_index = first?.part ?? null
    const details = state === 'fail' ? JSON.stringify(findings) : null
    return [
      { rule, part_index, state, severity: first?.severity ?? severity, message: first?.message ?? reason, details },
    ]
  })
  return [wholeOf(name, answersOf(results, policy), rows, unchecked.groups), ...rows]
}

/** Gathers what was not checked, by reason and severity. */
class UncheckedRules {
  readonly groups: Unchecked[] = []

  add(rule: string, severity: Severity, reason: string): void {
    const same = this.groups.find((group) => group.reason === reason && group.severity === severity)
    if (same === undefined) this.groups.push({ reason, severity, rules: [rule] })
    else same.rules.push(rule)
  }
}

/** The row for all rules: the worst of their states, how many gave each, and why some were not checked. */
function wholeOf(
  name: string,
  answers: string,
  rows: readonly Pick<KeptResult, 'state' | 'severity'>[],
  unchecked: readonly Unchecked[],
): KeptResult {
  const count = (state: State) => answers.split(LETTERS[state]).length - 1
  const worst = (['fail', 'cannot_check', 'not_checked', 'pass', 'not_applicable'] as const).find(count)
  const failures = rows.filter(({ state }) => state === 'fail').map(({ severity }) => severity)
  const severity = (['error', 'warn', 'info'] as const).find((word) => failures.includes(word)) ?? 'info'
  const words = (Object.keys(LETTERS) as State[]).flatMap((state) =>
    count(state) === 0 ? [] : [`${count(state)} ${state.replace('_', ' ')}`],
  )
  const message = words.join(', ')
  return {
    rule: name,
    part_index: null,
    state: worst ?? 'not_applicable',
    severity,
    message,
    details: JSON.stringify({ answers, ...(unchecked.length > 0 && { unchecked }) }),
  }
}

/** Results as `keptResults` keeps them under `name`; null when they are not those of this policy. */
export function recallResults(name: string, kept: readonly KeptResult[], policy: Policy): RuleResult[] | null {
  const rows = new Map(kept.map((row) => [row.rule, row]))
  const { answers, unchecked } = wholeIn(rows.get(name)?.details ?? '{}')
  const ids = answeredIds(policy)
  if (answers?.length !== ids.length) return null
  const results: RuleResult[] = []
  for (const [at, rule] of ids.entries()) {
    const state = STATES.get(answers[at]!)
    if (state === undefined) continue
    const row = rows.get(rule)
    const why = state === 'not_checked' ? unchecked.get(rule) : undefined
    if (why !== undefined) {
      results.push({ rule, state, ...why, findings: [] })
      continue
    }
    // What an earlier release kept has a row for what was not checked, too.
    const severity = row?.severity ?? 'info'
    if (state === 'pass' || state === 'not_applicable') results.push({ rule, state, severity, findings: [] })
    else if (row?.state !== state) return null
    else if (state === 'fail') {
      results.push({ rule, state, severity, findings: JSON.parse(row.details ?? '[]') as JudgedFinding[] })
    } else results.push({ rule, state, severity, reason: row.message, findings: [] })
  }
  return results
}

interface Whole {
  readonly answers: string | undefined
  readonly unchecked: ReadonlyMap<string, Pick<Unchecked, 'reason' | 'severity'>>
}

/** Most files say what the one before said. */
let last: { readonly details: string; readonly whole: Whole } | undefined

function wholeIn(details: string): Whole {
  if (last?.details === details) return last.whole
  const { answers, unchecked = [] } = JSON.parse(details) as { answers?: string; unchecked?: Unchecked[] }
  const reasons = unchecked.flatMap(({ rules, reason, severity }) =>
    rules.map((rule) => [rule, { reason, severity }] as const),
  )
  const whole = { answers, unchecked: new Map(reasons) }
  last = { details, whole }
  return whole
}

/** Findings of a payload as they are kept: its own words for places become those of findings. */
export function keptFindings(answers: string, findings: readonly ReportFinding[]): KeptResult[] {
  const byRule = new Map<string, ReportFinding[]>()
  const unchecked = new UncheckedRules()
  for (const finding of findings) {
    if (finding.state === 'not_checked') {
      unchecked.add(finding.rule, finding.severity, finding.message)
      continue
    }
    const same = byRule.get(finding.rule)
    if (same === undefined) byRule.set(finding.rule, [finding])
    else same.push(finding)
  }
  const rows = [...byRule].map(([rule, told]): KeptResult => {
    const { part_index, state, severity, message } = told[0]!
    const details = state === 'fail' ? JSON.stringify(told.map(judgedFinding)) : null
    return { rule, part_index: part_index ?? null, state, severity, message, details }
  })
  return [wholeOf(FILE_ANSWERS, answers, rows, unchecked.groups), ...rows]
}

function judgedFinding(finding: ReportFinding): JudgedFinding {
  const { part_index, channel, attribute, byte_offset, box, expected, actual, severity, message } = finding
  return {
    ...(part_index !== undefined && { part: part_index }),
    ...(channel !== undefined && { channel }),
    ...(attribute !== undefined && { attribute }),
    ...(byte_offset !== undefined && { byteOffset: byte_offset }),
    ...(box !== undefined && { box }),
    expected,
    actual,
    severity,
    message,
  }
}
