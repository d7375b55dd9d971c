import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { ExrError } from '../errors.ts'
import { locationOf } from '../ingest/found.ts'
import { runWalkTask } from '../ingest/listing.ts'
import { type WalkOptions, walk } from '../ingest/walk.ts'
import { parsePattern, patternMatcher } from '../sequences/index.ts'
import type { S3Settings } from '../source/s3-settings.ts'
import { isS3Url } from '../source/s3-url.ts'

const WILD = /[*?[\]{}]/

/** A file to look at, or a location where none could be looked for. */
export type Located =
  | { readonly kind: 'file'; readonly location: string }
  | { readonly kind: 'failure'; readonly error: ExrError }

interface LocationOptions extends WalkOptions {
  /** Where the argument `-` reads its list from. */
  readonly stdin: Readable
  /** Names on stdin end in NUL bytes instead of line ends. */
  readonly nul: boolean
  /** How object stores are reached. */
  readonly s3?: S3Settings
  /** Told how many symbolic links a walk passed over. */
  readonly onSkippedLinks?: (count: number) => void
}

/**
 * Files that the arguments of a command name: files, URLs, directories to walk, glob patterns that the shell left
 * alone, names with a placeholder for the frame (`beauty.####.exr`, `beauty.1001-1100#.exr`), `s3://` prefixes and
 * patterns, and `-` for a list on stdin. In the order of the arguments; the frames of a placeholder by number.
 */
export async function* locate(args: readonly string[], options: LocationOptions): AsyncGenerator<Located> {
  for (const arg of args) {
    if (arg === '-') {
      for await (const line of namesFrom(options.stdin, options.nul)) yield* locateOne(line, options)
    } else {
      yield* locateOne(arg, options)
    }
  }
}

/** Names from a stream, one a line or each ended by a NUL byte; empty ones are left out. Never holds more than one name. */
export async function* namesFrom(stream: Readable, nul: boolean): AsyncGenerator<string> {
  const separator = nul ? 0x00 : 0x0a
  let rest = Buffer.alloc(0)
  for await (const chunk of stream) {
    rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, Buffer.from(chunk)])
    let start = 0
    for (let end = rest.indexOf(separator); end !== -1; end = rest.indexOf(separator, start)) {
      const name = nameOf(rest.subarray(start, end), nul)
      start = end + 1
      if (name !== '') yield name
    }
    rest = rest.subarray(start)
  }
  const last = nameOf(rest, nul)
  if (last !== '') yield last
}

/** Whether the arguments name exactly one file, so that a script gets one object and not a list. */
export function namesOneFile(args: readonly string[]): boolean {
  const [only] = args
  if (args.length !== 1 || only === undefined || only === '-') return false
  if (isUrl(only)) return !isS3Url(only) || !isS3List(only)
  return existsSync(only) ? !isDirectory(only) : !isGlob(only) && parsePattern(only) === null
}

/** False as well where that cannot be told: reading the file then says why. */
function isDirectory(name: string): boolean {
  try {
    return statSync(name).isDirectory()
  } catch {
    return false
  }
}

async function* locateOne(name: string, options: LocationOptions): AsyncGenerator<Located> {
  if (isUrl(name)) {
    if (isS3Url(name) && isS3List(name)) yield* expandS3(name, options)
    else if (!isS3Url(name) && !/^file:/i.test(name)) yield unsupported(name)
    else yield { kind: 'file', location: name }
  } else if (isDirectory(name)) {
    yield* filesBelow(name, options)
  } else if (existsSync(name)) {
    yield { kind: 'file', location: name }
  } else if (parsePattern(name) !== null) {
    yield* expandFrames(name)
  } else if (isGlob(name)) {
    yield* expandGlob(name, options)
  } else {
    yield { kind: 'file', location: name }
  }
}

async function* filesBelow(root: string, options: LocationOptions): AsyncGenerator<Located> {
  for await (const step of walk([root], options, async (task) => runWalkTask(task))) {
    options.onSkippedLinks?.(step.skippedLinks)
    for (const { code, message, path } of step.failures) {
      yield { kind: 'failure', error: new ExrError(code, message, { details: { path } }) }
    }
    for (let index = 0; index < step.files.names.length; index++) {
      yield { kind: 'file', location: locationOf(step.files, index) }
    }
  }
}

