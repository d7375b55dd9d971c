import { readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { ExrError } from '../../errors.ts'
import { rootPattern } from '../../ingest/root-pattern.ts'
import { patternMatcher } from '../../sequences/index.ts'
import type { CliContext } from '../context.ts'
import { filesOf, oneFile } from '../locations.ts'

/** Two files to compare. */
export interface Pair {
  readonly a: string
  readonly b: string
}

/** What is to be compared, and what has no counterpart. */
export interface Pairs {
  readonly pairs: readonly Pair[]
  readonly onlyA: readonly string[]
  readonly onlyB: readonly string[]
  /** Two sets of files, not two files. */
  readonly isSet: boolean
}

/**
 * Two files, or the files of two sets: of directories those of one name, of patterns with a placeholder those of one
 * frame. A file beside a set is compared with its namesake there.
 */
export async function pairsOf(a: string, b: string, context: CliContext): Promise<Pairs> {
  const [setA, setB] = [await setOf(a, context), await setOf(b, context)]
  if (setA === null && setB === null) return alone({ a, b })
  if (setA === null || setB === null) {
    if (setA === null) return alone({ a, b: isDirectory(b) ? join(b, basename(a)) : await oneFile(b, context) })
    return alone({ a: isDirectory(a) ? join(a, basename(b)) : await oneFile(a, context), b })
  }
  // Frames have counterparts among frames alone.
  const byFrame = setA.byFrame !== null && setB.byFrame !== null
  const [filesA, filesB] = byFrame ? [setA.byFrame!, setB.byFrame!] : [setA.byName, setB.byName]
  return {
    pairs: [...filesA].flatMap(([key, path]) => (filesB.has(key) ? [{ a: path, b: filesB.get(key)! }] : [])),
    onlyA: [...filesA].flatMap(([key, path]) => (filesB.has(key) ? [] : path)),
    onlyB: [...filesB].flatMap(([key, path]) => (filesA.has(key) ? [] : path)),
    isSet: true,
  }
}

interface FileSet {
  readonly byName: ReadonlyMap<string, string>
  /** Null unless it has a placeholder for the frame. */
  readonly byFrame: ReadonlyMap<string, string> | null
}

/** Null for a file. */
async function setOf(name: string, context: CliContext): Promise<FileSet | null> {
  if (isDirectory(name))
    return { byName: new Map(exrNames(name).map((file) => [file, join(name, file)])), byFrame: null }
  const pattern = rootPattern(name)
  if (pattern === null) return null
  const files = await filesOf(name, context)
  const frameOf =
    pattern.frames === null ? null : patternMatcher({ ...pattern.frames, prefix: baseOf(pattern.frames.prefix) })
  const byFrame = frameOf === null ? null : new Map(files.map((file) => [String(frameOf(basename(file))), file]))
  if (byFrame !== null && byFrame.size < files.length) {
    throw new ExrError(
      'ERR_OPTION_INVALID',
      `Cannot compare ${name} by frames: several files have the same. Name one sequence`,
    )
  }
  return { byName: new Map(files.map((file) => [basename(file), file])), byFrame }
}

function baseOf(prefix: string): string {
  return prefix.slice(prefix.lastIndexOf('/') + 1)
}

function alone(pair: Pair): Pairs {
  return { pairs: [pair], onlyA: [], onlyB: [], isSet: false }
}

function exrNames(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true }).map(String)
  return names.filter((name) => /\.(exr|sxr|mxr|dxr)$/i.test(name)).sort()
}

function isDirectory(name: string): boolean {
  try {
    return statSync(name).isDirectory()
  } catch {
    return false
  }
}
