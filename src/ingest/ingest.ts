import { randomUUID } from 'node:crypto'
import type { CatalogWriter, RunSummary, UpsertResult } from '../catalog/catalog.ts'
import type { PlainError } from '../errors.ts'
import { resolveLimits } from '../header/limits.ts'
import { type InspectOptions, wantsPixels } from '../inspect/options.ts'
import { isS3Url } from '../source/s3-url.ts'
import type { FileFailure, IngestAnswer, ProblemState } from '../tasks/ingest-task.ts'
import { readAhead } from '../workers/flow.ts'
import type { Isolation } from '../workers/pool-types.ts'
import { type IngestCounts, type IngestProblem, type MutableCounts, ProblemList, zeroCounts } from './counts.ts'
import { SeenFolders } from './folders.ts'
import type { WalkFailure, WalkStep } from './found.ts'
import { goneFiles, SeenObjects } from './gone.ts'
import { type Known, knownBelow, nothingKnown } from './known.ts'
import { locations, type PlannedStep, planned } from './pipeline.ts'
import { inShard, type Shard } from './shard.ts'
import type { WalkRootsOptions } from './walk-roots.ts'
import { type RunningWalk, startWalk } from './walkers.ts'
import { type IngestWorkerSettings, type IngestWorkers, openIngestWorkers } from './workers.ts'

export interface IngestOptions extends Omit<WalkRootsOptions, 'signal' | 'concurrency'> {
  /** Files, directories and `s3://bucket/prefix` URLs; a stream for lists too long to hold. */
  readonly roots: readonly string[] | AsyncIterable<string>
  /** Open, its schema ensured. Stays open. */
  readonly catalog: CatalogWriter
  /** Threads or processes that inspect. */
  readonly jobs: number
  /** `process`: a file that crashes native code costs itself only. Default `thread`. */
  readonly isolation?: Isolation
  /** Open files again even when size and modification time have not changed. Default false. */
  readonly force?: boolean
  /**
   * Leave files that are known below a root and not there any more as they are. Default false: they are marked as removed,
   * once the roots were walked to the end. Roots on a stream are never looked through.
   */
  readonly keepMissing?: boolean
  /** Stop after the first failure; what was read by then is stored. Default false. */
  readonly failFast?: boolean
  /** Open at most this many files. */
  readonly limit?: number
  readonly shard?: Shard
  /** Fold case in path identity, for shares that ignore it. Default false. */
  readonly foldCase?: boolean
  /** How far to look for chunks, what headers may claim, and what to find out of pixels. Defaults as `inspect` has them. */
  readonly inspect?: Pick<
    InspectOptions,
    'check' | 'limits' | 'firstReadBytes' | 'validate' | 'policyPath' | 'stats' | 'deepStats' | 'hash' | 'sample'
  >
  /** How many problems to keep for the summary; the rest are counted. Default 10,000. */
  readonly keepProblems?: number
  readonly toolVersion: string
  /** Said in `ingest_runs` of where the files came from. */
  readonly source: string
  /** Finish what was begun, store it, and end: no error. */
  readonly stop?: AbortSignal
  /** Called after every change; cheap, so show it as often as you like. */
  readonly onProgress?: (counts: IngestCounts) => void
  /** Of the same roots, begun before there was a catalog; it is ended in any case. Default: one that is begun now. */
  readonly walk?: RunningWalk
  /** Other threads than the usual ones. */
  readonly openWorkers?: (settings: IngestWorkerSettings) => IngestWorkers
}

/** What the library's `ingest` may be told. */
export type IngestCallOptions = Partial<
  Omit<IngestOptions, 'roots' | 'catalog' | 'toolVersion' | 'walk' | 'openWorkers'>
>

/** What a run did. */
export interface IngestSummary {
  readonly runId: string
  readonly counts: IngestCounts
  /** Locations that could not be read or stored, and files whose header breaks the format. */
  readonly failures: readonly IngestProblem[]
  /** Files that were stored although pixels are missing, or although that cannot be told. */
  readonly incomplete: readonly IngestProblem[]
  /** Wall time in milliseconds. */
  readonly durationMs: number
  /** The run ended before everything found was done. */
  readonly stopped: 'asked' | 'fail-fast' | 'limit' | null
}

/**
 * Found files that may wait to be opened. So many that the walk of most trees ends early, which makes the number of
 * files left known; so compact (a name, a size and a time) that they take some 50 MB.
 */
const LOOK_AHEAD_FILES = 500_000
const KEPT_PROBLEMS = 10_000
/** Files marked as removed in one transaction. */
const REMOVALS_PER_BATCH = 10_000

/** One transaction of a run: what became of its files, and how far the run has come. */
export interface IngestStep {
  /** Files that are in the catalog now; those that could not be read or stored are in `failures`. */
  readonly stored: readonly Exclude<UpsertResult, { status: 'error' }>[]
  readonly failures: readonly IngestProblem[]
  /** As they are now; the same object is brought up to date with every step. */
  readonly counts: IngestCounts
}

