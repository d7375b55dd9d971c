import { readAhead } from '../workers/flow.ts'
import { openPool } from '../workers/index.ts'
import { workerFile } from '../workers/worker-file.ts'
import type { WalkStep } from './found.ts'
import type { WalkTask } from './listing.ts'
import type { WalkPart } from './walk-part.ts'
import { type WalkRootsOptions, walkRoots } from './walk-roots.ts'

/** A walk that threads are at. */
export interface RunningWalk {
  /** To be taken once. */
  readonly steps: AsyncIterable<WalkStep>
  /** Ends the threads; may be called twice. */
  end(): Promise<void>
}

/** Found files that may wait to be taken: what a catalog says of them is read meanwhile. */
const FILES_AHEAD = 100_000

/**
 * Begins to walk roots at once, unless they are a stream, in threads of its own, so that whoever takes the steps finds some when it is ready. `jobs`: how
 * many threads inspect, if any. See `walkRoots`.
 */
export function startWalk(
  roots: readonly string[] | AsyncIterable<string>,
  { jobs, ...options }: Omit<WalkRootsOptions, 'concurrency'> & { readonly jobs: number },
): RunningWalk {
  const walkers = openPool<readonly WalkTask[], WalkPart[]>({
    worker: workerFile('#walk-worker'),
    maxWorkers: Math.max(2, jobs),
    batchSize: 1,
    nameOf: ([task]) => task?.directory ?? '',
  })
  const list = async (tasks: readonly WalkTask[]) => {
    const [part] = await walkers.ask(tasks)
    return part!
  }
  const steps = readAhead(walkRoots(roots, { ...options, concurrency: jobs * 2 }, list), FILES_AHEAD, entriesOf)
  // A stream may be a person's: it is read for those who take what comes of it.
  return { steps: Array.isArray(roots) ? begun(steps) : steps, end: () => walkers.close() }
}

/** The same items, asked for before anyone takes them. */
function begun<Item>(items: AsyncGenerator<Item>): AsyncGenerator<Item> {
  const first = items.next()
  // Whoever takes it meets its error.
  first.catch(() => {})
  return (async function* () {
    try {
      const { value, done } = await first
      if (done) return
      yield value
      yield* items
    } finally {
      await items.return(undefined)
    }
  })()
}

function entriesOf({ files, failures }: WalkStep): number {
  return files.names.length + failures.length
}
