import { lstatSync, readlinkSync } from 'node:fs'
import { type ErrorCode, ExrError } from '../errors.ts'
import type { FilePath } from './file-path.ts'

const CODES: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  ENOENT: ['ERR_SOURCE_NOT_FOUND', 'there is no such file. Check the path'],
  ENOTDIR: ['ERR_SOURCE_NOT_FOUND', 'a folder of the path is a file. Check the path'],
  ENAMETOOLONG: ['ERR_SOURCE_NOT_FOUND', 'the name is longer than the file system allows. Check the path'],
  ELOOP: ['ERR_SOURCE_NOT_FOUND', 'its symbolic links lead in a circle. Repair the link'],
  EACCES: ['ERR_SOURCE_DENIED', 'permission denied. Grant read access to the file and search access to its folders'],
  EPERM: ['ERR_SOURCE_DENIED', 'permission denied. Grant read access to the file and search access to its folders'],
  EISDIR: ['ERR_SOURCE_NOT_A_FILE', 'it is a directory. Name a file'],
  ENXIO: ['ERR_SOURCE_NOT_A_FILE', 'it is a socket or device. Name a file'],
}

/** An error of the operating system as ExrError with an ERR_SOURCE_* code; every other error comes back unchanged. */
export function toFileError(error: unknown, file: FilePath): unknown {
  const { code: errno, syscall } = error as NodeJS.ErrnoException
  if (errno === undefined || syscall === undefined) return error
  const [code, reason] = CODES[errno] ?? ['ERR_SOURCE_READ', `the system answered ${errno}. Check the disk or mount`]
  const dangling = errno === 'ENOENT' ? danglingTarget(file) : undefined
  const found = dangling === undefined ? reason : `it is a link to ${dangling}, which does not exist. Repair the link`
  return new ExrError(code, `Cannot read ${file.display}: ${found}.`, { cause: error, details: { path: file.display } })
}

function danglingTarget(file: FilePath): string | undefined {
  try {
    return lstatSync(file.path).isSymbolicLink() ? readlinkSync(file.path) : undefined
  } catch {
    return undefined
  }
}
