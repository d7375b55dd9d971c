import type { AttributeFacts, ChannelFacts, PartFacts, Payload, PayloadError } from '../inspect/payload.ts'
import type { ChannelStats, PartDeepStats, PartStats } from '../pixels/types.ts'
import type { PolicyFacts } from './facts.ts'
import type { Finding, Outcome, Unchecked } from './rule.ts'

/** One part with its attributes by name and its channels. */
export interface PartView {
  readonly index: number
  readonly facts: PartFacts
  /** The first attribute of each name, as stored in the file. */
  readonly attributes: ReadonlyMap<string, AttributeFacts>
  readonly channels: readonly ChannelFacts[]
  readonly stats: PartStats | null
  readonly deepStats: PartDeepStats | null
}

/** A file as rules see it. `parts` and `payload` hold nothing while only the name is known. */
export class FileView {
  readonly path: string
  /** The last segment of the path. */
  readonly name: string
  readonly sizeBytes: number | null
  readonly payload: Payload | null
  readonly error: PolicyFacts['error']
  /** Whether `errors` are all defects of the header and the chunk tables, or only unknown. */
  readonly knowsDefects: boolean
  readonly parts: readonly PartView[]
  /** What the policy's path templates captured. */
  readonly variables: Readonly<Record<string, string>>

  constructor(facts: PolicyFacts, variables: Readonly<Record<string, string>> = {}) {
    this.path = facts.path
    this.name = facts.path.slice(facts.path.lastIndexOf('/') + 1)
    this.sizeBytes = facts.sizeBytes
    this.payload = facts.payload
    this.error = facts.error
    this.knowsDefects = facts.origin !== 'catalog'
    this.variables = variables
    this.parts = facts.payload === null ? [] : partViews(facts.payload)
  }

  get file() {
    return this.payload!.file
  }

  get isMultiPart(): boolean {
    return this.parts.length > 1
  }

  get errors(): readonly PayloadError[] {
    return this.payload?.errors ?? []
  }

  /** Every channel of every part. */
  get channels(): readonly ChannelFacts[] {
    return this.payload?.channels ?? []
  }
}

function partViews(payload: Payload): PartView[] {
  const channels: ChannelFacts[][] = payload.parts.map(() => [])
  for (const channel of payload.channels) channels[channel.part_index]?.push(channel)
  const stats = (payload.stats as { parts?: PartStats[] }).parts ?? []
  const deep = (payload.deep_stats as { parts?: PartDeepStats[] }).parts ?? []
  return payload.parts.map((facts, index) => {
    const attributes = new Map<string, AttributeFacts>()
    for (const attribute of payload.attributes.parts[index] ?? []) {
      if (attribute.source === 'exr' && !attributes.has(attribute.name)) attributes.set(attribute.name, attribute)
    }
    return {
      index,
      facts,
      attributes,
      channels: channels[index]!,
      stats: stats.find((part) => part.part_index === index) ?? null,
      deepStats: deep.find((part) => part.part_index === index) ?? null,
    }
  })
}

/** Text of a string attribute; null when it is missing or of another kind. */
export function textOf(part: PartView, name: string): string | null {
  const value = part.attributes.get(name)?.value
  return typeof value === 'string' ? value : null
}

/** A number of an attribute; null when it is missing or no number. */
export function numberOf(part: PartView, name: string): number | null {
  const value = part.attributes.get(name)?.value
  return typeof value === 'number' ? value : null
}

/** Judges each part that `applies`; not applicable when none does. */
export function eachPart(
  file: FileView,
  applies: (part: PartView) => boolean,
  judge: (part: PartView) => readonly Omit<Finding, 'part'>[] | null,
): Outcome {
  let any = false
  const findings: Finding[] = []
  for (const part of file.parts) {
    if (!applies(part)) continue
    const found = judge(part)
    if (found === null) continue
    any = true
    for (const finding of found) findings.push({ part: part.index, ...finding })
  }
  return any ? findings : null
}

/** Judges each channel that `applies`; not applicable when none does. */
export function eachChannel(
  file: FileView,
  applies: (channel: ChannelFacts, part: PartView) => boolean,
  judge: (channel: ChannelFacts, part: PartView) => Omit<Finding, 'part' | 'channel'> | null,
): Outcome {
  let any = false
  const findings: Finding[] = []
  for (const part of file.parts) {
    for (const channel of part.channels) {
      if (!applies(channel, part)) continue
      any = true
      const found = judge(channel, part)
      if (found !== null) findings.push({ part: part.index, channel: channel.channel_name, ...found })
    }
  }
  return any ? findings : null
}

/** Judges each attribute of the names that is there; not applicable when none is. */
export function eachAttribute(
  file: FileView,
  names: readonly string[] | ((attribute: AttributeFacts) => boolean),
  judge: (attribute: AttributeFacts, part: PartView) => Omit<Finding, 'part' | 'attribute'> | null,
): Outcome {
  let any = false
  const findings: Finding[] = []
  const judgeOne = (attribute: AttributeFacts, part: PartView) => {
    any = true
    const found = judge(attribute, part)
    if (found !== null) findings.push({ part: part.index, attribute: attribute.name, ...found })
  }
  for (const part of file.parts) {
    if (typeof names === 'function') {
      for (const attribute of part.attributes.values()) if (names(attribute)) judgeOne(attribute, part)
    } else {
      for (const name of names) {
        const attribute = part.attributes.get(name)
        if (attribute !== undefined) judgeOne(attribute, part)
      }
    }
  }
  return any ? findings : null
}

/** Judges the statistics of each channel that `applies`; says so when no pixels were read, or some could not be. */
export function eachChannelPixels(
  file: FileView,
  applies: (channel: ChannelStats, part: PartView) => boolean,
  judge: (channel: ChannelStats, part: PartView) => Omit<Finding, 'part' | 'channel'> | null,
): Outcome {
  const unread = pixelsUnread(file)
  if (unread !== null) return unread
  let any = false
  const findings: Finding[] = []
  for (const part of file.parts) {
    for (const channel of part.stats?.channels ?? []) {
      if (!applies(channel, part)) continue
      any = true
      const found = judge(channel, part)
      if (found !== null) findings.push({ part: part.index, channel: channel.channel_name, ...found })
    }
  }
  // Pixels that were not seen prove nothing: a clean rest is no pass.
  if (findings.length === 0 && any) return pixelsIncomplete(file) ?? findings
  return any ? findings : null
}

/** Why no pixels can be judged; null when they can. */
export function pixelsUnread(file: FileView): Unchecked | null {
  const blocked = file.parts.find(({ stats }) => stats?.cannot_check !== undefined)
  if (blocked !== undefined) {
    return { state: 'cannot_check', reason: `part ${blocked.index} cannot be decoded: ${blocked.stats!.cannot_check}` }
  }
  return file.parts.every(({ stats }) => stats === null)
    ? { state: 'not_checked', reason: 'pixels were not read' }
    : null
}

/** Why a clean result would claim more than was seen. */
export function pixelsIncomplete(file: FileView): Unchecked | null {
  for (const { index, stats } of file.parts) {
    if (stats?.partial) return { state: 'cannot_check', reason: `some chunks of part ${index} cannot be decoded` }
    if (stats?.sampled) return { state: 'not_checked', reason: `only a sample of part ${index} was read` }
  }
  return null
}
