import { loadPart } from '../parts.ts'
import { noTracing, type Tracing } from './tracing.ts'

/**
 * Sends spans to an OTLP collector over HTTP; without an endpoint nothing is loaded. Throws ERR_FEATURE_UNAVAILABLE where
 * OpenTelemetry is not installed.
 */
export async function startTracing(endpoint: string | null, serviceName: string): Promise<Tracing> {
  if (endpoint === null) return noTracing
  const { startOtlpTracing } = await loadPart(() => import('./otlp-tracing.ts'))
  return startOtlpTracing(endpoint, serviceName)
}
