import { totalmem } from 'node:os'

const MIB = 2 ** 20

/** What an embedded catalog may keep in memory when nobody says: an eighth of what there is, 64 MiB to 512 MiB. */
export function defaultCatalogMemoryBytes(): number {
  return Math.min(512 * MIB, Math.max(64 * MIB, Math.floor(memoryLimitBytes() / 8)))
}

/**
 * The same for a catalog that is opened to write: 256 MiB at most. Workers that read files stand beside it, and all
 * together are to stay within 1 GiB on a machine of any size.
 */
export function defaultWriterMemoryBytes(): number {
  return Math.min(256 * MIB, defaultCatalogMemoryBytes())
}

/** Memory this process and its children may use together: the control group's limit where there is one, else the machine's. */
export function memoryLimitBytes(): number {
  const limit = process.constrainedMemory?.() ?? 0
  // Without a limit the system answers 0, or a number no machine has.
  return limit > 0 && limit < totalmem() ? limit : totalmem()
}
