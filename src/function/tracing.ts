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
