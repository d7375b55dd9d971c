import { availableParallelism } from 'node:os'
import type { CatalogSql } from '../catalog/catalog.ts'
import { toPlainError } from '../errors.ts'
import { type FileRecode, RECODED } from '../pixels/recode.ts'
import { compressionSampleSql } from '../queries/compression-sample.ts'
import { parseWhole } from '../settings/parse.ts'
import type { S3Settings } from '../source/s3-settings.ts'
import { openPixelPool } from '../tasks/pixel-pool.ts'
import type { EmbedProblem } from './embed-options.ts'

/** How much is looked at. */
export interface SavingsOptions {
  /** Files of each compression. Default 10. */
  readonly files?: number
  /** Places of a file: 32 rows of the whole width, or a tile. Default 4. */
  readonly places?: number
  /** Only files for which this SQL condition over files and their first part holds. */
  readonly where?: string
  /** Child processes. Default one a core. */
  readonly jobs?: number
  /** How to reach the object store of `s3://` locations. */
  readonly s3?: S3Settings
  readonly signal?: AbortSignal
  /** Told after each file. */
  readonly onProgress?: (done: number, total: number) => void
}

/** What files of one compression would take in another one. */
export interface SavingsRow {
  /** Compression of the first part. */
  readonly compression: string
  /** The one they were encoded in. */
  readonly codec: string
  /** Whether values may change: PXR24 changes floats alone, B44 and DWA halfs too. */
  readonly is_lossy: boolean
  /** Live flat files of the compression, and their bytes. */
  readonly file_count: number
  readonly size_bytes: number
  /** Files that were looked at, and the bytes of the chunks that were encoded anew. */
  readonly measured_files: number
  readonly measured_bytes: number
  /** New bytes over old ones, each file by its size. */
  readonly ratio: number
  /** What all of them would save at this ratio; negative where they would grow. */
  readonly saved_bytes: number
}

/** What was measured, and on what. */
export interface CompressionSavings {
  readonly rows: readonly SavingsRow[]
  /** Files chosen, those of which something could be measured, the places and chunks of these. */
  readonly chosen: number
  readonly measured: number
  readonly places: number
  readonly chunks: number
  /** Files, or places of them, that are not in it, and why. */
  readonly problems: readonly EmbedProblem[]
}

interface Chosen {
  readonly path: string
  readonly compression: string
  readonly sizeBytes: number
  readonly fileCount: number
  readonly totalBytes: number
}

const LOSSY: ReadonlySet<string> = new Set(['pxr24', 'b44', 'b44a', 'dwaa'])

/**
 * What other compressions would save, measured: some files of each compression, chosen by their ids, are opened, some of their
 * chunks decoded in child processes and encoded anew. Deep files are left out. A file that cannot be read is a problem, no error.
 * Throws ERR_OPTION_INVALID, ERR_CATALOG_QUERY, ERR_FEATURE_UNAVAILABLE for a catalog without SQL, ERR_NATIVE_UNAVAILABLE, ERR_ABORTED.
 */
export async function measureCompression(
  catalog: CatalogSql,
  options: SavingsOptions = {},
): Promise<CompressionSavings> {
  const files = parseWhole(options.files ?? 10, 'files', 1, 10_000)
  const places = parseWhole(options.places ?? 4, 'places', 1, 1_000)
  const { where = 'true', jobs = availableParallelism(), s3, signal, onProgress } = options
  const chosen = await choose(catalog, files, where, signal)
  const found: { readonly file: Chosen; readonly recode: FileRecode }[] = []
  const problems: EmbedProblem[] = []
  const pool = openPixelPool({ jobs, ...(s3 && { s3 }) })
  let next = 0
  let done = 0
  const work = async () => {
    while (next < chosen.length) {
      const file = chosen[next++]!
      try {
        const task = { kind: 'recode', location: file.path, options: { places } } as const
        const recode = await pool.ask(task, signal === undefined ? {} : { signal })
        if (recode.places > 0) found.push({ file, recode })
        if (recode.reason !== null) {
          problems.push({ path: file.path, code: 'ERR_PIXELS_UNSUPPORTED', message: recode.reason })
        }
      } catch (error) {
        const { code, message } = toPlainError(error, 'ERR_INTERNAL')
        if (code === 'ERR_ABORTED' || code === 'ERR_NATIVE_UNAVAILABLE') throw error
        problems.push({ path: file.path, code, message })
      }
      onProgress?.(++done, chosen.length)
    }
  }
  try {
    await Promise.all(Array.from({ length: jobs }, work))
  } finally {
    await pool.close()
  }
  const total = (of: (recode: FileRecode) => number) => found.reduce((sum, { recode }) => sum + of(recode), 0)
  return {
    rows: savingsOf(found),
    chosen: chosen.length,
    measured: found.length,
    places: total((recode) => recode.places),
    chunks: total((recode) => recode.chunks),
    problems,
  }
}

async function choose(catalog: CatalogSql, files: number, where: string, signal?: AbortSignal): Promise<Chosen[]> {
  const { batches } = await catalog.sqlStream(await compressionSampleSql(catalog, files, where), signal)
  const chosen: Chosen[] = []
  for await (const batch of batches) {
    for (const [path, compression, sizeBytes, fileCount, totalBytes] of batch) {
      chosen.push({
        path: String(path),
        compression: String(compression),
        sizeBytes: Number(sizeBytes),
        fileCount: Number(fileCount),
        totalBytes: Number(totalBytes),
      })
    }
  }
  return chosen
}

/** A row for each compression and codec, the largest saving of a compression first. Pure. */
function savingsOf(found: readonly { readonly file: Chosen; readonly recode: FileRecode }[]): SavingsRow[] {
  const rows: SavingsRow[] = []
  for (const compression of new Set(found.map(({ file }) => file.compression))) {
    const own = found.filter(({ file }) => file.compression === compression)
    const { fileCount, totalBytes } = own[0]!.file
    const part: SavingsRow[] = []
    for (const [index, codec] of RECODED.entries()) {
      const told = own.filter(({ recode }) => recode.bytes[index] !== null)
      const size = told.reduce((sum, { file }) => sum + file.sizeBytes, 0)
      if (size === 0) continue
      const anew = told.reduce((sum, { file, recode }) => {
        return sum + (file.sizeBytes * recode.bytes[index]!) / recode.storedBytes
      }, 0)
      const ratio = anew / size
      part.push({
        compression,
        codec,
        is_lossy: LOSSY.has(codec),
        file_count: fileCount,
        size_bytes: totalBytes,
        measured_files: told.length,
        measured_bytes: told.reduce((sum, { recode }) => sum + recode.storedBytes, 0),
        ratio,
        saved_bytes: Math.round(totalBytes * (1 - ratio)),
      })
    }
    rows.push(...part.sort((a, b) => b.saved_bytes - a.saved_bytes))
  }
  return rows.sort((a, b) => b.size_bytes - a.size_bytes)
}
