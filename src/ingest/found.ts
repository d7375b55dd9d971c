import type { ErrorCode } from '../errors.ts'

/**
 * Files of one directory, column by column: a walk over a million files stays a few arrays per directory.
 * Entry `i` of every column is one file.
 */
export interface FoundFiles {
  /** Absolute path or URL prefix; empty when every name is a whole location. */
  readonly directory: string
  /** Names inside `directory`. A name that is not valid UTF-8 is here as its whole `file://` URL. */
  readonly names: readonly string[]
  /** Bytes. */
  readonly sizes: Float64Array
  /** Microseconds since the Unix epoch. */
  readonly mtimesUs: BigInt64Array
  /** Version tags of an object store, which say more than times do; null for files. */
  readonly etags: readonly (string | null)[] | null
}

/** A location the walk could not read. */
export interface WalkFailure {
  /** It is what a pattern did not find. */
  readonly isSearch?: true
  readonly path: string
  readonly code: ErrorCode
  readonly message: string
}

/** What a walk yields: files of one directory, and what went wrong or was passed over there. */
export interface WalkStep {
  readonly files: FoundFiles
  readonly failures: readonly WalkFailure[]
  /** Symbolic links passed over because links are not followed. */
  readonly skippedLinks: number
}

/** Whole location of entry `index`. */
export function locationOf(files: FoundFiles, index: number): string {
  return joinPath(files.directory, files.names[index] ?? '')
}

/** `name` inside `directory`; a `name` that is a whole location already comes back unchanged. */
export function joinPath(directory: string, name: string): string {
  if (directory.startsWith('s3://')) return directory + name
  if (directory === '' || name.startsWith('file://')) return name
  return directory.endsWith('/') ? directory + name : `${directory}/${name}`
}

/** The entries at `indices`, in that order. */
export function pick(files: FoundFiles, indices: readonly number[]): FoundFiles {
  return {
    directory: files.directory,
    names: indices.map((index) => files.names[index] ?? ''),
    sizes: Float64Array.from(indices, (index) => files.sizes[index] ?? 0),
    mtimesUs: BigInt64Array.from(indices, (index) => files.mtimesUs[index] ?? 0n),
    etags: files.etags && indices.map((index) => files.etags?.[index] ?? null),
  }
}
