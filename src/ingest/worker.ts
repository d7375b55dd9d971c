import { transferList } from '../arrow/encoded.ts'
import { Answer, poolData, poolTask } from '../workers/index.ts'
import { inspectBatch } from './inspect-batch.ts'
import type { InspectSettings } from './tasks.ts'

const settings = poolData() as InspectSettings

/** Thread that inspects batches of files and encodes them for the catalog. */
export default poolTask(async (locations: readonly string[]) => {
  const answer = await inspectBatch(locations, settings)
  return new Answer(answer, { transfer: transferList(answer.batch) })
}, 'ERR_INTERNAL')
