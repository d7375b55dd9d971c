/** A row of `files` as far as finding doubles takes. */
export interface FileKey {
  readonly rowId: bigint
  readonly fileId: string
  readonly normalizedPath: string
  readonly supersededBy: string | null
}

export interface FileRow extends FileKey {
  readonly sizeBytes: bigint | null
  readonly mtimeUs: bigint | null
  readonly etag: string | null
  readonly firstInspectedUs: bigint | null
  readonly lastInspectedUs: bigint | null
  readonly contentDigest: string | null
  readonly latestRows: string | null
}

/** New values of the one row that stays for a file. */
export interface KeptFile extends Omit<FileRow, 'normalizedPath'> {
  /** Rows there were. */
  readonly copies: number
}

interface RepairPlan {
  /** Rows of `files` to remove. */
  readonly doubles: readonly bigint[]
  /** Rows to rewrite. */
  readonly kept: readonly KeptFile[]
}

/** The paths at which a file is stored twice, or that do not have exactly one current file. */
export function pathsToRepair(rows: readonly FileKey[]): string[] {
  const paths: string[] = []
  for (const [path, siblings] of groupBy(rows, (row) => row.normalizedPath)) {
    const ids = new Set(siblings.map((row) => row.fileId))
    const current = siblings.filter((row) => row.supersededBy === null)
    if (ids.size < siblings.length || current.length !== 1) paths.push(path)
  }
  return paths
}

/**
 * What makes every file stand once and every path have one current file. Whoever repairs decides alike: of the rows of
 * one file the one with the lowest row id stays, so repairs that run at once, or see more rows or fewer, never remove
 * the last one; of several current headers at a path the one seen last is current.
 */
export function planRepair(rows: readonly FileRow[]): RepairPlan {
  const doubles: bigint[] = []
  const kept: KeptFile[] = []
  for (const siblings of groupBy(rows, (row) => row.normalizedPath).values()) {
    const files = [...groupBy(siblings, (row) => row.fileId).values()].map(mergeCopies)
    for (const { removed } of files) doubles.push(...removed)
    const current = currentOf(files.map(({ file }) => file))
    for (const { file } of files) {
      const supersededBy = supersededByOf(file, current)
      if (file.copies > 1 || supersededBy !== file.supersededBy) kept.push({ ...file, supersededBy })
    }
  }
  return { doubles, kept }
}

/** A row of a child table: `key` tells rows of one file apart. */
export interface ChildRow {
  readonly rowId: bigint
  readonly fileId: string
  readonly key: string
}

/** Rows of a child table to remove, given how many copies of each file were stored. */
export function childDoubles(rows: readonly ChildRow[], copies: ReadonlyMap<string, number>): bigint[] {
  const doubles: bigint[] = []
  for (const [, same] of groupBy(rows, (row) => `${row.fileId}\0${row.key}`)) {
    const keep = Math.ceil(same.length / (copies.get(same[0]!.fileId) ?? 1))
    const ids = same.map((row) => row.rowId).sort(ascending)
    doubles.push(...ids.slice(keep))
  }
  return doubles
}

function mergeCopies(copies: readonly FileRow[]): { readonly file: KeptFile; readonly removed: bigint[] } {
  const [first, ...others] = [...copies].sort((a, b) => ascending(a.rowId, b.rowId))
  const latest = latestOf(copies)
  const firsts = copies.map((row) => row.firstInspectedUs).filter((time) => time !== null)
  const { fileId, sizeBytes, mtimeUs, etag, lastInspectedUs, supersededBy } = latest
  const file: KeptFile = {
    rowId: first!.rowId,
    fileId,
    sizeBytes,
    mtimeUs,
    etag,
    lastInspectedUs,
    supersededBy,
    firstInspectedUs: firsts.sort(ascending)[0] ?? null,
    contentDigest: first!.contentDigest,
    latestRows: first!.latestRows,
    copies: copies.length,
  }
  return { file, removed: others.map((row) => row.rowId) }
}

function currentOf(files: readonly KeptFile[]): KeptFile {
  const current = files.filter((file) => file.supersededBy === null)
  return latestOf(current.length > 0 ? current : files)
}

function supersededByOf(file: KeptFile, current: KeptFile): string | null {
  if (file.fileId === current.fileId) return null
  return file.supersededBy ?? current.fileId
}

/** Latest sighting; the lower row id when two are equal. */
function latestOf<T extends Pick<FileRow, 'rowId' | 'lastInspectedUs'>>(rows: readonly T[]): T {
  return rows.reduce((best, row) => {
    const difference = (row.lastInspectedUs ?? 0n) - (best.lastInspectedUs ?? 0n)
    return difference > 0n || (difference === 0n && row.rowId < best.rowId) ? row : best
  })
}

function ascending(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group) group.push(item)
    else groups.set(key, [item])
  }
  return groups
}
