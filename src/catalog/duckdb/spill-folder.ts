import { readdirSync, rmSync } from 'node:fs'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'

let folders = 0

/**
 * Where what does not fit in memory goes. Two that read a file at the same time would write over each other's: every reader has
 * a folder of its own, which DuckDB makes when it needs it and removes in the end.
 */
export function spillFolder(file: string, readOnly: boolean): string {
  return readOnly ? `${readersPrefix(file)}${process.pid}-${++folders}` : `${file}.tmp`
}

/** Removes the folders of readers of this machine that were killed. */
export function removeLeftSpills(file: string): void {
  const prefix = basename(readersPrefix(file))
  for (const name of namesIn(dirname(file))) {
    const pid = name.startsWith(prefix) ? Number(name.slice(prefix.length).split('-')[0]) : Number.NaN
    if (pid > 0 && !isRunning(pid)) rmSync(join(dirname(file), name), { recursive: true, force: true })
  }
}

/** With the machine's name: numbers of processes mean nothing on another that has the file mounted too. */
function readersPrefix(file: string): string {
  return `${file}.tmp-${hostname().replace(/[^\w.]/g, '_')}-`
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
