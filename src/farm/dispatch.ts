import { type BrokerSettings, GroupReader, MOST_VALUE_BYTES, type NewMessage, Publisher } from '../broker/index.ts'
import { locationOf, type WalkFailure } from '../ingest/found.ts'
import { neighbourKey } from '../ingest/shard.ts'
import type { WalkRootsOptions } from '../ingest/walk-roots.ts'
import { startWalk } from '../ingest/walkers.ts'
import { forgetful, openDispatchState } from './dispatch-state.ts'

/** What to look for, and where it is told. */
export interface DispatchOptions extends Omit<WalkRootsOptions, 'signal' | 'concurrency' | 'shallow' | 'startAfter'> {
  readonly broker: BrokerSettings
  /** Must be there. */
  readonly topic: string
  /** Files, directories, patterns and `s3://bucket/prefix` URLs. */
  readonly roots: readonly string[] | AsyncIterable<string>
  /** Threads that walk. */
  readonly jobs: number
  /** File that keeps what is on the topic: the same call goes on from there. Null for none. */
  readonly statePath: string | null
  /** Finish what was begun, and end: no error. */
  readonly stop: AbortSignal
  readonly onProgress?: (counts: DispatchCounts) => void
}

/** What the library's `dispatch` must be told, and what it may be. */
export type DispatchCallOptions = Pick<DispatchOptions, 'broker' | 'topic'> &
  Partial<Omit<DispatchOptions, 'broker' | 'topic' | 'roots'>>

/** What a dispatch found. */
export interface DispatchCounts {
  readonly found: number
  readonly published: number
  /** Published by an earlier run, and unchanged since. */
  readonly known: number
  readonly skippedLinks: number
}

/** What it came to. */
export interface DispatchSummary extends DispatchCounts {
  readonly failures: readonly WalkFailure[]
  readonly isStopped: boolean
}

/** Messages of one request. */
const SEND_MESSAGES = 500

/**
 * Walks roots once and puts the location of every file on a topic, for `consume`: `{"path": …}`, with what the frames of a sequence have
 * in common as its key, so that one member of the group sees neighbours. Nothing of a file is read. A run that was
 * ended, by whatever, goes on from its state: a folder that was not published whole is published again.
 * Throws ERR_BROKER*, ERR_OPTION_INVALID for a state of another topic.
 */
export async function dispatch(options: DispatchOptions): Promise<DispatchSummary> {
  const { broker, topic, roots, jobs, statePath, stop, onProgress } = options
  await GroupReader.topicId(broker, topic)
  const state = statePath === null ? forgetful : openDispatchState(statePath, topic)
  const publisher = await Publisher.open(broker)
  const walk = startWalk(roots, { ...options, jobs })
  const counts = { found: 0, published: 0, known: 0, skippedLinks: 0 }
  const failures: WalkFailure[] = []
  try {
    for await (const { files, failures: lost, skippedLinks } of walk.steps) {
      if (stop.aborted) break
      failures.push(...lost)
      counts.skippedLinks += skippedLinks
      counts.found += files.names.length
      if (files.names.length === 0) continue
      if (state.has(files)) counts.known += files.names.length
      else {
        const messages = files.names.map((_, index) => messageOf(locationOf(files, index)))
        for (let start = 0; start < messages.length; start += SEND_MESSAGES) {
          await publisher.send(topic, messages.slice(start, start + SEND_MESSAGES))
        }
        state.add(files)
        counts.published += messages.length
      }
      onProgress?.(counts)
    }
  } finally {
    await publisher.close()
    await walk.end()
    state.close()
  }
  return { ...counts, failures, isStopped: stop.aborted }
}

function messageOf(location: string): NewMessage {
  const key = Buffer.from(neighbourKey(location)).subarray(0, MOST_VALUE_BYTES)
  return { key, value: Buffer.from(JSON.stringify({ path: location })) }
}