/** The same, to its end. */
export async function ingest(options: IngestOptions): Promise<IngestSummary> {
  const steps = ingestSteps(options)
  for (;;) {
    const { value, done } = await steps.next()
    if (done) return value
  }
}

/**
 * Walks, inspects and stores, as fast as steps are taken. Each task's files are one transaction of the catalog; while one is
 * written the next are read. A file that cannot be read is a row of `ingest_errors` and stops nothing. At the end, asked to
 * stop or not, files that are gone are marked as removed, and frames and sequences are decided over the names of every folder
 * seen; whoever leaves the loop early has only the latter, and loses nothing that was stored. Throws when the catalog cannot
 * go on (ERR_CATALOG_*, ERR_DISK_FULL); what was stored before stays.
 */
export async function* ingestSteps(options: IngestOptions): AsyncGenerator<IngestStep, IngestSummary, undefined> {
  const started = performance.now()
  const run = new Run(options)
  const startedAtUs = nowUs()
  const { counts, failures, incomplete } = run
  const summary = (endedAtUs: bigint | null): RunSummary => ({
    runId: run.runId,
    startedAtUs,
    endedAtUs,
    source: options.source,
    found: counts.found,
    inserted: counts.inserted,
    updated: counts.updated,
    unchanged: counts.unchanged,
    failed: counts.failed,
    toolVersion: options.toolVersion,
  })
  const walk = options.walk ?? startWalk(options.roots, options)
  let end: 'left' | 'ended' | 'failed' = 'left'
  try {
    await options.catalog.recordRun(summary(null))
    yield* run.steps(walk)
    end = 'ended'
  } catch (error) {
    end = 'failed'
    throw error
  } finally {
    await walk.end()
    const recorded = options.catalog.recordRun(summary(end === 'failed' ? null : nowUs()))
    // What ended the run is what to tell, not that a broken catalog takes no note of it.
    await (end === 'ended' ? recorded : recorded.catch(() => undefined))
  }
  return {
    runId: run.runId,
    counts,
    failures: failures.kept.toSorted(byPath),
    incomplete: incomplete.kept.toSorted(byPath),
    durationMs: performance.now() - started,
    stopped: run.stopped(),
  }
}

class Run {
  readonly runId = randomUUID()
  readonly counts: MutableCounts = zeroCounts()
  readonly failures: ProblemList
  readonly incomplete: ProblemList
  readonly #options: IngestOptions
  readonly #failFast = new AbortController()
  readonly #stop: AbortSignal
  /** Found by the walk, not yet in the catalog. */
  #walkFailures: WalkFailure[] = []
  /** Of the step at hand. */
  #stored: Exclude<UpsertResult, { status: 'error' }>[] = []
  #failures: IngestProblem[] = []

  constructor(options: IngestOptions) {
    this.#options = options
    this.failures = new ProblemList(options.keepProblems ?? KEPT_PROBLEMS)
    this.incomplete = new ProblemList(options.keepProblems ?? KEPT_PROBLEMS)
    this.#stop = options.stop ? AbortSignal.any([options.stop, this.#failFast.signal]) : this.#failFast.signal
  }

