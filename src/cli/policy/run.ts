import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, extname, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { ExrError } from '../../errors.ts'
import {
  factsOf,
  needsOf,
  type Policy,
  type PolicyFacts,
  policySchema,
  RULE_GROUPS,
  RULES,
  STARTERS,
  unreadableFacts,
  validate,
} from '../../policy/index.ts'
import { whyCut } from '../../policy/judge.ts'
import { learnPolicy } from '../../policy/learn.ts'
import { nearest } from '../../policy/nearest.ts'
import { isSequenceRule, type Rule } from '../../policy/rule.ts'
import { s3SettingsFrom } from '../../settings/s3.ts'
import { openPolicy } from '../../tasks/policy-file.ts'
import { type CliContext, widthOf } from '../context.ts'
import { errorLine, toExrError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { columns, wrap, wrappedColumns } from '../format/columns.ts'
import { singleLine } from '../format/visible.ts'
import { Locations } from '../locations.ts'
import { writeOutput } from '../output-file.ts'
import { openBeside, pixelWish } from '../validate/beside.ts'

interface JsonFlag {
  readonly json?: true
}

export async function listPolicies({ json }: JsonFlag, context: CliContext): Promise<void> {
  if (json) return printJson(STARTERS, context)
  const rows = STARTERS.map(({ name, about }) => [context.style.bold(name), about])
  await context.print(`${columns(rows, { width: widthOf(context) }).join('\n')}\n`)
}

/** A rule as `policy rules --json` and `policy explain --json` tell it. */
function ruleJson(rule: Rule, group: string, severity: string = rule.severity) {
  const { id, title, tier, reason = null, source, remedy = null, options = {}, written } = rule
  const facts = { id, group, title, severity, tier, sequence: isSequenceRule(rule), reason, source, remedy, options }
  return written === undefined ? facts : { ...facts, written }
}

export async function listRules(flags: JsonFlag & { policy?: string }, context: CliContext): Promise<void> {
  const policy = flags.policy === undefined ? null : await open(flags.policy, context)
  const rules = Object.entries(RULE_GROUPS).flatMap(([group, members]) =>
    members.flatMap((rule) => {
      if (policy === null) return [ruleJson(rule, group)]
      return policy.rules.has(rule.id) ? [ruleJson(rule, group, levelIn(rule, policy))] : []
    }),
  )
  const custom = [...(policy?.custom.values() ?? [])].map((rule) => ruleJson(rule, 'custom', levelIn(rule, policy)))
  const all = [...rules, ...custom]
  if (flags.json) return printJson(all, context)
  const rows = all.map(({ id, severity, tier, sequence, title }) => [
    context.style.bold(id),
    severity,
    `${tier}${sequence ? ' of a sequence' : ''}`,
    singleLine(title),
  ])
  await context.print(`${columns(rows, { width: widthOf(context) }).join('\n')}\n`)
}

export async function explainRule(
  id: string,
  { json, policy: name }: JsonFlag & { policy?: string },
  context: CliContext,
): Promise<void> {
  const policy = name === undefined ? null : await open(name, context)
  const rule = policy?.custom.get(id) ?? RULES.get(id)
  if (rule === undefined) {
    const hint = nearest(id, [...(policy?.custom.keys() ?? []), ...RULES.keys()])
    const own = policy === null ? '; rules of a policy of your own need --policy' : ''
    throw new ExrError('ERR_OPTION_INVALID', `There is no rule ${id}${hint || own}`)
  }
  const group = Object.entries(RULE_GROUPS).find(([, members]) => members.includes(rule))?.[0] ?? 'custom'
  const set = policy?.rules.get(id)
  const level = levelIn(rule, policy)
  if (json) return printJson({ ...ruleJson(rule, group, level), set: set?.options ?? null }, context)
  const width = Math.min(widthOf(context), 100)
  const { bold, dim } = context.style
  const options = Object.entries(rule.options ?? {}).map(([option, { type, default: value, about }]) => [
    `  ${option}`,
    type,
    `${about} (${set !== undefined && Object.hasOwn(set.options, option) ? `set to ${singleLine(JSON.stringify(set.options[option]))}` : `default ${JSON.stringify(value)}`})`,
  ])
  const { written } = rule
  const source =
    written === undefined
      ? `${rule.source.join(', ')} (docs/reference/rules.md)`
      : `the policy ${singleLine(policy?.name ?? '')}`
  const lines = [
    `${bold(id)}  ${dim(`${group}, ${level === 'policy' ? 'off until a policy sets it' : level}`)}`,
    '',
    ...wrap(singleLine(rule.title), width, ''),
    ...(rule.reason === undefined ? [] : ['', ...wrap(`Why: ${rule.reason}`, width, '')]),
    ...(rule.remedy === undefined ? [] : ['', ...wrap(singleLine(`What to do: ${rule.remedy}`), width, '')]),
    '',
    `Needs ${rule.tier}${isSequenceRule(rule) ? ' of a sequence' : ''}. Source: ${source}.`,
    ...(written === undefined ? [] : ['', ...writtenLines(written, width)]),
    ...(options.length > 0 ? ['', 'Options', ...wrappedColumns(options, { width })] : []),
  ]
  await context.print(`${lines.join('\n')}\n`)
}

/** A rule's level in a policy, or its own without one. */
function levelIn(rule: Rule, policy: Policy | null): string {
  if (policy === null) return rule.severity
  const set = policy.rules.get(rule.id)
  if (set !== undefined) return set.severity ?? (rule.severity === 'policy' ? 'warn' : rule.severity)
  return policy.overrides.some(({ rules }) => rules.get(rule.id)) ? 'off, but for some files' : 'off'
}

/** A rule without code, as its policy has it. */
function writtenLines(written: NonNullable<Rule['written']>, width: number): string[] {
  const rows = (['select', 'where', 'assert', 'message'] as const).flatMap((key) => {
    const value = written[key]
    return value === undefined ? [] : [[`  ${key}`, singleLine(value)]]
  })
  return ['Written as', ...wrappedColumns(rows, { width })]
}

export async function lintPolicies(files: readonly string[], { json }: JsonFlag, context: CliContext): Promise<void> {
  const results = []
  for (const file of files) {
    try {
      const policy = await open(file, context)
      results.push({ file, ok: true, rules: policy.rules.size, error: null })
      if (!json) await context.print(`${file}: ${singleLine(policy.name)}, ${policy.rules.size} rules\n`)
    } catch (error) {
      const known = toExrError(error)
      results.push({ file, ok: false, rules: null, error: { code: known.code, message: known.message } })
      if (!json) context.note(errorLine(known, false))
      context.exitWith(EXIT.usage)
    }
  }
  if (json) await printJson(results, context)
}

export async function initPolicy(
  { from, output }: { from: readonly string[]; output?: string },
  context: CliContext,
): Promise<void> {
  const { inspect } = await import('../../lazy.ts')
  const s3 = s3SettingsFrom((name) => context.env[name])
  const payloads = []
  const located = new Locations(from, {}, context)
  for await (const found of located) {
    if (found.kind === 'failure') throw found.error
    const payload = await inspect(found.location, { s3 })
    const why = whyCut(payload)
    if (why !== null) {
      const message = `Cannot learn from ${found.location}: ${why}. Name a good file`
      throw new ExrError('ERR_EXR_HEADER', message, { details: { path: found.location } })
    }
    payloads.push(payload)
  }
  located.finish()
  const name = output === undefined ? 'learnt' : basename(output, extname(output))
  const { text, open: left } = learnPolicy(payloads, name)
  if (output === undefined) return context.printData(text)
  if (existsSync(output)) throw new ExrError('ERR_OPTION_INVALID', `${output} is there already. Name another file.`)
  await writeOutput(Readable.from([text]), output)
  context.note(`Wrote ${output}.`)
  for (const fact of left) context.note(`Left open, the files differ in ${fact}`)
}

/** Cases of a policy: what must fail on a file, or on facts written out. */
interface PolicyCase {
  readonly file?: string
  readonly facts?: Partial<PolicyFacts>
  /** Ids of the rules that fail, no more and no fewer. */
  readonly fails: readonly string[]
}

export async function testPolicies(files: readonly string[], context: CliContext): Promise<void> {
  const { YamlText } = await import('../../policy/yaml-text.ts')
  let failed = 0
  let run = 0
  for (const file of files) {
    const policy = await open(file, context)
    const casesFile = file.replace(/\.(?:ya?ml|json)$/i, '.cases.yaml')
    if (!existsSync(casesFile))
      throw new ExrError('ERR_POLICY_INVALID', `${file} has no cases: there is no ${casesFile}`)
    const { value: cases } = new YamlText(readFileSync(casesFile, 'utf8'), casesFile)
    if (!isCases(cases))
      throw new ExrError('ERR_POLICY_INVALID', `${casesFile}: expected a list of {file or facts, fails: [rule ids]}`)
    for (const [index, { file: input, facts, fails }] of cases.entries()) {
      run += 1
      const folder = dirname(resolve(casesFile))
      const report =
        input === undefined
          ? judgeWritten(facts!, policy, `${casesFile}: case ${index + 1}`)
          : validate([await fileFacts(resolve(folder, input), policy, context)], policy)
      const actual = [
        ...new Set(report.findings.filter(({ state }) => state === 'fail').map(({ rule }) => rule)),
      ].sort()
      const expected = [...fails].sort()
      if (JSON.stringify(actual) === JSON.stringify(expected)) continue
      failed += 1
      await context.print(
        `${casesFile}: case ${index + 1} ${input ?? ''}: expected ${expected.join(', ') || 'nothing'} to fail, found ${actual.join(', ') || 'nothing'}\n`,
      )
    }
  }
  await context.print(`${run} cases, ${failed} failed\n`)
  if (failed > 0) context.exitWith(EXIT.someFilesFailed)
}

function isCases(value: unknown): value is PolicyCase[] {
  return Array.isArray(value) && value.every(isCase)
}

function isCase(value: unknown): value is PolicyCase {
  if (typeof value !== 'object' || value === null) return false
  const { file, facts, fails } = value as Record<keyof PolicyCase, unknown>
  const hasInput = typeof file === 'string' || (file === undefined && typeof facts === 'object' && facts !== null)
  return hasInput && Array.isArray(fails) && fails.every((id) => typeof id === 'string')
}

/** Facts that somebody wrote may lack what a rule looks at. */
function judgeWritten(facts: Partial<PolicyFacts>, policy: Policy, place: string) {
  try {
    return validate([{ path: '', sizeBytes: null, payload: null, error: null, ...facts }], policy)
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause
    const message = `${place}: the facts lack what a rule looks at, or have it in another form: ${cause.message}`
    throw new ExrError('ERR_POLICY_INVALID', message, { cause })
  }
}

/** What the rules of a policy need to know of a file, pixels and plates included. */
async function fileFacts(path: string, policy: Policy, context: CliContext): Promise<PolicyFacts> {
  const { inspect } = await import('../../lazy.ts')
  const s3 = s3SettingsFrom((name) => context.env[name])
  const needs = needsOf(policy)
  const beside = await openBeside(policy, needs, { jobs: 1, s3 })
  try {
    const payload = await inspect(path, { s3, ...pixelWish(needs) })
    return { ...factsOf(payload), ...(await beside.read(payload, path)) }
  } catch (error) {
    return unreadableFacts(path, toExrError(error))
  } finally {
    await beside.close()
  }
}

export async function printSchema(context: CliContext): Promise<void> {
  await printJson(policySchema(), context)
}

function open(name: string, context: CliContext) {
  return openPolicy(name, { s3: s3SettingsFrom((key) => context.env[key]) })
}

function printJson(value: unknown, context: CliContext): Promise<void> {
  return context.printData(`${JSON.stringify(value, null, 2)}\n`)
}
