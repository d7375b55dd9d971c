import { type FileHandle, open } from 'node:fs/promises'
import { getSystemErrorName } from 'node:util'
import { ExrError } from '../errors.ts'
import { toFileError } from './file-error.ts'
import { type FilePath, toFilePath } from './file-path.ts'
import { assertUnchanged, fileIdentity, OPEN_FLAGS } from './file-stat.ts'
import { insideFolders, openedInside } from './folders.ts'
import type { ByteSource } from './source.ts'

interface FileSourceOptions {
  /** The file must lie in one of these folders, links followed; left out, it may lie anywhere. */
  readonly folders?: readonly string[]
}

/**
 * A local file, opened on first use. Every read is followed by a second look at size and modification time, so
 * bytes of two versions are never mixed. Outside of `folders` the first use throws ERR_SOURCE_DENIED.
 */
export function fileSource(location: string | URL | Uint8Array, { folders }: FileSourceOptions = {}): ByteSource {
  const file = toFilePath(location)
  const counters = { requests: 0, bytes: 0 }
  let opening: Promise<OpenFile> | undefined
  let closed = false
  const working = new Set<Promise<unknown>>()
  const opened = (signal?: AbortSignal): Promise<OpenFile> => {
    assertNotAborted(signal, file)
    if (closed) throw new ExrError('ERR_SOURCE_READ', `${file.display} was read after its source was closed.`)
    opening ??= openFile(file, folders)
    return opening
  }
  return {
    path: file.display,
    counters,
    identity: async (signal) => fileIdentity((await opened(signal)).stat, file),
    async read(start, endExclusive, signal) {
      const { handle, stat } = await opened(signal)
      try {
        const length = Math.max(0, Math.min(endExclusive, Number(stat.size)) - start)
        const bytes = await readFully(handle, start, length)
        counters.requests += 1
        counters.bytes += bytes.length
        assertUnchanged(stat, await handle.stat({ bigint: true }), file)
        return bytes
      } catch (error) {
        throw toFileError(error, file)
      }
    },
    async scattered(ranges, signal) {
      const { handle, stat } = await opened(signal)
      try {
        const found: Uint8Array[] = []
        for (let at = 0; at < ranges.length; at += READS_AT_ONCE) {
          const reads = ranges.slice(at, at + READS_AT_ONCE)
          found.push(
            ...(await Promise.all(
              reads.map(({ start, endExclusive }) => readFully(handle, start, endExclusive - start)),
            )),
          )
          assertNotAborted(signal, file)
        }
        counters.requests += found.length
        counters.bytes += found.reduce((sum, bytes) => sum + bytes.length, 0)
        assertUnchanged(stat, await handle.stat({ bigint: true }), file)
        return found
      } catch (error) {
        throw toFileError(error, file)
      }
    },
    async natively(work, signal) {
      const { handle, stat } = await opened(signal)
      const run = async () => {
        const answer = await work(handle.fd)
        counters.requests += answer.reads
        counters.bytes += answer.bytes
        if (answer.errorNumber !== 0) throw systemError(answer.errorNumber)
        assertUnchanged(stat, await handle.stat({ bigint: true }), file)
        return answer
      }
      const running = run()
      working.add(running)
      try {
        return await running
      } catch (error) {
        throw toFileError(error, file)
      } finally {
        working.delete(running)
      }
    },
    async close() {
      closed = true
      const current = opening
      opening = undefined
      const handle = await current?.then(
        (file) => file.handle,
        () => {},
      )
      // Who waited for it to be opened has begun by now. Else the descriptor could become that of another file under their hands.
      await Promise.allSettled(working)
      await handle?.close()
    },
  }
}

/** Scattered reads under way at the same time. */
const READS_AT_ONCE = 64

interface OpenFile {
  readonly handle: FileHandle
  readonly stat: Awaited<ReturnType<typeof statOf>>
}

function statOf(handle: FileHandle) {
  return handle.stat({ bigint: true })
}

async function openFile(file: FilePath, folders: readonly string[] | undefined): Promise<OpenFile> {
  let handle: FileHandle | undefined
  try {
    handle = await open(folders === undefined ? file.path : await insideFolders(file, folders), OPEN_FLAGS)
    if (folders !== undefined) await openedInside(handle, file, folders)
    const stat = await statOf(handle)
    fileIdentity(stat, file)
    return { handle, stat }
  } catch (error) {
    await handle?.close()
    throw toFileError(error, file)
  }
}

async function readFully(handle: FileHandle, start: number, length: number): Promise<Uint8Array> {
  const buffer = Buffer.allocUnsafeSlow(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, start + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return buffer.subarray(0, filled)
}

/** As Node.js itself reports a read that the system refused. */
function systemError(errorNumber: number): NodeJS.ErrnoException {
  const code = getSystemErrorName(-errorNumber)
  return Object.assign(new Error(`${code}, read`), { code, errno: -errorNumber, syscall: 'read' })
}

function assertNotAborted(signal: AbortSignal | undefined, file: FilePath): void {
  if (signal?.aborted) {
    throw new ExrError('ERR_ABORTED', `Reading ${file.display} was aborted.`, {
      cause: signal.reason,
      details: { path: file.display },
    })
  }
}
