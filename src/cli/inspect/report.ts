import { hasMoreChannels } from '../../inspect/partial.ts'
import type { AttributeFacts, Payload } from '../../inspect/payload.ts'
import { verdictOf } from '../../inspect/verdict.ts'
import type { PayloadValidation } from '../../policy/index.ts'
import { columns, hanging, wrap } from '../format/columns.ts'
import { shortPath } from '../format/fit.ts'
import { plural } from '../format/units.ts'
import { singleLine } from '../format/visible.ts'
import type { Style } from '../style.ts'
import { attributeText, shortened } from './attribute-text.ts'
import { channelLayers, channelsByPart, layerText } from './channel-layers.ts'
import { cryptomatteLines, isCryptomatte } from './cryptomatte-text.ts'
import { type Fact, headline, summary, TOLD_AHEAD, trailingText } from './headline.ts'
import { facts, type ReportOptions, reasonLines, timestamp } from './long-report.ts'
import { LookedAt } from './looked-at.ts'
import { partTable } from './part-table.ts'
import { verdictText } from './verdict-text.ts'

/** Attributes that say nothing beside the table of parts, or nothing while they have their default. */
const TOLD_IN_TABLES = new Set(['channels', 'chunkCount', 'compression', 'name', 'tiles', 'type', 'version', 'view'])
const DEFAULTS: Readonly<Record<string, string>> = {
  lineOrder: 'increasing y',
  screenWindowCenter: '0 0',
  screenWindowWidth: '1',
  Orientation: '1',
}
const LAYERS_SHOWN = 24
const ATTRIBUTES_SHOWN = { onePart: 24, manyParts: 8 } as const

/**
 * One file on one screen: verdict, then what the file is, its parts in a line each, its layers, and the attributes that
 * say something of their own. `longReport` leaves nothing out.
 */
