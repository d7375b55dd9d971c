import type { IngestProblem, MutableCounts } from './counts.ts'
import { type FoundFiles, locationOf, type WalkFailure, type WalkStep } from './found.ts'
import { type PlanOptions, planFiles } from './plan.ts'

export interface PlanStageOptions extends PlanOptions {
  /** Ends the stage early, without an error. */
  readonly stop: AbortSignal
}

/** Either files to open, or locations the walk could not read. */
export interface PlannedStep {
  readonly changed: FoundFiles
  readonly failures: readonly WalkFailure[]
}

/** Walk steps in, what is to be done out; counts what is passed over. */
export async function* planned(
  steps: AsyncIterable<WalkStep>,
  counts: MutableCounts,
  options: PlanStageOptions,
): AsyncGenerator<PlannedStep> {
  for await (const step of steps) {
    if (options.stop.aborted) return
    const plan = planFiles(step.files, options)
    counts.found += step.files.names.length - plan.elsewhere
    counts.unchanged += plan.unchanged
    counts.elsewhere += plan.elsewhere
    counts.skippedLinks += step.skippedLinks
    counts.toInspect += plan.changed.names.length
    if (plan.changed.names.length > 0 || step.failures.length > 0) {
      yield { changed: plan.changed, failures: step.failures }
    }
  }
  counts.walkEnded = true
}

/** Locations for one task of a worker, or problems of the walk on their way to the catalog. */
export type WorkItem =
  | { readonly kind: 'files'; readonly locations: readonly string[] }
  | { readonly kind: 'failures'; readonly failures: readonly IngestProblem[] }

export interface BatchOptions {
  /** Files of the next task; asked again for each. */
  readonly size: () => number
  /** Files at most in all. */
  readonly limit: number
  /** Ends the stage early, without an error. */
  readonly stop: AbortSignal
}

/** Planned steps in, tasks of even size out, whatever the directories' sizes. */
export async function* batched(steps: AsyncIterable<PlannedStep>, options: BatchOptions): AsyncGenerator<WorkItem> {
  let locations: string[] = []
  let left = options.limit
  for await (const { changed, failures } of steps) {
    if (options.stop.aborted) return
    if (failures.length > 0) yield { kind: 'failures', failures }
    for (let index = 0; index < changed.names.length && left > 0; index++) {
      locations.push(locationOf(changed, index))
      left -= 1
      if (locations.length >= options.size()) {
        if (options.stop.aborted) return
        yield { kind: 'files', locations }
        locations = []
      }
    }
    if (left === 0) break
  }
  if (locations.length > 0 && !options.stop.aborted) yield { kind: 'files', locations }
}
