import type { FileView } from './file-view.ts'
import type { RuleOptions } from './options.ts'
import type { FileRule, Rule, SequenceRule, Severity } from './rule.ts'

/** What a policy says of one rule. */
export interface RuleSetting {
  /** Null: the rule's own. */
  readonly severity: Severity | null
  readonly options: RuleOptions
}

/** A rule made ready: with its severity and every option. */
export interface ActiveRule<R extends Rule = Rule> {
  readonly rule: R
  readonly severity: Severity
  readonly options: RuleOptions
}

/** Settings for some files only. */
export interface PolicyOverride {
  /** Whether it speaks of a file; asked with what is known when the file is judged. */
  readonly applies: (file: FileView) => boolean
  /** Null switches a rule off. */
  readonly rules: ReadonlyMap<string, RuleSetting | null>
}

/** Ids of every rule that may be asked of a file or a sequence. */
export function ruleIdsOf({ rules, overrides }: Pick<Policy, 'rules' | 'overrides'>): string[] {
  return [...new Set([...rules.keys(), ...overrides.flatMap((override) => [...override.rules.keys()])])]
}

/** A policy made ready to judge: nothing in it is left to be read, looked up or checked. */
export interface Policy {
  readonly name: string
  readonly version: number
  /** SHA-256 over the texts of all it is made of and this release: the same digest gives the same answers. */
  readonly digest: string
  /** Rules that are on, built-in and custom, by id. */
  readonly rules: ReadonlyMap<string, RuleSetting>
  /** Custom rules by id, in addition to the built-in ones. */
  readonly custom: ReadonlyMap<string, FileRule | SequenceRule>
  /** In order; later ones win. */
  readonly overrides: readonly PolicyOverride[]
  /** Fields that path templates captured; of several templates the first that matches. */
  readonly variables: (path: string) => Readonly<Record<string, string>>
  readonly ignores: (path: string) => boolean
}
