import { type FoundDirectory, type Listing, runWalkTask, STATS_PER_TASK, type WalkTask } from './listing.ts'

/** A directory or some files on the way, as they were found. Its `directories` are those that the part did not enter by itself. */
export interface PartListing extends Listing {
  /** Place among the part's listings of the directory that led here; -1 for what was asked for. */
  readonly under: number
}

/** What came of some tasks that lie next to each other in a walk, and of what lies below them. */
export interface WalkPart {
  /** In the order of the walk. */
  readonly listings: readonly PartListing[]
  /** What is left, in the order of the walk, with the place of the listing that led there. */
  readonly rest: readonly { readonly task: WalkTask; readonly under: number }[]
  /** It ended because it took long, and not because it found much. */
  readonly isSlow: boolean
}

/** Files and directories of one part: a message for so many is noise. */
const PART_ENTRIES = STATS_PER_TASK

/** How long one part takes at most, but for the directory at hand: on a slow share the rest goes to other threads. */
const PART_MS = 50

/**
 * Runs tasks in order, each directory followed by what is below it, until enough was found; whoever asked gets the rest back.
 * A tree of many small directories so costs a message for a thousand files, and a large or slow one is still shared out.
 * Synchronous: a worker thread calls it.
 */
export function walkPart(tasks: readonly WalkTask[]): WalkPart {
  const agenda = tasks.map((task) => ({ task, under: -1 })).reverse()
  const listings: PartListing[] = []
  const endMs = performance.now() + PART_MS
  let entries = 0
  let isSlow = false
  while (agenda.length > 0 && entries < PART_ENTRIES && !isSlow) {
    const { task, under } = agenda.pop()!
    const listing = runWalkTask(task)
    const below = tasksBelow(task, listing)
    for (const next of below.reverse()) agenda.push({ task: next, under: listings.length })
    listings.push({ ...listing, under, unread: [], directories: leftOut(task, listing) })
    entries += 1 + listing.files.names.length
    isSlow = performance.now() >= endMs
  }
  return { listings, rest: agenda.reverse(), isSlow }
}

/** Directories behind links come last in a walk, and those that are roots have rules of their own. */
function leftOut({ kind }: WalkTask, { directories }: Listing): readonly FoundDirectory[] {
  return kind === 'list' ? directories.filter(({ linked }) => linked) : directories
}

/** What a task leads to, in the order of the walk: first the rest of its own files. */
function tasksBelow(task: WalkTask, listing: Listing): WalkTask[] {
  const tasks: WalkTask[] = []
  for (let start = 0; start < listing.unread.length; start += STATS_PER_TASK) {
    const names = listing.unread.slice(start, start + STATS_PER_TASK)
    tasks.push({ kind: 'stat', directory: listing.files.directory, names })
  }
  if (task.kind === 'list') {
    for (const { path, linked, ignore } of listing.directories) {
      if (!linked) tasks.push({ kind: 'list', directory: path, rules: task.rules, ignore })
    }
  }
  return tasks
}
