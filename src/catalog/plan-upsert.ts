import { type CheckDepth, isDeeper } from '../inspect/check-depth.ts'
import { isWider } from '../inspect/limit-reached.ts'
import { parseLatestRows } from '../tables/index.ts'
import { laterSequencer } from './sequencer.ts'

/** A file of a batch. */
export interface BatchFile {
  readonly fileId: string
  readonly normalizedPath: string
  /** What the digests of its row cover; left out where none are kept. */
  readonly contentDigest?: string | null
  readonly latestRows?: string | null
  /** Size, time and tag of its bytes: those of another sighting are equal when the bytes were the same, as far as anyone can tell. */
  readonly bytes?: string
  /** Of the rows the batch has for it. */
  readonly schemaVersion?: number
  /** Of the last event about it; left out and null where none said one. */
  readonly sequencer?: string | null
  /** How far its chunks were looked at. */
  readonly checkDepth?: CheckDepth | null
  /** Limits that kept part of it unread. */
  readonly limitReached?: string | null
}

/** A row of `files` at one of the batch's paths. */
export interface StoredFile extends BatchFile {
  readonly supersededBy: string | null
  /** Its `inspection_count`. */
  readonly count?: number
  readonly firstInspectedUs?: bigint | null
  readonly lastInspectedUs?: bigint | null
}

/** Changes to one row of `files`, stored before or inserted by the same batch. */
export interface FileTouch {
  readonly fileId: string
  /** Sightings to add to `inspection_count`; the batch's first sighting of a new file is counted by its insert. */
  readonly sightings: number
  /** Position in the batch of the latest sighting, or null when the file was not seen. */
  readonly lastSeen: number | null
  readonly supersededBy: string | null
  readonly latestRows: string | null
  readonly sequencer: string | null
  /** The row that the file's new one takes the place of; null where the row stays. */
  readonly replaces: StoredFile | null
}

/** What the ledger counts of one row of `files`. */
export interface CountedFile {
  readonly isCurrent: boolean
  /** Null for a row of a release that kept none: it is not counted. */
  readonly contentDigest: string | null
  readonly latestRows: string | null
}

/** One row of `files` before and after a batch; null where there is none. */
export interface CountedChange {
  readonly before: CountedFile | null
  readonly after: CountedFile | null
}

/** What a batch does to the rows of `files`. */
export interface UpsertPlan {
  readonly statuses: readonly ('inserted' | 'updated' | 'refreshed')[]
  /** Positions in the batch of the files to insert, ascending. */
  readonly inserts: readonly number[]
  /** Positions of the files whose rows take the place of stored ones, ascending. */
  readonly refreshes: readonly number[]
  readonly touches: readonly FileTouch[]
  /** For the ledger: every row that is new, replaced or changed in what it counts. */
  readonly changes: readonly CountedChange[]
}

interface FileState {
  readonly stored: StoredFile | null
  readonly fileId: string
  supersededBy: string | null
  contentDigest: string | null
  latestRows: string | null
  sequencer: string | null
  sightings: number
  lastSeen: number | null
  refreshedAt: number | null
  touched: boolean
}

/**
 * What a batch does to a catalog, sighting by sighting: a key that is not stored is inserted, one that is counts
 * again, and the header seen last at a path is the current one, which supersedes every other that was current there.
 * Rows of a file are replaced when an older release wrote them, or when its bytes have changed since or were looked at
 * less far or within lower limits, and the new rows say something else.
 */
export function planUpsert(batch: readonly BatchFile[], stored: readonly StoredFile[]): UpsertPlan {
  const byPath = new Map<string, Map<string, FileState>>()
  for (const file of stored) stateAt(byPath, file.normalizedPath).set(file.fileId, storedState(file))
  const inserts: number[] = []
  const statuses = batch.map((file, position) => {
    const siblings = stateAt(byPath, file.normalizedPath)
    const known = siblings.get(file.fileId)
    if (known) seeAgain(known, file, position)
    else siblings.set(file.fileId, newState(file))
    if (!known) inserts.push(position)
    for (const sibling of siblings.values()) {
      if (sibling.supersededBy !== null || sibling.fileId === file.fileId) continue
      sibling.supersededBy = file.fileId
      sibling.touched = true
    }
    if (!known) return 'inserted' as const
    return known.refreshedAt === position ? ('refreshed' as const) : ('updated' as const)
  })
  const states = [...byPath.values()].flatMap((siblings) => [...siblings.values()])
  return {
    statuses,
    inserts,
    refreshes: states.flatMap(({ refreshedAt }) => refreshedAt ?? []).sort((a, b) => a - b),
    touches: states.filter(({ touched }) => touched).map(touchOf),
    changes: states.filter(({ touched, stored }) => touched || stored === null).map(changeOf),
  }
}

function stateAt(byPath: Map<string, Map<string, FileState>>, path: string): Map<string, FileState> {
  const known = byPath.get(path)
  if (known) return known
  const siblings = new Map<string, FileState>()
  byPath.set(path, siblings)
  return siblings
}

function newState({ fileId, contentDigest = null, latestRows = null, sequencer = null }: BatchFile): FileState {
  const nothing = { stored: null, supersededBy: null, sightings: 0, lastSeen: null, refreshedAt: null, touched: false }
  return { ...nothing, fileId, contentDigest, latestRows, sequencer }
}

function storedState(stored: StoredFile): FileState {
  return { ...newState(stored), stored, supersededBy: stored.supersededBy }
}

function seeAgain(state: FileState, file: BatchFile, position: number): void {
  state.sightings++
  state.lastSeen = position
  state.supersededBy = null
  state.touched = true
  state.latestRows = withLatest(state.latestRows, file.latestRows ?? null)
  state.sequencer = laterSequencer(state.sequencer, file.sequencer ?? null)
  if (state.stored === null || !isOutdated(state.stored, state, file)) return
  state.refreshedAt = position
  state.contentDigest = file.contentDigest ?? null
}

function isOutdated(stored: StoredFile, { contentDigest }: FileState, file: BatchFile): boolean {
  if (file.schemaVersion === undefined || contentDigest === file.contentDigest) return false
  const isDeeperNow = file.checkDepth ? isDeeper(file.checkDepth, stored.checkDepth ?? 'none') : false
  const saysMore = isDeeperNow || isWider(file.limitReached ?? null, stored.limitReached ?? null)
  return (stored.schemaVersion ?? 0) < file.schemaVersion || stored.bytes !== file.bytes || saysMore
}

/** The tables that a sighting brings rows of take the place of those of before. */
export function withLatest(before: string | null, added: string | null): string | null {
  if (before === null || added === null) return added ?? before
  return JSON.stringify({ ...parseLatestRows(before), ...parseLatestRows(added) })
}

function touchOf(state: FileState): FileTouch {
  const { fileId, sightings, lastSeen, supersededBy, latestRows, sequencer, stored, refreshedAt } = state
  const replaces = refreshedAt === null ? null : stored
  // The row that takes another's place counts itself once.
  const counted = replaces === null ? 0 : (replaces.count ?? 1) - 1
  return { fileId, sightings: sightings + counted, lastSeen, supersededBy, latestRows, sequencer, replaces }
}

function changeOf({ stored, supersededBy, contentDigest, latestRows }: FileState): CountedChange {
  const before = stored && {
    isCurrent: stored.supersededBy === null,
    contentDigest: stored.contentDigest ?? null,
    latestRows: stored.latestRows ?? null,
  }
  return { before, after: { isCurrent: supersededBy === null, contentDigest, latestRows } }
}
