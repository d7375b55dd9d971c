import { compileCondition } from './cel.ts'
import { customRule } from './custom-rule.ts'
import { nearest } from './nearest.ts'
import { optionProblem } from './options.ts'
import { pathTemplate } from './path-template.ts'
import { globPattern } from './patterns.ts'
import { type CustomRuleSpec, SELECTIONS } from './rule.ts'
import { RULES } from './rules/index.ts'
import { shownValue, shownWord, type YamlPath, type YamlText } from './yaml-text.ts'

/** A policy as it is written, checked. */
export interface PolicyDocument {
  readonly name?: string
  readonly about?: string
  readonly policy_version?: number
  readonly extends?: string | readonly string[]
  readonly rules?: Readonly<Record<string, RuleEntry>>
  readonly custom?: readonly CustomRuleSpec[]
  readonly overrides?: readonly {
    readonly paths?: readonly string[]
    readonly when?: string
    readonly rules: Readonly<Record<string, RuleEntry>>
  }[]
  readonly variables?: readonly string[]
  readonly ignore?: readonly string[]
}

export type RuleEntry =
  | SeverityWord
  | { readonly severity?: SeverityWord; readonly options?: Readonly<Record<string, unknown>> }
export type SeverityWord = (typeof SEVERITY_WORDS)[number]
const SEVERITY_WORDS = ['off', 'on', 'info', 'warn', 'error'] as const

const KEYS = [
  'version',
  'name',
  'about',
  'policy_version',
  'extends',
  'rules',
  'custom',
  'overrides',
  'variables',
  'ignore',
]
const CUSTOM_KEYS = ['id', 'title', 'severity', 'select', 'where', 'assert', 'message', 'remedy']
const OVERRIDE_KEYS = ['paths', 'when', 'rules']

/**
 * Checks every word of a policy: keys, rules, options with their types, expressions and patterns. `inherited` are ids of
 * custom rules that policies it extends define. Throws ERR_POLICY_INVALID with file, line and column.
 */
export function parsePolicy(text: YamlText, inherited: ReadonlySet<string> = new Set()): PolicyDocument {
  new Checker(text, inherited).policy(text.value)
  return text.value as PolicyDocument
}

class Checker {
  readonly #text: YamlText
  readonly #custom: Set<string>

  constructor(text: YamlText, inherited: ReadonlySet<string>) {
    this.#text = text
    this.#custom = new Set(inherited)
  }

