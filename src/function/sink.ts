import { request } from 'undici'
import { ExrError } from '../errors.ts'
import type { FunctionSettings } from '../settings/function.ts'
import type { VastEvent } from './vast-event.ts'

/** The platform takes 126 KB an event; headers and envelope need some of it. */
const LARGEST_OUTPUT_BYTES = 100_000

/**
 * Sends a result to the next function of the pipeline, as a binary CloudEvent with the input's id. Results over
 * 100,000 bytes are cut down to their locations and statuses. Throws ERR_SINK when the sink does not take it, and
 * ERR_SINK_REFUSED when it would not take it later either.
 */
export async function sendToSink(
  settings: Pick<FunctionSettings, 'sinkUrl' | 'sinkOverrides' | 'functionName'>,
  event: VastEvent,
  results: readonly object[],
  signal?: AbortSignal,
): Promise<void> {
  if (settings.sinkUrl === null) return
  const attributes: Record<string, string> = {
    specversion: '1.0',
    id: event.id,
    type: 'vastdata.com:Function',
    source: `vastdata.com:${settings.functionName}`,
    subject: `${event.broker}.${event.topic}`,
    ...(event.partitionKey === '' ? {} : { partitionkey: event.partitionKey }),
    ...settings.sinkOverrides,
  }
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  for (const [name, value] of Object.entries(attributes)) headers[`ce-${name}`] = headerText(value)
  const traceparent = event.getTraceparent()
  if (traceparent !== null) headers['traceparent'] = traceparent
  const answer = await request(settings.sinkUrl, {
    method: 'POST',
    headers,
    body: outputBody(results),
    ...(signal === undefined ? {} : { signal }),
  }).catch((error: unknown) => {
    throw new ExrError('ERR_SINK', 'Could not send the result to the next function: the sink does not answer.', {
      cause: error,
    })
  })
  await answer.body.dump()
  const { statusCode } = answer
  if (statusCode < 300) return
  throw new ExrError(
    isPassing(statusCode) ? 'ERR_SINK' : 'ERR_SINK_REFUSED',
    `Could not send the result to the next function: the sink answered ${statusCode}.`,
  )
}

/** Whether the same request may be taken later. */
function isPassing(status: number): boolean {
  return status >= 500 || [408, 425, 429].includes(status)
}

/** JSON of at most 100,000 bytes: whole results, else what fits of them, with a count of the rest. */
export function outputBody(results: readonly object[]): string {
  const whole = JSON.stringify({ results })
  if (Buffer.byteLength(whole) <= LARGEST_OUTPUT_BYTES) return whole
  const kept: object[] = []
  let bytes = 100
  for (const result of results) {
    const size = Buffer.byteLength(JSON.stringify(result)) + 1
    if (bytes + size > LARGEST_OUTPUT_BYTES) break
    bytes += size
    kept.push(result)
  }
  return JSON.stringify({ results: kept, omitted: results.length - kept.length })
}

/**
 * HTTP headers carry printable ASCII; the CloudEvents binding percent-encodes everything else, and `%` itself. Half a
 * surrogate pair has no UTF-8 to encode and becomes U+FFFD.
 */
function headerText(value: string): string {
  return value.toWellFormed().replaceAll(/[^\x21-\x7e]|["%]/gu, (character) => encodeURIComponent(character))
}
