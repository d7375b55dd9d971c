import { type BigIntStats, constants } from 'node:fs'
import { ExrError } from '../errors.ts'
import type { FilePath } from './file-path.ts'
import type { SourceIdentity } from './source.ts'

/** O_NONBLOCK so that opening a named pipe answers at once; it changes nothing for a regular file. */
export const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/** Size and time of an open file. Throws ERR_SOURCE_NOT_A_FILE for anything but a regular file. */
export function fileIdentity(stat: BigIntStats, file: FilePath): SourceIdentity {
  if (!stat.isFile()) {
    throw new ExrError('ERR_SOURCE_NOT_A_FILE', `Cannot read ${file.display}: it is ${kindOf(stat)}. Name a file.`, {
      details: { path: file.display },
    })
  }
  return {
    path: file.display,
    sizeBytes: Number(stat.size),
    mtimeUs: stat.mtimeNs / 1000n,
    etag: null,
  }
}

type SizeAndTime = Pick<BigIntStats, 'size' | 'mtimeNs'>

/** Throws ERR_SOURCE_CHANGED when size or modification time moved between two looks at one open file. */
export function assertUnchanged(before: SizeAndTime, after: SizeAndTime, file: FilePath): void {
  if (before.size === after.size && before.mtimeNs === after.mtimeNs) return
  throw new ExrError(
    'ERR_SOURCE_CHANGED',
    `${file.display} changed while it was read: ${before.size} bytes became ${after.size}. ` +
      'Read it again once its writer has finished.',
    { details: { path: file.display } },
  )
}

function kindOf(stat: BigIntStats): string {
  if (stat.isDirectory()) return 'a directory'
  if (stat.isFIFO()) return 'a named pipe'
  if (stat.isSocket()) return 'a socket'
  return 'a device'
}
