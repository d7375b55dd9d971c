import { isUtf8 } from 'node:buffer'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ExrError } from '../errors.ts'

/** A local file: what the operating system is given, and the text that stands for it everywhere else. */
export interface FilePath {
  /** Absolute. Bytes only when the name is not valid UTF-8. */
  readonly path: string | Buffer
  /**
   * The absolute path; for a name that is not valid UTF-8 a `file://` URL with every byte that is not plain ASCII
   * percent-encoded, which names the same file again when it is passed back in.
   */
  readonly display: string
}

/**
 * A local path from text (absolute, relative to the working directory, or a `file://` URL), a URL object, or the raw
 * bytes of a name. Throws ERR_OPTION_INVALID for an empty path, a NUL byte or a URL of another kind.
 */
export function toFilePath(location: string | URL | Uint8Array): FilePath {
  if (location instanceof Uint8Array) return fromBytes(Buffer.from(location))
  const text = location instanceof URL ? location.href : location
  if (text === '' || text.includes('\0')) throw notAPath('a non-empty path without NUL bytes', text)
  if (text.startsWith('file://')) return fromUrl(text)
  if (location instanceof URL) throw notAPath('a file:// URL', text)
  const path = text.startsWith('/') ? text : resolve(text)
  return { path, display: path }
}

/** The text that stands for a file name read from a directory as bytes; see FilePath.display. */
export function displayPath(name: Uint8Array): string {
  return isUtf8(name) ? Buffer.from(name.buffer, name.byteOffset, name.length).toString('utf8') : toFileUrl(name)
}

function fromBytes(bytes: Buffer): FilePath {
  if (bytes.length === 0 || bytes.includes(0)) throw notAPath('a non-empty path without NUL bytes', bytes.toString())
  if (isUtf8(bytes)) return toFilePath(resolve(bytes.toString('utf8')))
  const path = bytes[0] === 0x2f ? bytes : Buffer.concat([Buffer.from(`${process.cwd()}/`), bytes])
  return { path, display: toFileUrl(path) }
}

/** Files have no fragment and no query: `#` and `?` are characters of a name. */
function fromUrl(url: string): FilePath {
  const text = url.replace(/[#?]/g, encodeURIComponent)
  let bytes: Buffer
  try {
    bytes = percentDecode(new URL(text).pathname)
    if (isUtf8(bytes) && !bytes.includes(0)) {
      const path = fileURLToPath(text)
      return { path, display: path }
    }
  } catch (error) {
    throw notAPath('a file:// URL of a local file', text, error)
  }
  if (bytes.includes(0)) throw notAPath('a non-empty path without NUL bytes', text)
  return { path: bytes, display: toFileUrl(bytes) }
}

function percentDecode(text: string): Buffer {
  return Buffer.from(
    text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )
}

function toFileUrl(path: Uint8Array): string {
  let url = 'file://'
  for (const byte of path) {
    const char = String.fromCharCode(byte)
    url += /[\w/.~-]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return url
}

function notAPath(expected: string, received: string, cause?: unknown): ExrError {
  return new ExrError(
    'ERR_OPTION_INVALID',
    `Expected ${expected} for source but received ${JSON.stringify(received)}`,
    {
      cause,
    },
  )
}
