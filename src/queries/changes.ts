import type { CatalogSql } from '../catalog/catalog.ts'
import { ExrError } from '../errors.ts'
import { normalizePath } from '../inspect/identity.ts'
import { COMPARED, type ComparedTable, compareRows, type Difference } from './compare-rows.ts'
import { dialectOf } from './dialect.ts'

export type { Difference } from './compare-rows.ts'

/** One look at a file: which header was there, and what the file system or the object store said of its bytes. */
export interface Sighting {
  readonly at: string
  readonly fileId: string
  readonly sizeBytes: number | null
  readonly mtime: string | null
  readonly etag: string | null
}

/** What changed at one path. */
export interface FileChange {
  readonly path: string
  readonly frame: number | null
  /** Null for a file that was first seen since. */
  readonly before: Sighting | null
  readonly after: Sighting
  /** When it was removed since; null where it is there, or was removed before. */
  readonly removedAt: string | null
  /** What the headers say differently: none where only bytes changed. */
  readonly differences: readonly Difference[]
}

/** Which sightings are compared. */
export interface ChangesOptions {
  /** The state at this moment, ISO 8601, with the latest; without it, the latest sighting with the last one that was different. */
  readonly since?: string
  readonly signal?: AbortSignal
}

/** Paths whose rows are held together. */
const PAGE = 200

type Row = Readonly<Record<string, unknown>>

/**
 * What changed between two sightings of a file, or of each frame of a sequence (its path with `#` for the digits, as
 * `sequence_key` names it): headers by their rows, which the catalog keeps of superseded ones too, and bytes. Files that
 * did not change are left out. Opens no file. Throws ERR_SOURCE_NOT_FOUND where the catalog knows neither file nor sequence,
 * ERR_OPTION_INVALID for a moment that is none, ERR_FEATURE_UNAVAILABLE where nothing answers SQL.
 */
export async function* changesOf(
  catalog: CatalogSql,
  location: string,
  { since, signal }: ChangesOptions = {},
): AsyncGenerator<FileChange> {
  const sinceMs = since === undefined ? null : Date.parse(since)
  if (Number.isNaN(sinceMs)) {
    throw new ExrError(
      'ERR_OPTION_INVALID',
      `Expected a time such as 2026-01-31T12:00Z for since but received ${since}`,
    )
  }
  const { table, literal, literals } = dialectOf(catalog.dialect)
  const name = literal(normalizePath(location))
  const ask = (sql: string) => rowsOf(catalog, sql, signal)
  const known = await ask(
    `SELECT DISTINCT file_path_normalized AS path FROM ${table('files')}
     WHERE file_path_normalized = ${name} OR sequence_key = ${name} ORDER BY path`,
  )
  if (known.length === 0) {
    throw new ExrError(
      'ERR_SOURCE_NOT_FOUND',
      `Catalog knows no file and no sequence ${location}. See exr-inspector ls <catalog>`,
      {
        details: { path: location },
      },
    )
  }
  for (let start = 0; start < known.length; start += PAGE) {
    const paths = literals(known.slice(start, start + PAGE).map(({ path }) => String(path)))
    const headers = await ask(
      `SELECT file_id, file_path_normalized, file_path, frame_number FROM ${table('files')}
       WHERE file_path_normalized IN ${paths}`,
    )
    const ids = literals(headers.map(({ file_id: id }) => String(id)))
    const sightings = await ask(
      `SELECT file_id, inspected_at, size_bytes, mtime, etag FROM ${table('inspections')} WHERE file_id IN ${ids}
       ORDER BY inspected_at`,
    )
    const removals = await ask(
      `SELECT file_id, max(removed_at) AS removed_at FROM ${table('removals')} WHERE file_id IN ${ids} GROUP BY file_id`,
    )
    const found = planChanges({ headers, sightings, removals }, sinceMs)
    const rows = await readHeaders(catalog, found, signal)
    for (const change of found) {
      const [before, after] = [change.before && rows.get(change.before.fileId), rows.get(change.after.fileId)]
      if (!before || !after || change.before?.fileId === change.after.fileId) {
        yield { ...change, differences: [] }
        continue
      }
      const differences = COMPARED.flatMap((compared) =>
        compareRows(compared, before.get(compared.name) ?? [], after.get(compared.name) ?? []),
      )
      yield { ...change, differences }
    }
  }
}

