import { ExrError } from '../errors.ts'

/** CloudEvents attributes by lower-case name, and the payload as parsed JSON. */
export interface CloudEvent {
  readonly attributes: Readonly<Record<string, string>>
  readonly data: unknown
}

export interface EventLimits {
  /** Levels of arrays and objects. Default 64. */
  readonly depth: number
  /** Events of one batch. Default 1,000. */
  readonly events: number
}

const DEFAULT_LIMITS: EventLimits = { depth: 64, events: 1_000 }

/**
 * The events of one HTTP request, in every form that senders use: binary (`ce-` headers), structured, batched,
 * the hybrid of the vendor's command line (`ce-` headers around a body that is the whole envelope again), an
 * envelope without any header, and plain JSON. Ids are opaque text; missing attributes are no error here.
 * Throws ERR_EVENT_INVALID for a body that is not JSON, is too deep, or holds too many events.
 * Source: CloudEvents 1.0, HTTP protocol binding.
 */
export function readCloudEvents(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body: Uint8Array,
  limits: EventLimits = DEFAULT_LIMITS,
): CloudEvent[] {
  const parsed = parseJson(body, limits)
  const fromHeaders = headerAttributes(headers)
  if (Array.isArray(parsed)) {
    if (parsed.length > limits.events) throw invalid(`a batch of ${parsed.length} events, more than ${limits.events}`)
    return parsed.map((item) => fromEnvelope(item) ?? { attributes: fromHeaders, data: item })
  }
  const envelope = fromEnvelope(parsed)
  const id = fromHeaders['id']
  const isHybrid = envelope !== null && (id === undefined || envelope.attributes['id'] === id)
  if (isHybrid) return [{ attributes: { ...fromHeaders, ...envelope.attributes }, data: envelope.data }]
  return [{ attributes: fromHeaders, data: parsed }]
}

function headerAttributes(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const attributes: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase()
    if (!lower.startsWith('ce-') || value === undefined) continue
    attributes[lower.slice(3)] = Array.isArray(value) ? value.join(',') : value
  }
  const traceparent = headers['traceparent']
  if (typeof traceparent === 'string') attributes['traceparent'] ??= traceparent
  return attributes
}

/** Attributes and data of a structured event; null when the value is not one. */
function fromEnvelope(value: unknown): CloudEvent | null {
  if (!isObject(value) || typeof value['specversion'] !== 'string') return null
  const attributes: Record<string, string> = {}
  for (const [name, entry] of Object.entries(value)) {
    if (name === 'data' || name === 'data_base64') continue
    if (typeof entry === 'string' || typeof entry === 'number' || typeof entry === 'boolean') {
      attributes[name.toLowerCase()] = String(entry)
    }
  }
  return { attributes, data: value['data_base64'] === undefined ? value['data'] : decodeBase64(value['data_base64']) }
}

function decodeBase64(value: unknown): unknown {
  if (typeof value !== 'string') throw invalid('a data_base64 member that is not text')
  return parseJson(Buffer.from(value, 'base64'), DEFAULT_LIMITS)
}

function parseJson(body: Uint8Array, limits: EventLimits): unknown {
  if (body.length === 0) return undefined
  refuseDepth(body, limits.depth)
  try {
    return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'))
  } catch (error) {
    throw invalid(`a body that is not JSON (${error instanceof Error ? error.message : error})`, error)
  }
}

const [QUOTE, BACKSLASH, OPEN, CLOSE, OPEN_LIST, CLOSE_LIST] = [...Buffer.from('"\\{}[]')] as [number, ...number[]]

/** Counts brackets outside strings before anything is parsed: deep nesting costs memory and breaks recursion later. */
function refuseDepth(body: Uint8Array, limit: number): void {
  let depth = 0
  let inString = false
  for (let index = 0; index < body.length; index++) {
    const byte = body[index]
    if (inString) {
      if (byte === BACKSLASH) index++
      else if (byte === QUOTE) inString = false
    } else if (byte === QUOTE) inString = true
    else if (byte === OPEN || byte === OPEN_LIST) {
      if (++depth > limit) throw invalid(`JSON nested more than ${limit} levels deep`)
    } else if (byte === CLOSE || byte === CLOSE_LIST) depth--
  }
}

function invalid(found: string, cause?: unknown): ExrError {
  return new ExrError(
    'ERR_EVENT_INVALID',
    `Could not read the event: found ${found}. Send a CloudEvent 1.0 with a JSON body, or plain JSON.`,
    { cause },
  )
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
