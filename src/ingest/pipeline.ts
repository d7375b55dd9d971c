import type { MutableCounts } from './counts.ts'
import { type FoundFiles, locationOf, type WalkFailure, type WalkStep } from './found.ts'
import { type PlanOptions, planFiles } from './plan.ts'

interface PlanStageOptions extends PlanOptions {
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

interface LocationOptions {
  /** Files at most. */
  readonly limit: number
  /** Ends the stage early, without an error. */
  readonly stop: AbortSignal
  /** Called with what the walk could not read, when the stage comes to it. */
  readonly onFailures: (failures: readonly WalkFailure[]) => void
}

/** Planned steps in, files to open out, one by one. */
export async function* locations(
  steps: AsyncIterable<PlannedStep>,
  { limit, stop, onFailures }: LocationOptions,
): AsyncGenerator<string> {
  let left = limit
  for await (const { changed, failures } of steps) {
    if (failures.length > 0) onFailures(failures)
    for (let index = 0; index < changed.names.length; index++) {
      if (stop.aborted || left <= 0) return
      left -= 1
      yield locationOf(changed, index)
    }
  }
}
