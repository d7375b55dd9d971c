import { existsSync, statSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ExrError } from '../../errors.ts'
import { inflatePiece, type LargeValue, storedPieces } from '../../tables/index.ts'
import { checkedPieces } from '../large-values.ts'

/** Where a value is in the file. */
interface ValuePlace {
  /** Of its entry. */
  readonly offset: number
  /** Of its pieces, their lengths included. */
  readonly storedBytes: number
}

/** First bytes of the file. */
const MAGIC = Buffer.from('exr-inspector values 1\n')
/** SHA-256, bytes of the value, bytes of its pieces; then the pieces. */
const ENTRY_BYTES = 32 + 8 + 8
const READ_BYTES = 1024 * 1024
/** Values that are remembered as whole: some hundred bytes each. */
const MOST_BELIEVED = 10_000

/** The file beside a catalog that holds its large values. */
export function valueFilePath(catalogPath: string): string {
  return `${catalogPath}.values`
}

/**
 * Large values of an embedded catalog, one after the other in a file of their own, which is only ever appended to: DuckDB
 * would write the last rows of a table anew with every checkpoint and hold them in memory for it. Where a value is, the
 * catalog's table `large_values` says; what no row names (the tail of a transaction that was not committed) is never read.
 */
export class ValueFile {
  readonly #catalogPath: string
  #file: FileHandle | null = null
  #end = 0
  /** Appended, and in no committed row yet. */
  readonly #pending = new Map<string, ValuePlace>()
  /** Values that were read and found whole. */
  readonly #whole = new Set<string>()

  /** Nothing is opened or made before there is a value to append. */
  constructor(catalogPath: string) {
    this.#catalogPath = catalogPath
  }

