import type { FileView } from './file-view.ts'
import type { OptionSpec, RuleOptions } from './options.ts'
import type { Tier } from './tier.ts'

/** How bad a finding is. */
export type Severity = 'info' | 'warn' | 'error'

/**
 * What a rule says of a file or a sequence. `not_applicable`: there is nothing it speaks of; `not_checked`: the facts
 * it needs were not read; `cannot_check`: they could not be read. None of these is ever told as another.
 */
export type State = 'pass' | 'fail' | 'not_applicable' | 'not_checked' | 'cannot_check'

/** Where something is wrong, what was expected there and what is there. */
export interface Finding {
  /** Zero-based. */
  readonly part?: number
  readonly channel?: string
  readonly attribute?: string
  /** From the start of the file. */
  readonly byteOffset?: number
  /** Pixels, inclusive on both ends. */
  readonly box?: PixelBox
  /** Frames it concerns, ascending; only of sequence rules. */
  readonly frames?: readonly number[]
  readonly expected: string
  readonly actual: string
  /** When this finding is worse or milder than its rule. */
  readonly severity?: Severity
  /** A sentence; made from the fields above when left out. */
  readonly message?: string
}

export interface PixelBox {
  readonly min: { readonly x: number; readonly y: number }
  readonly max: { readonly x: number; readonly y: number }
}

/** A check that could not be made, and why. */
export interface Unchecked {
  readonly state: 'not_checked' | 'cannot_check'
  readonly reason: string
}

/** Findings (none: it passes), null where there is nothing to judge, or why it could not be judged. */
export type Outcome = readonly Finding[] | null | Unchecked

/** What a custom rule looks at, one by one. */
export const SELECTIONS = ['file', 'part', 'layer', 'channel', 'attribute', 'sequence'] as const
export type Selection = (typeof SELECTIONS)[number]

/** A rule without code, as a policy spells it. */
export interface CustomRuleSpec {
  readonly id: string
  readonly title?: string
  readonly severity?: Severity
  readonly select: Selection
  /** CEL; what it is not true of is not judged. */
  readonly where?: string
  /** CEL; must be true. */
  readonly assert: string
  /** A sentence with `{part.name}` and the like. */
  readonly message?: string
  /** What to do about it. */
  readonly remedy?: string
}

interface RuleFacts {
  /** Stable, kebab-case; the first word names the group. */
  readonly id: string
  /** What must hold. */
  readonly title: string
  /** `policy`: does nothing until a policy sets it. */
  readonly severity: Severity | 'policy'
  readonly tier: Tier
  /** Why it must; every built-in rule says it. */
  readonly reason?: string
  /** Where the rule comes from, in the words of docs/reference/rules.md. */
  readonly source: readonly string[]
  /** What to do about it; every built-in rule says it. */
  readonly remedy?: string
  readonly options?: Readonly<Record<string, OptionSpec>>
  /** How a policy wrote it; only of rules without code. */
  readonly written?: CustomRuleSpec
}

/** Judges one file. */
export interface FileRule extends RuleFacts {
  /** Error codes of unreadable files that are what this rule forbids. */
  readonly failsOn?: readonly string[]
  readonly check: (file: FileView, options: RuleOptions) => Outcome
}

/** One frame of a sequence and what `collect` said of it. */
export interface Collected {
  readonly frame: number
  readonly path: string
  readonly sizeBytes: number
  /** Null when the file says nothing about it. */
  readonly value: string | null
}

/** A sequence as rules see it. */
export interface SequenceFrames {
  /** The path with its number as `####`. */
  readonly pattern: string
  readonly paddings: readonly number[]
  readonly step: number
  /** Files in the order of their frames. */
  readonly files: readonly Collected[]
  /** Names that belong to the same frames: other paddings, separators or extensions. */
  readonly siblings: readonly string[]
  /** Frames that more than one file claims, with the paths. */
  readonly conflicts: readonly { readonly frame: number; readonly paths: readonly string[] }[]
}

/** Judges the files of a sequence together, from one value of each, so that no file need be kept in memory. */
export interface SequenceRule extends RuleFacts {
  /** What to compare of a file: null for nothing, an outcome that was not checked for facts that are missing. */
  readonly collect?: (file: FileView, options: RuleOptions) => string | null | Unchecked
  readonly judge: (frames: SequenceFrames, options: RuleOptions) => Outcome
}

/** A rule of either kind. */
export type Rule = FileRule | SequenceRule

/** Whether a rule judges sequences instead of files. */
export function isSequenceRule(rule: Rule): rule is SequenceRule {
  return 'judge' in rule
}

/** The sentence of a finding. */
export function messageOf(finding: Finding): string {
  if (finding.message !== undefined) return finding.message
  const place = [
    finding.part === undefined ? null : `part ${finding.part}`,
    finding.channel === undefined ? null : `channel ${finding.channel}`,
    finding.attribute ?? null,
  ].filter((text) => text !== null)
  return `${place.length > 0 ? `${place.join(', ')}: ` : ''}expected ${finding.expected}, found ${finding.actual}`
}
