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

/** Inspects batches of files and objects and encodes them for the catalog. */
export default poolTask(async (locations: readonly string[], mark) => {
  const collector = new Collector()
  for await (const result of inspectLocations(locations, { options, s3: settings.s3, mark })) collector.add(result)
  const answer = collector.finish(settings)
  return new Answer(answer, { transfer: transferList(answer.batch) })
}, 'ERR_INTERNAL')
