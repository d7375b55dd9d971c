import { lstat, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { folderOf } from '../catalog/plan-frames.ts'
import { normalizePath } from '../inspect/identity.ts'
import { type IngestOptions, type IngestSummary, ingest } from './ingest.ts'
import { EXR_NAME } from './listing.ts'
import { QuietFiles } from './quiet.ts'
import { wouldTake } from './taken.ts'
import { TreeWatcher } from './tree-watcher.ts'

/** Why a run was made. */
export type WatchReason = 'start' | 'changes' | 'rescan'

/** How trees are followed. */
export interface WatchOptions extends Omit<IngestOptions, 'roots' | 'limit' | 'stop'> {
  readonly roots: readonly string[]
  /** Ends it; what was begun is stored. */
  readonly stop: AbortSignal
  /** A file is read when nothing happened to it for so long. Default 2,000. */
  readonly quietMs?: number
  /** How often the roots are walked in full, in case something was not told. Default an hour. */
  readonly rescanMs?: number
  /** The same while some root cannot be watched: an object store, a pattern, a system that watches no more. Default a minute. */
  readonly unwatchedRescanMs?: number
  /** A run ended. */
  readonly onRun?: (summary: IngestSummary, reason: WatchReason) => void
  /** Files that are gone were marked as removed. */
  readonly onRemoved?: (count: number) => void
  /** A root is only walked from now on, and why. */
  readonly onTrouble?: (root: string, reason: string) => void
}

/** What the library's `watch` may be told. */
export type WatchCallOptions = Pick<WatchOptions, 'stop'> &
  Partial<Omit<WatchOptions, 'stop' | 'roots' | 'catalog' | 'toolVersion' | 'openWorkers'>>

const SECOND = 1_000
/** Files of one run. */
const FILES_PER_RUN = 10_000

/**
 * Ingests roots, and then whatever changes below them until `stop` fires: files when they are quiet, so that none is read while it is
 * written, removals, and directories that come and go. Throws what `ingest` throws.
 */
export async function watchAndIngest(options: WatchOptions): Promise<void> {
  const { quietMs = 2 * SECOND, rescanMs = 3600 * SECOND, unwatchedRescanMs = 60 * SECOND, stop, onRun } = options
  const quiet = new QuietFiles(quietMs)
  const watched: string[] = []
  let isBlind = false
  const trouble = (root: string, reason: string) => {
    isBlind = true
    options.onTrouble?.(root, reason)
  }
  const watchers: TreeWatcher[] = []
  const run = async (roots: readonly string[], reason: WatchReason) => {
    const summary = await ingest({ ...options, roots, ...(reason === 'changes' && { keepMissing: true }) })
    onRun?.(summary, reason)
  }
  try {
    // Watched before it is walked, so that nothing falls between.
    for (const root of options.roots) {
      const directory = resolve(root)
      const watcher = new TreeWatcher({
        onTouched: (path) => quiet.touch(path, performance.now()),
        onTrouble: (error) => trouble(root, error.message),
      })
      watchers.push(watcher)
      const isDirectory = await stat(directory).then(
        (found) => found.isDirectory(),
        () => false,
      )
      if (!isDirectory) trouble(root, 'it is no directory')
      else {
        watched.push(directory)
        await watcher.add(directory).catch((error: Error) => trouble(root, error.message))
      }
    }
    await run(options.roots, 'start')
    let lastScan = performance.now()
    while (!stop.aborted) {
      await sleep(Math.min(SECOND, quietMs / 2), undefined, { signal: stop }).catch(() => undefined)
      if (stop.aborted) break
      const { changed, gone } = await quiet.settle(performance.now(), identity)
      const removed = await markGone(options, gone)
      if (removed > 0) options.onRemoved?.(removed)
      const taken: string[] = []
      for (const path of changed) if (await isTaken(path, watched, options)) taken.push(path)
      for (let start = 0; start < taken.length && !stop.aborted; start += FILES_PER_RUN) {
        await run(taken.slice(start, start + FILES_PER_RUN), 'changes')
      }
      if (performance.now() - lastScan < (isBlind ? unwatchedRescanMs : rescanMs) || stop.aborted) continue
      await run(options.roots, 'rescan')
      lastScan = performance.now()
    }
  } finally {
    for (const watcher of watchers) watcher.close()
  }
}

/** What a file is, as far as a look tells; directories and links are no files. */
async function identity(path: string): Promise<string | null> {
  try {
    const found = await lstat(path, { bigint: true })
    return found.isDirectory() ? 'directory' : `${found.ino} ${found.size} ${found.mtimeNs}`
  } catch {
    return null
  }
}

async function isTaken(path: string, roots: readonly string[], options: WatchOptions): Promise<boolean> {
  const found = await lstat(path).catch(() => null)
  const isFile = found?.isFile() || (options.follow === true && found?.isSymbolicLink())
  if (!isFile) return false
  for (const root of roots) if (await wouldTake(root, path, options)) return true
  return false
}

/** Marks what the catalog knows at and below paths that are gone; returns how many files. */
async function markGone(
  { catalog, foldCase = false, keepMissing }: WatchOptions,
  gone: readonly string[],
): Promise<number> {
  if (keepMissing) return 0
  const folders = new Set<string>()
  const paths: string[] = []
  for (const path of gone) {
    const normalized = normalizePath(path, { foldCase })
    if (EXR_NAME.test(path)) {
      paths.push(normalized)
      folders.add(folderOf(normalized))
      continue
    }
    // It may have been a directory.
    const known = await catalog.knownFiles(`${normalized}/`)
    for (const each of known.paths()) {
      if (!each.startsWith(`${normalized}/`)) continue
      paths.push(each)
      folders.add(folderOf(each))
    }
  }
  if (paths.length === 0) return 0
  const removed = await catalog.markRemoved(paths, BigInt(Date.now()) * 1000n)
  if (removed > 0) await catalog.regroupFrames(folders)
  return removed
}
