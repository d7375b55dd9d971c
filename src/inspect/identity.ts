import { hash } from 'node:crypto'

/** Settings of path identity. */
export interface IdentityOptions {
  /** Fold case, for shares that ignore it. S3 keys always keep theirs. Default false. */
  readonly foldCase?: boolean
}

/**
 * A location in its one canonical form: Unicode NFC; `file://` removed; backslashes of Windows paths as slashes;
 * repeated slashes, `.` and `..` resolved, never above the root. The key of an `s3://` location is left alone but for
 * NFC, because `//` and `..` are ordinary characters there. A `file://` URL of a name that is not UTF-8 stays a URL.
 */
export function normalizePath(location: string, options: IdentityOptions = {}): string {
  const text = withoutFileScheme(isAscii(location) ? location : location.normalize('NFC'))
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(text) && !text.startsWith('file://')) return text
  const path = resolveSegments(text)
  return options.foldCase ? path.toLowerCase() : path
}

/** SHA-256, lower-case hex, of the header's bytes as stored. */
export function headerHash(header: Uint8Array): string {
  return sha256(header)
}

/** First 32 hex digits of SHA-256 over the normalized path and the header hash, joined by one NUL byte. */
export function fileId(normalizedPath: string, headerHashHex: string): string {
  return sha256(`${normalizedPath}\0${headerHashHex}`).slice(0, 32)
}

function sha256(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex')
}

function withoutFileScheme(text: string): string {
  if (!text.startsWith('file://')) return text
  const path = text.slice('file://'.length).replace(/^localhost(?=\/)/, '')
  try {
    return decodeURIComponent(path)
  } catch {
    return text
  }
}

function resolveSegments(path: string): string {
  if (isPlain(path)) return path
  if (path.startsWith('file://')) return `file://${resolveSegments(path.slice('file://'.length))}`
  const windows = /^(?:[a-z]:[\\/]|\\\\)/i.test(path)
  const text = windows ? path.replaceAll('\\', '/') : path
  const root = windows && text.startsWith('//') ? '//' : (/^(?:[a-z]:)?\//i.exec(text)?.[0] ?? '')
  const kept: string[] = []
  for (const segment of text.slice(root.length).split('/')) {
    if (segment === '' || segment === '.') continue
    if (segment !== '..') kept.push(segment)
    else if (kept.length > 0 && kept.at(-1) !== '..') kept.pop()
    else if (root === '') kept.push(segment)
  }
  return root + kept.join('/')
}

/** An absolute POSIX path with nothing to resolve: by far the most common case. */
function isPlain(path: string): boolean {
  return path.startsWith('/') && !/\/(?:\/|\.{1,2}(?:\/|$))|.\/$/.test(path)
}

function isAscii(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the ASCII range itself
  return /^[\x00-\x7f]*$/.test(text)
}
