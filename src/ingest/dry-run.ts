import type { CatalogWriter } from '../catalog/catalog.ts'
import { resolveLimits } from '../header/limits.ts'
import { type IngestCounts, type IngestProblem, zeroCounts } from './counts.ts'
import type { WalkFailure } from './found.ts'
import type { IngestOptions } from './ingest.ts'
import { knownBelow, nothingKnown } from './known.ts'
import { locations, planned } from './pipeline.ts'
import { startWalk } from './walkers.ts'

interface DryRunOptions
  extends Pick<
    IngestOptions,
    | 'roots'
    | 'jobs'
    | 'force'
    | 'limit'
    | 'shard'
    | 'foldCase'
    | 'follow'
    | 'hidden'
    | 'ignore'
    | 'stop'
    | 's3'
    | 'startAfter'
    | 'inspect'
  > {
  /** Null where there is no catalog yet. */
  readonly catalog: Pick<CatalogWriter, 'knownFiles'> | null
  /** Called with every file that a run would open. */
  readonly onFile?: (location: string) => void | Promise<void>
}

interface DryRunSummary {
  readonly counts: IngestCounts
  /** Locations the walk could not read. */
  readonly failures: readonly IngestProblem[]
}

/** What `ingest` with the same options would open, without opening or storing anything. */
export async function dryRun(options: DryRunOptions): Promise<DryRunSummary> {
  const { roots, catalog, jobs, force = false, shard = null, foldCase = false, inspect = {}, onFile } = options
  const counts = zeroCounts()
  const failures: IngestProblem[] = []
  const stop = options.stop ?? new AbortController().signal
  const walk = startWalk(roots, { ...options, jobs })
  try {
    const known = force || catalog === null ? nothingKnown : await knownBelow(catalog, roots, foldCase)
    const plan = planned(walk.steps, counts, {
      known,
      force,
      check: inspect.check ?? 'leaders',
      limits: resolveLimits(inspect.limits),
      shard,
      foldCase,
      stop,
    })
    const limit = options.limit ?? Number.POSITIVE_INFINITY
    for await (const location of locations(plan, {
      limit,
      stop,
      onFailures: (found) => failures.push(...found.map(toProblem)),
    })) {
      await onFile?.(location)
    }
  } finally {
    await walk.end()
  }
  counts.failed = failures.length
  return { counts, failures }
}

function toProblem({ path, code, message }: WalkFailure): IngestProblem {
  return { path, state: 'unreadable', code, message }
}
