import { resolve } from 'node:path'
import type { CatalogWriter, KnownFile, KnownFiles } from '../catalog/catalog.ts'
import { normalizePath } from '../inspect/identity.ts'
import { rootPattern } from './root-pattern.ts'

/** What a run asks of the files it knows. */
export type Known = Pick<KnownFiles, 'size' | 'get' | 'has' | 'unasked'>

/** Roots asked for one by one; more of them are cheaper to answer with the whole catalog. */
const MAX_PREFIXES = 8

export const nothingKnown: Known = { size: 0, get: () => undefined, has: () => false, unasked: () => [] }

/** Last sightings of what lies below `roots`; of everything when the roots arrive on a stream. */
export async function knownBelow(
  catalog: Pick<CatalogWriter, 'knownFiles'>,
  roots: Iterable<string> | AsyncIterable<string>,
  foldCase: boolean,
): Promise<Known> {
  const prefixes = Array.isArray(roots) && roots.length <= MAX_PREFIXES ? prefixesOf(roots, foldCase) : ['']
  const parts = await Promise.all(prefixes.map((prefix) => catalog.knownFiles(prefix)))
  const [only] = parts
  if (only && parts.length === 1) return only
  return {
    size: parts.reduce((sum, part) => sum + part.size, 0),
    get(path): KnownFile | undefined {
      let found: KnownFile | undefined
      // All that know it, as below roots that lie in each other: what is asked for once is asked for.
      for (const part of parts) found = part.get(path) ?? found
      return found
    },
    has: (path) => parts.some((part) => part.has(path)),
    *unasked() {
      for (const part of parts) yield* part.unasked()
    },
  }
}

function prefixesOf(roots: readonly string[], foldCase: boolean): string[] {
  const prefixOf = (root: string) => rootPattern(root)?.base ?? (isUrl(root) ? root : resolve(root))
  return [...new Set(roots.map((root) => normalizePath(prefixOf(root), { foldCase })))]
}

function isUrl(root: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(root)
}
