import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { ExrError } from '../errors.ts'
import { locationOf } from '../ingest/found.ts'
import { runWalkTask } from '../ingest/listing.ts'
import { type WalkOptions, walk } from '../ingest/walk.ts'

/** A file to look at, or a location where none could be looked for. */
export type Located =
  | { readonly kind: 'file'; readonly location: string }
  | { readonly kind: 'failure'; readonly error: ExrError }

export interface LocationOptions extends WalkOptions {
  /** Where the argument `-` reads its list from. */
  readonly stdin: Readable
  /** Names on stdin end in NUL bytes instead of line ends. */
  readonly nul: boolean
}

/**
 * Files that the arguments of a command name: files, URLs, directories to walk, glob patterns that the shell left
 * alone, and `-` for a list on stdin. In the order of the arguments.
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
  if (isUrl(only)) return true
  return existsSync(only) ? !isDirectory(only) : !isGlob(only)
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
    yield { kind: 'file', location: name }
  } else if (isGlob(name) && !existsSync(name)) {
    yield* expandGlob(name, options)
  } else if (isDirectory(name)) {
    yield* filesBelow(name, options)
  } else {
    yield { kind: 'file', location: name }
  }
}

async function* filesBelow(root: string, options: LocationOptions): AsyncGenerator<Located> {
  for await (const step of walk([root], options, async (task) => runWalkTask(task))) {
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
    for await (const located of filesBelow(base, options)) {
      if (located.kind === 'file' && !matches(located.location)) continue
      found = true
      yield located
    }
  }
  if (!found) {
    const message = `Nothing matches ${pattern}: no .exr file below ${base} has such a name. Check the pattern`
    yield { kind: 'failure', error: new ExrError('ERR_SOURCE_NOT_FOUND', message, { details: { path: pattern } }) }
  }
}

function nameOf(bytes: Uint8Array, nul: boolean): string {
  const end = !nul && bytes.at(-1) === 0x0d ? bytes.length - 1 : bytes.length
  return Buffer.from(bytes.subarray(0, end)).toString('utf8')
}

function isGlob(name: string): boolean {
  return /[*?[\]{}]/.test(name)
}

function isUrl(name: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(name)
}
