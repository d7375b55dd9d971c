import type { AttributeFacts, ChannelFacts } from '../inspect/payload.ts'
import type { ChannelStats } from '../pixels/channel-stats.ts'
import type { FileView, PartView } from './file-view.ts'
import type { Finding, Outcome, Unchecked } from './rule.ts'

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
