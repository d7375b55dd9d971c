import { readdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { normalizePath } from '../inspect/identity.ts'
import { isS3Url } from '../source/s3-url.ts'
import { joinPath, locationOf, type WalkStep } from './found.ts'

/** What a catalog knows below some roots and a run did not find there any more. */
interface Gone {
  /** Normalized paths of files that are not there. */
  readonly paths: string[]
  /** Files that may be there: below folders that cannot be read or are empty, as a share is that is not mounted. */
  readonly unsure: number
}

interface GoneOptions {
  /** Directories and prefixes as the run was given them. */
  readonly roots: readonly string[]
  /** Normalized paths of live files that the walk did not meet. Asked for once, after the walk. */
  readonly known: Iterable<string>
  readonly foldCase: boolean
  readonly objects: SeenObjects
  readonly signal: AbortSignal
}

/**
 * Objects that listings have named, below each `s3://` root. A listing is the whole truth about its prefix, unless it
 * failed or named nothing at all.
 */
export class SeenObjects {
  readonly #isKnown: (url: string) => boolean
  readonly #urls = new Set<string>()
  readonly #failed = new Set<string>()

  constructor(isKnown: (url: string) => boolean) {
    this.#isKnown = isKnown
  }

  /** Keeps the objects that the catalog knows, and one of each step, which tells that something is there. */
  add({ files, failures }: WalkStep): void {
    for (const { path } of failures) if (isS3Url(path)) this.#failed.add(path)
    if (files.etags === null) return
    for (let index = 0; index < files.names.length; index++) {
      const url = normalizePath(locationOf(files, index))
      if (index === 0 || this.#isKnown(url)) this.#urls.add(url)
    }
  }

  has(url: string): boolean {
    return this.#urls.has(url)
  }

  /** Whether the listing below a root can be taken at its word. */
  isWhole(root: string): boolean {
    if ([...this.#failed].some((url) => url.startsWith(root))) return false
    for (const url of this.#urls) if (url.startsWith(root)) return true
    return false
  }
}

/**
 * Known files that are strictly below a root and not there. Local ones are looked up in the listing of their folder,
 * whatever the walk passed over; a folder that is not there is looked up in the one above it.
 */
export async function goneFiles({ roots, known, foldCase, objects, signal }: GoneOptions): Promise<Gone> {
  const prefixes = roots.map((root) => rootOf(root, foldCase))
  const whole = new Map(prefixes.filter(isS3Url).map((root) => [root, objects.isWhole(root)]))
  const folders = new Folders(foldCase)
  const paths: string[] = []
  let unsure = 0
  for (const path of known) {
    const root = prefixes.find((prefix) => path.startsWith(prefix) && path.length > prefix.length)
    if (root === undefined) continue
    const state = isS3Url(root)
      ? stateOfObject(path, whole.get(root) === true, objects)
      : await folders.stateOf(path, root)
    if (signal.aborted) break
    if (state === 'gone') paths.push(path)
    if (state === 'unsure') unsure += 1
  }
  return { paths, unsure }
}

type State = 'there' | 'gone' | 'unsure'

function stateOfObject(url: string, isWhole: boolean, objects: SeenObjects): State {
  if (objects.has(url)) return 'there'
  return isWhole ? 'gone' : 'unsure'
}

/** A directory ends in a slash here; the prefix of objects is taken as it is. */
function rootOf(root: string, foldCase: boolean): string {
  if (isS3Url(root)) return normalizePath(root)
  const path = normalizePath(root.startsWith('file://') ? root : resolve(root), { foldCase })
  return path.endsWith('/') ? path : `${path}/`
}

/** Listings of folders, each asked for once. */
class Folders {
  readonly #foldCase: boolean
  readonly #listings = new Map<string, Promise<ReadonlySet<string> | 'absent' | 'unreadable'>>()

  constructor(foldCase: boolean) {
    this.#foldCase = foldCase
  }

  async stateOf(path: string, root: string): Promise<State> {
    const folder = path.slice(0, path.lastIndexOf('/'))
    const listing = await this.#listing(folder || '/')
    if (listing === 'unreadable') return 'unsure'
    if (listing === 'absent') {
      if (folder.length <= root.length - 1) return 'unsure'
      const state = await this.stateOf(folder, root)
      // Named one way and stored another, as where case is folded: nothing can be said of what is in it.
      return state === 'there' ? 'unsure' : state
    }
    if (listing.has(path)) return 'there'
    return listing.size === 0 ? 'unsure' : 'gone'
  }

  #listing(folder: string): Promise<ReadonlySet<string> | 'absent' | 'unreadable'> {
    const asked = this.#listings.get(folder)
    if (asked !== undefined) return asked
    const listing = readdir(folder).then(
      (names) => new Set(names.map((name) => normalizePath(joinPath(folder, name), { foldCase: this.#foldCase }))),
      (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' || error.code === 'ENOTDIR' ? 'absent' : 'unreadable'),
    )
    this.#listings.set(folder, listing)
    return listing
  }
}
