import { parseLatestRows } from '../tables/index.ts'
import type { CountedChange } from './plan-upsert.ts'
import { laterSequencer } from './sequencer.ts'

/** What a row of `files` says that can change after it is stored, and what tells which of two says more. */
export interface FileRow {
  readonly fileId: string
  readonly normalizedPath: string
  readonly supersededBy: string | null
  readonly contentDigest: string | null
  readonly latestRows: string | null
  readonly sequencer: string | null
  readonly schemaVersion: number
  readonly firstUs: bigint | null
  readonly lastUs: bigint | null
  readonly sizeBytes: bigint | null
  readonly mtimeUs: bigint | null
  readonly etag: string | null
  /** Its `inspection_count`. */
  readonly count: number
}

/** What becomes of files of another catalog. Positions are those of the files that arrive, ascending. */
export interface AdoptPlan {
  /** Files this catalog does not know. */
  readonly inserts: readonly number[]
  /** Files it knows, and of which the other catalog's rows are newer. */
  readonly replaces: readonly number[]
  /** Of each table whose rows later looks replace: files whose rows there are taken over. */
  readonly latest: ReadonlyMap<string, readonly number[]>
  /** Rows of `files` that say something else from now on. */
  readonly rows: readonly FileRow[]
  readonly changes: readonly CountedChange[]
}

interface Merged {
  readonly stored: FileRow | null
  readonly arriving: FileRow | null
  row: FileRow
}

/**
 * Makes the files of two catalogs one, so that doing it twice changes nothing the second time: a file that only one knows
 * is taken as it is; of one that both know, the sightings of both count, what its header says comes from the newer
 * release and then from the one that saw it last, and so do, table by table, the results of later looks. At each path that both
 * know, the header seen last is the current one. `newSightings` counts those of each file, by its position, that are not stored yet.
 */
export function planAdopt(
  arriving: readonly FileRow[],
  stored: readonly FileRow[],
  newSightings: (position: number) => number,
): AdoptPlan {
  const known = new Map(stored.map((row) => [row.fileId, row]))
  const paths = new Map<string, Map<string, Merged>>()
  const at = (path: string) => paths.get(path) ?? paths.set(path, new Map()).get(path)!
  for (const row of stored) at(row.normalizedPath).set(row.fileId, { stored: row, arriving: null, row })
  const [inserts, replaces]: [number[], number[]] = [[], []]
  const latest = new Map<string, number[]>()
  const take = (table: string, position: number) => {
    const positions = latest.get(table) ?? []
    positions.push(position)
    latest.set(table, positions)
  }
  arriving.forEach((row, position) => {
    const before = known.get(row.fileId) ?? null
    if (before === null) {
      inserts.push(position)
      for (const table of Object.keys(parseLatestRows(row.latestRows))) take(table, position)
      at(row.normalizedPath).set(row.fileId, { stored: null, arriving: row, row })
      return
    }
    const isNewer = saysMore(row, before)
    if (isNewer) replaces.push(position)
    const { json, taken } = latestOf(before, row)
    for (const table of taken) take(table, position)
    const seen = isLater(row.lastUs, before.lastUs) ? row : before
    at(row.normalizedPath).set(row.fileId, {
      stored: before,
      arriving: row,
      row: {
        ...seen,
        supersededBy: before.supersededBy,
        contentDigest: (isNewer ? row : before).contentDigest,
        latestRows: json,
        sequencer: laterSequencer(before.sequencer, row.sequencer),
        firstUs: earlier(before.firstUs, row.firstUs),
        count: before.count + newSightings(position),
      },
    })
  })
  for (const files of paths.values()) settleCurrent([...files.values()])
  const merged = [...paths.values()].flatMap((files) => [...files.values()])
  const written = new Set([...inserts, ...replaces].map((position) => arriving[position]!.fileId))
  const changed = merged.filter(({ stored: before, arriving: other, row }) => {
    return !isSame(written.has(row.fileId) ? other! : before!, row)
  })
  return {
    inserts,
    replaces,
    latest,
    rows: changed.map(({ row }) => row),
    changes: merged
      .filter(({ stored: before, row }) => before === null || !isSame(before, row))
      .map(({ stored: before, row }) => ({ before: before && counted(before), after: counted(row) })),
  }
}

function saysMore(arriving: FileRow, stored: FileRow): boolean {
  if (arriving.contentDigest === null || arriving.contentDigest === stored.contentDigest) return false
  if (arriving.schemaVersion !== stored.schemaVersion) return arriving.schemaVersion > stored.schemaVersion
  return stored.contentDigest === null || isLater(arriving.lastUs, stored.lastUs)
}

/** Of each table the rows of one side: of the one that has any, or that saw the file last. */
function latestOf(stored: FileRow, arriving: FileRow): { json: string | null; taken: string[] } {
  const [before, other] = [parseLatestRows(stored.latestRows), parseLatestRows(arriving.latestRows)]
  const isNewer = isLater(arriving.lastUs, stored.lastUs)
  const taken = Object.entries(other).flatMap(([table, { digest }]) => {
    const there = before[table]
    return there === undefined || (isNewer && there.digest !== digest) ? [table] : []
  })
  if (taken.length === 0) return { json: stored.latestRows, taken }
  return { json: JSON.stringify({ ...before, ...Object.fromEntries(taken.map((name) => [name, other[name]])) }), taken }
}

/** At a path that both catalogs know, one file is current: the one seen last of those that either called current. */
function settleCurrent(files: readonly Merged[]): void {
  const isMet = files.some(({ stored }) => stored !== null) && files.some(({ arriving }) => arriving !== null)
  if (!isMet) return
  const claims = files.filter(
    ({ stored, arriving }) => stored?.supersededBy === null || arriving?.supersededBy === null,
  )
  const current = claims.reduce<Merged | null>((best, file) => {
    if (best === null) return file
    const isTie = file.row.lastUs === best.row.lastUs
    if (isTie) return file.stored?.supersededBy === null && best.stored?.supersededBy !== null ? file : best
    return isLater(file.row.lastUs, best.row.lastUs) ? file : best
  }, null)
  if (current === null) return
  const ids = new Set(files.map(({ row }) => row.fileId))
  for (const file of files) {
    const own = file.row.fileId
    const named = [file.stored?.supersededBy, file.arriving?.supersededBy].find((id) => id && id !== own && ids.has(id))
    file.row = { ...file.row, supersededBy: file === current ? null : (named ?? current.row.fileId) }
  }
}

function isSame(a: FileRow, b: FileRow): boolean {
  return (Object.keys(a) as (keyof FileRow)[]).every((key) => key === 'schemaVersion' || a[key] === b[key])
}

function counted({ supersededBy, contentDigest, latestRows }: FileRow) {
  return { isCurrent: supersededBy === null, contentDigest, latestRows }
}

function isLater(a: bigint | null, b: bigint | null): boolean {
  return a !== null && (b === null || a > b)
}

function earlier(a: bigint | null, b: bigint | null): bigint | null {
  return a !== null && (b === null || a < b) ? a : b
}