  stopped(): IngestSummary['stopped'] {
    if (this.#failFast.signal.aborted) return 'fail-fast'
    if (this.#options.stop?.aborted) return 'asked'
    return this.counts.inspected < this.counts.toInspect ? 'limit' : null
  }

  async *steps(walk: RunningWalk): AsyncGenerator<IngestStep, void, undefined> {
    const {
      roots,
      catalog,
      jobs,
      isolation,
      force = false,
      shard = null,
      foldCase = false,
      s3 = {},
      inspect = {},
    } = this.#options
    const workers = (this.#options.openWorkers ?? openIngestWorkers)({
      runId: this.runId,
      foldCase,
      inspect,
      s3,
      jobs,
      // Pixels are decoded where a crash costs one file.
      ...((isolation ?? (wantsPixels(inspect) ? 'process' : null)) && { isolation: isolation ?? 'process' }),
    })
    const folders = new SeenFolders(foldCase)
    let hasFailed = false
    try {
      const asks = !force || (!this.#options.keepMissing && Array.isArray(roots))
      const known = asks ? await knownBelow(catalog, roots, foldCase) : nothingKnown
      const objects = new SeenObjects((url) => known.has(url))
      const plan = planned(noted(walk.steps, folders, objects), this.counts, {
        known,
        force,
        check: inspect.check ?? 'leaders',
        limits: resolveLimits(inspect.limits),
        shard,
        foldCase,
        stop: this.#stop,
      })
      const changed = locations(readAhead(this.#shown(plan, walk), LOOK_AHEAD_FILES, filesOf), {
        limit: this.#options.limit ?? Number.POSITIVE_INFINITY,
        stop: this.#stop,
        onFailures: (failures) => this.#walkFailures.push(...failures),
      })
      for await (const { items, result } of workers.inspect(changed, this.#stop)) {
        if (result.ok) await this.#store(items.length, result.value)
        else await this.#lose(items, result.error)
        await this.#storeWalkFailures()
        this.#options.onProgress?.(this.counts)
        yield this.#step()
      }
      await this.#storeWalkFailures()
      await this.#markGone(known, folders, objects)
      if (this.#failures.length > 0) yield this.#step()
    } catch (error) {
      hasFailed = true
      throw error
    } finally {
      await workers.close()
      if (!hasFailed && folders.all.size > 0) await catalog.settleFrames(folders.all)
    }
  }

  #count({ state }: IngestProblem): void {
    const { problems } = this.counts
    this.counts.problems = { ...problems, [state]: (problems[state] ?? 0) + 1 }
  }

  #step(): IngestStep {
    const step = { stored: this.#stored, failures: this.#failures, counts: this.counts }
    this.#stored = []
    this.#failures = []
    return step
  }

  /** Only of roots that were walked to the end. */
  async #markGone(known: Known, folders: SeenFolders, objects: SeenObjects): Promise<void> {
    const { roots, catalog, keepMissing = false, shard, startAfter, foldCase = false } = this.#options
    if (keepMissing || !Array.isArray(roots) || this.stopped() !== null || !this.counts.walkEnded) return
    const looked = startAfter === undefined ? roots : roots.filter((root: string) => !isS3Url(root))
    const gone = await goneFiles({ roots: looked, known: known.unasked(), foldCase, objects, signal: this.#stop })
    this.counts.unsure = gone.unsure
    const paths = shard === undefined ? gone.paths : gone.paths.filter((path) => inShard(path, shard))
    for (let start = 0; start < paths.length; start += REMOVALS_PER_BATCH) {
      const batch = paths.slice(start, start + REMOVALS_PER_BATCH)
      this.counts.removed += await catalog.markRemoved(batch, nowUs())
      for (const path of batch) folders.all.add(path.slice(0, path.lastIndexOf('/') + 1))
      this.#options.onProgress?.(this.counts)
    }
  }

  async *#shown(steps: AsyncIterable<PlannedStep>, walk: RunningWalk): AsyncGenerator<PlannedStep> {
    for await (const step of steps) {
      this.#options.onProgress?.(this.counts)
      yield step
    }
    await walk.end()
  }

  async #store(files: number, answer: IngestAnswer): Promise<void> {
    const { batch, failures, incomplete } = answer
    const unstored: FileFailure[] = []
    if (batch.fileCount + batch.failures.length > 0) {
      for (const result of await this.#options.catalog.upsertEncoded(batch)) {
        if (result.status === 'error') unstored.push(toFailure(result, 'not stored'))
        else {
          this.counts[result.status === 'inserted' ? 'inserted' : 'updated'] += 1
          this.#stored.push(result)
        }
        if (result.status === 'refreshed') this.counts.refreshed += 1
      }
    }
    for (const problem of incomplete) {
      this.incomplete.add(problem)
      this.#count(problem)
    }
    this.counts.incomplete += incomplete.filter(({ state }) => state === 'incomplete').length
    this.counts.inspected += files
    this.counts.bytes += answer.bytes
    await this.#fail([...failures, ...unstored])
  }

  /** Files whose worker died with them. */
  async #lose(items: readonly string[], { code, message }: PlainError): Promise<void> {
    this.counts.inspected += items.length
    await this.#fail(items.map((path) => toFailure({ path, code, message }, 'unreadable')))
  }

  async #storeWalkFailures(): Promise<void> {
    const failures = this.#walkFailures
    this.#walkFailures = []
    // What a pattern did not find is told; it is no location that a later run could read.
    for (const failure of failures) if (failure.isSearch) this.#problem(toFailure(failure, 'unreadable'))
    const read = failures.filter(({ isSearch }) => !isSearch)
    await this.#fail(read.map((failure) => toFailure(failure, 'unreadable')))
  }

  async #fail(failures: readonly FileFailure[]): Promise<void> {
    if (failures.length === 0) return
    for (const failure of failures) this.#problem(failure)
    await this.#options.catalog.recordFailures(failures, this.runId)
  }

  #problem({ path, state, code, message }: IngestProblem): void {
    const problem = { path, state, code, message }
    this.failures.add(problem)
    this.#failures.push(problem)
    this.#count(problem)
    this.counts.failed += 1
    if (this.#options.failFast) this.#failFast.abort()
  }
}

function toFailure({ path, code, message }: Omit<IngestProblem, 'state'>, state: ProblemState): FileFailure {
  return { path, state, code, message, byteOffset: null, seenAtUs: nowUs() }
}

async function* noted(
  steps: AsyncIterable<WalkStep>,
  folders: SeenFolders,
  objects: SeenObjects,
): AsyncGenerator<WalkStep> {
  for await (const step of steps) {
    folders.add(step.files)
    objects.add(step)
    yield step
  }
}

function byPath(a: IngestProblem, b: IngestProblem): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0
}

function filesOf(step: PlannedStep): number {
  return step.changed.names.length
}

function nowUs(): bigint {
  return BigInt(Date.now()) * 1000n
}
