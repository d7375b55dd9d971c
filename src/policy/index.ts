export { type Baseline, makeBaseline, parseBaseline, pruneBaseline, withoutAccepted } from './baseline.ts'
export { factsOf, type PolicyFacts, unreadableFacts } from './facts.ts'
export type { FileView, PartView } from './file-view.ts'
export { type FileJudgement, Judge, type JudgeOptions, type RuleResult, type SequenceJudgement } from './judge.ts'
export { loadPolicy, loadPolicyText, type ReadPolicy } from './load-policy.ts'
export { type Needs, needsOf } from './needs.ts'
export type { Policy } from './policy.ts'
export { policySchema } from './policy-schema.ts'
export { atLeast, type ReportFinding, type ReportSummary, type ValidationReport } from './report.ts'
export {
  type FileRule,
  type Finding,
  type Outcome,
  type Rule,
  type SequenceRule,
  type Severity,
  type State,
  TIERS,
  type Tier,
} from './rule.ts'
export { RULE_GROUPS, RULES } from './rules/index.ts'
export { STARTERS } from './starters.ts'
export { Validation, validate } from './validate.ts'
