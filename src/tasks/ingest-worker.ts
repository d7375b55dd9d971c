import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { HeaderMemory, resolveLimits } from '../header/index.ts'
import { resolveInspectOptions } from '../inspect/options.ts'
import { limitChildMemory } from '../oiio/memory-limit.ts'
import { transferList } from '../tables/index.ts'
import { Answer, poolData, poolTask } from '../workers/task.ts'
import { Collector } from './collector.ts'
import type { IngestTask, IngestTaskSettings } from './ingest-task.ts'
import { inspectLocations } from './locations.ts'

const settings = poolData() as IngestTaskSettings
const options = resolveInspectOptions({ ...settings.inspect, foldCase: settings.foldCase })
limitChildMemory('headers')
const memory = new HeaderMemory(resolveLimits(options.limits).channels)

/** Inspects batches of files and objects, as many as one answer should hold, and encodes them for the catalog. */
export default poolTask(async (tasks: readonly IngestTask[], mark) => {
  const collector = new Collector(settings)
  const locations = tasks.map((task) => (typeof task === 'string' ? task : task.location))
  const [first] = tasks
  // A heavy file is a task by itself.
  const grantBytes = typeof first === 'object' ? first.grantBytes : settings.grantBytes
  const common = { options, s3: settings.s3, mark, grantBytes: grantBytes ?? null, memory }
  for await (const found of inspectLocations(locations, common)) {
    collector.add(found)
    if (collector.isFull) break
  }
  const answer = collector.finish()
  if (typeof first === 'object') collectGarbage()
  return new Answer(answer, { transfer: transferList(answer.batch), itemCount: collector.count })
}, 'ERR_INTERNAL')

/** What a heavy file leaves is some hundred MiB, which V8 would keep until this thread needs it: meanwhile the catalog does. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
}
