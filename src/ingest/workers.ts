import { wantsPixels } from '../inspect/options.ts'
import { CHILD_MEMORY_BYTES } from '../oiio/memory-limit.ts'
import type { HeavyFile, IngestAnswer, IngestTask, IngestTaskSettings } from '../tasks/ingest-task.ts'
import { inspectorsOf } from '../tasks/inspectors.ts'
import { flow } from '../workers/flow.ts'
import { type BatchOutcome, type Isolation, MemoryBudget, openPool } from '../workers/index.ts'
import { workerFile } from '../workers/worker-file.ts'

/** The threads and processes behind a run. */
export interface IngestWorkers {
  /**
   * Answers as they are ready; a file that takes its worker down is an outcome of its own. Files with large headers come
   * last, each once what it takes is free; what an outcome takes is free when the next one is asked for. After `stop`
   * none of them is begun.
   */
  inspect(locations: AsyncIterable<string>, stop: AbortSignal): AsyncIterable<BatchOutcome<string, IngestAnswer>>
  /** May be called twice. */
  close(): Promise<void>
}

/** Files of one task and of one transaction, at first. */
const FILES_PER_TASK = 256
/**
 * Of a run over many, whose headers are read in half a second: of what a transaction costs the writer a tenth less comes to a
 * file, and Ctrl-C is still answered soon (npm run bench ingest).
 */
const MOST_FILES_PER_TASK = 1024

/**
 * Bytes of headers under way in all workers together; they take ten times as much on their way to the catalog. More than
 * that is read with nothing beside it.
 */
const HEADER_BUDGET_BYTES = 64 * 1024 * 1024
/** A worker's part of it at most: what its files take side by side. */
const MOST_GRANT_BYTES = 8 * 1024 * 1024
const LEAST_GRANT_BYTES = 512 * 1024
/** A header says how much it needs only as far as it was read: grants grow by this, so that few files are begun more than twice. */
const GRANT_GROWTH = 4

/** MiB. V8 would let each thread's young objects grow to 48, which costs memory and gains no time. */
const YOUNG_HEAP = { maxYoungGenerationSizeMb: 16 }

/** What a run's workers are told. */
export interface IngestWorkerSettings extends IngestTaskSettings {
  /** Threads at work, the one that stores among them; see `inspectorsOf`. */
  readonly jobs: number
  /** Default `thread`. */
  readonly isolation?: Isolation
  /** Bytes of headers under way in all workers together. Default 64 MiB. */
  readonly headerBudgetBytes?: number
}

/** Starts no worker before there is work for it. */
export function openIngestWorkers({
  jobs,
  isolation,
  headerBudgetBytes = HEADER_BUDGET_BYTES,
  ...settings
}: IngestWorkerSettings): IngestWorkers {
  const inspecting = inspectorsOf(jobs, settings.inspect)
  const grantBytes = Math.max(LEAST_GRANT_BYTES, Math.min(MOST_GRANT_BYTES, headerBudgetBytes / inspecting))
  const inspectors = openPool<IngestTask, IngestAnswer>({
    worker: workerFile('#ingest-worker'),
    workerData: { memoryBytes: CHILD_MEMORY_BYTES, grantBytes, ...settings },
    nameOf: locationOf,
    ...(isolation && { isolation }),
    maxWorkers: inspecting,
    batchSize: FILES_PER_TASK,
    // Pixels take longer by far, and what was decoded is to be stored soon.
    mostAtOnce: wantsPixels(settings.inspect ?? {}) ? FILES_PER_TASK : MOST_FILES_PER_TASK,
    resourceLimits: YOUNG_HEAP,
  })
  const budget = new MemoryBudget(headerBudgetBytes)

  /** Everything there is to know of one heavy file, with its memory reserved until `release`. */
  async function inspectHeavy({ location, neededBytes }: HeavyFile) {
    for (let [granted, needed] = [grantBytes, neededBytes]; ; ) {
      granted = Math.max(granted * GRANT_GROWTH, needed)
      const isAll = granted >= budget.totalBytes
      const release = await budget.reserve(granted)
      const outcomes: BatchOutcome<string, IngestAnswer>[] = []
      for await (const { result } of inspectors.run([{ location, grantBytes: isAll ? null : granted }]))
        outcomes.push({ items: [location], result })
      const [outcome] = outcomes
      const heavy = outcome?.result.ok ? outcome.result.value.heavy[0] : undefined
      if (heavy === undefined) return { outcomes, release }
      release()
      needed = heavy.neededBytes
    }
  }

  async function* inspect(
    locations: AsyncIterable<string>,
    stop: AbortSignal,
  ): AsyncGenerator<BatchOutcome<string, IngestAnswer>> {
    const heavy: HeavyFile[] = []
    for await (const { items, result } of inspectors.run(locations)) {
      if (result.ok) heavy.push(...result.value.heavy)
      const later = new Set(result.ok ? result.value.heavy.map(({ location }) => location) : [])
      yield { items: items.map(locationOf).filter((location) => !later.has(location)), result }
    }
    const begun = until(stop, heavy)
    for await (const { outcomes, release } of flow(begun, inspectHeavy, { window: inspecting, ordered: false })) {
      yield* outcomes
      release()
    }
  }

  return {
    inspect,
    close: () => inspectors.close(),
  }
}

function locationOf(task: IngestTask): string {
  return typeof task === 'string' ? task : task.location
}

function* until<Item>(stop: AbortSignal, items: Iterable<Item>): Generator<Item> {
  for (const item of items) {
    if (stop.aborted) return
    yield item
  }
}
