import { randomUUID } from 'node:crypto'
import type { Catalog, CatalogFailure, RunSummary, UpsertResult } from '../catalog/catalog.ts'
import { type IngestCounts, type IngestProblem, type MutableCounts, ProblemList, zeroCounts } from './counts.ts'
import { knownBelow, nothingKnown } from './known.ts'
import { batched, planned, type WorkItem } from './pipeline.ts'
import type { Shard } from './shard.ts'
import { mapConcurrent, readAhead } from './streams.ts'
import { TaskSize } from './task-size.ts'
import type { IngestWorkers, InspectAnswer } from './tasks.ts'
import { type WalkOptions, walk } from './walk.ts'

export interface IngestOptions extends Omit<WalkOptions, 'signal' | 'concurrency'> {
  /** Files and directories; a stream for lists too long to hold. */
  readonly roots: readonly string[] | AsyncIterable<string>
  /** Open, its schema ensured. Stays open. */
  readonly catalog: Catalog
  /** Stay open. */
  readonly workers: IngestWorkers
  /** Tasks at a time, as many as there are threads. */
  readonly jobs: number
  /** Open files again even when size and modification time have not changed. Default false. */
  readonly force?: boolean
  /** Stop after the first failure; what was read by then is stored. Default false. */
  readonly failFast?: boolean
  /** Open at most this many files. */
  readonly limit?: number
  readonly shard?: Shard
  /** Fold case in path identity, for shares that ignore it. Default false. */
  readonly foldCase?: boolean
  /** How many problems to keep for the summary; the rest are counted. Default 10,000. */
  readonly keepProblems?: number
  readonly toolVersion: string
  /** Said in `ingest_runs` of where the files came from. */
  readonly source: string
  /** Finish what was begun, store it, and end: no error. */
  readonly stop?: AbortSignal
  /** Called after every change; cheap, so show it as often as you like. */
  readonly onProgress?: (counts: IngestCounts) => void
}

export interface IngestSummary {
  readonly runId: string
  readonly counts: IngestCounts
  /** Locations that could not be read or stored, and files whose header breaks the format. */
  readonly failures: readonly IngestProblem[]
  /** Files that were stored although pixels are missing. */
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

/**
 * Walks, inspects and stores. Each task's files are one transaction of the catalog; while one is written the next are
 * read. A file that cannot be read is a row of `ingest_errors` and stops nothing. Throws when the catalog cannot go
 * on (ERR_CATALOG_*, ERR_DISK_FULL); what was stored before stays.
 */
export async function ingest(options: IngestOptions): Promise<IngestSummary> {
  const started = performance.now()
  const run = new Run(options)
  const startedAtUs = BigInt(Date.now()) * 1000n
  const { counts, failures, incomplete } = run
  const summary = (): RunSummary => ({
    runId: run.runId,
    startedAtUs,
    endedAtUs: BigInt(Date.now()) * 1000n,
    source: options.source,
    found: counts.found,
    inserted: counts.inserted,
    updated: counts.updated,
    unchanged: counts.unchanged,
    failed: counts.failed,
    toolVersion: options.toolVersion,
  })
  await options.catalog.recordRun(summary())
  try {
    await run.finish()
  } finally {
    await options.catalog.recordRun(summary())
  }
  return {
    runId: run.runId,
    counts,
    failures: failures.kept,
    incomplete: incomplete.kept,
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
  readonly #taskSize = new TaskSize()

  constructor(options: IngestOptions) {
    this.#options = options
    this.failures = new ProblemList(options.keepProblems ?? 10_000)
    this.incomplete = new ProblemList(options.keepProblems ?? 10_000)
    this.#stop = options.stop ? AbortSignal.any([options.stop, this.#failFast.signal]) : this.#failFast.signal
  }

  stopped(): IngestSummary['stopped'] {
    if (this.#failFast.signal.aborted) return 'fail-fast'
    if (this.#options.stop?.aborted) return 'asked'
    return this.counts.inspected < this.counts.toInspect ? 'limit' : null
  }

  async finish(): Promise<void> {
    const { roots, catalog, workers, jobs, force = false, shard = null, foldCase = false } = this.#options
    const known = force ? nothingKnown : await knownBelow(catalog, roots, foldCase)
    const steps = walk(roots, { ...this.#options, concurrency: jobs * 2 }, (task) => workers.walk(task))
    const plan = planned(steps, this.counts, { known, force, shard, foldCase, stop: this.#stop })
    const waiting = readAhead(plan, LOOK_AHEAD_FILES, (step) => step.changed.names.length)
    const work = batched(waiting, {
      size: () => this.#taskSize.files,
      limit: this.#options.limit ?? Number.POSITIVE_INFINITY,
      stop: this.#stop,
    })
    const answers = mapConcurrent(work, jobs + 1, (item) => this.#answer(item))
    for await (const answer of readAhead(answers, jobs + 1)) {
      await this.#store(answer)
      this.#options.onProgress?.(this.counts)
    }
  }

  async #answer(item: WorkItem): Promise<{ item: WorkItem; answer: InspectAnswer | null }> {
    if (item.kind === 'failures') return { item, answer: null }
    const { workers, foldCase = false } = this.#options
    const started = performance.now()
    const { locations } = item
    const answer = await workers.inspect({ kind: 'inspect', locations, runId: this.runId, foldCase })
    this.#taskSize.learn(locations.length, performance.now() - started)
    return { item, answer }
  }

  async #store({ item, answer }: { item: WorkItem; answer: InspectAnswer | null }): Promise<void> {
    if (item.kind === 'failures') {
      const seenAtUs = BigInt(Date.now()) * 1000n
      await this.#fail(item.failures.map((failure) => ({ ...failure, byteOffset: null, seenAtUs })))
    }
    if (!answer || item.kind !== 'files') return
    if (answer.batch.fileCount + answer.batch.failures.length > 0) {
      this.#count(await this.#options.catalog.upsertEncoded(answer.batch))
    }
    for (const problem of answer.incomplete) this.incomplete.add(problem)
    this.counts.incomplete += answer.incomplete.length
    this.counts.inspected += item.locations.length
    this.counts.bytes += answer.bytes
    await this.#fail(answer.failures)
  }

  #count(results: readonly UpsertResult[]): void {
    for (const result of results) {
      if (result.status === 'error') this.#problem(result)
      else this.counts[result.status] += 1
    }
  }

  async #fail(failures: readonly CatalogFailure[]): Promise<void> {
    if (failures.length === 0) return
    for (const failure of failures) this.#problem(failure)
    await this.#options.catalog.recordFailures(failures, this.runId)
  }

  #problem({ path, code, message }: IngestProblem): void {
    this.failures.add({ path, code, message })
    this.counts.failed += 1
    if (this.#options.failFast) this.#failFast.abort()
  }
}
