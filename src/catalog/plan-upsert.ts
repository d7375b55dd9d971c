/** A file of a batch. */
export interface BatchFile {
  readonly fileId: string
  readonly normalizedPath: string
}

/** A row of `files` at one of the batch's paths. */
export interface StoredFile extends BatchFile {
  readonly supersededBy: string | null
}

/** Changes to one row of `files`, stored before or inserted by the same batch. */
export interface FileTouch {
  readonly fileId: string
  /** Sightings to add to `inspection_count`; the batch's first sighting of a new file is counted by its insert. */
  readonly sightings: number
  /** Position in the batch of the latest sighting, or null when the file was not seen. */
  readonly lastSeen: number | null
  readonly supersededBy: string | null
}

export interface UpsertPlan {
  readonly statuses: readonly ('inserted' | 'updated')[]
  /** Positions in the batch of the files to insert, ascending. */
  readonly inserts: readonly number[]
  readonly touches: readonly FileTouch[]
}

interface FileState {
  readonly fileId: string
  supersededBy: string | null
  sightings: number
  lastSeen: number | null
  touched: boolean
}

/**
 * What a batch does to a catalog, sighting by sighting: a key that is not stored is inserted, one that is counts
 * again, and the header seen last at a path is the current one, which supersedes every other that was current there.
 */
export function planUpsert(batch: readonly BatchFile[], stored: readonly StoredFile[]): UpsertPlan {
  const byPath = new Map<string, Map<string, FileState>>()
  for (const file of stored) stateAt(byPath, file.normalizedPath).set(file.fileId, newState(file))
  const inserts: number[] = []
  const statuses = batch.map((file, position) => {
    const siblings = stateAt(byPath, file.normalizedPath)
    const known = siblings.get(file.fileId)
    if (known) seeAgain(known, position)
    else siblings.set(file.fileId, newState({ fileId: file.fileId, supersededBy: null }))
    if (!known) inserts.push(position)
    for (const sibling of siblings.values()) {
      if (sibling.supersededBy !== null || sibling.fileId === file.fileId) continue
      sibling.supersededBy = file.fileId
      sibling.touched = true
    }
    return known ? ('updated' as const) : ('inserted' as const)
  })
  return { statuses, inserts, touches: [...byPath.values()].flatMap(touchesOf) }
}

function stateAt(byPath: Map<string, Map<string, FileState>>, path: string): Map<string, FileState> {
  const known = byPath.get(path)
  if (known) return known
  const siblings = new Map<string, FileState>()
  byPath.set(path, siblings)
  return siblings
}

function newState({ fileId, supersededBy }: Omit<StoredFile, 'normalizedPath'>): FileState {
  return { fileId, supersededBy, sightings: 0, lastSeen: null, touched: false }
}

function seeAgain(state: FileState, position: number): void {
  state.sightings++
  state.lastSeen = position
  state.supersededBy = null
  state.touched = true
}

function touchesOf(siblings: Map<string, FileState>): FileTouch[] {
  return [...siblings.values()]
    .filter((state) => state.touched)
    .map(({ fileId, sightings, lastSeen, supersededBy }) => ({ fileId, sightings, lastSeen, supersededBy }))
}
