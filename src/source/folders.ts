import type { FileHandle } from 'node:fs/promises'
import { readlink, realpath, stat } from 'node:fs/promises'
import { sep } from 'node:path'
import { ExrError } from '../errors.ts'
import type { FilePath } from './file-path.ts'

/**
 * The file's path with every link followed, if that lies in one of `folders`, for the caller to open in place of the
 * path it was given. Throws ERR_SOURCE_DENIED when it does not; also for a path that leads nowhere, unless it is spelt
 * inside, so that nobody learns what exists outside. Errors of the operating system pass as they are.
 */
export async function insideFolders(file: FilePath, folders: readonly string[]): Promise<string | Buffer> {
  const roots = await realFolders(folders)
  let real: Buffer
  try {
    real = await realpath(file.path, { encoding: 'buffer' })
  } catch (error) {
    const spelt = Buffer.from(file.path)
    if (spelt.includes('/../') || ![...roots, ...folders].some((folder) => isInside(folder, spelt))) throw denied(file)
    throw error
  }
  if (!roots.some((folder) => isInside(folder, real))) throw denied(file)
  return typeof file.path === 'string' ? real.toString('utf8') : real
}

/**
 * Looks again at what was opened: a link put in place between asking and opening leads elsewhere. Where the system
 * names an open file (Linux) that name decides, elsewhere the identity of what now lies at the path.
 */
export async function openedInside(handle: FileHandle, file: FilePath, folders: readonly string[]): Promise<void> {
  const roots = await realFolders(folders)
  const opened = await readlink(`/proc/self/fd/${handle.fd}`, { encoding: 'buffer' }).catch(() => null)
  if (opened !== null) {
    if (!roots.some((folder) => isInside(folder, opened))) throw denied(file)
    return
  }
  const real = await insideFolders(file, folders)
  const [now, held] = await Promise.all([stat(real, { bigint: true }), handle.stat({ bigint: true })])
  if (now.ino !== held.ino || now.dev !== held.dev) throw denied(file)
}

/** A folder that is not there holds nothing. */
async function realFolders(folders: readonly string[]): Promise<string[]> {
  const real = await Promise.all(folders.map((folder) => realpath(folder).catch(() => null)))
  return real.filter((folder) => folder !== null)
}

function isInside(folder: string, path: Buffer): boolean {
  const prefix = Buffer.from(folder.endsWith(sep) ? folder : folder + sep)
  return path.length > prefix.length && path.subarray(0, prefix.length).equals(prefix)
}

function denied(file: FilePath): ExrError {
  return new ExrError(
    'ERR_SOURCE_DENIED',
    `Cannot read ${file.display}: it is in none of the folders that may be read.`,
    {
      details: { path: file.display },
    },
  )
}
