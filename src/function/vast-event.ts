import { ExrError } from '../errors.ts'
import { type CloudEvent, isObject } from './cloud-event.ts'

/** The kinds of events that VAST DataEngine names; others are passed on as they are. */
export type EventKind = 'Element' | 'Schedule' | 'Function' | 'Manual' | (string & {})

/**
 * One DataEngine event, with the members of the platform's own model. Text members are empty when the event
 * does not carry them; the id is opaque. Source: public samples and logs of the platform.
 */
export class VastEvent {
  readonly id: string
  /** The kind: the word between the vendor prefix and the first dot of the CloudEvents type. */
  readonly type: EventKind
  /** What follows the first dot, such as `ElementCreated`; empty for function events. */
  readonly subtype: string
  readonly source: string
  /** Name of the trigger: everything before the last dot of the source, since names may hold dots. */
  readonly trigger: string
  readonly triggerId: string
  readonly broker: string
  /** Everything after the first dot of the subject: topic names may hold dots. */
  readonly topic: string
  readonly timestamp: string
  readonly version: string
  readonly partitionKey: string
  /** Attributes that CloudEvents does not define, as sent. */
  readonly extensions: Readonly<Record<string, string>>
  readonly data: unknown
  readonly #attributes: Readonly<Record<string, string>>

  constructor(event: CloudEvent) {
    const { attributes, data } = event
    const [type, subtype] = splitAt(withoutVendor(attributes['type'] ?? ''), '.')
    const source = withoutVendor(attributes['source'] ?? '')
    const [broker, topic] = splitAt(withoutVendor(attributes['subject'] ?? ''), '.')
    const dot = source.lastIndexOf('.')
    this.#attributes = attributes
    this.id = attributes['id'] ?? ''
    this.type = type
    this.subtype = subtype
    this.source = source
    this.trigger = dot === -1 ? source : source.slice(0, dot)
    this.triggerId = dot === -1 ? '' : source.slice(dot + 1)
    this.broker = broker
    this.topic = topic
    this.timestamp = attributes['time'] ?? ''
    this.version = attributes['specversion'] ?? ''
    this.partitionKey = attributes['partitionkey'] ?? attributes['elementpath'] ?? ''
    this.extensions = Object.fromEntries(Object.entries(attributes).filter(([name]) => !CORE_ATTRIBUTES.has(name)))
    this.data = data
  }

  /** One attribute by its CloudEvents name, lower case. */
  get(name: string): string | undefined {
    return this.#attributes[name.toLowerCase()]
  }

  getAttributes(): Readonly<Record<string, string>> {
    return this.#attributes
  }

  getData(): unknown {
    return this.data
  }

  /** The W3C `traceparent`; null without one, and for what is none. */
  getTraceparent(): string | null {
    const value = this.get('traceparent') ?? ''
    return TRACEPARENT.test(value) ? value : null
  }

  /** The trace id of `getTraceparent`. */
  getTraceId(): string | null {
    return this.getTraceparent()?.slice(3, 35) ?? null
  }

  /** Throws ERR_EVENT_INVALID when the event is of another kind, as the other casts do. */
  asElementEvent(): ElementEvent {
    return new ElementEvent(this.#cast('Element'))
  }

  asScheduleEvent(): ScheduleEvent {
    return new ScheduleEvent(this.#cast('Schedule'))
  }

  asFunctionEvent(): FunctionEvent {
    return new FunctionEvent(this.#cast('Function'))
  }

  asManualEvent(): VastEvent {
    return new VastEvent(this.#cast('Manual'))
  }

  #cast(kind: EventKind): CloudEvent {
    if (this.type === kind) return { attributes: this.#attributes, data: this.data }
    throw new ExrError(
      'ERR_EVENT_INVALID',
      `Expected an event of kind ${kind} but received ${this.type === '' ? 'one without a type' : this.type}.`,
    )
  }
}

/** Something happened to an object. */
export class ElementEvent extends VastEvent {
  /** Both come from `elementpath` alone, and are null without it. The key may have lost characters in its header. */
  readonly bucket: string | null
  readonly objectKey: string | null

  constructor(event: CloudEvent) {
    super(event)
    const path = event.attributes['elementpath']
    const [bucket, key] = splitAt(path ?? '', '/')
    this.bucket = path === undefined ? null : bucket
    this.objectKey = path === undefined ? null : key
  }
}

/** A timer went off. */
export class ScheduleEvent extends VastEvent {
  readonly cronSchedule: string
  readonly timerElapsedTimestamp: string

  constructor(event: CloudEvent) {
    super(event)
    this.cronSchedule = event.attributes['cronschedule'] ?? ''
    this.timerElapsedTimestamp = event.attributes['timerelapsedtimestamp'] ?? ''
  }
}

/** Another function's result; `data` is what it returned. */
export class FunctionEvent extends VastEvent {
  readonly functionTrigger: string

  constructor(event: CloudEvent) {
    super(event)
    this.functionTrigger = this.source
  }

  override getData(): Record<string, unknown> {
    return isObject(this.data) ? this.data : {}
  }
}

/** Of version 00; later ones may go on after a dash. */
const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(?:-[\x21-\x7e]{0,200})?$/

const CORE_ATTRIBUTES = new Set([
  'id',
  'type',
  'source',
  'subject',
  'time',
  'specversion',
  'datacontenttype',
  'dataschema',
])

function withoutVendor(value: string): string {
  return value.startsWith('vastdata.com:') ? value.slice('vastdata.com:'.length) : value
}

function splitAt(value: string, separator: string): [string, string] {
  const index = value.indexOf(separator)
  return index === -1 ? [value, ''] : [value.slice(0, index), value.slice(index + separator.length)]
}
