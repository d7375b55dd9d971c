import { groupSequences, patternOf, type Sequence, stepOf } from '../sequences/index.ts'
import type { PolicyFacts } from './facts.ts'
import { FileView } from './file-view.ts'
import { type RuleOptions, withDefaults } from './options.ts'
import { type ActiveRule, type Policy, type RuleSetting, ruleIdsOf } from './policy.ts'
import {
  type Collected,
  type FileRule,
  type Finding,
  isSequenceRule,
  messageOf,
  type Outcome,
  type Rule,
  type SequenceFrames,
  type SequenceRule,
  type Severity,
  type State,
  type Unchecked,
} from './rule.ts'
import { RULES } from './rules/index.ts'
import { reaches, type Tier } from './tier.ts'

/** What one rule says of one file or sequence. */
export interface RuleResult {
  readonly rule: string
  readonly state: State
  readonly severity: Severity
  /** Why it was not or could not be checked. */
  readonly reason?: string
  /** Of a failure: one or more. */
  readonly findings: readonly JudgedFinding[]
}

/** A finding with its severity and sentence. */
export interface JudgedFinding extends Finding {
  readonly severity: Severity
  readonly message: string
}

/** What a policy says of one file. */
export interface FileJudgement {
  readonly path: string
  readonly results: readonly RuleResult[]
}

/** What a policy says of one sequence as a whole. */
export interface SequenceJudgement {
  readonly pattern: string
  /** Path of the first frame. */
  readonly path: string
  readonly results: readonly RuleResult[]
}

/** Which of a policy's rules are checked. */
export interface JudgeOptions {
  /** Rules that need more are not checked. Default: none is left out. */
  readonly maxTier?: Tier
  /** Rules to leave out, by id. */
  readonly skip?: readonly string[]
  /** Keep nothing of files for their sequences; `finish` then judges none. */
  readonly filesOnly?: boolean
}

/** The rules that hold for a file, by what they judge. */
interface ActiveRules {
  readonly files: readonly ActiveRule<FileRule>[]
  /** At the place of each of the policy's sequence rules; undefined where it is off for the file. */
  readonly sequences: readonly (ActiveRule<SequenceRule> | undefined)[]
}

interface SeenFile {
  readonly path: string
  readonly sizeBytes: number | null
  /** What each sequence rule collected; undefined: the rule does not concern this file. */
  readonly values: readonly (string | null | Unchecked | undefined)[]
  readonly overrides: string
}

/**
 * Judges files one by one by a policy and keeps of each only what rules over sequences compare; `finish` then judges
 * the sequences. Pure: facts in, results out.
 */
export class Judge {
  readonly #policy: Policy
  readonly #options: JudgeOptions
  readonly #active = new Map<string, ActiveRules>()
  readonly #sequenceRules: readonly SequenceRule[]
  readonly #seen: SeenFile[] = []
  readonly #texts = new Map<string, string>()

