import { lstatSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { ExrError, toPlainError } from '../errors.ts'
import { toFileError } from '../source/file-error.ts'
import { displayPath, type FilePath, toFilePath } from '../source/file-path.ts'
import { type FoundFiles, joinPath, type WalkFailure } from './found.ts'
import { IGNORE_FILE, type IgnoreRules, isIgnored } from './ignore-rules.ts'

/** Rules that every directory of a walk shares. */
interface WalkRules {
  /** Follow symbolic links to files and directories. */
  readonly follow: boolean
  /** Enter directories and take files whose name starts with a dot. */
  readonly hidden: boolean
}

/** List one directory. */
interface ListTask {
  readonly kind: 'list'
  /** Absolute path, or a `file://` URL where its bytes are not valid UTF-8. */
  readonly directory: string
  readonly rules: WalkRules
  /** Outermost first. */
  readonly ignore: readonly IgnoreRules[]
}

/** Look at files by name. */
interface StatTask {
  readonly kind: 'stat'
  /** Absolute directory; empty when `names` are whole paths, which are taken whatever their extension is. */
  readonly directory: string
  readonly names: readonly string[]
}

export type WalkTask = ListTask | StatTask

/** A directory still to be listed. */
export interface FoundDirectory {
  readonly path: string
  /** Reached through a symbolic link. */
  readonly linked: boolean
  /** Rules that hold in it, outermost first. */
  readonly ignore: readonly IgnoreRules[]
}

/** Answer to one walk task. Names are sorted by code unit, so that a walk visits files in a stable order. */
export interface Listing {
  /** Device and inode of the listed directory; null for a stat task. */
  readonly identity: string | null
  readonly files: FoundFiles
  /** Names of a large directory that nobody has looked at yet, for tasks that may run beside each other. */
  readonly unread: readonly string[]
  readonly directories: readonly FoundDirectory[]
  readonly failures: readonly WalkFailure[]
  readonly skippedLinks: number
}

/** Extensions of OpenEXR files: .exr, and stereo, multi-part and deep variants in use at studios. */
export const EXR_NAME = /\.(?:exr|sxr|mxr|dxr)$/i

/** Files one task looks at: enough to hide messaging, few enough to share a directory between threads. */
export const STATS_PER_TASK = 1024

/** Runs one walk task. Synchronous: a worker thread calls it. What the file system refuses is in `failures`. */
export function runWalkTask(task: WalkTask): Listing {
  return task.kind === 'list' ? listDirectory(task) : statNames(task)
}

function listDirectory(task: ListTask): Listing {
  const directory = toFilePath(task.directory)
  const listing = new ListingBuilder()
  let identity: string | null = null
  let entries: Entry[] = []
  try {
    const { dev, ino } = statSync(directory.path)
    identity = `${dev}:${ino}`
    entries = readEntries(directory)
  } catch (error) {
    listing.fail(error, directory)
  }
  const ignore = withIgnoreFile(task, entries, listing)
  let looked = 0
  for (const entry of entries) {
    if (!task.rules.hidden && entry.hidden) continue
    if (entry.kind === 'file' && !EXR_NAME.test(entry.name)) continue
    const path = joinPath(task.directory, entry.name)
    if (entry.kind === 'link') {
      if (task.rules.follow) followLink(listing, entry.name, path, ignore)
      else listing.skippedLinks += 1
    } else if (!isIgnored(path, entry.kind === 'directory', ignore)) {
      if (entry.kind === 'directory') listing.directories.push({ path, linked: false, ignore })
      else if (looked++ < STATS_PER_TASK) addIfThere(listing, entry.name, path)
      else listing.unread.push(entry.name)
    }
  }
  return listing.finish(task.directory, identity)
}

function statNames(task: StatTask): Listing {
  const listing = new ListingBuilder()
  for (const name of task.names) {
    if (task.directory === '') addRoot(listing, name)
    else addIfThere(listing, name, joinPath(task.directory, name))
  }
  return listing.finish(task.directory, null)
}

/** A file that is gone since its directory was listed was renamed or removed by a renderer: nothing to report. */
function addIfThere(listing: ListingBuilder, name: string, path: string): void {
  const file = toFilePath(path)
  try {
    const stats = statSync(file.path, { bigint: true, throwIfNoEntry: false })
    if (stats) listing.addFile(name, stats)
    // A link that leads nowhere is there: whoever named it is told.
    else if (lstatSync(file.path, { throwIfNoEntry: false })) statSync(file.path)
  } catch (error) {
    listing.fail(error, file)
  }
}

function addRoot(listing: ListingBuilder, path: string): void {
  try {
    const file = toFilePath(path)
    const stats = statSync(file.path, { bigint: true })
    if (stats.isDirectory()) listing.directories.push({ path: file.display, linked: false, ignore: [] })
    else if (stats.isFile()) listing.addFile(file.display, stats)
    else throw new ExrError('ERR_SOURCE_NOT_A_FILE', `Cannot read ${path}: it is not a regular file. Name a file.`)
  } catch (error) {
    listing.fail(error, { path, display: path })
  }
}

function followLink(listing: ListingBuilder, name: string, path: string, ignore: readonly IgnoreRules[]): void {
  const file = toFilePath(path)
  try {
    const stats = statSync(file.path, { bigint: true })
    const isDirectory = stats.isDirectory()
    if (isIgnored(path, isDirectory, ignore)) return
    if (isDirectory) listing.directories.push({ path, linked: true, ignore })
    else if (stats.isFile() && EXR_NAME.test(name)) listing.addFile(name, stats)
  } catch (error) {
    // A dangling link that does not even claim to be an image concerns nobody here.
    if (EXR_NAME.test(name)) listing.fail(error, file)
  }
}

interface Entry {
  /** As in FoundFiles: a whole `file://` URL where the bytes are not UTF-8. */
  readonly name: string
  readonly hidden: boolean
  readonly kind: 'file' | 'directory' | 'link'
}

interface EntryKinds {
  isDirectory(): boolean
  isFile(): boolean
  isSymbolicLink(): boolean
}

function readEntries(directory: FilePath): Entry[] {
  const entries: Entry[] = []
  const add = (name: string, hidden: boolean, kinds: EntryKinds) => {
    if (kinds.isFile()) entries.push({ name, hidden, kind: 'file' })
    else if (kinds.isDirectory()) entries.push({ name, hidden, kind: 'directory' })
    else if (kinds.isSymbolicLink()) entries.push({ name, hidden, kind: 'link' })
  }
  const listed = readdirSync(directory.path, { withFileTypes: true })
  // U+FFFD stands for bytes that are not UTF-8 (or for itself): only then are the exact bytes worth a second look.
  if (typeof directory.path === 'string' && !listed.some((entry) => entry.name.includes('\uFFFD'))) {
    for (const entry of listed) add(entry.name, entry.name.startsWith('.'), entry)
  } else {
    const prefix = Buffer.concat([Buffer.from(directory.path), Buffer.from('/')])
    for (const entry of readdirSync(directory.path, { withFileTypes: true, encoding: 'buffer' })) {
      const location = displayPath(Buffer.concat([prefix, entry.name]))
      const name = location.startsWith('file://') ? location : entry.name.toString('utf8')
      add(name, entry.name[0] === 0x2e, entry)
    }
  }
  return entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}

function withIgnoreFile(task: ListTask, entries: readonly Entry[], listing: ListingBuilder): readonly IgnoreRules[] {
  if (!entries.some((entry) => entry.name === IGNORE_FILE && entry.kind === 'file')) return task.ignore
  const file = toFilePath(joinPath(task.directory, IGNORE_FILE))
  try {
    return [...task.ignore, { base: task.directory, patterns: readFileSync(file.path, 'utf8') }]
  } catch (error) {
    listing.fail(error, file)
    return task.ignore
  }
}

class ListingBuilder {
  readonly #names: string[] = []
  readonly #sizes: number[] = []
  readonly #mtimesUs: bigint[] = []
  readonly #failures: WalkFailure[] = []
  readonly directories: FoundDirectory[] = []
  readonly unread: string[] = []
  skippedLinks = 0

  addFile(name: string, stats: { readonly size: bigint; readonly mtimeNs: bigint }): void {
    this.#names.push(name)
    this.#sizes.push(Number(stats.size))
    this.#mtimesUs.push(stats.mtimeNs / 1000n)
  }

  fail(error: unknown, file: FilePath): void {
    const { code, message } = toPlainError(toFileError(error, file), 'ERR_SOURCE_READ')
    this.#failures.push({ path: file.display, code, message })
  }

  finish(directory: string, identity: string | null): Listing {
    return {
      identity,
      files: {
        directory,
        names: this.#names,
        sizes: Float64Array.from(this.#sizes),
        mtimesUs: BigInt64Array.from(this.#mtimesUs),
        etags: null,
      },
      unread: this.unread,
      directories: this.directories,
      failures: this.#failures,
      skippedLinks: this.skippedLinks,
    }
  }
}
