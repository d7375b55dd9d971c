import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { ExrError } from '../errors.ts'

/** Writes what `--output` asks for. Throws ERR_DISK_FULL, ERR_OPTION_INVALID for a file that cannot be written, and what the pieces throw. */
export async function writeOutput(pieces: AsyncIterable<string | Uint8Array>, path: string): Promise<void> {
  try {
    await pipeline(pieces, createWriteStream(path))
  } catch (error) {
    throw error instanceof ExrError ? error : cannotWrite(path, error)
  }
}

function cannotWrite(path: string, cause: unknown): ExrError {
  const { code, message } = cause as NodeJS.ErrnoException
  const full = code === 'ENOSPC'
  return new ExrError(
    full ? 'ERR_DISK_FULL' : 'ERR_OPTION_INVALID',
    full ? `Could not write ${path}: the disk is full. Free some space` : `Cannot write --output ${path}: ${message}`,
    { cause, details: { path } },
  )
}
