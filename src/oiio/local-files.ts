import { addon } from './addon.ts'
import { nativeStatus } from './index.ts'

/** A regular file that native code opened, and its first bytes. Whoever has it closes it; the end of a worker does too. */
export interface OpenedFile {
  readonly descriptor: number
  readonly sizeBytes: number
  readonly mtimeNs: bigint
  /** A view of memory that the next call overwrites. */
  readonly start: Uint8Array
}

const FACTS = 4
let isThere: boolean | undefined

/** Of `openLocalFiles`; allocated once. */
let buffer = new Uint8Array(0)
let facts = new BigInt64Array(0)

/**
 * Opens files and reads the first `eachBytes` of each, in a third of the time that calls from JavaScript take. Null for one that
 * cannot be opened or read, or is not a regular file: opening it again says why. Null for all without the addon.
 */
export function openLocalFiles(paths: readonly (string | Uint8Array)[], eachBytes: number): (OpenedFile | null)[] {
  isThere ??= nativeStatus().ok
  if (!isThere) return paths.map(() => null)
  if (buffer.length < paths.length * eachBytes) buffer = new Uint8Array(paths.length * eachBytes)
  if (facts.length < paths.length * FACTS) facts = new BigInt64Array(paths.length * FACTS)
  addon().openFiles(paths, buffer, eachBytes, facts)
  return paths.map((_, index) => {
    const fact = (place: number) => facts[index * FACTS + place]!
    const descriptor = Number(fact(0))
    if (descriptor < 0) return null
    const at = index * eachBytes
    return {
      descriptor,
      sizeBytes: Number(fact(1)),
      mtimeNs: fact(2),
      start: buffer.subarray(at, at + Number(fact(3))),
    }
  })
}

/** Closes a file whatever it has become: not by `closeSync`, which in a worker warns of descriptors it did not open. */
export function closeLocalFile({ descriptor }: OpenedFile): void {
  addon().closeFile(descriptor)
}

/** Closes a file that has the size and time it had when it was opened; false, and it stays open, for another. */
export function closeUnchanged({ descriptor }: OpenedFile): boolean {
  return addon().closeUnchanged(descriptor)
}
