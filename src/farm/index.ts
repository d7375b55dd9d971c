/** Work that machines share over a topic: who finds it, and who does it. */

export { type ConsumeCounts, type ConsumeOptions, type ConsumeWatcher, consume } from './consume.ts'
export { type DispatchCounts, type DispatchOptions, type DispatchSummary, dispatch } from './dispatch.ts'
export { type ConsumeMetrics, consumeMetrics } from './metrics.ts'
