/** The DataEngine function for embedding: `init` once, `handler` per event. */
export { type CloudEvent, readCloudEvents } from './cloud-event.ts'
export type { EventEndpoints } from './endpoints.ts'
export { type FunctionContext, type HandledWork, handler, init, shutdown, type WorkResult } from './handler.ts'
export { createMetrics, type EventOutcome, type Metrics } from './metrics.ts'
export { readSecrets, type Secrets } from './secrets.ts'
export { type FunctionSettings, functionSettings, type VastSettings } from './settings.ts'
export { ElementEvent, type EventKind, FunctionEvent, ScheduleEvent, VastEvent } from './vast-event.ts'
export { planWork, type Work } from './work.ts'
