import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'

/**
 * The last commit that was acknowledged, in a file of its own beside the journal: a journal that was cut off takes its
 * rows and all trace of them along, and DuckDB opens what is left without a word. It is written after each commit, so it
 * may be one behind and never ahead, and it goes when the journal has moved into the catalog's file.
 */
function commitRecordPath(path: string): string {
  return `${path}.commit`
}

/** What is known of the last commit: null for nothing although there is a journal, undefined where nothing has to be. */
export function acknowledgedCommit(path: string): string | null | undefined {
  return readCommitRecord(path) ?? (existsSync(`${path}.wal`) ? null : undefined)
}

/** `writer:transactions`; null where there is no record, or none that can be read. */
export function readCommitRecord(path: string): string | null {
  try {
    const text = readFileSync(commitRecordPath(path), 'utf8').trim()
    return /^[0-9a-f-]{36}:\d+$/.test(text) ? text : null
  } catch {
    return null
  }
}

/** The commit is made and safe by now: a record that cannot be written is one behind, which does no harm. */
export function writeCommitRecord(path: string, head: string): void {
  try {
    writeFileSync(commitRecordPath(path), `${head}\n`, { mode: 0o600 })
  } catch {
    // Nothing to do.
  }
}

/** To be called when there is nothing left that it could tell: no journal, or another ledger. */
export function removeCommitRecord(path: string): void {
  rmSync(commitRecordPath(path), { force: true })
}
