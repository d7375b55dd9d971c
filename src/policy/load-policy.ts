import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { isAlias, isNode, isScalar, isSeq } from 'yaml'
import { ExrError } from '../errors.ts'
import { compileCondition } from './cel.ts'
import { customRule, fileVariables } from './custom-rule.ts'
import type { FileView } from './file-view.ts'
import { nearest } from './nearest.ts'
import { type PolicyDocument, parsePolicy, type RuleEntry, type SeverityWord } from './parse-policy.ts'
import { pathTemplate } from './path-template.ts'
import { globPattern } from './patterns.ts'
import type { Policy, PolicyOverride, RuleSetting } from './policy.ts'
import type { FileRule, SequenceRule } from './rule.ts'
import { STARTERS } from './starters.ts'
import { YamlText } from './yaml-text.ts'

/** Reads the text of a policy that is no built-in one; `from` is the policy that names it, null for the first. */
export type ReadPolicy = (
  location: string,
  from: string | null,
) => Promise<{ readonly location: string; readonly text: string }>

const MAX_EXTENDS = 64

interface Parts {
  readonly rules: Map<string, RuleSetting>
  readonly custom: Map<string, FileRule | SequenceRule>
  readonly overrides: PolicyOverride[]
  readonly variables: string[]
  readonly ignore: string[]
}

/**
 * A policy by the name of a built-in one or the location of a file, with everything it extends, ready to judge.
 * `read` fetches files; without it only built-in policies can be named. Throws ERR_POLICY_INVALID with line and column,
 * and what `read` throws.
 */
export async function loadPolicy(nameOrLocation: string, read: ReadPolicy | null = null): Promise<Policy> {
  const loader = new Loader(read)
  const document = await loader.add(nameOrLocation, null)
  return loader.ready(document.name ?? nameOrLocation, document.policy_version ?? 1)
}

/** The same for a policy whose text is at hand. */
export async function loadPolicyText(text: string, location: string, read: ReadPolicy | null = null): Promise<Policy> {
  const loader = new Loader(read)
  const document = await loader.addText(text, location)
  return loader.ready(document.name ?? location, document.policy_version ?? 1)
}

class Loader {
  readonly #parts: Parts = { rules: new Map(), custom: new Map(), overrides: [], variables: [], ignore: [] }
  readonly #read: ReadPolicy | null
  /** Policies being read, outermost first. */
  readonly #open: string[] = []
  readonly #digest = createHash('sha256').update(release())
  #count = 0

  constructor(read: ReadPolicy | null) {
    this.#read = read
  }

