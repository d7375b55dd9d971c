import { loadPart } from '../parts.ts'

/** Spans around work; without a collector every call is the API's own no-op. */
export interface Tracing {
  /** Runs `work` in a span that continues the trace of `traceparent`, if there is one. */
  span<T>(
    name: string,
    attributes: Record<string, string>,
    traceparent: string | undefined,
    work: () => Promise<T>,
  ): Promise<T>
  close(): Promise<void>
}

export const noTracing: Tracing = { span: (_name, _attributes, _traceparent, work) => work(), close: async () => {} }

/**
 * Sends spans to an OTLP collector over HTTP; without an endpoint nothing is loaded. Throws ERR_FEATURE_UNAVAILABLE where
 * OpenTelemetry is not installed.
 */
export async function startTracing(endpoint: string | null, serviceName: string): Promise<Tracing> {
  if (endpoint === null) return noTracing
  const { startOtlpTracing } = await loadPart(() => import('./otlp-tracing.ts'))
  return startOtlpTracing(endpoint, serviceName)
}
