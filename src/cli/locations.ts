import { statSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { ExrError } from '../errors.ts'
import { locationOf } from '../ingest/found.ts'
import { rootPattern } from '../ingest/root-pattern.ts'
import { walkPart } from '../ingest/walk-part.ts'
import { walkRoots } from '../ingest/walk-roots.ts'
import type { FrameFacts } from '../sequences/index.ts'
import { s3SettingsFrom } from '../settings/s3.ts'
import { toFilePath } from '../source/file-path.ts'
import { isS3Url } from '../source/s3-url.ts'
import type { CliContext } from './context.ts'
import { FolderFrames } from './folder-frames.ts'
import { plural } from './format/units.ts'

/** A file to look at, or a location where none could be looked for. */
export type Located =
  /** `frames` of a file that was found among others: what the names of its folder say. */
  | { readonly kind: 'file'; readonly location: string; readonly frames: FrameFacts | null }
  | { readonly kind: 'failure'; readonly error: ExrError }

/** Flags of every command that takes locations. */
export interface LocationFlags {
  readonly follow?: true
  readonly hidden?: true
  readonly ignore?: readonly string[]
  readonly null?: true
  readonly allowEmpty?: true
}

/**
 * Files that the arguments of a command name: files, URLs, directories to walk, wildcards that the shell left alone,
 * names with a placeholder for the frame (`beauty.####.exr`, `beauty.1001-1100#.exr`), `s3://` prefixes and patterns,
 * and `-` for a list on stdin. In the order of the arguments; the frames of a placeholder by number.
 */
export class Locations implements AsyncIterable<Located> {
  readonly #args: readonly string[]
  readonly #flags: LocationFlags
  readonly #context: CliContext
  readonly #frames = new FolderFrames()
  #found = 0
  #skippedLinks = 0

  constructor(args: readonly string[], flags: LocationFlags, context: CliContext) {
    this.#args = args
    this.#flags = flags
    this.#context = context
  }

  /** Files and failures so far. */
  get found(): number {
    return this.#found
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Located> {
    for (const arg of this.#args) {
      if (arg !== '-') yield* this.#one(arg)
      else for await (const line of namesFrom(this.#context.stdin, this.#flags.null === true)) yield* this.#one(line)
    }
  }

  /**
   * Says what was passed over, when everything was looked at. Throws ERR_SOURCE_NOT_FOUND when nothing was found: a
   * script that waits for frames must not take silence for success.
   */
  finish(): void {
    if (this.#found === 0 && !this.#flags.allowEmpty) throw nothingFound(this.#args, this.#skippedLinks)
    if (this.#found > 0 && this.#skippedLinks > 0) this.#context.note(`${linksText(this.#skippedLinks)}.`)
  }

  async *#one(name: string): AsyncGenerator<Located> {
    for await (const located of this.#expanded(name)) {
      this.#found += 1
      yield located
    }
  }

  async *#expanded(name: string): AsyncGenerator<Located> {
    if (isUrl(name) && !isS3Url(name) && !/^file:/i.test(name)) yield unsupported(name)
    else if (!isList(name)) yield { kind: 'file', location: name, frames: null }
    else {
      const { follow = false, hidden = false, ignore = [], allowEmpty = false } = this.#flags
      const s3 = s3SettingsFrom((variable) => this.#context.env[variable])
      const steps = walkRoots([name], { follow, hidden, ignore, allowEmpty, s3 }, async (tasks) => walkPart(tasks))
      for await (const { files, failures, skippedLinks } of steps) {
        this.#skippedLinks += skippedLinks
        for (const { code, message, path } of failures) {
          yield { kind: 'failure', error: new ExrError(code, message, { details: { path } }) }
        }
        const locations = files.names.map((_, index) => locationOf(files, index))
        if (isS3Url(name)) this.#frames.page(locations)
        for (const location of locations) yield { kind: 'file', location, frames: this.#frames.of(location) }
      }
    }
  }
}

/** The files that a location stands for. Throws what kept it from being looked through, and ERR_SOURCE_NOT_FOUND for none. */
export async function filesOf(name: string, context: CliContext): Promise<string[]> {
  const files: string[] = []
  const located = new Locations([name], {}, context)
  for await (const found of located) {
    if (found.kind === 'failure') throw found.error
    files.push(found.location)
  }
  located.finish()
  return files
}

/** The one file that a location stands for. Throws as `filesOf` does, and ERR_OPTION_INVALID for several. */
export async function oneFile(name: string, context: CliContext): Promise<string> {
  if (rootPattern(name) === null) return name
  const [file, ...more] = await filesOf(name, context)
  if (more.length === 0) return file!
  throw new ExrError(
    'ERR_OPTION_INVALID',
    `${name} names ${more.length + 1} files where one is asked for. Name one of them, such as ${file}`,
  )
}

/** Why a command that found no file ends with 1. */
export function nothingFound(args: readonly string[], skippedLinks: number): ExrError {
  const links = skippedLinks > 0 ? ` ${linksText(skippedLinks)}.` : ''
  const where = args.length === 0 ? 'the current folder' : args.join(', ')
  const message = `Nothing found: no OpenEXR file in ${where}.${links} With --allow-empty that is no error`
  return new ExrError('ERR_SOURCE_NOT_FOUND', message, { details: { path: args[0] ?? '' } })
}

/** That links were passed over, and how they are not. */
export function linksText(skippedLinks: number): string {
  return `${plural(skippedLinks, 'symbolic link')} passed over: --follow follows ${skippedLinks === 1 ? 'it' : 'them'}`
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
  return args.length === 1 && only !== undefined && only !== '-' && !isList(only)
}

/** Whether a location is to be looked through: a directory, a pattern, a bucket, or a prefix that ends in a slash. */
function isList(name: string): boolean {
  if (rootPattern(name) !== null) return true
  if (isS3Url(name)) return name.endsWith('/') || /^s3:\/\/[^/]+$/i.test(name)
  return isLocal(name) && isDirectory(name)
}

function isLocal(name: string): boolean {
  return !isUrl(name) || /^file:/i.test(name)
}

/** False as well where that cannot be told: reading the file then says why. */
function isDirectory(name: string): boolean {
  try {
    return statSync(toFilePath(name).path).isDirectory()
  } catch {
    return false
  }
}

function unsupported(url: string): Located {
  const scheme = url.slice(0, url.indexOf('://') + 3)
  const message = `Cannot read ${url}: URLs of ${scheme} are not supported. Name a file, file:// or s3://`
  return { kind: 'failure', error: new ExrError('ERR_OPTION_INVALID', message, { details: { path: url } }) }
}

function nameOf(bytes: Uint8Array, nul: boolean): string {
  const end = !nul && bytes.at(-1) === 0x0d ? bytes.length - 1 : bytes.length
  return Buffer.from(bytes.subarray(0, end)).toString('utf8')
}

function isUrl(name: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(name)
}
