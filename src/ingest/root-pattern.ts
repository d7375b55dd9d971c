import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import {
  countFrames,
  type FramePattern,
  inRanges,
  missingFrames,
  parsePattern,
  patternMatcher,
  printRanges,
} from '../sequences/index.ts'
import { toFilePath } from '../source/file-path.ts'
import { isS3Url } from '../source/s3-url.ts'
import type { WalkFailure } from './found.ts'

/** A location that stands for many files: a name with a placeholder for the frame, wildcards, or both. */
export interface RootPattern {
  /** As it was typed. */
  readonly text: string
  /** Absolute folder, or prefix of objects with the slash that ends it, below which everything lies that it names. */
  readonly base: string
  /** The placeholder of its name; null for wildcards alone. */
  readonly frames: FramePattern | null
  /** Files may lie deeper than directly in `base`. */
  readonly isDeep: boolean
}

const WILD = /[*?[\]{}]/
/** A character of every wildcard and placeholder: most locations have none, and nothing is asked about them. */
const SPECIAL = /[*?[\]{}#@%<$]/

/**
 * What a location stands for; null where it is a file, a directory or a prefix. A file that is there under exactly this
 * name is that file. Throws ERR_OPTION_INVALID for a range of frames that cannot be.
 */
export function rootPattern(text: string): RootPattern | null {
  if (!SPECIAL.test(text)) return null
  const isObject = isS3Url(text)
  const path = isObject ? text : localPath(text)
  if (path === null || (!isObject && existsSync(path))) return null
  const frames = parsePattern(path)
  const fixed = fixedPart(frames === null ? path : frames.prefix)
  if (frames === null && fixed === path) return null
  const end = fixed.lastIndexOf('/')
  const folder = frames === null ? path : frames.prefix
  return {
    text,
    base: isObject ? fixed.slice(0, end + 1) : fixed.slice(0, end) || '/',
    frames,
    isDeep: frames === null || WILD.test(folder.slice(0, folder.lastIndexOf('/'))),
  }
}

/** Null for URLs of other kinds, and for names that are not UTF-8. */
function localPath(text: string): string | null {
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(text)) return resolve(text)
  if (!/^file:/i.test(text)) return null
  const { path } = toFilePath(text)
  return typeof path === 'string' ? path : null
}

/** What stands before the first wildcard. */
function fixedPart(path: string): string {
  const wild = path.search(WILD)
  return wild === -1 ? path : path.slice(0, wild)
}

/** Tells which files a pattern names, and in the end what of it was not found. */
export class PatternSearch {
  readonly #pattern: RootPattern
  readonly #matches: (path: string) => number | boolean | null
  readonly #frames = new Set<number>()
  readonly #mayBeEmpty: boolean
  #found = 0

  private constructor(pattern: RootPattern, mayBeEmpty: boolean, matches: PatternSearch['matches']) {
    this.#pattern = pattern
    this.#mayBeEmpty = mayBeEmpty
    this.#matches = matches
  }

  static async of(pattern: RootPattern, mayBeEmpty = false): Promise<PatternSearch> {
    const { frames, text } = pattern
    if (frames !== null && !pattern.isDeep) return new PatternSearch(pattern, mayBeEmpty, patternMatcher(frames))
    const { default: picomatch } = await import('picomatch')
    if (frames === null)
      return new PatternSearch(pattern, mayBeEmpty, picomatch(isS3Url(text) ? text : localPath(text)!))
    const nameAt = frames.prefix.lastIndexOf('/')
    const isFolder = picomatch(frames.prefix.slice(0, nameAt))
    const frameOf = patternMatcher({ ...frames, prefix: frames.prefix.slice(nameAt + 1) })
    return new PatternSearch(pattern, mayBeEmpty, (path) => {
      const slash = path.lastIndexOf('/')
      return isFolder(path.slice(0, slash)) ? frameOf(path.slice(slash + 1)) : null
    })
  }

  /** The frame of a path with a placeholder, true for one that wildcards name; null or false for a path that is not meant. */
  matches(path: string): number | boolean | null {
    const match = this.#matches(path)
    if (match === null || match === false) return match
    this.#found += 1
    if (typeof match === 'number' && this.#pattern.frames?.ranges) this.#frames.add(match)
    return match
  }

  /** Whether a path is meant, where nothing was found at it. */
  fits(path: string): boolean {
    const match = this.#matches(path)
    return match !== null && match !== false
  }

  /** Said when everything was looked at: that nothing has such a name, or which frames of the range are not there. */
  failures(): WalkFailure[] {
    const { text, base, frames } = this.#pattern
    const fail = (message: string): WalkFailure[] => [
      { path: text, code: 'ERR_SOURCE_NOT_FOUND', message, isSearch: true },
    ]
    if (this.#found === 0 && this.#mayBeEmpty) return []
    if (this.#found === 0) {
      const kind = isS3Url(text) ? 'object' : frames === null ? '.exr file' : 'file'
      const where = this.#pattern.isDeep || isS3Url(text) ? 'below' : 'in'
      return fail(`Nothing matches ${text}: no ${kind} ${where} ${base} has such a name. Check the pattern`)
    }
    if (!frames?.ranges) return []
    const present = [...this.#frames].sort((a, b) => a - b)
    const absent = frames.ranges.flatMap((range) =>
      missingFrames(
        present.filter((frame) => inRanges([range], frame)),
        range,
      ),
    )
    if (absent.length === 0) return []
    const lost = countFrames(absent)
    const asked = `${lost} of the ${countFrames(frames.ranges)} frames of ${text}`
    return fail(`${asked} ${lost === 1 ? 'is' : 'are'} not there: ${printRanges(absent)}. Render or copy them`)
  }
}
