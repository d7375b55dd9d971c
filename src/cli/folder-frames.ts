import { readdirSync } from 'node:fs'
import { EXR_NAME } from '../ingest/listing.ts'
import { normalizePath } from '../inspect/identity.ts'
import { type FrameFacts, frameFactsOf } from '../sequences/index.ts'

/** Frame and sequence of files in folders that are looked through, decided over all names of a folder. Holds one folder at a time. */
export class FolderFrames {
  #folder = ''
  #facts = new Map<string, FrameFacts>()

  /** Null for what is in no local folder, and where its names cannot be listed. */
  of(location: string): FrameFacts | null {
    if (!location.startsWith('/')) return null
    const folder = location.slice(0, location.lastIndexOf('/') + 1)
    if (folder !== this.#folder) this.#enter(folder)
    return this.#facts.get(location) ?? null
  }

  #enter(folder: string): void {
    this.#folder = folder
    this.#facts = new Map()
    const paths = namesIn(folder).map((name) => folder + name)
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