export function fileReport(payload: Payload, options: ReportOptions): string {
  const { style, width } = options
  const verdict = verdictOf(payload)
  const blocks = [
    [
      style.bold(shortPath(singleLine(options.path), width)),
      ...hanging(`${verdictText(verdict, style)}  ${summary(payload)}${lookedAt(payload)}`, width, ''),
      ...reasonLines(verdict.reasons, width),
    ],
    facts([...headline(payload), ...file(payload)], style, width),
    payload.parts.length === 0 ? [] : partTable(payload, style, width),
    layerLines(payload, style, width),
    cryptomattes(payload, width),
    policyLines(payload, style, width),
    attributeLines(payload, style, width),
    oiioLines(payload, style, width),
  ]
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`
}

function lookedAt(payload: Payload): string {
  const looked = new LookedAt()
  looked.add(payload)
  const text = looked.text()
  return text === null ? '' : `, ${text} looked at`
}

function file({
  file: { mtime, etag, trailing_bytes: trailing, format_version: version, version_flags: flags },
}: Payload): Fact[] {
  const behind: Fact[] = trailing ? [['trailing', trailingText(trailing)]] : []
  // The other flags are told by the parts.
  const unusual = flags.split(',').filter((flag) => !['', 'tiled', 'deep', 'multi_part'].includes(flag))
  if (version !== 2 || unusual.length > 0) {
    behind.push(['version', [String(version), ...unusual.map((flag) => flag.replace('_', ' '))].join(', ')])
  }
  if (mtime !== null) return [['modified', timestamp(mtime)], ...behind]
  return etag === undefined ? behind : [['etag', etag], ...behind]
}

/** What the policy says: failures, and how many rules were not answered. */
function policyLines({ validation }: Payload, style: Style, width: number): string[] {
  const { policy, findings = [], states } = validation as Partial<PayloadValidation>
  if (policy === undefined || states === undefined) return []
  const failures = findings.filter(({ state }) => state === 'fail')
  const open = states.not_checked + states.cannot_check
  const paint = { error: style.red, warn: style.yellow, info: style.cyan }
  return [
    ...hanging(
      `${style.bold(`Policy ${singleLine(policy)}`)}  ${states.pass} passed, ${states.fail} failed${open > 0 ? `, ${open} not answered` : ''}`,
      width,
      '  ',
    ),
    ...failures.flatMap(({ rule, severity, message }) =>
      wrap(`${paint[severity](severity)} ${rule}: ${singleLine(message)}`, width, '    '),
    ),
  ]
}

/** The table of parts holds the layers of several parts; one part has the room to list them. */
function layerLines(payload: Payload, style: Style, width: number): string[] {
  const layers = channelLayers(payload.channels)
  const isTold = layers.length === 1 && layers[0]?.name === ''
  if (payload.parts.length !== 1 || layers.length === 0 || isTold) return []
  const names = new Set(layers.map((layer) => layer.name))
  const rows = layers
    .slice(0, LAYERS_SHOWN)
    .map((layer) => [
      layer.name === '' ? style.dim('(no layer)') : singleLine(layer.name),
      singleLine(layerText(layer)),
    ])
  const title = `  ${hasMoreChannels(payload) ? 'at least ' : ''}${plural(payload.channels.length, 'channel')} in ${plural(names.size, 'layer')}`
  return [title, ...columns(rows, { indent: '    ', width }), ...more(layers.length - rows.length, 'layer')]
}

function cryptomattes(payload: Payload, width: number): string[] {
  const channels = channelsByPart(payload.channels)
  const lines = payload.attributes.parts.flatMap((attributes, index) =>
    cryptomatteLines(attributes, channels.get(payload.parts[index]?.part_index ?? -1) ?? []),
  )
  return [...new Set(lines)]
    .slice(0, LAYERS_SHOWN)
    .flatMap((line) => wrap(`Cryptomatte ${singleLine(line)}`, width, '  '))
}

/** What several parts have alike is told once; what only some have is counted. */
function attributeLines(payload: Payload, style: Style, width: number): string[] {
  const [first = [], ...others] = payload.attributes.parts
  const told = new Set(payload.parts.flatMap((part) => [part.render_software_source, part.color_space_source]))
  const isNews = (each: AttributeFacts) => isNotable(each) && !told.has(each.name)
  const notable = first.filter(isNews)
  const values = others.map((attributes) => new Map(attributes.map((each) => [each.name, attributeText(each)])))
  const shared = notable.filter((each) => values.every((part) => part.get(each.name) === attributeText(each)))
  const shown = shared.slice(0, others.length === 0 ? ATTRIBUTES_SHOWN.onePart : ATTRIBUTES_SHOWN.manyParts)
  const all = payload.attributes.parts.reduce((sum, attributes) => sum + attributes.filter(isNews).length, 0)
  const hidden = all - shown.length * payload.attributes.parts.length
  const rows = shown.map((attribute) => [
    singleLine(attribute.name),
    style.dim(singleLine(attribute.type)),
    singleLine(shortened(attributeText(attribute), width)),
  ])
  if (rows.length === 0 && hidden === 0) return []
  const title = others.length === 0 ? '  attributes' : '  attributes of every part'
  return [
    ...(rows.length === 0 ? [] : [title, ...columns(rows, { indent: '    ', width, maxWidths: [32, 16] })]),
    ...more(hidden, 'attribute'),
  ]
}

function more(count: number, noun: string): string[] {
  return count > 0 ? [`    and ${plural(count, noun)} more: --long shows all`] : []
}

function isNotable(attribute: AttributeFacts): boolean {
  const { name, source } = attribute
  if (source !== 'exr' || TOLD_AHEAD.has(name) || TOLD_IN_TABLES.has(name) || isCryptomatte(attribute)) return false
  return DEFAULTS[name] === undefined || DEFAULTS[name] !== attributeText(attribute)
}

function oiioLines(payload: Payload, style: Style, width: number): string[] {
  if (payload.readers.oiio.ok) return []
  const why = (payload.readers.oiio.error ?? 'did not read this file').replaceAll('\n', ' ')
  return wrap(`OpenImageIO: ${singleLine(why)}`, width, '').map(style.dim)
}
