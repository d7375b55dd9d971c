import type { Payload } from './payload.ts'

/** Whether more parts may be in the file than were read: its header has no end, or a limit kept the rest unread. */
export function hasMoreParts({ parts, errors, file }: Pick<Payload, 'parts' | 'errors' | 'file'>): boolean {
  const isUnended = errors.some(({ defect }) => defect === 'header-truncated' || defect === 'header-not-terminated')
  const isMultiPart = (file.version_flags ?? '').split(',').includes('multi_part')
  if (/\bparts=/.test(file.limit_reached ?? '')) return true
  return isMultiPart && (isUnended || parts.at(-1)?.is_partial === true)
}

/** Whether more channels may be in the file than were read. */
export function hasMoreChannels(payload: Pick<Payload, 'parts' | 'errors' | 'file' | 'channels'>): boolean {
  if (hasMoreParts(payload) || /\bchannels=/.test(payload.file.limit_reached ?? '')) return true
  const partial = payload.parts.filter(({ is_partial }) => is_partial === true)
  if (partial.length === 0) return false
  const known = new Set(payload.channels.map(({ part_index }) => part_index))
  return partial.some(({ part_index }) => !known.has(part_index))
}
