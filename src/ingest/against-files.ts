import { filesOf, type NamedFile } from '../catalog/batch-files.ts'
import type { Catalog } from '../catalog/catalog.ts'
import { CHECK_OPTIONS, type InspectOptions } from '../inspect/options.ts'
import type { Payload } from '../inspect/payload.ts'
import type { S3Settings } from '../source/s3-settings.ts'
import { encodeRecords } from '../tables/index.ts'
import { inspectMany } from '../tasks/inspect-many.ts'

/** Which files are read again. */
interface AgainstFilesOptions {
  /** How many files at most. */
  readonly files: number
  /** Picks them: the same seed picks the same files of the same catalog. */
  readonly seed: string
  readonly foldCase?: boolean
  readonly jobs?: number
  readonly s3?: S3Settings
  /** Limits of headers to read within. */
  readonly limits?: InspectOptions['limits']
  readonly signal?: AbortSignal
}

/** What reading a sample of files again found. Every file of it is in one of the lists, or is as the catalog says. */
export interface AgainstFilesReport {
  readonly seed: string
  readonly sampled: number
  /** Files of which the catalog says exactly what an inspection says now. */
  readonly same: number
  /** Files whose bytes are those of the last sighting, and of which the catalog says something else. */
  readonly different: readonly string[]
  /** Files whose bytes were written since, by size, time or tag: the catalog is behind, not wrong. */
  readonly changed: readonly string[]
  /** Files of which other limits kept other parts unread than when they were stored: nothing to compare. */
  readonly limited: readonly string[]
  /** Files that cannot be read now. */
  readonly unreadable: readonly { readonly path: string; readonly code: string }[]
}

/**
 * Inspects a sample of a catalog's live files again, each as deep as it was looked at when it was stored, and compares
 * digests of all rows. Another version of OpenImageIO may derive other attributes, which is a difference. Changes nothing.
 */
export async function verifyAgainstFiles(catalog: Catalog, options: AgainstFilesOptions): Promise<AgainstFilesReport> {
  const { files, seed, foldCase = false, jobs, s3, limits, signal } = options
  const sample = await catalog.sample(files, seed)
  const different: string[] = []
  const changed: string[] = []
  const limited: string[] = []
  const unreadable: { path: string; code: string }[] = []
  let [same, sampled] = [0, 0]
  const how = {
    foldCase,
    ...(jobs !== undefined && { maxThreads: jobs }),
    ...(s3 && { s3 }),
    ...(limits && { limits }),
    ...(signal && { signal }),
  }
  for (const check of CHECK_OPTIONS) {
    const group = sample.filter(({ checkDepth: depth }) => (depth === 'none' ? 'leaders' : depth) === check)
    sampled += group.length
    const paths = group.map(({ path }) => path)
    let at = 0
    for await (const { payload, error } of inspectMany(paths, { ...how, check })) {
      const file = group[at++]!
      if (error !== null) {
        unreadable.push({ path: file.path, code: error.code })
        continue
      }
      const now = rowOf(payload, foldCase)
      if (now?.contentDigest === file.contentDigest) same += 1
      else if (now?.bytes !== file.bytes) changed.push(file.path)
      else if (now.limitReached !== file.limitReached) limited.push(file.path)
      else different.push(file.path)
    }
  }
  return { seed, sampled, same, different, changed, limited, unreadable }
}

/** The row of `files` that an inspection would be stored as. */
function rowOf(payload: Payload, foldCase: boolean): NamedFile | undefined {
  const record = { payload, inspectedAtUs: 0n, durationUs: 0 }
  return filesOf(encodeRecords([record], { runId: '', foldCase }))[0]
}
