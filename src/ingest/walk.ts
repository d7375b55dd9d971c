import { resolve } from 'node:path'
import { ExrError } from '../errors.ts'
import { batchesOf } from '../workers/batches.ts'
import type { WalkStep } from './found.ts'
import type { IgnoreRules } from './ignore-rules.ts'
import { type FoundDirectory, type Listing, STATS_PER_TASK, type StatTask, type WalkTask } from './listing.ts'

/** How the keys below a prefix are walked. */
export interface S3WalkOptions {
  /** Only keys after this one, in the store's byte order: where an earlier run stopped. */
  readonly startAfter?: string
  /** Only what lies directly below the prefix, not below its sub-prefixes. Default false. */
  readonly shallow?: boolean
  /** Sub-prefixes listed at a time. Default 8. */
  readonly concurrency?: number
  readonly signal?: AbortSignal
}

export interface WalkOptions {
  /** Follow symbolic links; each directory is still visited once. Default false. */
  readonly follow?: boolean
  /** Take files and directories whose name starts with a dot. Default false. */
  readonly hidden?: boolean
  /** Patterns as in a `.gitignore`, relative to each root. `.exrignore` files add to them where they lie. */
  readonly ignore?: readonly string[]
  /** Tasks running at a time. Default 4. */
  readonly concurrency?: number
  /** Ends the walk between two tasks with ERR_ABORTED. */
  readonly signal?: AbortSignal
}

/** Runs one task, in this thread or another; see `runWalkTask`. */
export type Lister = (task: WalkTask) => Promise<Listing>

/** Roots looked at together: enough that a list of files on standard input costs no round trip each. */
const ROOTS_PER_TASK = 512

/** How long roots on a stream wait for others: a person who types them sees each looked at. */
const LINGER_MS = 10

/**
 * OpenEXR files under `roots`, directory by directory, in a stable order whatever the concurrency: a directory's own
 * files, then its subdirectories by name, then directories behind links. A root that is a file is taken whatever its
 * extension is, a root that is a link is followed. No directory is visited twice, so overlapping roots and circular
 * links are harmless. What cannot be read is a failure in a step, never an exception.
 */
export async function* walk(
  roots: Iterable<string> | AsyncIterable<string>,
  options: WalkOptions,
  list: Lister,
): AsyncGenerator<WalkStep> {
  const visited = new Set<string>()
  for await (const names of batchesOf(roots, ROOTS_PER_TASK, LINGER_MS)) {
    yield* walkRoots(
      names.map((name) => (name.startsWith('file://') ? name : resolve(name))),
      options,
      list,
      visited,
    )
  }
}

interface PendingTask {
  readonly task: WalkTask
  answer?: Promise<Listing>
}

async function* walkRoots(
  roots: readonly string[],
  options: WalkOptions,
  list: Lister,
  visited: Set<string>,
): AsyncGenerator<WalkStep> {
  const { follow = false, hidden = false, ignore = [], concurrency = 4, signal } = options
  const listTask = (directory: FoundDirectory): PendingTask => ({
    task: {
      kind: 'list',
      directory: directory.path,
      rules: { follow, hidden },
      ignore: directory.ignore,
    },
  })
  const rootRules = (root: string): IgnoreRules[] =>
    ignore.length > 0 ? [{ base: root, patterns: ignore.join('\n') }] : []

  // A stack: its end is visited next. Links wait until every real directory of these roots has been visited.
  const agenda: PendingTask[] = [{ task: { kind: 'stat', directory: '', names: roots } }]
  let behindLinks: FoundDirectory[] = []
  while (agenda.length > 0 || behindLinks.length > 0) {
    if (agenda.length === 0) {
      agenda.push(...behindLinks.map(listTask).reverse())
      behindLinks = []
    }
    if (signal?.aborted) throw new ExrError('ERR_ABORTED', 'Walk stopped before every directory was read.')
    for (let ahead = agenda.length - 1; ahead >= Math.max(0, agenda.length - concurrency); ahead--) {
      start(agenda[ahead], list)
    }
    const pending = agenda.pop()
    if (!pending?.answer) break
    const listing = await pending.answer
    if (listing.identity !== null) {
      if (visited.has(listing.identity)) continue
      visited.add(listing.identity)
    }
    const isRoots = pending.task.kind === 'stat' && pending.task.directory === ''
    const real = listing.directories.filter((directory) => !directory.linked)
    behindLinks.push(...listing.directories.filter((directory) => directory.linked))
    const next = [
      ...unreadTasks(listing),
      ...real.map((found) => listTask(isRoots ? { ...found, ignore: rootRules(found.path) } : found)),
    ]
    for (let index = next.length - 1; index >= 0; index--) agenda.push(next[index] as PendingTask)
    yield { files: listing.files, failures: listing.failures, skippedLinks: listing.skippedLinks }
  }
}

function start(pending: PendingTask | undefined, list: Lister): void {
  if (!pending || pending.answer) return
  pending.answer = list(pending.task)
  // Awaited in its turn; until then a rejection must not count as unhandled.
  pending.answer.catch(() => {})
}

function unreadTasks(listing: Listing): PendingTask[] {
  const tasks: PendingTask[] = []
  for (let start = 0; start < listing.unread.length; start += STATS_PER_TASK) {
    const names = listing.unread.slice(start, start + STATS_PER_TASK)
    const task: StatTask = { kind: 'stat', directory: listing.files.directory, names }
    tasks.push({ task })
  }
  return tasks
}
