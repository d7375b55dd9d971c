import { type BigIntStats, closeSync, fstatSync, openSync, readSync } from 'node:fs'
import type { FilePath } from '../source/file-path.ts'
import { assertUnchanged, fileIdentity, OPEN_FLAGS } from '../source/file-stat.ts'
import type { SourceIdentity } from '../source/source.ts'

/** One open local file, read on the calling thread, with what was read counted. */
export class FileReader {
  requests = 0
  bytes = 0
  readonly identity: SourceIdentity
  readonly #file: FilePath
  readonly #fd: number
  readonly #stat: BigIntStats

  /** Throws ERR_SOURCE_NOT_A_FILE, and errors of the operating system as they are. */
  constructor(file: FilePath) {
    this.#file = file
    this.#fd = openSync(file.path, OPEN_FLAGS)
    try {
      this.#stat = fstatSync(this.#fd, { bigint: true })
      this.identity = fileIdentity(this.#stat, file)
    } catch (error) {
      closeSync(this.#fd)
      throw error
    }
  }

  /** Fills `target` from `start`; what comes back is shorter only where the file ends. */
  read(target: Uint8Array, start: number): Uint8Array {
    let filled = 0
    while (filled < target.length) {
      const count = readSync(this.#fd, target, filled, target.length - filled, start + filled)
      if (count === 0) break
      filled += count
    }
    this.requests += 1
    this.bytes += filled
    return target.subarray(0, filled)
  }

  /** Throws ERR_SOURCE_CHANGED when the file was written since it was opened. */
  assertUnchanged(): void {
    assertUnchanged(this.#stat, fstatSync(this.#fd, { bigint: true }), this.#file)
  }

  close(): void {
    closeSync(this.#fd)
  }
}
