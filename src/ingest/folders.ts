import { normalizePath } from '../inspect/identity.ts'
import { type FoundFiles, locationOf } from './found.ts'

/** Collects the normalized folders of found files, each with the slash that ends it. */
export class SeenFolders {
  readonly all = new Set<string>()
  readonly #foldCase: boolean
  #last = ''

  constructor(foldCase: boolean) {
    this.#foldCase = foldCase
  }

  /** Files of one step lie next to each other: a folder is normalized once for all of them. */
  add(files: FoundFiles): void {
    const { directory } = files
    const isOne = directory.startsWith('/') && directory.length > 1
    for (let index = 0; index < files.names.length; index++) {
      // A name of a directory's own has no slash, but for one that is a whole URL.
      if (isOne && index > 0 && !files.names[index]!.includes('/') && !files.names[index - 1]!.includes('/')) continue
      const location = locationOf(files, index)
      const end = location.lastIndexOf('/') + 1
      if (end === this.#last.length && location.startsWith(this.#last)) continue
      this.#last = location.slice(0, end)
      const path = normalizePath(location, { foldCase: this.#foldCase })
      this.all.add(path.slice(0, path.lastIndexOf('/') + 1))
    }
  }
}
