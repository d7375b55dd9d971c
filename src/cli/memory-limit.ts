import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Catalog } from '../catalog/catalog.ts'
import { defaultCatalogMemoryBytes } from '../settings/memory.ts'

/** Beside what DuckDB counts itself: texts that functions build, and this program's own heap. */
const UNCOUNTED_BYTES = 2 ** 30
/** A catalog's memory, and that of the file of an answer. */
const DATABASES = 2

/**
 * Bounds what a query of a person may take: DuckDB counts tables, sorting and lists, but not the texts that `repeat`, `lpad`
 * and `||` build. An allocation beyond the limit fails at once, as an error of the query. Of the whole process, for good, so
 * for commands that do nothing else. Does nothing for catalogs behind a server, and where the system has no `prlimit`.
 */
export function limitQueryMemory({ dialect }: Pick<Catalog, 'dialect'>): void {
  if (dialect.kind !== 'duckdb') return
  try {
    const [, kibibytes] = /^VmSize:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1')) ?? []
    if (kibibytes === undefined) return
    const bytes = Number(kibibytes) * 1024 + DATABASES * defaultCatalogMemoryBytes() + UNCOUNTED_BYTES
    spawnSync('prlimit', [`--pid=${process.pid}`, `--as=${bytes}`], { stdio: 'ignore', timeout: 2000 })
  } catch {
    // Another system: the query runs as before.
  }
}
