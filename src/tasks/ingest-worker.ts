import { resolveInspectOptions } from '../inspect/options.ts'
import { limitChildMemory } from '../oiio/memory-limit.ts'
import { transferList } from '../tables/index.ts'
import { Answer, poolData, poolTask } from '../workers/task.ts'
import { Collector } from './collector.ts'
import type { IngestTaskSettings } from './ingest-task.ts'
import { inspectLocations } from './locations.ts'

const settings = poolData() as IngestTaskSettings
const options = resolveInspectOptions({ ...settings.inspect, foldCase: settings.foldCase })
limitChildMemory()

/** Inspects batches of files and objects, as many as one answer should hold, and encodes them for the catalog. */
export default poolTask(async (locations: readonly string[], mark) => {
  const collector = new Collector(settings)
  for await (const result of inspectLocations(locations, { options, s3: settings.s3, mark })) {
    collector.add(result)
    if (collector.isFull) break
  }
  const answer = collector.finish()
  return new Answer(answer, { transfer: transferList(answer.batch), itemCount: collector.count })
}, 'ERR_INTERNAL')
