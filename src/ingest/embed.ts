import type { Catalog, NewVectors, OutdatedFile } from '../catalog/catalog.ts'
import { toPlainError } from '../errors.ts'
import type { S3Settings } from '../source/s3-settings.ts'
import { recordVectors } from '../tables/index.ts'
import type { FileProblem } from '../tasks/ingest-task.ts'
import { inspectMany } from '../tasks/inspect-many.ts'

/** What `embed` is told. */
export interface EmbedOptions {
  /** Read files again whose rows do not suffice. Default true. */
  readonly reread?: boolean
  /** Threads that read files again. Default one a core. */
  readonly jobs?: number
  /** How to reach the object store of `s3://` locations. */
  readonly s3?: S3Settings
  /** Finish the batch at hand, and end: no error. */
  readonly stop?: AbortSignal
  /** Called after every batch. */
  readonly onProgress?: (counts: EmbedCounts) => void
}

/** How far a run has come, in files. */
export interface EmbedCounts {
  /** Looked at so far: all that were outdated, when the run has ended. */
  readonly outdated: number
  /** New vectors made from the catalog's rows. */
  readonly fromRows: number
  /** New vectors made from files that were read again. */
  readonly fromFiles: number
  /** Left as they are: their problems say why. */
  readonly left: number
}

/** What became of a run. */
export interface EmbedSummary {
  readonly counts: EmbedCounts
  /** Files that keep their old vectors, and why: the first thousand. */
  readonly problems: readonly Omit<FileProblem, 'state'>[]
  /** The run was asked to stop before its end. */
  readonly stopped: boolean
}

/** Files of one transaction; their rows are held together. */
const FILES_PER_BATCH = 1_000
const KEPT_PROBLEMS = 1_000

/**
 * Gives every stored file of another recipe vectors of this release's, batch by batch, each one transaction: from the
 * catalog's rows where they suffice, else from the file, if its header is still the one that was stored. Files that are
 * up to date are not looked at, so that a run that was stopped goes on where it was. Throws ERR_CATALOG_*.
 */
export async function embed(catalog: Catalog, options: EmbedOptions = {}): Promise<EmbedSummary> {
  const counts = { outdated: 0, fromRows: 0, fromFiles: 0, left: 0 }
  const problems: Omit<FileProblem, 'state'>[] = []
  let after: OutdatedFile | undefined
  while (!options.stop?.aborted) {
    const files = await catalog.outdatedFiles(FILES_PER_BATCH, after)
    after = files.at(-1)
    if (after === undefined) break
    const facts = await catalog.embeddableFacts(files)
    const batch = files.flatMap(({ fileId }): NewVectors[] => {
      const found = facts.get(fileId)
      return found === undefined ? [] : [{ fileId, vectors: recordVectors(found) }]
    })
    const missing = files.filter(({ fileId }) => !facts.has(fileId))
    const read = await readAgain(missing, options)
    await catalog.writeVectors([...batch, ...read.batch])
    counts.outdated += files.length - read.unread
    counts.fromRows += batch.length
    counts.fromFiles += read.batch.length
    counts.left += read.problems.length
    problems.push(...read.problems.slice(0, KEPT_PROBLEMS - problems.length))
    options.onProgress?.(counts)
  }
  return { counts, problems, stopped: options.stop?.aborted === true }
}

interface ReadAgain {
  readonly batch: NewVectors[]
  readonly problems: Omit<FileProblem, 'state'>[]
  /** Files not come to before the run was stopped. */
  unread: number
}

/** Vectors of files whose header is still the one that was stored. */
async function readAgain(files: readonly OutdatedFile[], options: EmbedOptions): Promise<ReadAgain> {
  const { reread = true, jobs, s3, stop } = options
  const done: ReadAgain = { batch: [], problems: [], unread: 0 }
  const leave = ({ path }: OutdatedFile, code: string, message: string) => done.problems.push({ path, code, message })
  const readable = files.filter((file) => {
    if (file.isCurrent && reread) return true
    const why = file.isCurrent ? 'it was not to be read again' : 'another header has taken its place'
    leave(file, 'ERR_CATALOG_QUERY', `Rows of ${file.path} do not suffice for new vectors, and ${why}.`)
    return false
  })
  const paths = readable.map(({ path }) => path)
  const pool = { ...(jobs !== undefined && { maxThreads: jobs }), ...(s3 && { s3 }) }
  let at = 0
  for await (const { payload, error } of inspectMany(paths, { ...pool, ordered: true })) {
    const file = readable[at++]!
    if (error !== null) {
      const { code, message } = toPlainError(error, 'ERR_SOURCE_READ')
      leave(file, code, message)
    } else if (payload.file.header_hash !== file.headerHash) {
      leave(file, 'ERR_SOURCE_CHANGED', `${file.path} has another header than was stored. Ingest it again.`)
    } else {
      done.batch.push({ fileId: file.fileId, vectors: recordVectors(payload) })
    }
    if (stop?.aborted) break
  }
  done.unread = readable.length - at
  return done
}
