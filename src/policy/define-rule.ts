import { createHash } from 'node:crypto'
import { ExrError } from '../errors.ts'
import type { RuleOptions } from './options.ts'
import type { Policy, RuleSetting } from './policy.ts'
import type { FileRule, Rule, SequenceRule, Severity } from './rule.ts'
import { RULES } from './rules/index.ts'

/** A rule of code that belongs to a program and not to a policy's text. It has a severity of its own. */
type OwnRule = (FileRule | SequenceRule) & { readonly severity: Severity }

/**
 * A rule in code, typed: `check` judges one file, `collect` and `judge` a sequence. Throws ERR_POLICY_INVALID for an id that
 * is not lower-case words with hyphens between them, or that a built-in rule has.
 */
export function defineRule(rule: FileRule & OwnRule): FileRule & OwnRule
export function defineRule(rule: SequenceRule & OwnRule): SequenceRule & OwnRule
export function defineRule(rule: OwnRule): OwnRule {
  if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)+$/.test(rule.id)) {
    throw invalid(`Expected an id such as show-owner for a rule but received ${JSON.stringify(rule.id)}.`)
  }
  if (RULES.has(rule.id)) throw invalid(`There is a built-in rule ${rule.id} already. Give yours another id.`)
  return Object.freeze({ ...rule })
}

/**
 * The policy with rules of code on beside its own; `options` by rule id. Its digest is another, so results that a catalog
 * keeps by it are judged again when the text of a rule changes, not when what it calls does. Throws ERR_POLICY_INVALID for
 * an id that the policy has already.
 */
export function withRules(
  policy: Policy,
  rules: readonly OwnRule[],
  options: Readonly<Record<string, RuleOptions>> = {},
): Policy {
  const settings = new Map<string, RuleSetting>(policy.rules)
  const custom = new Map(policy.custom)
  const digest = createHash('sha256').update(policy.digest)
  for (const rule of rules) {
    if (settings.has(rule.id) || custom.has(rule.id))
      throw invalid(`Policy ${policy.name} has a rule ${rule.id} already.`)
    settings.set(rule.id, { severity: rule.severity, options: options[rule.id] ?? {} })
    custom.set(rule.id, rule)
    digest.update(JSON.stringify([rule.id, rule.severity, rule.tier, options[rule.id] ?? {}, codeOf(rule)]))
  }
  return { ...policy, rules: settings, custom, digest: digest.digest('hex') }
}

function codeOf(rule: Rule): string {
  return 'judge' in rule ? `${rule.collect}${rule.judge}` : String(rule.check)
}

function invalid(message: string): ExrError {
  return new ExrError('ERR_POLICY_INVALID', message)
}
