import { resolve } from 'node:path'
import { ExrError } from '../errors.ts'
import { batchesOf } from '../workers/batches.ts'
import type { WalkStep } from './found.ts'
import type { IgnoreRules } from './ignore-rules.ts'
import type { FoundDirectory, WalkTask } from './listing.ts'
import type { WalkPart } from './walk-part.ts'

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

/** Runs tasks that lie next to each other, in this thread or another; see `walkPart`. */
export type Lister = (tasks: readonly WalkTask[]) => Promise<WalkPart>

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

/** Parts that one thread walks before others help: to start a thread takes as long as to look at thousands of files. */
const PARTS_ALONE = 16

/** Directories that are asked for together at most. */
const MOST_AT_ONCE = 32

interface Pending {
  readonly tasks: readonly WalkTask[]
  answer?: Promise<WalkPart>
}

async function* walkRoots(
  roots: readonly string[],
  options: WalkOptions,
  list: Lister,
  visited: Set<string>,
): AsyncGenerator<WalkStep> {
  const { follow = false, hidden = false, ignore = [], concurrency = 4, signal } = options
  const listTask = ({ path, ignore }: FoundDirectory): WalkTask => {
    return { kind: 'list', directory: path, rules: { follow, hidden }, ignore }
  }
  const rootRules = (root: string): IgnoreRules[] =>
    ignore.length > 0 ? [{ base: root, patterns: ignore.join('\n') }] : []

  // A stack: its end is visited next. Links wait until every real directory of these roots has been visited.
  const agenda: Pending[] = [{ tasks: [{ kind: 'stat', directory: '', names: roots }] }]
  let behindLinks: FoundDirectory[] = []
  const ahead = new Ahead(list)
  let parts = 0
  let isSlow = false
  while (agenda.length > 0 || behindLinks.length > 0) {
    if (agenda.length === 0) {
      agenda.push(...grouped(behindLinks.map(listTask), 1).reverse())
      behindLinks = []
    }
    if (signal?.aborted) throw new ExrError('ERR_ABORTED', 'Walk stopped before every directory was read.')
    ahead.start(agenda, isSlow || parts >= PARTS_ALONE ? concurrency : 1)
    const pending = agenda.pop()!
    // Later ones may run in all the places there are; this one goes before them.
    const part = await (pending.answer ?? ahead.ask(pending))
    parts += 1
    isSlow ||= part.isSlow
    const isRoots = pending.tasks.some(({ kind, directory }) => kind === 'stat' && directory === '')
    const steps: WalkStep[] = []
    const entered: FoundDirectory[] = []
    /** By listing: it was visited before, by another way, or lies below one that was. */
    const isKnown: boolean[] = []
    for (const { identity, under, directories, files, failures, skippedLinks } of part.listings) {
      const isAgain = isKnown[under] === true || (identity !== null && visited.has(identity))
      isKnown.push(isAgain)
      if (isAgain) continue
      if (identity !== null) visited.add(identity)
      for (const found of directories) {
        if (found.linked) behindLinks.push(found)
        else entered.push(isRoots ? { ...found, ignore: rootRules(found.path) } : found)
      }
      steps.push({ files, failures, skippedLinks })
    }
    const rest = part.rest.filter(({ under }) => isKnown[under] !== true).map(({ task }) => task)
    agenda.push(...grouped([...rest, ...entered.map(listTask)], part.listings.length).reverse())
    ahead.start(agenda, isSlow || parts >= PARTS_ALONE ? concurrency : 1)
    yield* steps
  }
}

/** Directories by so many as a part has time for, and files of large directories alone, so that threads share them. */
function grouped(tasks: readonly WalkTask[], size: number): Pending[] {
  const groups: WalkTask[][] = []
  for (const task of tasks) {
    const last = groups.at(-1)
    const isFull = last === undefined || last.length >= Math.min(size, MOST_AT_ONCE) || last[0]!.kind === 'stat'
    if (isFull || task.kind === 'stat') groups.push([task])
    else last.push(task)
  }
  return groups.map((group) => ({ tasks: group }))
}

/** Has so many tasks run at a time. What is answered before its turn waits, so only a few of the next ones are begun. */
class Ahead {
  readonly #list: Lister
  #running = 0

  constructor(list: Lister) {
    this.#list = list
  }

  start(agenda: readonly Pending[], concurrency: number): void {
    for (let place = agenda.length - 1; place >= Math.max(0, agenda.length - 2 * concurrency); place--) {
      if (this.#running >= concurrency) return
      const pending = agenda[place]!
      if (pending.answer === undefined) this.ask(pending)
    }
  }

  ask(pending: Pending): Promise<WalkPart> {
    this.#running += 1
    const ended = () => {
      this.#running -= 1
    }
    const answer = this.#list(pending.tasks)
    // Awaited in its turn; until then a rejection must not count as unhandled.
    answer.then(ended, ended)
    pending.answer = answer
    return answer
  }
}
