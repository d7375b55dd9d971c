import { isObject } from './cloud-event.ts'
import { keyCandidates } from './object-key.ts'
import type { VastEvent } from './vast-event.ts'

/** What one event asks for. */
export type Work =
  | { readonly kind: 'inspect'; readonly target: Target; readonly toggles: Readonly<Record<string, unknown>> }
  | { readonly kind: 'remove'; readonly target: ObjectTarget; readonly removedAt: string }
  | { readonly kind: 'skip'; readonly reason: string }

export interface ObjectTarget {
  readonly kind: 'object'
  readonly bucket: string
  /** Most likely first; never empty. */
  readonly keys: readonly string[]
}

export type Target = ObjectTarget | { readonly kind: 'path'; readonly path: string }

const SUFFIX = /\.(exr|sxr|mxr|dxr)$/i

/** Names under which senders put the parts of a location. */
const BUCKET_NAMES = ['bucket', 's3_bucket', 's3Bucket', 'bucket_name']
const KEY_NAMES = ['key', 's3_key', 's3Key', 'object_key', 'objectKey']
const PATH_NAMES = ['path', 'file_path', 'filePath', 'uri', 'url', 'location']

/**
 * The work in one event, one entry per distinct object. An event without a usable location, of a kind that is not
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
      return [forObject(event.subtype, bucket, keyCandidates(objectKey, null), event.timestamp, toggles)]
  }
  const path = firstText(nested, PATH_NAMES)
  if (path !== undefined) return [forPath(path, toggles)]
  const [bucket, key] = [firstText(nested, BUCKET_NAMES), firstText(nested, KEY_NAMES)]
  if (bucket !== undefined && key !== undefined) return [forObject('', bucket, [key], event.timestamp, toggles)]
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
  return forObject(name, bucket, keys, time, toggles)
}

function forObject(
  eventName: string,
  bucket: string,
  keys: readonly string[],
  time: string,
  toggles: Record<string, unknown>,
): Work {
  if (keys.length === 0) return { kind: 'skip', reason: 'the event names no key' }
  if (!keys.some((key) => SUFFIX.test(key))) return { kind: 'skip', reason: `not an EXR by its name: ${keys[0]}` }
  const target: ObjectTarget = { kind: 'object', bucket, keys }
  if (/ObjectRemoved|ElementDeleted|ElementRemoved/.test(eventName)) return { kind: 'remove', target, removedAt: time }
  if (/Tag/.test(eventName)) return { kind: 'skip', reason: 'tags are not part of a file' }
  return { kind: 'inspect', target, toggles }
}

function forPath(path: string, toggles: Record<string, unknown>): Work {
  const s3 = /^s3:\/\/([^/]+)\/(.+)$/s.exec(path)
  if (s3) return forObject('', s3[1] ?? '', [s3[2] ?? ''], '', toggles)
  return { kind: 'inspect', target: { kind: 'path', path }, toggles }
}

/** The same object named twice in one event is one piece of work. */
function deduplicate(works: readonly Work[]): Work[] {
  const seen = new Set<string>()
  return works.filter((work) => {
    const identity = work.kind === 'skip' ? work.reason : `${work.kind} ${JSON.stringify(work.target)}`
    if (seen.has(identity)) return false
    seen.add(identity)
    return true
  })
}

function firstText(object: Record<string, unknown>, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = object[name]
    if (typeof value === 'string' && value !== '') return value
  }
  return undefined
}