  /** `place` is where in `from` the policy is named, as errors begin. */
  async add(name: string, from: string | null, place = ''): Promise<PolicyDocument> {
    if (++this.#count > MAX_EXTENDS) {
      throw invalid(`${place}${this.#open[0]} extends more than ${MAX_EXTENDS} policies.`)
    }
    const starter = STARTERS.find((policy) => policy.name === name)
    if (starter !== undefined) {
      for (const parent of starter.extends ?? []) await this.add(parent, name)
      this.#digest.update(JSON.stringify(starter))
      this.#rules(starter.rules as Record<string, RuleEntry>, this.#parts.rules)
      return { name: starter.name, about: starter.about }
    }
    if (this.#read === null || !looksLikeFile(name)) {
      const names = STARTERS.map((policy) => policy.name)
      const hint =
        nearest(name, names) || `; built-in ones are ${names.join(', ')}; a file ends in .yaml, .yml or .json`
      throw invalid(`${place}No policy ${name}${hint}`)
    }
    const { location, text } = await reading(this.#read(name, from), place)
    if (this.#open.includes(location)) {
      const circle = [...this.#open.slice(this.#open.indexOf(location)), location].join(' -> ')
      throw invalid(`${place}Policies extend each other in a circle: ${circle}`)
    }
    return this.addText(text, location)
  }

  async addText(text: string, location: string): Promise<PolicyDocument> {
    this.#open.push(location)
    const yaml = new YamlText(text, location)
    // First what it extends; its rules may then name custom rules of those.
    for (const { name, place } of extendsOf(yaml)) await this.add(name, location, place)
    const document = parsePolicy(yaml, new Set(this.#parts.custom.keys()))
    this.#digest.update(JSON.stringify(text))
    const { custom, rules, overrides, variables, ignore } = this.#parts
    for (const spec of document.custom ?? []) {
      custom.set(spec.id, customRule(spec))
      rules.set(spec.id, { severity: spec.severity ?? null, options: {} })
    }
    this.#rules(document.rules ?? {}, rules)
    for (const override of document.overrides ?? []) overrides.push(readyOverride(override))
    variables.unshift(...(document.variables ?? []))
    ignore.push(...(document.ignore ?? []))
    this.#open.pop()
    return document
  }

  ready(name: string, version: number): Policy {
    return readyPolicy(this.#parts, name, version, this.#digest.digest('hex'))
  }

  #rules(entries: Readonly<Record<string, RuleEntry>>, into: Map<string, RuleSetting>): void {
    for (const [id, entry] of Object.entries(entries)) {
      const setting = settingOf(entry, into.get(id))
      if (setting === null) into.delete(id)
      else into.set(id, setting)
    }
  }
}

function invalid(message: string, cause?: unknown): ExrError {
  return new ExrError('ERR_POLICY_INVALID', message, { cause })
}

/** A policy that cannot be read is the fault of the line that names it; storage that fails keeps its own code. */
async function reading<T>(read: Promise<T>, place: string): Promise<T> {
  try {
    return await read
  } catch (error) {
    const isOurs = error instanceof ExrError && error.code === 'ERR_POLICY_INVALID'
    throw isOurs && place !== ''
      ? new ExrError(error.code, `${place}${error.message}`, { cause: error, details: error.details })
      : error
  }
}

/** What a policy extends, and where it says so. What is wrong there is told when the policy is checked. */
function extendsOf(text: YamlText): { readonly name: string; readonly place: string }[] {
  const { document } = text
  const target = (node: unknown) => (isAlias(node) ? node.resolve(document) : node)
  const named = target(document.getIn(['extends'], true))
  const items: readonly unknown[] = isSeq(named) ? named.items.slice(0, MAX_EXTENDS + 1) : [named]
  return items.flatMap((item) => {
    const scalar = target(item)
    if (!isScalar(scalar) || typeof scalar.value !== 'string') return []
    return [{ name: scalar.value, place: text.place(isNode(item) ? (item.range?.[0] ?? 0) : 0) }]
  })
}

function looksLikeFile(name: string): boolean {
  return /\.(?:ya?ml|json)$/i.test(name) || name.includes('/')
}

/** A setting over an earlier one: options it does not name stay. Null switches the rule off. */
function settingOf(entry: RuleEntry, before: RuleSetting | undefined): RuleSetting | null {
  const { severity, options = {} } = typeof entry === 'string' ? { severity: entry } : entry
  if (severity === 'off') return null
  return { severity: severityOf(severity, before), options: { ...before?.options, ...options } }
}

function severityOf(word: SeverityWord | undefined, before: RuleSetting | undefined): RuleSetting['severity'] {
  if (word === undefined) return before?.severity ?? null
  return word === 'on' || word === 'off' ? null : word
}

function readyOverride(override: NonNullable<PolicyDocument['overrides']>[number]): PolicyOverride {
  const matches = override.paths === undefined ? null : override.paths.map((glob) => globPattern(glob))
  const when = override.when === undefined ? null : compileCondition(override.when)
  const applies = (file: FileView): boolean => {
    if (matches !== null && !matches.some((pattern) => pattern.test(file.path))) return false
    if (when === null) return true
    // A condition over facts that are not known does not hold.
    const answer = when(fileVariables(file))
    return answer.ok && answer.value
  }
  return {
    applies,
    rules: new Map(Object.entries(override.rules).map(([id, entry]) => [id, settingOf(entry, undefined)])),
  }
}

/** Other releases may judge otherwise. Not known where the package lies in a bundle. */
function release(): string {
  try {
    return (createRequire(import.meta.url)('#package') as { version: string }).version
  } catch {
    return ''
  }
}

function readyPolicy(
  { rules, custom, overrides, variables, ignore }: Parts,
  name: string,
  version: number,
  digest: string,
): Policy {
  const templates = variables.map(pathTemplate)
  const ignored = ignore.map((glob) => globPattern(glob))
  return {
    name,
    version,
    digest,
    rules,
    custom,
    overrides,
    variables: (path) => {
      for (const template of templates) {
        const fields = template(path)
        if (fields !== null) return fields
      }
      return {}
    },
    ignores: (path) => ignored.some((pattern) => pattern.test(path)),
  }
}
