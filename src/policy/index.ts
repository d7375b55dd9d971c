export { FILE_ANSWERS, type KeptResult, keptFindings, keptResults, recallResults, SEQUENCE_ANSWERS } from './answers.ts'
export { type Baseline, makeBaseline, parseBaseline, pruneBaseline, withoutAccepted } from './baseline.ts'
export { defineRule, withRules } from './define-rule.ts'
export { factsOf, type PolicyFacts, unreadableFacts } from './facts.ts'
export { type FileView, numberOf, type PartView, textOf } from './file-view.ts'
export {
  type FileJudgement,
  familiesOf,
  Judge,
  type JudgeOptions,
  type RuleResult,
  type SequenceJudgement,
} from './judge.ts'
export { loadPolicy, loadPolicyText, type ReadPolicy } from './load-policy.ts'
export { eachAttribute, eachChannel, eachChannelPixels, eachPart } from './look.ts'
export { type Needs, needsOf } from './needs.ts'
export type { OptionSpec, RuleOptions } from './options.ts'
export { type Policy, ruleIdsOf } from './policy.ts'
export { policySchema } from './policy-schema.ts'
export { atLeast, ReportBuilder, type ReportFinding, type ReportSummary, type ValidationReport } from './report.ts'
export {
  type Collected,
  type FileRule,
  type Finding,
  isSequenceRule,
  type Outcome,
  type Rule,
  type SequenceFrames,
  type SequenceRule,
  type Severity,
  type State,
  type Unchecked,
} from './rule.ts'
export { isBeside, parseManifest } from './rules/crypto.ts'
export type { PlateWish } from './rules/deliver-plate.ts'
export { RULE_GROUPS, RULES, remedyOf } from './rules/index.ts'
export { STARTERS } from './starters.ts'
export { TIERS, type Tier } from './tier.ts'
export { type PayloadValidation, plateWish, Validation, validate, validateFile } from './validate.ts'
