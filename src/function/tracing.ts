import { context, propagation, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api'

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

/** Sends spans to an OTLP collector over HTTP; the SDK is loaded here and nowhere else. */
export async function startTracing(endpoint: string | null, serviceName: string): Promise<Tracing> {
  if (endpoint === null) return noTracing
  const [{ BasicTracerProvider, BatchSpanProcessor }, { OTLPTraceExporter }, { resourceFromAttributes }, hooks, core] =
    await Promise.all([
      import('@opentelemetry/sdk-trace-base'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
      import('@opentelemetry/context-async-hooks'),
      import('@opentelemetry/core'),
    ])
  const url = endpoint.endsWith('/v1/traces') ? endpoint : `${endpoint.replace(/\/$/, '')}/v1/traces`
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName }),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url }))],
  })
  context.setGlobalContextManager(new hooks.AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(new core.W3CTraceContextPropagator())
  return {
    span: (name, attributes, traceparent, work) =>
      inSpan(provider.getTracer('exr-inspector'), name, attributes, traceparent, work),
    close: () => provider.shutdown(),
  }
}

function inSpan<T>(
  tracer: Tracer,
  name: string,
  attributes: Record<string, string>,
  traceparent: string | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const parent = traceparent === undefined ? context.active() : propagation.extract(context.active(), { traceparent })
  const span = tracer.startSpan(name, { attributes }, parent)
  return context.with(trace.setSpan(parent, span), async () => {
    try {
      return await work()
    } catch (error) {
      span.recordException(error instanceof Error ? error : String(error))
      span.setStatus({ code: SpanStatusCode.ERROR })
      throw error
    } finally {
      span.end()
    }
  })
}
