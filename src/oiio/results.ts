import { getSystemErrorName } from 'node:util'
import type { ErrorCode, PlainError } from '../errors.ts'
import type { NativeRefusal, NativeSource, SuppliedBytes } from './types.ts'

/** Why a source may not cross to C++, or null when it may. */
export function sourceError(source: NativeSource): PlainError | null {
  if (typeof source !== 'object' || source === null) return invalid('a source', source)
  if ('path' in source) {
    const { path } = source
    if (typeof path !== 'string' && !(path instanceof Uint8Array)) return invalid('text or bytes for path', path)
    if (path.length === 0) return invalid('a path', 'an empty one')
    const hasNul = typeof path === 'string' ? path.includes('\0') : path.includes(0)
    return hasNul ? invalid('a path without NUL characters', JSON.stringify(shownPath(source))) : null
  }
  if (typeof source.name !== 'string') return invalid('text for name', source.name)
  if (!isOffset(source.sizeBytes)) return invalid('a size in bytes for sizeBytes', source.sizeBytes)
  if (!Array.isArray(source.ranges)) return invalid('a list for ranges', source.ranges)
  for (const range of source.ranges as readonly SuppliedBytes[]) {
    if (!isOffset(range.start)) return invalid('an offset in bytes for the start of a range', range.start)
    if (!(range.bytes instanceof Uint8Array)) return invalid('a Uint8Array for the bytes of a range', range.bytes)
  }
  return null
}

/** One text for what both readers said, once where they said the same. */
export function refusalMessage(refusals: readonly NativeRefusal[]): string {
  const readers = new Map<string, string[]>()
  for (const { reader, message } of refusals) readers.set(message, [...(readers.get(message) ?? []), reader])
  return [...readers].map(([message, names]) => `${names.join(' and ')}: ${message}`).join('; ')
}

/** The coded error for an errno of the operating system; zero stands for something that is not a regular file. */
export function unreadableError(source: NativeSource, errno: number): PlainError {
  const path = shownPath(source)
  if (errno === 0) {
    return { code: 'ERR_SOURCE_NOT_A_FILE', message: `${path} is not a regular file.`, details: { path } }
  }
  const name = getSystemErrorName(-errno)
  return { code: codeOf(name), message: `Cannot read ${path}: ${name}.`, details: { path } }
}

function codeOf(systemError: string): ErrorCode {
  if (['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG'].includes(systemError)) return 'ERR_SOURCE_NOT_FOUND'
  if (['EACCES', 'EPERM'].includes(systemError)) return 'ERR_SOURCE_DENIED'
  return 'ERR_SOURCE_READ'
}

function shownPath(source: NativeSource): string {
  if (!('path' in source)) return source.name
  return typeof source.path === 'string' ? source.path : Buffer.from(source.path).toString('utf8')
}

function isOffset(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function invalid(expected: string, received: unknown): PlainError {
  return { code: 'ERR_OPTION_INVALID', message: `Expected ${expected} but received ${received}.`, details: {} }
}
