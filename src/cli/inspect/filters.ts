import picomatch from 'picomatch'
import type { Payload } from '../../inspect/payload.ts'

interface PayloadFilters {
  /** Part numbers or globs of part names; empty for all. */
  readonly parts: readonly string[]
  /** Globs of attribute names, the file's or OpenImageIO's; empty for all. */
  readonly attributes: readonly string[]
}

/** The payload with only the parts and attributes that were asked for. Facts of the file stay as they are. */
export function filterPayload(payload: Payload, filters: PayloadFilters): Payload {
  const { parts, attributes } = filters
  if (parts.length === 0 && attributes.length === 0) return payload
  const wanted = matcher(attributes)
  const kept = payload.parts.filter((part) => isWantedPart(part.part_index, part.part_name, parts))
  const indices = new Set(kept.map((part) => part.part_index))
  return {
    ...payload,
    parts: kept,
    channels: payload.channels.filter((channel) => indices.has(channel.part_index)),
    attributes: {
      parts: kept.map((part) =>
        (payload.attributes.parts[part.part_index] ?? []).filter(
          (attribute) => wanted(attribute.name) || (attribute.oiio_name !== undefined && wanted(attribute.oiio_name)),
        ),
      ),
    },
  }
}

function isWantedPart(index: number, name: string | null, wanted: readonly string[]): boolean {
  if (wanted.length === 0 || wanted.includes(String(index))) return true
  return name !== null && matcher(wanted)(name)
}

/** Attribute names are flat: `*` crosses slashes and dots. */
function matcher(patterns: readonly string[]): (name: string) => boolean {
  if (patterns.length === 0) return () => true
  return picomatch([...patterns], { bash: true, dot: true, nocase: true })
}
