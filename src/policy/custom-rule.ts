import type { AttributeFacts, ChannelFacts } from '../inspect/payload.ts'
import { type Condition, compileCondition } from './cel.ts'
import type { FileView, PartView } from './file-view.ts'
import type { CustomRuleSpec, FileRule, Finding, Outcome, Selection, SequenceRule } from './rule.ts'
import { layersOf } from './rules/channel.ts'
import type { Tier } from './tier.ts'

interface Subject {
  readonly variables: Readonly<Record<string, unknown>>
  readonly place: Pick<Finding, 'part' | 'channel' | 'attribute'>
}

/** A custom rule made ready. Throws ERR_POLICY_INVALID for an expression that is too large or not understood. */
export function customRule(spec: CustomRuleSpec): FileRule | SequenceRule {
  const where = spec.where === undefined ? null : compileCondition(spec.where)
  const assert = compileCondition(spec.assert)
  const facts = {
    id: spec.id,
    title: spec.title ?? spec.assert,
    severity: spec.severity ?? 'warn',
    source: ['policy'],
    ...(spec.remedy !== undefined && { remedy: spec.remedy }),
    written: spec,
  } as const
  if (spec.select === 'sequence') {
    return {
      ...facts,
      tier: 'names',
      judge: (frames) => {
        const numbers = frames.files.map(({ frame }) => frame)
        const sequence = {
          pattern: frames.pattern,
          first: numbers[0],
          last: numbers.at(-1),
          step: frames.step,
          frames: new Set(numbers).size,
          paddings: frames.paddings,
          conflicts: frames.conflicts.length,
        }
        return judge([{ variables: { sequence }, place: {} }], where, assert, spec)
      },
    }
  }
  const { select } = spec
  const tier: Tier =
    select === 'file' && !/\bfile\.(?!path|name|size_bytes)/.test(`${spec.where} ${spec.assert}`) ? 'names' : 'header'
  return { ...facts, tier, check: (file) => judge(subjectsOf(file, select), where, assert, spec) }
}

function judge(
  subjects: readonly Subject[],
  where: Condition | null,
  assert: Condition,
  spec: CustomRuleSpec,
): Outcome {
  let any = false
  const findings: Finding[] = []
  for (const { variables, place } of subjects) {
    const wanted = where?.(variables) ?? { ok: true, value: true }
    if (!wanted.ok) return { state: 'cannot_check', reason: `where: ${wanted.reason}` }
    if (!wanted.value) continue
    any = true
    const holds = assert(variables)
    if (!holds.ok) return { state: 'cannot_check', reason: `assert: ${holds.reason}` }
    if (holds.value) continue
    const finding = { ...place, expected: spec.assert, actual: 'it does not hold' }
    findings.push(spec.message === undefined ? finding : { ...finding, message: filled(spec.message, variables) })
  }
  return any ? findings : null
}

/** Longest text that a template's field brings along. */
const MAX_FIELD = 200

function filled(template: string, variables: Readonly<Record<string, unknown>>): string {
  return template.replace(/\{([a-z_][\w.]*)\}/gi, (whole, path: string) => {
    const value = path
      .split('.')
      .reduce<unknown>(
        (at, key) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[key] : undefined),
        variables,
      )
    if (value === undefined) return whole
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    return text.length > MAX_FIELD ? `${text.slice(0, MAX_FIELD)} …` : text
  })
}

/** The variables of a file: `file` and `vars`. */
export function fileVariables(file: FileView): Record<string, unknown> {
  const { path, name, sizeBytes, payload, variables } = file
  const known = payload === null ? {} : { ...payload.file, parts: payload.parts.length }
  return { file: { ...known, path, name, size_bytes: sizeBytes }, vars: variables }
}

function subjectsOf(file: FileView, select: Exclude<Selection, 'sequence'>): Subject[] {
  const base = fileVariables(file)
  if (select === 'file') return [{ variables: base, place: {} }]
  return file.parts.flatMap((part): Subject[] => {
    const variables = { ...base, part: partVariables(part), attributes: attributeValues(part) }
    const place = { part: part.index }
    switch (select) {
      case 'part':
        return [{ variables, place }]
      case 'layer':
        return layersOf(part.channels).map(([name, channels]) => ({
          variables: { ...variables, layer: { name, channels: channels.map(({ component_name }) => component_name) } },
          place,
        }))
      case 'channel':
        return part.channels.map((channel) => ({
          variables: { ...variables, channel: channelVariables(channel) },
          place: { ...place, channel: channel.channel_name },
        }))
      default:
        return [...part.attributes.values()].map((attribute) => ({
          variables: { ...variables, attribute: attributeVariables(attribute) },
          place: { ...place, attribute: attribute.name },
        }))
    }
  })
}

function partVariables({ index, facts, channels }: PartView): Record<string, unknown> {
  return {
    ...facts,
    index,
    name: facts.part_name,
    type: facts.part_type,
    channels: channels.map(({ channel_name }) => channel_name),
  }
}

function channelVariables({ channel_name, layer_name, component_name, channel_type, ...rest }: ChannelFacts) {
  return { ...rest, name: channel_name, layer: layer_name, component: component_name, type: channel_type }
}

function attributeVariables({ name, type, value }: AttributeFacts) {
  return { name, type, value }
}

function attributeValues(part: PartView): Record<string, unknown> {
  return Object.fromEntries([...part.attributes.values()].map(({ name, value }) => [name, value]))
}
