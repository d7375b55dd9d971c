import type { AttributeFacts, ChannelFacts, PartFacts, Payload, PayloadError } from '../inspect/payload.ts'
import type { PartDeepStats, PartStats } from '../pixels/types.ts'
import type { PolicyFacts } from './facts.ts'

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
  readonly sidecars: PolicyFacts['sidecars']
  readonly plates: PolicyFacts['plates']
  /** What the policy's path templates captured. */
  readonly variables: Readonly<Record<string, string>>

  constructor(facts: PolicyFacts, variables: Readonly<Record<string, string>> = {}) {
    this.path = facts.path
    this.name = facts.path.slice(facts.path.lastIndexOf('/') + 1)
    this.sizeBytes = facts.sizeBytes
    this.payload = facts.payload
    this.error = facts.error
    this.knowsDefects = facts.origin !== 'catalog'
    this.sidecars = facts.sidecars
    this.plates = facts.plates
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
  const stats = byPart((payload.stats as { parts?: PartStats[] }).parts)
  const deep = byPart((payload.deep_stats as { parts?: PartDeepStats[] }).parts)
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
      stats: stats.get(index) ?? null,
      deepStats: deep.get(index) ?? null,
    }
  })
}

/** The first entry of each part. */
function byPart<T extends { readonly part_index: number }>(entries: readonly T[] = []): Map<number, T> {
  const parts = new Map<number, T>()
  for (const entry of entries) if (!parts.has(entry.part_index)) parts.set(entry.part_index, entry)
  return parts
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
