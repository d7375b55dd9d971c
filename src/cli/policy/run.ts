import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, extname, resolve } from 'node:path'
import { ExrError } from '../../errors.ts'
import {
  factsOf,
  type PolicyFacts,
  policySchema,
  RULE_GROUPS,
  RULES,
  STARTERS,
  unreadableFacts,
  validate,
} from '../../policy/index.ts'
import { learnPolicy } from '../../policy/learn.ts'
import { nearest } from '../../policy/nearest.ts'
import { isSequenceRule, type Rule } from '../../policy/rule.ts'
import { s3SettingsFrom } from '../../settings/s3.ts'
import { openPolicy } from '../../tasks/policy-file.ts'
import { type CliContext, widthOf } from '../context.ts'
import { errorLine, toExrError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { columns, wrap } from '../format/columns.ts'
import { Locations } from '../locations.ts'

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
  const { id, title, tier, source, remedy = null, options = {} } = rule
  return { id, group, title, severity, tier, sequence: isSequenceRule(rule), source, remedy, options }
}

export async function listRules(flags: JsonFlag & { policy?: string }, context: CliContext): Promise<void> {
  const policy = flags.policy === undefined ? null : await open(flags.policy, context)
  const rules = Object.entries(RULE_GROUPS).flatMap(([group, members]) =>
    members.flatMap((rule) => {
      if (policy === null) return [ruleJson(rule, group)]
      const setting = policy.rules.get(rule.id)
      return setting === undefined
        ? []
        : [ruleJson(rule, group, setting.severity ?? (rule.severity === 'policy' ? 'warn' : rule.severity))]
    }),
  )
  const custom = [...(policy?.custom.values() ?? [])].map((rule) =>
    ruleJson(rule, 'custom', policy!.rules.get(rule.id)?.severity ?? rule.severity),
  )
  const all = [...rules, ...custom]
  if (flags.json) return printJson(all, context)
  const rows = all.map(({ id, severity, tier, sequence, title }) => [
    context.style.bold(id),
    severity,
    `${tier}${sequence ? ' of a sequence' : ''}`,
    title,
  ])
  await context.print(`${columns(rows, { width: widthOf(context) }).join('\n')}\n`)
}

export async function explainRule(id: string, { json }: JsonFlag, context: CliContext): Promise<void> {
  const rule = RULES.get(id)
  if (rule === undefined)
    throw new ExrError('ERR_OPTION_INVALID', `There is no rule ${id}${nearest(id, [...RULES.keys()])}`)
  const group = Object.entries(RULE_GROUPS).find(([, members]) => members.includes(rule))![0]
  if (json) return printJson(ruleJson(rule, group), context)
  const width = Math.min(widthOf(context), 100)
  const { bold, dim } = context.style
  const options = Object.entries(rule.options ?? {}).map(([name, { type, default: value, about }]) => [
    `  ${name}`,
    type,
    `${about} (default ${JSON.stringify(value)})`,
  ])
  const lines = [
    `${bold(id)}  ${dim(`${group}, ${rule.severity === 'policy' ? 'off until a policy sets it' : rule.severity}`)}`,
    '',
    ...wrap(rule.title, width, ''),
    ...(rule.remedy === undefined ? [] : ['', ...wrap(rule.remedy, width, '')]),
    '',
    `Needs ${rule.tier}${isSequenceRule(rule) ? ' of a sequence' : ''}. Source: ${rule.source.join(', ')} (docs/reference/rules.md).`,
    ...(options.length > 0 ? ['', 'Options', ...columns(options, { width })] : []),
  ]
  await context.print(`${lines.join('\n')}\n`)
}

export async function lintPolicies(files: readonly string[], { json }: JsonFlag, context: CliContext): Promise<void> {
  const results = []
  for (const file of files) {
    try {
      const policy = await open(file, context)
      results.push({ file, ok: true, rules: policy.rules.size, error: null })
      if (!json) await context.print(`${file}: ${policy.name}, ${policy.rules.size} rules\n`)
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
    payloads.push(await inspect(found.location, { s3 }))
  }
  located.finish()
  const name = output === undefined ? 'learnt' : basename(output, extname(output))
  const { text, open: left } = learnPolicy(payloads, name)
  if (output === undefined) return context.printData(text)
  if (existsSync(output)) throw new ExrError('ERR_OPTION_INVALID', `${output} is there already. Name another file.`)
  writeFileSync(output, text)
  context.note(`Wrote ${output}.`)
  for (const fact of left) context.note(`Left open, the files differ in ${fact}`)
}

/** Cases of a policy: what must fail on a file, or on facts written out. */
interface PolicyCase {
  readonly file?: string
  readonly facts?: unknown
  /** Ids of the rules that fail, no more and no fewer. */
  readonly fails: readonly string[]
}

export async function testPolicies(files: readonly string[], context: CliContext): Promise<void> {
  const { parse } = await import('yaml')
  let failed = 0
  let run = 0
  for (const file of files) {
    const policy = await open(file, context)
    const casesFile = file.replace(/\.(?:ya?ml|json)$/i, '.cases.yaml')
    if (!existsSync(casesFile))
      throw new ExrError('ERR_POLICY_INVALID', `${file} has no cases: there is no ${casesFile}`)
    const cases: unknown = parse(readFileSync(casesFile, 'utf8'), { maxAliasCount: 100 })
    if (!isCases(cases))
      throw new ExrError('ERR_POLICY_INVALID', `${casesFile}: expected a list of {file or facts, fails: [rule ids]}`)
    for (const [index, { file: input, facts, fails }] of cases.entries()) {
      run += 1
      const report = validate([await caseFacts(input, facts, dirname(resolve(casesFile)), context)], policy)
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
  return (
    Array.isArray(value) &&
    value.every(
      (item) =>
        typeof item === 'object' &&
        item !== null &&
        Array.isArray((item as PolicyCase).fails) &&
        ('file' in item || 'facts' in item),
    )
  )
}

async function caseFacts(
  input: string | undefined,
  facts: unknown,
  folder: string,
  context: CliContext,
): Promise<PolicyFacts> {
  if (input === undefined) return facts as PolicyFacts
  const { inspect } = await import('../../lazy.ts')
  const path = resolve(folder, input)
  try {
    return factsOf(await inspect(path, { s3: s3SettingsFrom((name) => context.env[name]) }))
  } catch (error) {
    return unreadableFacts(path, toExrError(error))
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
