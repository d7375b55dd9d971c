/** The DataEngine function for embedding: `init` once, `handler` per event. */

export { type FunctionSettings, functionSettings, type VastSettings } from '../settings/function.ts'
export { readSecrets, type Secrets } from '../settings/secrets.ts'
export { type CloudEvent, readCloudEvents } from './cloud-event.ts'
export { type FunctionContext, init, shutdown } from './context.ts'
export type { EventEndpoints } from './endpoints.ts'
export { handler } from './handler.ts'
export { createMetrics, type EventOutcome, type Metrics } from './metrics.ts'
export type { HandledWork, WorkResult } from './outcome.ts'
export { ElementEvent, type EventKind, FunctionEvent, ScheduleEvent, VastEvent } from './vast-event.ts'
export { planWork, type Work } from './work.ts'
