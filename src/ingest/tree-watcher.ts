import { type FSWatcher, watch } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** What a watcher tells. */
export interface WatcherEvents {
  /** Something happened to a file: it may be new, written, gone, or a directory that is gone. */
  readonly onTouched: (path: string) => void
  /** From now on something may happen that is not told, such as when the system watches no more directories. */
  readonly onTrouble: (error: Error) => void
}

/** Whether the system itself follows a whole tree; Node's own way on Linux takes a watch for each file. */
const FOLLOWS_TREES = process.platform === 'darwin' || process.platform === 'win32'

/** Follows a tree of directories; links are not followed. */
export class TreeWatcher {
  readonly #events: WatcherEvents
  readonly #watchers = new Map<string, FSWatcher>()
  #isClosed = false

  constructor(events: WatcherEvents) {
    this.#events = events
  }

  /** Directories that are watched. */
  get size(): number {
    return this.#watchers.size
  }

  /** Resolves when everything below is watched. Throws when the directory itself cannot be. */
  async add(directory: string): Promise<void> {
    this.#watch(directory, FOLLOWS_TREES)
    if (!FOLLOWS_TREES) await this.#addBelow(directory, false)
  }

  close(): void {
    this.#isClosed = true
    for (const watcher of this.#watchers.values()) watcher.close()
    this.#watchers.clear()
  }

  #watch(directory: string, recursive: boolean): void {
    const watcher = watch(directory, { recursive })
    this.#watchers.set(directory, watcher)
    watcher.on('change', (_event, name) => {
      if (name === null) return
      const path = join(directory, String(name))
      this.#events.onTouched(path)
      if (!recursive) void this.#addIfDirectory(path)
    })
    watcher.on('error', (error) => {
      this.#forget(directory)
      // A directory that is gone is told by the one above it.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#events.onTrouble(error)
    })
  }

  async #addIfDirectory(path: string): Promise<void> {
    const found = await lstat(path).catch(() => null)
    if (found === null) this.#forget(path)
    else if (found.isDirectory() && !this.#watchers.has(path)) await this.#addNew(path)
  }

  /** What was put into a new directory before it was watched is told as touched. */
  async #addNew(path: string): Promise<void> {
    if (this.#isClosed) return
    try {
      this.#watch(path, false)
      await this.#addBelow(path, true)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#events.onTrouble(error as Error)
    }
  }

  /** Watched first and listed then, so that nothing falls between. */
  async #addBelow(directory: string, isNew: boolean): Promise<void> {
    const entries = await readdir(directory, { withFileTypes: true })
    for (const entry of entries) {
      const path = join(directory, entry.name)
      if (this.#isClosed) return
      if (!entry.isDirectory()) {
        if (isNew) this.#events.onTouched(path)
      } else if (!this.#watchers.has(path)) {
        if (isNew) await this.#addNew(path)
        else {
          this.#watch(path, false)
          await this.#addBelow(path, false)
        }
      }
    }
  }

  #forget(directory: string): void {
    for (const [path, watcher] of this.#watchers) {
      if (path !== directory && !path.startsWith(`${directory}/`)) continue
      watcher.close()
      this.#watchers.delete(path)
    }
  }
}