type Found = Omit<FileChange, 'differences'>

/** Which sightings to compare, of paths at which something changed. */
function planChanges(
  { headers, sightings, removals }: Readonly<Record<'headers' | 'sightings' | 'removals', readonly Row[]>>,
  sinceMs: number | null,
): Found[] {
  const removed = new Map(removals.map((row) => [String(row['file_id']), String(row['removed_at'])]))
  const seen = new Map<string, Sighting[]>()
  const pathOf = new Map(headers.map((row) => [String(row['file_id']), row]))
  for (const row of sightings) {
    const path = String(pathOf.get(String(row['file_id']))?.['file_path_normalized'])
    const list = seen.get(path) ?? []
    list.push(sightingOf(row))
    seen.set(path, list)
  }
  return [...seen.keys()].sort().flatMap((path): Found[] => {
    const all = seen.get(path)!
    const after = all.at(-1)!
    const before =
      sinceMs === null
        ? (all.findLast((sighting) => !isSame(sighting, after)) ?? null)
        : (all.findLast(({ at }) => Date.parse(at) <= sinceMs) ?? null)
    const gone = removed.get(after.fileId)
    const isGone = gone !== undefined && gone >= after.at && (sinceMs === null || Date.parse(gone) > sinceMs)
    const isChanged = before === null ? sinceMs !== null : !isSame(before, after)
    if (!isChanged && !isGone) return []
    const row = pathOf.get(after.fileId)!
    const frame = row['frame_number'] === null ? null : Number(row['frame_number'])
    return [{ path: String(row['file_path']), frame, before, after, removedAt: isGone ? gone : null }]
  })
}

function sightingOf(row: Row): Sighting {
  return {
    at: String(row['inspected_at']),
    fileId: String(row['file_id']),
    sizeBytes: row['size_bytes'] === null ? null : Number(row['size_bytes']),
    mtime: row['mtime'] as string | null,
    etag: row['etag'] as string | null,
  }
}

function isSame(a: Sighting, b: Sighting): boolean {
  return a.fileId === b.fileId && a.sizeBytes === b.sizeBytes && a.mtime === b.mtime && a.etag === b.etag
}

/** The rows of headers that are to be compared, by file and table. */
async function readHeaders(catalog: CatalogSql, found: readonly Found[], signal: AbortSignal | undefined) {
  const compared = found.filter(({ before, after }) => before !== null && before.fileId !== after.fileId)
  const ids = new Set(compared.flatMap(({ before, after }) => [before!.fileId, after.fileId]))
  const rows = new Map([...ids].map((id) => [id, new Map<string, Row[]>()]))
  if (ids.size === 0) return rows
  const { table, literals } = dialectOf(catalog.dialect)
  for (const definition of COMPARED) {
    const query = `SELECT ${columnsOf(definition)} FROM ${table(definition.name)} WHERE file_id IN ${literals([...ids])}`
    const order = definition.key.length > 0 ? ` ORDER BY ${definition.key.join(', ')}` : ''
    for (const row of await rowsOf(catalog, `${query}${order}`, signal)) {
      // What OpenImageIO makes of a header is no change of the header.
      if (definition.name === 'attributes' && row['source'] !== 'exr') continue
      const tables = rows.get(String(row['file_id']))!
      const list = tables.get(definition.name) ?? []
      list.push(row)
      tables.set(definition.name, list)
    }
  }
  return rows
}

function columnsOf({ key, columns }: ComparedTable): string {
  return ['file_id', ...key, ...columns].join(', ')
}

async function rowsOf(catalog: CatalogSql, sql: string, signal: AbortSignal | undefined): Promise<Row[]> {
  const found: Row[] = []
  for await (const row of catalog.sqlRows(sql, signal)) {
    found.push(
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value]),
      ),
    )
  }
  return found
}
