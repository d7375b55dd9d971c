import { type BigIntStats, closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { closeLocalFile, closeUnchanged, type OpenedFile } from '../oiio/local-files.ts'
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
  readonly #stat: Pick<BigIntStats, 'size' | 'mtimeNs'>
  readonly #opened: OpenedFile | null

  /** Takes over a file that was opened already. Throws ERR_SOURCE_NOT_A_FILE, and errors of the operating system as they are. */
  constructor(file: FilePath, opened: OpenedFile | null = null) {
    this.#file = file
    this.#opened = opened
    if (opened !== null) {
      const { descriptor, sizeBytes, mtimeNs } = opened
      this.#fd = descriptor
      this.#stat = { size: BigInt(sizeBytes), mtimeNs }
      this.identity = { path: file.display, sizeBytes, mtimeUs: mtimeNs / 1000n, etag: null }
      return
    }
    this.#fd = openSync(file.path, OPEN_FLAGS)
    try {
      const stat = fstatSync(this.#fd, { bigint: true })
      this.identity = fileIdentity(stat, file)
      this.#stat = stat
    } catch (error) {
      closeSync(this.#fd)
      throw error
    }
  }

  /** The first bytes of a file that was opened already, which are read. */
  takeStart(): Uint8Array | null {
    if (this.#opened === null) return null
    this.requests += 1
    this.bytes += this.#opened.start.length
    return this.#opened.start
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

  /** Closes it. Throws ERR_SOURCE_CHANGED, and leaves it open, when the file was written since it was opened. */
  closeUnchanged(): void {
    if (this.#opened !== null && closeUnchanged(this.#opened)) return
    assertUnchanged(this.#stat, fstatSync(this.#fd, { bigint: true }), this.#file)
    this.close()
  }

  close(): void {
    if (this.#opened === null) closeSync(this.#fd)
    else closeLocalFile(this.#opened)
  }
}