  /** The error at a value, or at its key. */
  #fail(path: YamlPath, why: string, isKey = false, cause?: unknown): never {
    throw this.#text.at(this.#text.offsetOf(path, isKey), why, cause)
  }

  policy(value: unknown): void {
    const policy = this.#map([], value, KEYS)
    if ('version' in policy && policy['version'] !== 1) {
      this.#fail(
        ['version'],
        `expected version 1, the format this release reads, found ${shownValue(policy['version'])}`,
      )
    }
    for (const key of ['name', 'about']) if (key in policy) this.#words([key], policy[key])
    if (
      'policy_version' in policy &&
      !(Number.isInteger(policy['policy_version']) && (policy['policy_version'] as number) >= 0)
    ) {
      this.#fail(['policy_version'], `expected a whole number, found ${shownValue(policy['policy_version'])}`)
    }
    if ('extends' in policy && typeof policy['extends'] !== 'string') this.#texts(['extends'], policy['extends'])
    if ('custom' in policy)
      for (const [i, item] of this.#list(['custom'], policy['custom']).entries()) this.#customRule(['custom', i], item)
    if ('rules' in policy) this.#rules(['rules'], policy['rules'])
    if ('overrides' in policy) {
      for (const [i, item] of this.#list(['overrides'], policy['overrides']).entries())
        this.#override(['overrides', i], item)
    }
    if ('ignore' in policy) this.#globs(['ignore'], policy['ignore'])
    if ('variables' in policy) {
      for (const [i, template] of this.#texts(['variables'], policy['variables']).entries()) {
        this.#tried(['variables', i], () => pathTemplate(template))
      }
    }
  }

  #rules(path: YamlPath, value: unknown): void {
    const rules = this.#map(path, value, null)
    for (const [id, entry] of Object.entries(rules)) {
      const here = [...path, id]
      const rule = RULES.get(id)
      if (rule === undefined && !this.#custom.has(id)) {
        this.#fail(here, `no rule ${shownWord(id)}${nearest(id, [...RULES.keys(), ...this.#custom])}`, true)
      }
      if (typeof entry === 'string' || entry === null || typeof entry !== 'object') {
        this.#severity(here, entry)
        continue
      }
      const setting = this.#map(here, entry, ['severity', 'options'])
      if ('severity' in setting) this.#severity([...here, 'severity'], setting['severity'])
      if (!('options' in setting)) continue
      const options = this.#map([...here, 'options'], setting['options'], Object.keys(rule?.options ?? {}))
      for (const [name, option] of Object.entries(options)) {
        const problem = optionProblem(rule!.options![name]!, option)
        if (problem !== null) this.#fail([...here, 'options', name], `option ${name} of ${id}: ${problem}`)
      }
    }
  }

  #severity(path: YamlPath, value: unknown): void {
    if (SEVERITY_WORDS.some((word) => word === value)) return
    this.#fail(path, `expected off, on, info, warn or error, found ${shownValue(value)}`)
  }

  #customRule(path: YamlPath, value: unknown): void {
    const rule = this.#map(path, value, CUSTOM_KEYS)
    for (const key of ['id', 'select', 'assert']) if (!(key in rule)) this.#fail(path, `a custom rule lacks ${key}`)
    for (const key of CUSTOM_KEYS) if (key in rule) this.#words([...path, key], rule[key])
    const id = rule['id'] as string
    if (!/^[a-z][a-z0-9-]{1,99}$/.test(id))
      this.#fail([...path, 'id'], `expected lower-case words with hyphens, found ${shownValue(id)}`)
    if (RULES.has(id)) this.#fail([...path, 'id'], `${id} is a built-in rule; give yours another id`)
    if (!SELECTIONS.some((word) => word === rule['select'])) {
      this.#fail([...path, 'select'], `expected ${SELECTIONS.join(', ')}, found ${shownValue(rule['select'])}`)
    }
    if ('severity' in rule && !['info', 'warn', 'error'].includes(rule['severity'] as string)) {
      this.#fail([...path, 'severity'], `expected info, warn or error, found ${shownValue(rule['severity'])}`)
    }
    for (const key of ['where', 'assert']) {
      if (key in rule) this.#tried([...path, key], () => compileCondition(rule[key] as string))
    }
    customRule(rule as unknown as CustomRuleSpec)
    this.#custom.add(id)
  }

  #override(path: YamlPath, value: unknown): void {
    const override = this.#map(path, value, OVERRIDE_KEYS)
    if (!('rules' in override)) this.#fail(path, 'an override lacks rules')
    if (!('paths' in override) && !('when' in override)) this.#fail(path, 'an override lacks paths or when')
    this.#rules([...path, 'rules'], override['rules'])
    if ('paths' in override) this.#globs([...path, 'paths'], override['paths'])
    if ('when' in override) {
      const when = this.#words([...path, 'when'], override['when'])
      this.#tried([...path, 'when'], () => compileCondition(when))
    }
  }

  #globs(path: YamlPath, value: unknown): void {
    for (const [i, glob] of this.#texts(path, value).entries()) this.#tried([...path, i], () => globPattern(glob))
  }

  #tried(path: YamlPath, work: () => unknown): void {
    try {
      work()
    } catch (error) {
      this.#fail(path, (error as Error).message, false, error)
    }
  }

  #map(path: YamlPath, value: unknown, keys: readonly string[] | null): Record<string, unknown> {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.#fail(path, `expected a mapping, found ${value === null ? 'nothing' : shownValue(value)}`)
    }
    for (const key of Object.keys(value)) {
      if (keys !== null && !keys.includes(key))
        this.#fail([...path, key], `unknown key ${shownWord(key)}${nearest(key, keys)}`, true)
    }
    return value as Record<string, unknown>
  }

  #list(path: YamlPath, value: unknown): unknown[] {
    if (!Array.isArray(value)) this.#fail(path, `expected a list, found ${shownValue(value)}`)
    if (value.length > 1000) this.#fail(path, `a list of ${value.length} entries; at most 1000 are allowed`)
    return value
  }

  #texts(path: YamlPath, value: unknown): string[] {
    return this.#list(path, value).map((item, i) => this.#words([...path, i], item))
  }

  #words(path: YamlPath, value: unknown): string {
    if (typeof value !== 'string') this.#fail(path, `expected text, found ${shownValue(value)}`)
    return value
  }
}
