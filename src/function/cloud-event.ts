import { ExrError } from '../errors.ts'

/** CloudEvents attributes by lower-case name, and the payload as parsed JSON. */
export interface CloudEvent {
  readonly attributes: Readonly<Record<string, string>>
  readonly data: unknown
}

/** An entry of a batch that is no event. */
export interface BadEntry {
  /** Position in the batch, from 0. */
  readonly index: number
  readonly reason: string
}

/** The events of one request, and the entries of its batch that are none. */
export interface EventBatch {
  readonly events: readonly CloudEvent[]
  readonly bad: readonly BadEntry[]
}

interface EventLimits {
  /** Levels of arrays and objects. Default 64. */
  readonly depth: number
  /** Events of one batch. Default 1,000. */
  readonly events: number
}

type Headers = Readonly<Record<string, string | string[] | undefined>>

const DEFAULT_LIMITS: EventLimits = { depth: 64, events: 1_000 }

/**
 * `readEventBatch` for callers that want all or nothing: throws ERR_EVENT_INVALID, naming the entries, when a batch
 * holds some that are no events.
 */
export function readCloudEvents(
  headers: Headers,
  body: Uint8Array,
  limits: EventLimits = DEFAULT_LIMITS,
): CloudEvent[] {
  const { events, bad } = readEventBatch(headers, body, limits)
  if (bad.length > 0) throw badEntries(bad, events.length)
  return [...events]
}

/**
 * The events of one HTTP request, in every form that senders use: binary (`ce-` headers), structured, batched,
 * the hybrid of the vendor's command line (`ce-` headers around a body that is the whole envelope again), an
 * envelope without any header, and plain JSON. What calls itself a CloudEvent (by its content type or a
 * `specversion`) must be one of version 1.0 with id, source and type; ids are opaque text. Plain JSON needs nothing.
 * Entries of a batch that are no events are named beside those that are. Throws ERR_EVENT_INVALID for a single event
 * that is none, and for a body that is not JSON, is too deep, or holds too many events.
 * Source: CloudEvents 1.0, HTTP protocol binding and JSON format.
 */
export function readEventBatch(headers: Headers, body: Uint8Array, limits: EventLimits = DEFAULT_LIMITS): EventBatch {
  const parsed = parseJson(body, limits)
  const fromHeaders = headerAttributes(headers)
  const form = formOf(headers)
  if (form === 'batch' && !Array.isArray(parsed)) throw invalid('a batch that is not a list')
  if (form === 'structured' && !isObject(parsed)) throw invalid('a structured event that is not an object')
  if (Array.isArray(parsed)) {
    if (parsed.length > limits.events) throw invalid(`a batch of ${parsed.length} events, more than ${limits.events}`)
    return readEntries(parsed, form === 'batch', fromHeaders)
  }
  const envelope = fromEnvelope(parsed)
  const id = fromHeaders['id']
  const isHybrid = envelope !== null && (id === undefined || envelope.attributes['id'] === id)
  if (form === 'structured' && !isHybrid) throw invalid('a structured event without specversion')
  const event = isHybrid
    ? { attributes: { ...fromHeaders, ...envelope.attributes }, data: envelope.data }
    : { attributes: fromHeaders, data: parsed }
  const reason = reasonNoEvent(event)
  if (reason !== null) throw invalid(reason)
  return { events: [withJson(event, limits)], bad: [] }
}

/** ERR_EVENT_INVALID that names the entries, for an answer that the sender keeps with a dead letter. */
export function badEntries(bad: readonly BadEntry[], goodCount: number): ExrError {
  const named = bad.slice(0, 10).map(({ index, reason }) => `entry ${index} is ${reason}`)
  const more = bad.length > named.length ? `, and ${bad.length - named.length} more` : ''
  return new ExrError(
    'ERR_EVENT_INVALID',
    `${bad.length} of ${bad.length + goodCount} entries of the batch are no events: ${named.join('; ')}${more}. The others were taken.`,
  )
}

function readEntries(entries: readonly unknown[], isBatch: boolean, fromHeaders: Record<string, string>): EventBatch {
  const events: CloudEvent[] = []
  const bad: BadEntry[] = []
  for (const [index, entry] of entries.entries()) {
    try {
      const envelope = fromEnvelope(entry)
      const event = envelope ?? { attributes: fromHeaders, data: entry }
      const reason = envelope === null && isBatch ? 'an entry without specversion' : reasonNoEvent(event)
      if (reason === null) events.push(withJson(event, DEFAULT_LIMITS))
      else bad.push({ index, reason })
    } catch (error) {
      bad.push({ index, reason: error instanceof Error ? error.message : String(error) })
    }
  }
  return { events, bad }
}

function formOf(headers: Headers): 'structured' | 'batch' | 'other' {
  const type = String(headers['content-type'] ?? '').toLowerCase()
  if (type.startsWith('application/cloudevents-batch')) return 'batch'
  return type.startsWith('application/cloudevents') ? 'structured' : 'other'
}

/** What is written into logs and becomes headers of the next event; the longest key of an object fits with every byte escaped. */
const CARRIED = ['id', 'source', 'type', 'subject', 'partitionkey', 'elementpath']
const CARRIED_BYTES = 4096

/**
 * Why something that calls itself a CloudEvent is none; null when it is one, or does not call itself so. The length of
 * attributes is limited in any case.
 */
function reasonNoEvent({ attributes }: CloudEvent): string | null {
  for (const name of CARRIED) {
    const bytes = Buffer.byteLength(attributes[name] ?? '')
    if (bytes > CARRIED_BYTES) return `an event whose ${name} has ${bytes} bytes, more than ${CARRIED_BYTES}`
  }
  const version = attributes['specversion']
  if (version === undefined) return null
  if (version !== '1.0') return `an event of CloudEvents ${version}, and only 1.0 is read`
  const missing = ['id', 'source', 'type'].filter((name) => !attributes[name])
  return missing.length === 0 ? null : `an event without ${missing.join(' and ')}`
}

/** Data that was sent as text is read as the JSON it is, if it is. */
function withJson(event: CloudEvent, limits: EventLimits): CloudEvent {
  if (typeof event.data !== 'string' || !/^\s*[[{]/.test(event.data)) return event
  try {
    return { ...event, data: parseJson(Buffer.from(event.data), limits) }
  } catch {
    return event
  }
}

function headerAttributes(headers: Headers): Record<string, string> {
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
