import { randomBytes } from 'node:crypto'
import { accessSync, constants, existsSync, rmSync, statSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { acknowledgedCommit } from './commit-record.ts'

/** A copy of a catalog as its last commit left it. */
export interface Copy {
  readonly path: string
  readonly takenAt: Date
  /** What is known of the last commit; see `acknowledgedCommit`. */
  readonly acknowledged: string | null | undefined
  /** To be called when DuckDB has opened it, or cannot: it reads on without names. May be called twice. */
  remove(): void
}

/** Longer than a tick of any file system's clock: a write after the second look has a later time than one before the first. */
const SETTLED_MS = 30

/**
 * Copies file and journal of a catalog that another process writes, or gives null when it was written meanwhile.
 *
 * A commit only appends to the journal. The file itself changes when the journal is moved into it (and when one transaction
 * brings more rows of a table than fit in memory), before the journal that names what was written. So as long as the file
 * stays as it is, every beginning of its journal, with the file, is what DuckDB finds after a power loss at that
 * moment: all that was committed by then, and nothing else. Copy-on-write file systems share the bytes.
 */
export async function copyState(path: string): Promise<Copy | null> {
  const earlier = identity(path)
  await sleep(SETTLED_MS)
  const before = identity(path)
  if (earlier !== before || existsSync(`${path}.wal.checkpoint`)) return null
  // It says no more than the journal that is copied behind it.
  const acknowledged = acknowledgedCommit(path)
  const journal = statOf(`${path}.wal`)
  const takenAt = new Date()
  const copy = join(folderFor(path), `${basename(path)}.snapshot-${process.pid}-${randomBytes(4).toString('hex')}`)
  const remove = () => {
    for (const name of [copy, `${copy}.wal`]) rmSync(name, { force: true })
  }
  try {
    if (journal) await copyFile(`${path}.wal`, `${copy}.wal`, constants.COPYFILE_FICLONE)
    await copyFile(path, copy, constants.COPYFILE_FICLONE)
    const after = statOf(`${path}.wal`)
    const isSameJournal = journal?.ino === after?.ino && (journal?.size ?? 0) <= (after?.size ?? 0)
    if (identity(path) === before && (journal === undefined || isSameJournal)) {
      return { path: copy, takenAt, acknowledged, remove }
    }
  } catch (error) {
    remove()
    // The journal goes when it has moved into the file.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  remove()
  return null
}

/** Beside the catalog, where bytes may be shared and space is meant for it; elsewhere only where that may not be written. */
function folderFor(path: string): string {
  const folder = dirname(path)
  try {
    accessSync(folder, constants.W_OK)
    return folder
  } catch {
    return tmpdir()
  }
}

/** Changes with every write. */
function identity(path: string): string {
  const { dev, ino, size, mtimeNs } = statSync(path, { bigint: true })
  return [dev, ino, size, mtimeNs].join(' ')
}

function statOf(path: string) {
  return statSync(path, { throwIfNoEntry: false })
}
