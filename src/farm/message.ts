import type { BrokerMessage } from '../broker/index.ts'
import { ExrError, type PlainError, toPlainError } from '../errors.ts'
import { badEntries, readEventBatch } from '../function/cloud-event.ts'
import { VastEvent } from '../function/vast-event.ts'
import { planWork, type Work } from '../function/work.ts'

/** What a message asks for. */
export interface MessageWork {
  readonly works: readonly Work[]
  /** Why a part of it, or all, can never be done; null when nothing is wrong with it. */
  readonly poison: PlainError | null
}

/** Objects that one message may name. */
const MOST_WORKS = 1_000
/** Levels of arrays and objects. */
const MOST_DEPTH = 64

/**
 * The work in a message: S3 notifications (bare `Records`), DataEngine events (structured, or binary with `ce_` headers), and
 * lists of work (`{"path": …}`), read as the function reads its requests. `below` are the only places whose files may
 * be named; empty for all. Never throws.
 */
export function readMessage(message: Pick<BrokerMessage, 'value' | 'headers'>, below: readonly string[]): MessageWork {
  const { value, headers } = message
  if (value === null || value.length === 0) return { works: [], poison: null }
  try {
    const { events, bad } = readEventBatch(httpHeaders(headers), value, { depth: MOST_DEPTH, events: MOST_WORKS })
    const works = events.flatMap((event) => planWork(new VastEvent(event)))
    if (works.length > MOST_WORKS) {
      const found = `the message names ${works.length} objects, more than ${MOST_WORKS}. Send fewer in one`
      return { works: [], poison: toPlainError(new ExrError('ERR_EVENT_INVALID', found), 'ERR_EVENT_INVALID') }
    }
    const refused = works.map((work) => refusal(work, below)).find((reason) => reason !== null) ?? null
    const first = bad.length > 0 ? toPlainError(badEntries(bad, events.length), 'ERR_EVENT_INVALID') : refused
    return { works: works.filter((work) => refusal(work, below) === null), poison: first }
  } catch (error) {
    return { works: [], poison: toPlainError(error, 'ERR_EVENT_INVALID') }
  }
}

/** The Kafka binding writes `ce_id` where the HTTP binding has `ce-id`. */
function httpHeaders(headers: ReadonlyMap<string, string>): Record<string, string> {
  const named = [...headers].map(([name, value]) => [name.toLowerCase().replace(/^ce_/, 'ce-'), value])
  return Object.fromEntries(named) as Record<string, string>
}

function refusal(work: Work, below: readonly string[]): PlainError | null {
  if (work.kind === 'skip') return null
  const { target } = work
  if (target.kind === 'path' && !/^(\/|file:\/\/\/)/.test(target.path)) {
    return plain(`the message names ${target.path}, which is no absolute path and no s3:// URL`)
  }
  const locations = target.kind === 'path' ? [target.path] : target.keys.map((key) => `s3://${target.bucket}/${key}`)
  const outside = locations.find((location) => below.length > 0 && !below.some((root) => isBelow(location, root)))
  return outside === undefined ? null : plain(`the message names ${outside}, which is not --below ${below.join(', ')}`)
}

function isBelow(location: string, root: string): boolean {
  if (location.startsWith('s3://')) return location.startsWith(root)
  const folder = root.endsWith('/') ? root : `${root}/`
  const path = location.replace(/^file:\/\//, '')
  return path.startsWith(folder) && !/(^|\/)\.\.(\/|$)|%2e/i.test(path)
}

function plain(found: string): PlainError {
  return { code: 'ERR_EVENT_INVALID', message: `Not done: ${found}.`, details: {} }
}
