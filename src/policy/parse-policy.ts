import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml'
import { ExrError } from '../errors.ts'
import { compileCondition } from './cel.ts'
import { customRule } from './custom-rule.ts'
import { nearest } from './nearest.ts'
import { optionProblem } from './options.ts'
import { pathTemplate } from './path-template.ts'
import { globPattern } from './patterns.ts'
import { type CustomRuleSpec, SELECTIONS } from './rule.ts'
import { RULES } from './rules/index.ts'

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

/** Largest policy, in characters. */
const MAX_POLICY = 4 * 1024 * 1024

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
 * Reads a policy in YAML or JSON and checks every word of it: keys, rules, options with their types, expressions and
 * patterns. `inherited` are ids of custom rules that policies it extends define.
 * Throws ERR_POLICY_INVALID with file, line and column.
 */
export function parsePolicy(
  text: string,
  location: string,
  inherited: ReadonlySet<string> = new Set(),
): PolicyDocument {
  if (text.length > MAX_POLICY) {
    throw new ExrError(
      'ERR_POLICY_INVALID',
      `${location}: a policy of ${text.length} characters; at most ${MAX_POLICY} are allowed.`,
    )
  }
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true })
  const checker = new Checker(document, lines, location, inherited)
  const [error] = document.errors
  if (error !== undefined) throw checker.at(error.pos[0], `not YAML: ${error.message.split('\n')[0]}`)
  let value: unknown
  try {
    value = document.toJS({ maxAliasCount: 100 })
  } catch (cause) {
    throw checker.at(0, (cause as Error).message)
  }
  checker.policy(value)
  return value as PolicyDocument
}

type Path = readonly (string | number)[]

class Checker {
  readonly #document: Document
  readonly #lines: LineCounter
  readonly #location: string
  readonly #custom: Set<string>

  constructor(document: Document, lines: LineCounter, location: string, inherited: ReadonlySet<string>) {
    this.#document = document
    this.#lines = lines
    this.#location = location
    this.#custom = new Set(inherited)
  }

  at(offset: number, why: string, cause?: unknown): ExrError {
    const { line, col } = this.#lines.linePos(offset)
    return new ExrError('ERR_POLICY_INVALID', `${this.#location}:${line}:${col}: ${why}`, { cause })
  }

  /** The error at a value, or at its key. */
  #fail(path: Path, why: string, isKey = false, cause?: unknown): never {
    let offset = 0
    const node = path.length === 0 ? this.#document.contents : this.#document.getIn(path, true)
    if (isNode(node)) offset = node.range?.[0] ?? 0
    if (isKey) {
      const parent = path.length === 1 ? this.#document.contents : this.#document.getIn(path.slice(0, -1), true)
      const pair = isMap(parent)
        ? parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(path.at(-1)))
        : undefined
      offset = isScalar(pair?.key) ? (pair.key.range?.[0] ?? offset) : offset
    }
    throw this.at(offset, why, cause)
  }

  policy(value: unknown): void {
    const policy = this.#map([], value, KEYS)
    if ('version' in policy && policy['version'] !== 1) {
      this.#fail(
        ['version'],
        `expected version 1, the format this release reads, found ${JSON.stringify(policy['version'])}`,
      )
    }
    for (const key of ['name', 'about']) if (key in policy) this.#text([key], policy[key])
    if (
      'policy_version' in policy &&
      !(Number.isInteger(policy['policy_version']) && (policy['policy_version'] as number) >= 0)
    ) {
      this.#fail(['policy_version'], `expected a whole number, found ${JSON.stringify(policy['policy_version'])}`)
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

  #rules(path: Path, value: unknown): void {
    const rules = this.#map(path, value, null)
    for (const [id, entry] of Object.entries(rules)) {
      const here = [...path, id]
      const rule = RULES.get(id)
      if (rule === undefined && !this.#custom.has(id)) {
        this.#fail(here, `no rule ${id}${nearest(id, [...RULES.keys(), ...this.#custom])}`, true)
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

  #severity(path: Path, value: unknown): void {
    if (SEVERITY_WORDS.some((word) => word === value)) return
    this.#fail(path, `expected off, on, info, warn or error, found ${JSON.stringify(value)}`)
  }

  #customRule(path: Path, value: unknown): void {
    const rule = this.#map(path, value, CUSTOM_KEYS)
    for (const key of ['id', 'select', 'assert']) if (!(key in rule)) this.#fail(path, `a custom rule lacks ${key}`)
    for (const key of CUSTOM_KEYS) if (key in rule) this.#text([...path, key], rule[key])
    const id = rule['id'] as string
    if (!/^[a-z][a-z0-9-]{1,99}$/.test(id))
      this.#fail([...path, 'id'], `expected lower-case words with hyphens, found ${JSON.stringify(id)}`)
    if (RULES.has(id)) this.#fail([...path, 'id'], `${id} is a built-in rule; give yours another id`)
    if (!SELECTIONS.some((word) => word === rule['select'])) {
      this.#fail([...path, 'select'], `expected ${SELECTIONS.join(', ')}, found ${JSON.stringify(rule['select'])}`)
    }
    if ('severity' in rule && !['info', 'warn', 'error'].includes(rule['severity'] as string)) {
      this.#fail([...path, 'severity'], `expected info, warn or error, found ${JSON.stringify(rule['severity'])}`)
    }
    for (const key of ['where', 'assert']) {
      if (key in rule) this.#tried([...path, key], () => compileCondition(rule[key] as string))
    }
    customRule(rule as unknown as CustomRuleSpec)
    this.#custom.add(id)
  }

  #override(path: Path, value: unknown): void {
    const override = this.#map(path, value, OVERRIDE_KEYS)
    if (!('rules' in override)) this.#fail(path, 'an override lacks rules')
    if (!('paths' in override) && !('when' in override)) this.#fail(path, 'an override lacks paths or when')
    this.#rules([...path, 'rules'], override['rules'])
    if ('paths' in override) this.#globs([...path, 'paths'], override['paths'])
    if ('when' in override) {
      const when = this.#text([...path, 'when'], override['when'])
      this.#tried([...path, 'when'], () => compileCondition(when))
    }
  }

  #globs(path: Path, value: unknown): void {
    for (const [i, glob] of this.#texts(path, value).entries()) this.#tried([...path, i], () => globPattern(glob))
  }

  #tried(path: Path, work: () => unknown): void {
    try {
      work()
    } catch (error) {
      this.#fail(path, (error as Error).message, false, error)
    }
  }

  #map(path: Path, value: unknown, keys: readonly string[] | null): Record<string, unknown> {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.#fail(path, `expected a mapping, found ${value === null ? 'nothing' : JSON.stringify(value)}`)
    }
    for (const key of Object.keys(value)) {
      if (keys !== null && !keys.includes(key))
        this.#fail([...path, key], `unknown key ${key}${nearest(key, keys)}`, true)
    }
    return value as Record<string, unknown>
  }

  #list(path: Path, value: unknown): unknown[] {
    if (!Array.isArray(value)) this.#fail(path, `expected a list, found ${JSON.stringify(value)}`)
    if (value.length > 1000) this.#fail(path, `a list of ${value.length} entries; at most 1000 are allowed`)
    return value
  }

  #texts(path: Path, value: unknown): string[] {
    return this.#list(path, value).map((item, i) => this.#text([...path, i], item))
  }

  #text(path: Path, value: unknown): string {
    if (typeof value !== 'string') this.#fail(path, `expected text, found ${JSON.stringify(value)}`)
    return value
  }
}
