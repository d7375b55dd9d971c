import { stringify } from 'yaml'
import type { Payload } from '../inspect/payload.ts'
import { isLight, isLightAlpha } from './rules/channel-kinds.ts'

interface Fact {
  /** What it is, for the list of facts that were left open. */
  readonly name: string
  readonly of: (payload: Payload) => unknown
  /** The setting that asks for it. */
  readonly rule: (value: never) => Record<string, unknown>
}

const set = (id: string, options: Record<string, unknown>) => ({ [id]: { severity: 'error', options } })

/** Null where a part does not say, says what is no number or name, or the parts say too much. */
function known(values: readonly unknown[], most = Infinity): readonly unknown[] | null {
  const isKnown = values.length <= most && values.every((value) => typeof value === 'string' || Number.isFinite(value))
  return isKnown ? values : null
}

const FACTS: readonly Fact[] = [
  {
    name: 'compression',
    of: ({ parts }) => known([...new Set(parts.map(({ compression }) => compression))].sort()),
    rule: (allowed: string[]) => set('compress-allowed', { allowed }),
  },
  {
    name: 'display size',
    of: ({ parts }) =>
      known([...new Set(parts.map(({ display_width: w, display_height: h }) => w && h && `${w}x${h}`))].sort()),
    rule: (sizes: string[]) => set('window-resolution', { sizes }),
  },
  {
    name: 'pixel aspect ratio',
    of: ({ parts }) => known([...new Set(parts.map(({ pixel_aspect_ratio: ratio }) => ratio))], 1),
    rule: ([ratio]: number[]) => set('window-pixel-aspect', { ratio }),
  },
  {
    name: 'channels',
    of: ({ channels }) => [...new Set(channels.map(({ channel_name }) => channel_name))].sort(),
    rule: (required: string[]) => set('channel-set', { required, allowed: required }),
  },
  {
    name: 'half colour',
    of: ({ channels }) =>
      channels
        .filter((channel) => isLight(channel) || isLightAlpha(channel))
        .every(({ channel_type }) => channel_type === 'HALF') || null,
    rule: () => ({ 'deliver-half': 'error' }),
  },
  {
    name: 'scan lines',
    of: ({ parts }) => parts.every(({ is_tiled }) => !is_tiled) || null,
    rule: () => ({ 'tile-for-compositing': 'error' }),
  },
  {
    name: 'data window equal to display window',
    of: ({ parts }) =>
      parts.every(
        ({ data_window, display_window }) => JSON.stringify(data_window) === JSON.stringify(display_window),
      ) || null,
    rule: () => ({ 'window-data-equals-display': 'error' }),
  },
]

/** A policy learnt from good files. */
interface LearntPolicy {
  /** YAML, with comments for what was left open. */
  readonly text: string
  /** Facts in which the files differ, and so no rule was made of. */
  readonly open: readonly string[]
}

/** Writes a policy that asks for what all the files have in common, on top of `core`. Pure; the same files, the same text. */
export function learnPolicy(payloads: readonly Payload[], name: string): LearntPolicy {
  const rules: Record<string, unknown> = {}
  const open: string[] = []
  for (const { name: fact, of, rule } of FACTS) {
    const values = payloads.map((payload) => JSON.stringify(of(payload) ?? null))
    if (new Set(values).size > 1) open.push(`${fact}: ${[...new Set(values)].join(' or ')}`)
    else if (values[0] !== undefined && values[0] !== 'null') Object.assign(rules, rule(JSON.parse(values[0]) as never))
  }
  const required = commonAttributes(payloads)
  if (required.length > 0) {
    Object.assign(
      rules,
      set('meta-required', {
        attributes: Object.fromEntries(required.map(([attribute, type]) => [attribute, { type }])),
      }),
    )
  }
  const comment = [
    `# Learnt from ${payloads.length} file${payloads.length === 1 ? '' : 's'}.`,
    ...open.map((fact) => `# Left open, the files differ in ${fact.replaceAll('\n', ' ')}`),
  ]
  const text = `${comment.join('\n')}\n${stringify({ version: 1, name, extends: ['core'], rules }, { lineWidth: 100, aliasDuplicateObjects: false })}`
  return { text, open }
}

/** Attributes that no reader needs and yet every file has, with the type all give them. */
function commonAttributes(payloads: readonly Payload[]): [string, string][] {
  const [first, ...rest] = payloads.map(
    ({ attributes }) =>
      new Map(
        (attributes.parts[0] ?? []).filter(({ source }) => source === 'exr').map(({ name, type }) => [name, type]),
      ),
  )
  return [...(first ?? [])]
    .filter(([name, type]) => !FORMAT_OWN.has(name) && rest.every((other) => other.get(name) === type))
    .sort(([a], [b]) => (a < b ? -1 : 1))
}

const FORMAT_OWN = new Set([
  'channels',
  'compression',
  'dataWindow',
  'displayWindow',
  'lineOrder',
  'pixelAspectRatio',
  'screenWindowCenter',
  'screenWindowWidth',
  'tiles',
  'name',
  'type',
  'version',
  'chunkCount',
  'preview',
])
