import { existsSync, statSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

/**
 * Sets this process's umask so that the files which DuckDB will make for a catalog (itself, its journal, what it puts
 * aside) may be read by whom `mode` allows, or by whom the catalog that is there already allows. DuckDB has no setting of its own
 * and makes a journal at any time, so the umask stays. A thread has no umask to set.
 */
export function setFileMode(path: string, mode: number): void {
  if (!isMainThread) return
  const allowed = existsSync(path) ? statSync(path).mode : mode
  // Folders are entered by whoever may read them.
  process.umask(~(allowed | ((allowed & 0o444) >> 2)) & 0o777)
}
