import { type IdentityOptions, normalizePath } from '../inspect/identity.ts'

/**
 * How an object store numbers the events of one object: hexadecimal numbers of any length, of which the shorter is padded
 * on the left. Catalogs keep the last one with the file.
 */

/** Whether an event came before another about the same object. */
export function isEarlier(sequencer: string, other: string): boolean {
  const length = Math.max(sequencer.length, other.length)
  return sequencer.toLowerCase().padStart(length, '0') < other.toLowerCase().padStart(length, '0')
}

/** The later of two; null for none. */
export function laterSequencer(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b
  return isEarlier(a, b) ? b : a
}

/** What `read` says of normalized paths, by the locations they were made of. */
export async function byLocation(
  locations: readonly string[],
  options: IdentityOptions,
  read: (normalizedPaths: readonly string[]) => Promise<ReadonlyMap<string, string>>,
): Promise<Map<string, string>> {
  const normalized = locations.map((location) => normalizePath(location, options))
  const found = await read(normalized)
  const entries = locations.map((location, index) => [location, found.get(normalized[index]!)] as const)
  return new Map(entries.filter((entry): entry is [string, string] => entry[1] !== undefined))
}