  constructor(policy: Policy, options: JudgeOptions = {}) {
    this.#policy = policy
    this.#options = options
    this.#sequenceRules = ruleIdsOf(policy).flatMap((id) => {
      const rule = this.#ruleOf(id)
      return rule !== undefined && isSequenceRule(rule) ? [rule] : []
    })
  }

  /** Judges one file. Null for a file that the policy ignores. */
  file(facts: PolicyFacts): FileJudgement | null {
    const { path } = facts
    if (this.#policy.ignores(path)) return null
    const { view, key } = this.#seeing(facts)
    const active = this.#rulesFor(key)
    if (!this.#options.filesOnly) this.#remember(view, key, active)
    return { path, results: active.files.map((rule) => this.#judgeFile(rule, view, facts)) }
  }

  /** Options of a rule that judges files, as they hold for one; null where it is off for the file. */
  optionsOf(id: string, facts: PolicyFacts): RuleOptions | null {
    if (this.#policy.ignores(facts.path)) return null
    const { files } = this.#rulesFor(this.#seeing(facts).key)
    return files.find(({ rule }) => rule.id === id)?.options ?? null
  }

  /** Keeps of a file what its sequence is judged by, and judges nothing of it. */
  remember(facts: PolicyFacts): void {
    const { view, key } = this.#seeing(facts)
    this.#remember(view, key, this.#rulesFor(key))
  }

  /** Judges the sequences of all files seen; a file without a frame number is no sequence. */
  finish(): SequenceJudgement[] {
    if (this.#sequenceRules.length === 0) return []
    const { sequences } = groupSequences(this.#seen.map(({ path }) => path))
    const siblings = siblingsOf(sequences)
    return sequences.map((sequence) => this.#judgeSequence(sequence, siblings.get(sequence) ?? []))
  }

  /** A file as rules see it, and which overrides concern it. */
  #seeing(facts: PolicyFacts): { readonly view: FileView; readonly key: string } {
    const view = new FileView(facts, this.#policy.variables(facts.path))
    return { view, key: this.#policy.overrides.map((override) => (override.applies(view) ? '1' : '0')).join('') }
  }

  #judgeFile({ rule, severity, options }: ActiveRule<FileRule>, view: FileView, facts: PolicyFacts): RuleResult {
    const result = (outcome: Outcome) => resultOf(rule.id, severity, outcome)
    const { maxTier } = this.#options
    if (maxTier !== undefined && !reaches(maxTier, rule.tier)) {
      return result({ state: 'not_checked', reason: `needs ${rule.tier}, and the check stops at ${maxTier}` })
    }
    if (facts.error !== null && rule.failsOn?.includes(facts.error.code)) {
      return result([{ expected: rule.title, actual: facts.error.code, message: facts.error.message }])
    }
    if (rule.tier !== 'names' || facts.error?.code === 'ERR_SOURCE_NOT_FOUND') {
      const unread = unreadable(view, facts)
      if (unread !== null) return result(unread)
    }
    const outcome = tried(() => rule.check(view, options))
    const clean = outcome === null || (Array.isArray(outcome) && outcome.length === 0)
    if (clean && rule.tier !== 'names' && !KNOWN_BEFORE_HEADER.has(rule.id)) {
      const reason = whyCut(view)
      if (reason !== null) return result({ state: 'cannot_check', reason })
    }
    return result(outcome)
  }

  #remember(view: FileView, overrides: string, active: ActiveRules): void {
    const values = active.sequences.map((entry) => {
      if (entry === undefined) return undefined
      const { rule } = entry
      if (rule.collect === undefined) return null
      if (view.payload === null) {
        const state = view.error === null ? 'not_checked' : 'cannot_check'
        return { state, reason: view.error?.message ?? 'the file was not opened' } as const
      }
      const value = collected(rule.collect, view, entry.options)
      return typeof value === 'string' ? this.#intern(value) : value
    })
    this.#seen.push({ path: view.path, sizeBytes: view.sizeBytes, values, overrides })
  }

  /** Frames of a sequence mostly say the same: one text serves them all. */
  #intern(text: string): string {
    const known = this.#texts.get(text)
    if (known !== undefined) return known
    this.#texts.set(text, text)
    return text
  }

  #judgeSequence(sequence: Sequence, siblings: readonly Sequence[]): SequenceJudgement {
    const files = sequence.members.map(({ index }) => this.#seen[index]!)
    const pattern = patternOf(sequence)
    const active = this.#rulesFor(files[0]!.overrides).sequences
    const frames: Omit<SequenceFrames, 'files'> = {
      pattern,
      paddings: sequence.paddings,
      step: stepOf(sequence.frames),
      siblings: siblings.map((other) => patternOf(other)),
      conflicts: conflictsOf(sequence, siblings),
    }
    const results = active.flatMap((entry, at): RuleResult[] => {
      if (entry === undefined || sequence.kind === 'udim') return []
      return [resultOf(entry.rule.id, entry.severity, this.#sequenceOutcome(entry, at, sequence, files, frames))]
    })
    return { pattern, path: sequence.members[0]!.path, results }
  }

  #sequenceOutcome(
    { rule, options }: ActiveRule<SequenceRule>,
    at: number,
    sequence: Sequence,
    files: readonly SeenFile[],
    frames: Omit<SequenceFrames, 'files'>,
  ): Outcome {
    const { maxTier } = this.#options
    if (maxTier !== undefined && !reaches(maxTier, rule.tier)) {
      return { state: 'not_checked', reason: `needs ${rule.tier}, and the check stops at ${maxTier}` }
    }
    const collected: Collected[] = []
    let unchecked: Unchecked | null = null
    for (const [i, { path, frame }] of sequence.members.entries()) {
      const { values, sizeBytes } = files[i]!
      const value = values[at]
      if (typeof value === 'object' && value !== null) unchecked ??= value
      else if (value !== undefined) collected.push({ frame, path, sizeBytes: sizeBytes ?? 0, value })
    }
    if (collected.length === 0) return unchecked
    const outcome = tried(() => rule.judge({ ...frames, files: collected }, options))
    // A frame that could not be read proves nothing about the rest, and the rest nothing about it.
    return unchecked !== null && Array.isArray(outcome) && outcome.length === 0 ? unchecked : outcome
  }

  #rulesFor(key: string): ActiveRules {
    const known = this.#active.get(key)
    if (known !== undefined) return known
    const settings = new Map<string, RuleSetting>(this.#policy.rules)
    this.#policy.overrides.forEach(({ rules }, at) => {
      if (key[at] !== '1') return
      for (const [id, setting] of rules) {
        if (setting === null) settings.delete(id)
        else settings.set(id, setting)
      }
    })
    const entries = [...settings].flatMap(([id, setting]): ActiveRule[] => {
      const rule = this.#ruleOf(id)
      if (rule === undefined || this.#options.skip?.includes(id)) return []
      return [activate(rule, setting)]
    })
    const ofSequences = entries.filter(isOfSequences)
    const active = {
      files: entries.filter(isOfFiles),
      sequences: this.#sequenceRules.map((rule) => ofSequences.find((entry) => entry.rule === rule)),
    }
    this.#active.set(key, active)
    return active
  }

  #ruleOf(id: string): Rule | undefined {
    return this.#policy.custom.get(id) ?? RULES.get(id)
  }
}

/** A rule that a policy switched on without a word of severity, and that has none of its own, warns. */
function activate(rule: Rule, { severity, options }: RuleSetting): ActiveRule {
  const own = rule.severity === 'policy' ? 'warn' : rule.severity
  return { rule, severity: severity ?? own, options: withDefaults(rule.options, options) }
}

function isOfFiles(entry: ActiveRule): entry is ActiveRule<FileRule> {
  return !isSequenceRule(entry.rule)
}

function isOfSequences(entry: ActiveRule): entry is ActiveRule<SequenceRule> {
  return isSequenceRule(entry.rule)
}

/** Rules that the first eight bytes decide, whatever became of the header. */
const KNOWN_BEFORE_HEADER = new Set(['file-magic', 'file-format-version', 'file-flags-known', 'header-crash'])
const CUT = new Set(['limit-exceeded', 'header-truncated', 'header-not-terminated', 'defects-omitted'])

/** Why the header could not be read to its end: a limit of ours says how it is raised. Null for one that could. */
export function whyCut({ errors }: Pick<FileView, 'errors'>): string | null {
  const cut = errors.find(({ defect }) => defect !== undefined && CUT.has(defect))
  if (cut === undefined) return null
  return cut.defect === 'limit-exceeded' ? cut.message : 'the header could not be read to its end'
}

/** A rule that stumbles over a file has not judged it; the others go on. */
function tried(check: () => Outcome): Outcome {
  try {
    return check()
  } catch (error) {
    return {
      state: 'cannot_check',
      reason: `the rule failed: ${error instanceof Error ? error.message : String(error)}`,
    }
  }
}

function collected(
  collect: NonNullable<SequenceRule['collect']>,
  view: FileView,
  options: RuleOptions,
): string | null | Unchecked {
  try {
    return collect(view, options)
  } catch (error) {
    return {
      state: 'cannot_check',
      reason: `the rule failed: ${error instanceof Error ? error.message : String(error)}`,
    }
  }
}

function unreadable({ payload }: FileView, { error }: PolicyFacts): Unchecked | null {
  if (error !== null) return { state: 'cannot_check', reason: error.message }
  return payload === null ? { state: 'not_checked', reason: 'the file was not opened' } : null
}

function resultOf(rule: string, severity: Severity, outcome: Outcome): RuleResult {
  if (outcome === null) return { rule, severity, state: 'not_applicable', findings: [] }
  if ('state' in outcome) return { rule, severity, state: outcome.state, reason: outcome.reason, findings: [] }
  if (outcome.length === 0) return { rule, severity, state: 'pass', findings: [] }
  const findings = outcome.map((finding) => ({
    ...finding,
    severity: finding.severity ?? severity,
    message: messageOf(finding),
  }))
  return { rule, severity, state: 'fail', findings }
}

/** Sequences whose names differ in padding, separator, extension or case alone: none is judged without the others. */
export function familiesOf(sequences: readonly Sequence[]): Sequence[][] {
  const families = new Map<string, Sequence[]>()
  for (const sequence of sequences) {
    const stem = sequence.prefix.replace(/[._ -]+$/, '')
    const key = `${stem}\0${sequence.suffix.replace(/\.[a-z][a-z0-9]*$/i, '')}`.toLowerCase()
    const family = families.get(key)
    if (family === undefined) families.set(key, [sequence])
    else family.push(sequence)
  }
  return [...families.values()]
}

/** The others of a sequence's family, where there are any. */
function siblingsOf(sequences: readonly Sequence[]): ReadonlyMap<Sequence, readonly Sequence[]> {
  const siblings = new Map<Sequence, readonly Sequence[]>()
  for (const family of familiesOf(sequences)) {
    if (family.length < 2) continue
    for (const sequence of family)
      siblings.set(
        sequence,
        family.filter((other) => other !== sequence),
      )
  }
  return siblings
}

function conflictsOf(sequence: Sequence, siblings: readonly Sequence[]): { frame: number; paths: string[] }[] {
  const claims = new Map<string, { frame: number; paths: string[] }>()
  for (const { frame, subframe, path } of sequence.members) {
    const key = `${frame}.${subframe}`
    const claim = claims.get(key)
    if (claim === undefined) claims.set(key, { frame, paths: [path] })
    else claim.paths.push(path)
  }
  for (const { frame, subframe, path } of siblings.flatMap(({ members }) => members)) {
    claims.get(`${frame}.${subframe}`)?.paths.push(path)
  }
  return [...claims.values()].filter(({ paths }) => paths.length > 1)
}
