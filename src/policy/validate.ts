import { answersOf } from './answers.ts'
import type { PolicyFacts } from './facts.ts'
import { Judge, type JudgeOptions } from './judge.ts'
import type { Policy } from './policy.ts'
import { ReportBuilder, type ValidationReport } from './report.ts'
import { PLATE_RULE, type PlateWish, plateWishOf } from './rules/deliver-plate.ts'

/**
 * Judges facts of files by a policy: each file, then their sequences. Reads nothing; the same facts give the same
 * report. Facts may be a stream: of each file only what its sequence is judged by is kept.
 */
export function validate(facts: Iterable<PolicyFacts>, policy: Policy, options: JudgeOptions = {}): ValidationReport {
  const judging = new Validation(policy, options)
  for (const file of facts) judging.add(file)
  return judging.finish()
}

/** `validate` for facts that come one by one. */
export class Validation {
  readonly #judge: Judge
  readonly #report: ReportBuilder

  constructor(policy: Policy, options: JudgeOptions = {}) {
    this.#judge = new Judge(policy, options)
    this.#report = new ReportBuilder(policy)
  }

  add(facts: PolicyFacts): void {
    const judgement = this.#judge.file(facts)
    if (judgement === null) this.#report.ignored()
    else this.#report.file(judgement, facts.error !== null)
  }

  finish(): ValidationReport {
    for (const judgement of this.#judge.finish()) this.#report.sequence(judgement)
    return this.#report.finish()
  }
}

/** What a payload says of its own file: `validation`. */
export interface PayloadValidation {
  policy: string
  policy_version: number
  /** SHA-256 over the texts of the policy and all it extends, and this release. */
  policy_digest: string
  /** A letter a rule of the policy, sorted by id: pass, fail, not applicable (n), unchecked, cannot be checked; a dot for one that is off for the file. */
  answers: string
  /** Rules by their answer. */
  states: ValidationReport['summary']['states']
  /** Failures, and what was not or could not be checked. */
  findings: ValidationReport['findings']
}

/** Making rules ready takes longer than judging a file by them. */
const judges = new WeakMap<Policy, Judge>()

function judgeOf(policy: Policy): Judge {
  const known = judges.get(policy)
  if (known !== undefined) return known
  const judge = new Judge(policy, { filesOnly: true })
  judges.set(policy, judge)
  return judge
}

/** The plate that a policy wants a file's pixels compared with, and which of them; null where it wants none. */
export function plateWish(facts: PolicyFacts, policy: Policy): PlateWish | null {
  const options = judgeOf(policy).optionsOf(PLATE_RULE, facts)
  return options === null ? null : plateWishOf(facts.path, policy.variables(facts.path), options)
}

/** Judges one file alone; rules over sequences are for those who see more of them. */
export function validateFile(facts: PolicyFacts, policy: Policy): PayloadValidation {
  const report = new ReportBuilder(policy)
  const judgement = judgeOf(policy).file(facts)
  if (judgement !== null) report.file(judgement, facts.error !== null)
  const { findings, summary } = report.finish()
  return {
    policy: policy.name,
    policy_version: policy.version,
    policy_digest: policy.digest,
    answers: answersOf(judgement?.results ?? [], policy),
    states: summary.states,
    findings,
  }
}
