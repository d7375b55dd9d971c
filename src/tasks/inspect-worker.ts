import type { TaskResult } from '../errors.ts'
import { HeaderMemory, resolveLimits } from '../header/index.ts'
import { resolveInspectOptions } from '../inspect/options.ts'
import type { Payload } from '../inspect/payload.ts'
import { limitChildMemory } from '../oiio/memory-limit.ts'
import type { S3Settings } from '../source/s3-settings.ts'
import { poolData, poolTask } from '../workers/task.ts'
import { inspectLocations, type Location } from './locations.ts'
import { packResults } from './packed-results.ts'

/** What the worker is told when it starts. */
export interface InspectWorkerData {
  readonly options: unknown
  readonly s3: S3Settings
  /** See `limitChildMemory`. */
  readonly memoryBytes: number
}

const data = poolData() as InspectWorkerData
const options = resolveInspectOptions(data.options)
limitChildMemory('headers')
const memory = new HeaderMemory(resolveLimits(options.limits).channels)

/** Inspects files and objects. Answers with one TaskResult<Payload> per location, packed as text. */
export default poolTask(async (locations: readonly Location[], mark) => {
  const results: TaskResult<Payload>[] = []
  for await (const found of inspectLocations(locations, { options, s3: data.s3, mark, memory })) {
    if ('result' in found) results.push(found.result)
  }
  return packResults(results)
})
