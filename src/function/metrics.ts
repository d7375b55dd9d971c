import { Counter, Gauge, Histogram, Registry } from 'prom-client'

/** What became of one piece of an event's work; `retry` is what another delivery may cure. */
export type EventOutcome = 'stored' | 'updated' | 'removed' | 'skipped' | 'bad_file' | 'bad_event' | 'retry'

/** Counters of one running function, in Prometheus' own words; `registry.metrics()` is the page. */
export interface Metrics {
  readonly registry: Registry
  /** Pieces of work by what became of them. */
  readonly events: Counter<'outcome'>
  /** Output events by what became of them: sent, refused for good, retry. */
  readonly sink: Counter<'outcome'>
  readonly requests: Counter<'status'>
  readonly sourceRequests: Counter
  readonly sourceBytes: Counter
  /** Seconds by stage: queue, inspect, persist, total. */
  readonly stages: Histogram<'stage'>
  readonly queued: Gauge
  readonly active: Gauge
  /** Bytes of the memory budget, reserved and all there are. */
  readonly reserved: Gauge
  readonly budget: Gauge
  /** Bytes of memory that bodies of requests have reserved. */
  readonly bodies: Gauge
}

/** New counters in a registry of their own, all at zero. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  registry.registerMetric(residentMemory())
  return {
    registry,
    events: new Counter({
      name: 'exr_events_total',
      help: 'Pieces of work by outcome; retry means an answer that asks for another delivery.',
      labelNames: ['outcome'],
      registers,
    }),
    sink: new Counter({
      name: 'exr_sink_events_total',
      help: 'Output events by outcome: sent, refused for good, or retry (the event is to be delivered again).',
      labelNames: ['outcome'],
      registers,
    }),
    requests: new Counter({
      name: 'exr_http_requests_total',
      help: 'Answers by status.',
      labelNames: ['status'],
      registers,
    }),
    sourceRequests: new Counter({ name: 'exr_source_requests_total', help: 'GETs sent to object storage.', registers }),
    sourceBytes: new Counter({ name: 'exr_source_bytes_total', help: 'Bytes read from object storage.', registers }),
    stages: new Histogram({
      name: 'exr_stage_seconds',
      help: 'Time by stage of an event.',
      labelNames: ['stage'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
      registers,
    }),
    queued: new Gauge({ name: 'exr_events_queued', help: 'Events that wait for a place.', registers }),
    active: new Gauge({ name: 'exr_events_active', help: 'Events being worked on.', registers }),
    reserved: new Gauge({
      name: 'exr_memory_reserved_bytes',
      help: 'Memory that work under way has reserved.',
      registers,
    }),
    budget: new Gauge({ name: 'exr_memory_budget_bytes', help: 'Memory that all work may reserve.', registers }),
    bodies: new Gauge({
      name: 'exr_body_reserved_bytes',
      help: 'Memory that bodies of requests have reserved.',
      registers,
    }),
  }
}

/** The standard name, so that dashboards of other programs fit. */
function residentMemory(): Gauge {
  return new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Resident memory of the server, without its workers.',
    registers: [],
    collect() {
      this.set(process.memoryUsage.rss())
    },
  })
}
