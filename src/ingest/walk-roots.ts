import { readdirSync } from 'node:fs'
import { connectS3, type S3Connection } from '../source/s3-client.ts'
import type { S3Settings } from '../source/s3-settings.ts'
import { isS3Url } from '../source/s3-url.ts'
import { joinPath, locationOf, pick, type WalkFailure, type WalkStep } from './found.ts'
import { isIgnored } from './ignore-rules.ts'
import { EXR_NAME, STATS_PER_TASK } from './listing.ts'
import { PatternSearch, type RootPattern, rootPattern } from './root-pattern.ts'
import { walkS3 } from './s3-walk.ts'
import { type Lister, type S3WalkOptions, type WalkOptions, walk } from './walk.ts'

export interface WalkRootsOptions extends WalkOptions, Pick<S3WalkOptions, 'startAfter' | 'shallow'> {
  /** A pattern that finds nothing is no failure. Default false. */
  readonly allowEmpty?: boolean
  /** How to reach the object store of `s3://` roots. */
  readonly s3?: S3Settings
}

/**
 * OpenEXR files that locations stand for: files and directories first, then names with a placeholder for the frame
 * (`beauty.####.exr`, `beauty.1001-1100#.exr`, by number) and wildcards (links that match are followed), then `s3://`
 * prefixes and patterns, each in the order given. A pattern that finds nothing, or lacks frames of its range, is a failure.
 */
export async function* walkRoots(
  roots: Iterable<string> | AsyncIterable<string>,
  options: WalkRootsOptions,
  list: Lister,
): AsyncGenerator<WalkStep> {
  const patterns: RootPattern[] = []
  const remote: string[] = []
  const local = (async function* () {
    for await (const root of roots) {
      if (isS3Url(root)) remote.push(root)
      else {
        const pattern = rootPattern(root)
        if (pattern === null) yield root
        else patterns.push(pattern)
      }
    }
  })()
  yield* walk(local, options, list)
  for (const pattern of patterns) {
    const found = pattern.isDeep ? wildcards(pattern, options, list) : frames(pattern, options, list)
    yield* found
  }
  if (remote.length === 0) return
  const connection = await connectS3(options.s3)
  try {
    for (const root of remote) yield* objects(root, connection, options)
  } finally {
    connection.close()
  }
}

/** `**` crosses directories. Only files with an OpenEXR extension are found. */
async function* wildcards(pattern: RootPattern, options: WalkRootsOptions, list: Lister): AsyncGenerator<WalkStep> {
  const search = await PatternSearch.of(pattern, options.allowEmpty)
  // The pattern names links as well as files.
  const steps = walk([pattern.base], { ...options, follow: true }, list)
  yield* matching(steps, search)
}

async function* matching(steps: AsyncIterable<WalkStep>, search: PatternSearch): AsyncGenerator<WalkStep> {
  let hasFailed = false
  for await (const { files, failures, skippedLinks } of steps) {
    const indices = files.names.flatMap((_, index) => {
      const match = search.matches(locationOf(files, index))
      return match === null || match === false ? [] : index
    })
    // A folder that cannot be listed may hold what is meant; a file's own name says whether it is.
    const meant = failures.filter(({ path }) => !EXR_NAME.test(path) || search.fits(path))
    hasFailed ||= meant.length > 0
    yield { files: pick(files, indices), failures: meant, skippedLinks }
  }
  // What could not be listed says more than that nothing was found.
  if (!hasFailed) yield failureStep(search.failures())
}

/** Frames in one directory, by number; only those are asked about. */
async function* frames(pattern: RootPattern, options: WalkRootsOptions, list: Lister): AsyncGenerator<WalkStep> {
  const { base } = pattern
  const search = await PatternSearch.of(pattern, options.allowEmpty)
  const rules = options.ignore?.length ? [{ base, patterns: options.ignore.join('\n') }] : []
  const found = namesIn(base)
    .map((name) => ({ name, frame: search.matches(joinPath(base, name)) }))
    .filter(({ name, frame }) => frame !== null && !isIgnored(joinPath(base, name), false, rules))
    .sort((a, b) => Number(a.frame) - Number(b.frame))
  for (let start = 0; start < found.length; start += STATS_PER_TASK) {
    const names = found.slice(start, start + STATS_PER_TASK).map(({ name }) => name)
    const { listings } = await list([{ kind: 'stat', directory: base, names }])
    for (const { files, failures } of listings) yield { files, failures, skippedLinks: 0 }
  }
  yield failureStep(search.failures())
}

/** None where the folder is not there or is none, which the search then says of its names. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort()
  } catch {
    return []
  }
}

async function* objects(
  root: string,
  connection: S3Connection,
  { startAfter, signal, shallow, allowEmpty }: WalkRootsOptions,
): AsyncGenerator<WalkStep> {
  const options = {
    ...(startAfter !== undefined && { startAfter }),
    ...(signal && { signal }),
    ...(shallow && { shallow }),
  }
  const pattern = rootPattern(root)
  if (pattern === null) yield* walkS3(connection, root, options)
  else {
    const { shallow: _, ...all } = options
    yield* matching(walkS3(connection, pattern.base, all), await PatternSearch.of(pattern, allowEmpty))
  }
}

function failureStep(failures: readonly WalkFailure[]): WalkStep {
  const none = { directory: '', names: [], sizes: new Float64Array(0), mtimesUs: new BigInt64Array(0), etags: null }
  return { files: none, failures, skippedLinks: 0 }
}
