import { readdirSync } from 'node:fs'
import { EXR_NAME } from '../ingest/listing.ts'
import { normalizePath } from '../inspect/identity.ts'
import { type FrameFacts, frameFactsOf } from '../sequences/index.ts'

/**
 * Frame and sequence of files that are looked through, decided over all names of their folder, or over those of a page of an
 * object store's listing. Holds one folder at a time.
 */
export class FolderFrames {
  #folder = ''
  #facts = new Map<string, FrameFacts>()

  /** Takes the names of a page of objects, in the place of a folder's. */
  page(locations: readonly string[]): void {
    this.#folder = ''
    this.#take(locations)
  }

  /** Null for what is neither in a local folder that can be listed nor in the page. */
  of(location: string): FrameFacts | null {
    const folder = location.slice(0, location.lastIndexOf('/') + 1)
    if (location.startsWith('/') && folder !== this.#folder) this.#enter(folder)
    return this.#facts.get(location) ?? null
  }

  #enter(folder: string): void {
    this.#folder = folder
    this.#take(namesIn(folder).map((name) => folder + name))
  }

  #take(paths: readonly string[]): void {
    this.#facts = new Map()
    const facts = frameFactsOf(paths.map((path) => normalizePath(path, { foldCase: false })))
    for (const [index, path] of paths.entries()) this.#facts.set(path, facts[index]!)
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => EXR_NAME.test(name))
  } catch {
    return []
  }
}
