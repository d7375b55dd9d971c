import type { TaskResult } from '../errors.ts'
import type { Payload } from '../inspect/payload.ts'

/** What stands in a list for something that is told once: its number. */
type Packed = number | object

interface PackedAnswer {
  /** Facts that are in several lists. */
  readonly shared: readonly object[]
  /** As they are, but for numbers in the lists of channels and attributes. */
  readonly results: readonly TaskResult<Payload>[]
}

/**
 * Results as one text, facts that payloads share told once: between the threads a text crosses in half the time that
 * structured clones take, and most of what frames say is what the frame before said.
 */
export function packResults(results: readonly TaskResult<Payload>[]): string {
  const shared: object[] = []
  const numbers = new Map<object, number>()
  // Shared facts are frozen; what is not is this payload's own.
  const pack = (fact: object): Packed => {
    const known = numbers.get(fact)
    if (known !== undefined) return known
    if (!Object.isFrozen(fact)) return fact
    const number = shared.push(fact) - 1
    numbers.set(fact, number)
    return number
  }
  const packed = results.map((result) => (result.ok ? { ...result, value: withLists(result.value, pack) } : result))
  return JSON.stringify({ shared, results: packed } satisfies PackedAnswer)
}

/** What was packed: every payload with objects of its own. */
export function unpackResults(text: string): TaskResult<Payload>[] {
  const { shared, results } = JSON.parse(text) as PackedAnswer
  const unpack = (fact: Packed): object => (typeof fact === 'number' ? copyOf(shared[fact]!) : fact)
  for (const result of results) {
    if (!result.ok) continue
    const payload = result.value
    payload.channels = payload.channels.map(unpack) as Payload['channels']
    payload.attributes.parts = payload.attributes.parts.map((part) =>
      part.map(unpack),
    ) as Payload['attributes']['parts']
  }
  return results as TaskResult<Payload>[]
}

function withLists(payload: Payload, pack: (fact: object) => Packed): Payload {
  const lists = {
    channels: payload.channels.map(pack),
    attributes: { parts: payload.attributes.parts.map((part) => part.map(pack)) },
  }
  return { ...payload, ...(lists as unknown as Pick<Payload, 'channels' | 'attributes'>) }
}

function copyOf<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(copyOf) as T
  const copy = { ...(value as Record<string, unknown>) }
  for (const key in copy) if (typeof copy[key] === 'object') copy[key] = copyOf(copy[key])
  return copy as T
}