/** `**` crosses directories. Only files with an OpenEXR extension are found. */
async function* expandGlob(pattern: string, options: LocationOptions): AsyncGenerator<Located> {
  const { default: picomatch } = await import('picomatch')
  const absolute = resolve(pattern)
  const { base } = picomatch.scan(absolute)
  const matches = picomatch(absolute)
  let found = false
  if (existsSync(base)) {
    // The pattern names links as well as files.
    for await (const located of filesBelow(base, { ...options, follow: true })) {
      if (located.kind === 'file' && !matches(located.location)) continue
      found = true
      yield located
    }
  }
  if (!found) yield nothing(pattern, `no .exr file below ${base} has such a name`)
}

/** Frames that a placeholder stands for, in one directory and by number; links are followed, for they are named. */
async function* expandFrames(name: string): AsyncGenerator<Located> {
  const pattern = parsePattern(resolve(name))
  if (pattern === null) return
  const matches = patternMatcher(pattern)
  const folder = dirname(pattern.prefix)
  const names = isDirectory(folder) ? readdirSync(folder) : []
  const frames = names
    .map((entry) => ({ location: join(folder, entry), frame: matches(join(folder, entry)) }))
    .filter((found) => found.frame !== null)
    .sort((a, b) => Number(a.frame) - Number(b.frame))
  for (const { location } of frames) yield { kind: 'file', location }
  if (frames.length === 0) yield nothing(name, `no file in ${folder} has such a name`)
}

/** Objects below `s3://bucket/prefix/`, or whose keys match a pattern. */
async function* expandS3(url: string, options: LocationOptions): AsyncGenerator<Located> {
  const [{ connectS3 }, { walkS3 }, { default: picomatch }] = await Promise.all([
    import('../source/s3-client.ts'),
    import('../ingest/s3-walk.ts'),
    import('picomatch'),
  ])
  const wild = url.search(WILD)
  const frames = parsePattern(url)
  const matches = frames !== null ? patternMatcher(frames) : wild === -1 ? () => true : picomatch(url)
  const isBucket = /^s3:\/\/[^/]+$/i.test(url)
  const fixed = frames?.prefix ?? (isBucket ? `${url}/` : wild === -1 ? url : url.slice(0, wild))
  const connection = await connectS3(options.s3 ?? {})
  let found = false
  try {
    for await (const step of walkS3(connection, fixed.slice(0, fixed.lastIndexOf('/') + 1))) {
      for (const { code, message, path } of step.failures) {
        found = true
        yield { kind: 'failure', error: new ExrError(code, message, { details: { path } }) }
      }
      for (let index = 0; index < step.files.names.length; index++) {
        const location = locationOf(step.files, index)
        const match = matches(location)
        if (match === null || match === false) continue
        found = true
        yield { kind: 'file', location }
      }
    }
  } finally {
    connection.close()
  }
  if (!found) yield nothing(url, 'no object there ends in .exr and has such a key')
}

function unsupported(url: string): Located {
  const scheme = url.slice(0, url.indexOf('://') + 3)
  const message = `Cannot read ${url}: URLs of ${scheme} are not supported. Name a file, file:// or s3://`
  return { kind: 'failure', error: new ExrError('ERR_OPTION_INVALID', message, { details: { path: url } }) }
}

function nothing(pattern: string, why: string): Located {
  const message = `Nothing matches ${pattern}: ${why}. Check the pattern`
  return { kind: 'failure', error: new ExrError('ERR_SOURCE_NOT_FOUND', message, { details: { path: pattern } }) }
}

/** Whether an `s3://` URL names many objects: a bucket, a prefix that ends in a slash, or a pattern. */
function isS3List(url: string): boolean {
  return url.endsWith('/') || /^s3:\/\/[^/]+$/i.test(url) || WILD.test(url) || parsePattern(url) !== null
}

function nameOf(bytes: Uint8Array, nul: boolean): string {
  const end = !nul && bytes.at(-1) === 0x0d ? bytes.length - 1 : bytes.length
  return Buffer.from(bytes.subarray(0, end)).toString('utf8')
}

function isGlob(name: string): boolean {
  return WILD.test(name)
}

function isUrl(name: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(name)
}
