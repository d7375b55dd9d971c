import type { CatalogWriter } from '../catalog/catalog.ts'
import { laterSequencer } from '../catalog/sequencer.ts'

/** Paths in one question. */
const MOST_PATHS = 1_000

/** Asks a catalog for the last numbered event about objects. Events that ask meanwhile share the next question. */
export class StoredSequencers {
  readonly #catalog: Pick<CatalogWriter, 'lastSequencers'>
  #waiting: Waiting[] = []
  #isAsking = false

  constructor(catalog: Pick<CatalogWriter, 'lastSequencers'>) {
    this.#catalog = catalog
  }

  /** The last one that is stored of an object with these possible locations; null for none. */
  last(paths: readonly string[]): Promise<string | null> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ paths, resolve, reject })
      if (!this.#isAsking) void this.#ask()
    })
  }

  async #ask(): Promise<void> {
    this.#isAsking = true
    while (this.#waiting.length > 0) {
      const asked = this.#waiting.splice(0, MOST_PATHS)
      try {
        const found = await this.#catalog.lastSequencers(asked.flatMap(({ paths }) => paths))
        for (const { paths, resolve } of asked) {
          resolve(paths.map((path) => found.get(path) ?? null).reduce(laterSequencer, null))
        }
      } catch (error) {
        for (const { reject } of asked) reject(error)
      }
    }
    this.#isAsking = false
  }
}

interface Waiting {
  readonly paths: readonly string[]
  readonly resolve: (sequencer: string | null) => void
  readonly reject: (error: unknown) => void
}
