import { type Dirent, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ExrError } from '../../errors.ts'
import { toFileError } from '../../source/file-error.ts'
import { toFilePath } from '../../source/file-path.ts'
import { toExrError } from '../errors.ts'

interface FolderFlags {
  readonly recursive?: true
  readonly all?: true
  readonly follow?: true
}

/** Names below folders, from their listings alone: no file is looked at but a link that is to be followed. */
export class FolderNames {
  readonly failures: ExrError[] = []
  skippedLinks = 0
  readonly #flags: FolderFlags
  readonly #visited = new Set<string>()

  constructor(flags: FolderFlags) {
    this.#flags = flags
  }

  /** What a location names: itself, or what lies in it. Throws ERR_SOURCE_* for one that is not there. */
  at(location: string): string[] {
    const path = String(toFilePath(location).path)
    let isFolder: boolean
    try {
      isFolder = statSync(path).isDirectory()
    } catch (cause) {
      throw new ExrError('ERR_SOURCE_NOT_FOUND', `Cannot list ${location}: there is no such file or folder.`, { cause })
    }
    const shown = /^file:/i.test(location) ? path : location
    return isFolder ? [...this.#below(shown)] : [shown]
  }

  *#below(folder: string): Generator<string> {
    if (this.#flags.follow && !this.#isNew(folder)) return
    let entries: Dirent[]
    try {
      entries = readdirSync(folder, { withFileTypes: true })
    } catch (cause) {
      throw new ExrError('ERR_SOURCE_DENIED', `Cannot list ${folder}: ${(cause as Error).message}`, { cause })
    }
    const prefix = folder === '.' ? '' : folder.endsWith('/') ? folder : `${folder}/`
    const folders: string[] = []
    for (const entry of entries) {
      if (entry.name.startsWith('.')) continue
      const isWanted = this.#flags.all || /\.(?:exr|sxr|mxr|dxr)$/i.test(entry.name)
      const kind = entry.isSymbolicLink() ? this.#linked(prefix + entry.name, isWanted) : entry
      if (kind?.isDirectory()) folders.push(entry.name)
      else if (kind !== null && isWanted) yield prefix + entry.name
    }
    if (!this.#flags.recursive) return
    for (const name of folders.sort()) yield* this.#below(folder === '.' ? name : join(folder, name))
  }

  /** Links may lead in circles. */
  #isNew(folder: string): boolean {
    const { dev, ino } = statSync(folder)
    const isNew = !this.#visited.has(`${dev}:${ino}`)
    this.#visited.add(`${dev}:${ino}`)
    return isNew
  }

  /** What a link leads to; null for one that is passed over, or leads nowhere. */
  #linked(path: string, isWanted: boolean): Pick<Dirent, 'isDirectory'> | null {
    if (!this.#flags.follow) {
      this.skippedLinks += 1
      return null
    }
    try {
      return statSync(path)
    } catch (error) {
      if (isWanted) this.failures.push(toExrError(toFileError(error, toFilePath(path))))
      return null
    }
  }
}
