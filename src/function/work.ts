import { isEarlier } from '../catalog/sequencer.ts'
import { isObject } from './cloud-event.ts'
import { keyCandidates } from './object-key.ts'
import { nameOf, type ObjectTarget, type Target } from './target.ts'
import type { VastEvent } from './vast-event.ts'

/** What one event asks for. */
export type Work = InspectWork | RemoveWork | { readonly kind: 'skip'; readonly reason: string }

export interface InspectWork {
  readonly kind: 'inspect'
  readonly target: Target
  readonly toggles: Readonly<Record<string, unknown>>
  /** The store's own number of the event, hexadecimal: larger is later for one object. */
  readonly sequencer?: string
}

export interface RemoveWork {
  readonly kind: 'remove'
  readonly target: ObjectTarget
  /** As the event says, which nothing has checked; empty when it does not. */
  readonly removedAt: string
  readonly sequencer?: string
}

const SUFFIX = /\.(exr|sxr|mxr|dxr)$/i

/** Names under which senders put the parts of a location. */
const BUCKET_NAMES = ['bucket', 's3_bucket', 's3Bucket', 'bucket_name']
const KEY_NAMES = ['key', 's3_key', 's3Key', 'object_key', 'objectKey']
const PATH_NAMES = ['path', 'file_path', 'filePath', 'uri', 'url', 'location']

/**
 * The work in one event, one entry per distinct object; of several records about an object the one that the store
 * numbered last. An event without a usable location, of a kind that is not
 * about objects, or about another kind of file is a `skip` with its reason: none of these is an error.
 */
export function planWork(event: VastEvent): Work[] {
  const data = isObject(event.data) ? event.data : {}
  const nested = isObject(data['data']) ? data['data'] : data
  const toggles = isObject(data['config']) ? { ...nested, ...data['config'] } : nested
  const records = recordsIn(data) ?? recordsIn(nested)
  if (records !== null && records.length > 0)
    return deduplicate(records.map((record) => fromRecord(event, record, toggles)))
  if (event.type === 'Schedule')
    return [{ kind: 'skip', reason: 'a timer names no object; use a scan of the bucket instead' }]
  if (event.type === 'Element') {
    const { bucket, objectKey } = event.asElementEvent()
    if (bucket !== null)
      return [
        forObject({
          eventName: event.subtype,
          bucket,
          keys: keyCandidates(objectKey, null),
          time: event.timestamp,
          toggles,
        }),
      ]
  }
  const path = firstText(nested, PATH_NAMES)
  if (path !== undefined) return [forPath(path, toggles)]
  const [bucket, key] = [firstText(nested, BUCKET_NAMES), firstText(nested, KEY_NAMES)]
  if (bucket !== undefined && key !== undefined)
    return [forObject({ eventName: '', bucket, keys: [key], time: event.timestamp, toggles })]
  return [{ kind: 'skip', reason: 'the event names no object' }]
}

function recordsIn(data: Record<string, unknown>): unknown[] | null {
  return Array.isArray(data['Records']) ? data['Records'] : null
}

function fromRecord(event: VastEvent, record: unknown, toggles: Record<string, unknown>): Work {
  const s3 = isObject(record) && isObject(record['s3']) ? record['s3'] : {}
  const object = isObject(s3['object']) ? s3['object'] : {}
  const bucketInfo = isObject(s3['bucket']) ? s3['bucket'] : {}
  const element = event.type === 'Element' ? event.asElementEvent() : null
  const bucket = firstText(bucketInfo, ['name']) ?? element?.bucket ?? undefined
  const keys = keyCandidates(element?.objectKey ?? null, firstText(object, ['key']) ?? null)
  if (bucket === undefined || keys.length === 0) return { kind: 'skip', reason: 'the record names no object' }
  const name = isObject(record) ? String(record['eventName'] ?? event.subtype) : event.subtype
  const time = isObject(record) ? String(record['eventTime'] ?? event.timestamp) : event.timestamp
  const number = object['sequencer']
  const sequencer = typeof number === 'string' && /^[0-9a-f]+$/i.test(number) ? number : undefined
  return forObject({ eventName: name, bucket, keys, time, toggles, sequencer })
}

interface ObjectEvent {
  readonly eventName: string
  readonly bucket: string
  readonly keys: readonly string[]
  readonly time: string
  readonly toggles: Record<string, unknown>
  readonly sequencer?: string | undefined
}

function forObject({ eventName, bucket, keys, time, toggles, sequencer }: ObjectEvent): Work {
  if (keys.length === 0) return { kind: 'skip', reason: 'the event names no key' }
  if (!keys.some((key) => SUFFIX.test(key))) return { kind: 'skip', reason: `not an EXR by its name: ${keys[0]}` }
  const target: ObjectTarget = { kind: 'object', bucket, keys }
  const order = sequencer === undefined ? {} : { sequencer }
  if (/ObjectRemoved|ElementDeleted|ElementRemoved/.test(eventName)) {
    return { kind: 'remove', target, removedAt: time, ...order }
  }
  if (/Tag/.test(eventName)) return { kind: 'skip', reason: 'tags are not part of a file' }
  return { kind: 'inspect', target, toggles, ...order }
}

function forPath(path: string, toggles: Record<string, unknown>): Work {
  const s3 = /^s3:\/\/([^/]+)\/(.+)$/s.exec(path)
  if (s3) return forObject({ eventName: '', bucket: s3[1] ?? '', keys: [s3[2] ?? ''], time: '', toggles })
  return { kind: 'inspect', target: { kind: 'path', path }, toggles }
}

/** The same object named twice in one event is one piece of work, and of numbered ones the last. */
function deduplicate(works: readonly Work[]): Work[] {
  const latest = new Map<string, string>()
  for (const work of works) {
    const [object, sequencer] = [numberedObject(work), work.kind === 'skip' ? undefined : work.sequencer]
    if (object === null || sequencer === undefined) continue
    const known = latest.get(object)
    if (known === undefined || isEarlier(known, sequencer)) latest.set(object, sequencer)
  }
  const seen = new Set<string>()
  return works.filter((work) => {
    const object = numberedObject(work)
    const last = object === null ? undefined : latest.get(object)
    if (work.kind !== 'skip' && work.sequencer && last !== undefined && isEarlier(work.sequencer, last)) return false
    const identity = work.kind === 'skip' ? work.reason : `${work.kind} ${JSON.stringify(work.target)}`
    if (seen.has(identity)) return false
    seen.add(identity)
    return true
  })
}

function numberedObject(work: Work): string | null {
  return work.kind === 'skip' || work.target.kind === 'path' ? null : nameOf(work.target)
}

function firstText(object: Record<string, unknown>, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = object[name]
    if (typeof value === 'string' && value !== '') return value
  }
  return undefined
}
