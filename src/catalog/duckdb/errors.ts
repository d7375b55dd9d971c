import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { type ErrorCode, ExrError } from '../../errors.ts'
import { type Holder, holderIn, holderText } from '../holder.ts'
import { sharedNameHint } from '../shared-names.ts'

const DISK_FULL = /No space left on device|File too large|Disk quota exceeded|not enough disk space|ENOSPC/i
const CORRUPT =
  /not a valid DuckDB database file|checksum|Corrupt|Failure while replaying WAL|Failed to deserialize|Could not read enough bytes|Could not read all bytes/i
const NEWER_STORAGE = /version number \d+, but we can only read|newer version of DuckDB|created with a newer/i
const FORBIDDEN = /Permission denied|Read-only file system|Operation not permitted/i
const LOCKED = /Could not set lock on file/i

/** DuckDB's failure to open a file as one of ours. */
export function openError(error: unknown, path: string, readOnly: boolean): ExrError {
  const text = messageOf(error)
  if (LOCKED.test(text)) {
    const who = holderText(holderIn(text))
    return failure(
      'ERR_CATALOG_LOCKED',
      readOnly
        ? `Cannot open catalog ${path} for reading: ${who} writes to it, so fast that no snapshot of its last commit ` +
            'could be taken. Try again, or wait for the writer to finish with --wait 10m (waitMs).'
        : `Cannot open catalog ${path} for writing: ${who} has it open, and only one process may write. Wait for it ` +
            'with --wait 10m (waitMs), stop it, or name another catalog.',
      error,
      path,
    )
  }
  if (!existsSync(dirname(path))) {
    const message = `Cannot open catalog ${path}: there is no folder ${dirname(path)}. Make it, or name another path.`
    return failure('ERR_CATALOG_OPEN', message, error, path)
  }
  if (NEWER_STORAGE.test(text)) {
    return failure(
      'ERR_CATALOG_NEWER',
      `Cannot open catalog ${path}: a newer DuckDB wrote it. Upgrade exr-inspector.`,
      error,
      path,
    )
  }
  if (CORRUPT.test(text)) return corrupt(error, path)
  if (DISK_FULL.test(text)) return diskFull(error, path)
  if (FORBIDDEN.test(text)) return forbidden(error, path, readOnly)
  return failure('ERR_CATALOG_OPEN', `Cannot open catalog ${path}: ${firstLine(text)}`, error, path)
}

/** A snapshot that could not be copied. */
export function snapshotError(error: unknown, path: string, writer: Holder | null): ExrError {
  const remedy = DISK_FULL.test(messageOf(error)) ? 'Free space for a copy' : 'Change permissions'
  return failure(
    'ERR_CATALOG_LOCKED',
    `Cannot open catalog ${path} for reading: ${holderText(writer)} writes to it, and it could not be copied: ` +
      `${firstLine(messageOf(error))}. ${remedy}, or wait for the writer to finish with --wait 10m (waitMs).`,
    error,
    path,
  )
}

/** DuckDB's failure to write as one of ours. */
export function writeError(error: unknown, path: string): ExrError {
  if (error instanceof ExrError) return error
  const text = messageOf(error)
  if (DISK_FULL.test(text)) return diskFull(error, path)
  if (isInterrupt(text)) return failure('ERR_ABORTED', `Writing to catalog ${path} was aborted.`, error, path)
  if (isMissingTable(text)) return missingSchema(error, path)
  if (CORRUPT.test(text)) return corrupt(error, path)
  if (FORBIDDEN.test(text)) return forbidden(error, path, false)
  const remedy = isOutOfMemory(error) ? ' Give it more memory: --catalog-memory or EXR_CATALOG_MEMORY.' : ''
  return failure('ERR_CATALOG_WRITE', `Writing to catalog ${path} failed: ${firstLine(text)}${remedy}`, error, path)
}

/** DuckDB's failure to answer a query as one of ours. */
export function queryError(error: unknown, path: string): ExrError {
  if (error instanceof ExrError) return error
  const text = messageOf(error)
  if (isInterrupt(text)) return failure('ERR_ABORTED', `The query on catalog ${path} was aborted.`, error, path)
  if (CORRUPT.test(text) && /^(IO|Fatal|Serialization|INTERNAL)/i.test(text)) return corrupt(error, path)
  if (DISK_FULL.test(text)) return diskFull(error, path)
  const hint = sharedNameHint(text)
  const told = text.trim().replace(/^Failed to extract statements: /, '')
  // Before the line of SQL and its caret, which stay the last.
  const message = hint === null ? told : told.replace(/(?=\s*\nLINE \d+:)|$/, `. ${hint}`)
  return failure('ERR_CATALOG_QUERY', `The query failed: ${message}`, error, path)
}

/** True when DuckDB had no memory left; what it keeps of earlier rows goes with its next start. */
export function isOutOfMemory(error: unknown): boolean {
  return /Out of Memory|failed to (pin|allocate)|could not allocate block/i.test(messageOf(error))
}

/** True when DuckDB will answer nothing more until the file is opened again. */
export function isFatal(error: unknown): boolean {
  const text = messageOf(error instanceof ExrError ? error.cause : error)
  return /^FATAL Error|database has been invalidated/i.test(text)
}

function isMissingTable(text: string): boolean {
  return /Table with name \S+ does not exist/i.test(text)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** ERR_CATALOG_SCHEMA for a catalog without the tables or columns that are written now. */
export function missingSchema(error: unknown, path: string): ExrError {
  return failure(
    'ERR_CATALOG_SCHEMA',
    `Catalog ${path} lacks tables or columns this release writes. Run exr-inspector catalog migrate on it.`,
    error,
    path,
  )
}

function corrupt(error: unknown, path: string): ExrError {
  return failure(
    'ERR_CATALOG_CORRUPT',
    `Catalog ${path} is damaged or is not a catalog: ${firstLine(messageOf(error))} ` +
      'It was left as it is. Restore it from a backup, or move it away and ingest again.',
    error,
    path,
  )
}

function forbidden(error: unknown, path: string, readOnly: boolean): ExrError {
  const text = readOnly
    ? `Cannot open catalog ${path} for reading: this user may not read its file. Change its permissions.`
    : `Cannot open catalog ${path} for writing: this user may not write its file or folder. Reading it works ` +
      '(sql, similar, catalog verify); to write, change their permissions or name another catalog.'
  return failure('ERR_CATALOG_OPEN', text, error, path)
}

function diskFull(error: unknown, path: string): ExrError {
  return failure(
    'ERR_DISK_FULL',
    `No space left for catalog ${path}. What was committed before is safe. Free space and run again.`,
    error,
    path,
  )
}

function failure(code: ErrorCode, message: string, cause: unknown, path: string): ExrError {
  return new ExrError(code, message, { cause, details: { path } })
}

function isInterrupt(text: string): boolean {
  return /INTERRUPT Error|Interrupted/i.test(text)
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0] ?? ''
}