  /** Appends values and waits until they are on disk. What an earlier transaction appended in vain is not written again. */
  async append(values: readonly LargeValue[]): Promise<ValuePlace[]> {
    const file = await this.#opened()
    for (const value of values) {
      if (!this.#pending.has(value.sha256)) this.#pending.set(value.sha256, await this.#write(file, value))
    }
    await file.datasync()
    return values.map(({ sha256 }) => this.#pending.get(sha256)!)
  }

  /** Whether a value is whole at its place, by its bytes. Asked once a value: what was whole is believed to stay so. */
  async holds({ sha256, byteLength }: Pick<LargeValue, 'sha256' | 'byteLength'>, place: ValuePlace): Promise<boolean> {
    if (this.#whole.has(sha256)) return true
    try {
      for await (const _ of checkedPieces(
        this.#catalogPath,
        { sha256, byteLength },
        readValue(this.#catalogPath, { sha256 }, place),
      ));
    } catch (error) {
      if (error instanceof ExrError && error.code === 'ERR_CATALOG_VALUE') return false
      throw error
    }
    if (this.#whole.size >= MOST_BELIEVED) this.#whole.clear()
    this.#whole.add(sha256)
    return true
  }

  /** To be called when rows that name all that was appended are committed. */
  settle(): void {
    this.#pending.clear()
  }

  /** May be called twice. */
  async close(): Promise<void> {
    const file = this.#file
    this.#file = null
    await file?.close()
  }

  async #write(file: FileHandle, { sha256, byteLength, stored }: LargeValue): Promise<ValuePlace> {
    const head = Buffer.alloc(ENTRY_BYTES)
    head.write(sha256, 'hex')
    head.writeBigUInt64LE(BigInt(byteLength), 32)
    head.writeBigUInt64LE(BigInt(stored.length), 40)
    const offset = this.#end
    for (const bytes of [head, stored]) await this.#writeWhole(file, bytes)
    return { offset, storedBytes: stored.length }
  }

  async #writeWhole(file: FileHandle, bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await file.write(bytes, done, bytes.length - done, this.#end)
      done += bytesWritten
      this.#end += bytesWritten
    }
  }

  async #opened(): Promise<FileHandle> {
    if (this.#file) return this.#file
    const path = valueFilePath(this.#catalogPath)
    // Whoever may read the catalog may read this.
    const { mode } = statSync(this.#catalogPath)
    const file = await openOrCreate(path, mode & 0o777)
    try {
      const { size } = await file.stat()
      this.#end = size
      if (size < MAGIC.length) {
        this.#end = 0
        await this.#writeWhole(file, MAGIC)
        await file.datasync()
        await syncFolder(dirname(path))
      } else await checkMagic(file, path)
    } catch (error) {
      await file.close()
      throw error
    }
    this.#file = file
    return file
  }
}

/** The bytes of a value, a piece at a time. Throws ERR_CATALOG_VALUE when it is not at its place. */
export async function* readValue(
  catalogPath: string,
  { sha256 }: Pick<LargeValue, 'sha256'>,
  { offset, storedBytes }: ValuePlace,
): AsyncGenerator<Uint8Array> {
  const path = valueFilePath(catalogPath)
  const file = await open(path, 'r').catch((cause: NodeJS.ErrnoException) => {
    const found = cause.code === 'ENOENT' ? `there is no ${path}` : `${path} cannot be opened: ${cause.message}`
    throw new ExrError('ERR_CATALOG_VALUE', found, { cause })
  })
  try {
    const head = await readAt(file, offset, ENTRY_BYTES)
    if (head.length < ENTRY_BYTES) throw new ExrError('ERR_CATALOG_VALUE', `${path} ends before it`)
    if (head.toString('hex', 0, 32) !== sha256) {
      throw new ExrError('ERR_CATALOG_VALUE', `it is not where it should be in ${path}, at byte ${offset}`)
    }
    const end = offset + ENTRY_BYTES + storedBytes
    let rest: Uint8Array = new Uint8Array(0)
    for (let at = offset + ENTRY_BYTES; at < end; at += READ_BYTES) {
      const read = await readAt(file, at, Math.min(READ_BYTES, end - at))
      const bytes = rest.length > 0 ? Buffer.concat([rest, read]) : read
      let taken = 0
      for (const piece of storedPieces(bytes)) {
        taken += 4 + piece.length
        yield inflatePiece(piece)
      }
      rest = bytes.subarray(taken)
      if (read.length === 0) break
    }
  } finally {
    await file.close()
  }
}

/**
 * Copies the values at some places to the same places of a new file, with holes where nothing is named: they take no
 * room on disk. Returns whether there are any values; the new file is on disk then.
 */
export async function compactValues(
  catalogPath: string,
  copy: string,
  places: readonly ValuePlace[],
): Promise<boolean> {
  const path = valueFilePath(catalogPath)
  if (!existsSync(path)) return false
  const from = await open(path, 'r')
  try {
    const { mode } = await from.stat()
    const to = await open(copy, 'wx', mode & 0o777)
    try {
      await to.write(MAGIC, 0, MAGIC.length, 0)
      for (const { offset, storedBytes } of places) await copyRange(from, to, offset, ENTRY_BYTES + storedBytes)
      await to.sync()
    } finally {
      await to.close()
    }
  } finally {
    await from.close()
  }
  return true
}

async function copyRange(from: FileHandle, to: FileHandle, offset: number, length: number): Promise<void> {
  for (let done = 0; done < length; ) {
    const bytes = await readAt(from, offset + done, Math.min(READ_BYTES, length - done))
    if (bytes.length === 0) return
    for (let written = 0; written < bytes.length; ) {
      written += (await to.write(bytes, written, bytes.length - written, offset + done + written)).bytesWritten
    }
    done += bytes.length
  }
}

/** As many bytes as there are, at most `length`. */
async function readAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length)
  let done = 0
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, offset + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return bytes.subarray(0, done)
}

async function openOrCreate(path: string, mode: number): Promise<FileHandle> {
  try {
    return await open(path, 'r+')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return open(path, 'wx+', mode)
  }
}

async function checkMagic(file: FileHandle, path: string): Promise<void> {
  if ((await readAt(file, 0, MAGIC.length)).equals(MAGIC)) return
  throw new ExrError(
    'ERR_CATALOG_CORRUPT',
    `${path} should hold the large values of the catalog beside it, and is another file. It was left as it is. ` +
      'Move it away and run again.',
    { details: { path } },
  )
}

/** So that the file's name survives a power loss. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
