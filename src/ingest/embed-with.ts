import { availableParallelism } from 'node:os'
import type { Catalog, FileToEmbed, NewEmbedding } from '../catalog/catalog.ts'
import {
  type EmbeddablePayload,
  type EmbeddingProvider,
  type HeaderProvider,
  type ThumbnailProvider,
  unitVector,
} from '../embeddings/index.ts'
import { ExrError, toPlainError } from '../errors.ts'
import { openPixelPool } from '../tasks/pixel-pool.ts'
import type { EmbedOptions, EmbedProblem, EmbedSummary } from './embed-options.ts'
import { readAgain } from './read-again.ts'

/** Files of one transaction: those of pixels take longer, and what was not stored yet is made again. */
const FILES_PER_BATCH = { header: 1_000, thumbnail: 64 } as const
const KEPT_PROBLEMS = 1_000
/** Not the fault of a file: they end the run. */
const FINAL_CODES: ReadonlySet<string> = new Set([
  'ERR_ABORTED',
  'ERR_EMBEDDING_MODEL',
  'ERR_FEATURE_UNAVAILABLE',
  'ERR_OPTION_INVALID',
])

/** Vectors of some files. */
interface Made {
  readonly batch: readonly NewEmbedding[]
  readonly fromRows: number
  readonly problems: readonly EmbedProblem[]
  /** Files not come to before the run was stopped. */
  readonly unread: number
}

/**
 * Makes a vector of every live file that has none of the provider and its version, batch by batch, each one transaction:
 * of its header from the catalog's rows where they suffice, or of its pixels, if its bytes are still those that were seen last. A run
 * that was stopped goes on where it was. A file whose vector cannot be made is left and told; what is wrong with the
 * provider is thrown.
 */
export async function embedWith(
  catalog: Catalog,
  provider: EmbeddingProvider,
  options: EmbedOptions,
): Promise<EmbedSummary> {
  const counts = { outdated: 0, fromRows: 0, fromFiles: 0, left: 0 }
  const problems: EmbedProblem[] = []
  const { name, version, reads } = provider
  const missing = { provider: name, version, readsPixels: reads === 'thumbnail' }
  const maker = reads === 'header' ? headerMaker(catalog, provider, options) : pictureMaker(provider, options)
  try {
    let after: FileToEmbed | undefined
    while (!options.stop?.aborted) {
      const files = await catalog.filesToEmbed(missing, FILES_PER_BATCH[reads], after)
      after = files.at(-1)
      if (after === undefined) break
      const made = await maker.make(files, (done) =>
        options.onProgress?.({ ...counts, outdated: counts.outdated + done }),
      )
      await catalog.writeEmbeddings(missing, made.batch)
      counts.outdated += files.length - made.unread
      counts.fromRows += made.fromRows
      counts.fromFiles += made.batch.length - made.fromRows
      counts.left += made.problems.length
      problems.push(...made.problems.slice(0, KEPT_PROBLEMS - problems.length))
      options.onProgress?.(counts)
    }
  } finally {
    await maker.close()
  }
  return { counts, problems, stopped: options.stop?.aborted === true }
}

interface Maker {
  make(files: readonly FileToEmbed[], onDone: (count: number) => void): Promise<Made>
  close(): Promise<void>
}

function headerMaker(catalog: Catalog, provider: HeaderProvider, options: EmbedOptions): Maker {
  return {
    async make(files) {
      const [batch, problems]: [NewEmbedding[], EmbedProblem[]] = [[], []]
      const add = async ({ fileId, path }: Pick<FileToEmbed, 'fileId' | 'path'>, payload: EmbeddablePayload) => {
        try {
          batch.push({ fileId, path, vector: unitVector(provider, await provider.embed(payload)), bytes: null })
        } catch (error) {
          problems.push(problemOf(path, error))
        }
      }
      const outdated = files.map((file) => ({ ...file, isCurrent: true, embeddingVersion: null }))
      const facts = await catalog.embeddableFacts(outdated)
      for (const file of files) {
        const found = facts.get(file.fileId)
        if (found !== undefined) await add(file, found)
      }
      const fromRows = batch.length
      const read = await readAgain(
        outdated.filter(({ fileId }) => !facts.has(fileId)),
        options,
        add,
      )
      return { batch, fromRows, problems: [...problems, ...read.problems], unread: read.unread }
    },
    close: async () => undefined,
  }
}

/** Pictures are made in child processes, a few at a time, and the vectors of them meanwhile. */
function pictureMaker(provider: ThumbnailProvider, { jobs = availableParallelism(), s3, stop }: EmbedOptions): Maker {
  const pool = openPixelPool({ jobs, ...(s3 && { s3 }) })
  const embedFile = async ({ fileId, path, sizeBytes, mtimeUs, etag }: FileToEmbed): Promise<NewEmbedding> => {
    const bytes = { sizeBytes, mtimeUs, etag }
    const look = { size: provider.pictureSize, background: [0, 0, 0] } as const
    const task = { kind: 'thumbnail', location: path, options: look, output: null, expected: bytes } as const
    const { facts, ...picture } = await pool.ask(task)
    if (facts.missing !== undefined) {
      const count = facts.missing.chunks
      throw new ExrError(
        'ERR_EXR_CHUNKS',
        `${count} chunk${count === 1 ? '' : 's'} of ${path} cannot be decoded, so that its picture is not that of the file.`,
      )
    }
    return { fileId, path, bytes, vector: unitVector(provider, await provider.embed(picture)) }
  }
  return {
    async make(files, onDone) {
      const [batch, problems]: [NewEmbedding[], EmbedProblem[]] = [[], []]
      let next = 0
      let done = 0
      const work = async () => {
        while (next < files.length && !stop?.aborted) {
          const file = files[next++]!
          try {
            batch.push(await embedFile(file))
          } catch (error) {
            problems.push(problemOf(file.path, error))
          }
          onDone(++done)
        }
      }
      // One more than there are children, so that none waits for the vector of the last picture.
      await Promise.all(Array.from({ length: jobs + 1 }, work))
      return { batch, fromRows: 0, problems, unread: files.length - done }
    },
    close: () => pool.close(),
  }
}

/** Throws what is not the fault of the file. */
function problemOf(path: string, error: unknown): EmbedProblem {
  const { code, message } = toPlainError(error, 'ERR_INTERNAL')
  if (FINAL_CODES.has(code)) throw error
  return { path, code, message }
}
