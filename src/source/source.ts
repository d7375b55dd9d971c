/** What a source knows of the thing it reads, as of its first read. */
export interface SourceIdentity {
  /** Location as the caller gave it: absolute path, `s3://bucket/key`, or a name for memory. */
  readonly path: string
  /** Whole size in bytes. */
  readonly sizeBytes: number
  /** Microseconds since the Unix epoch, UTC; null where the source has no such time. */
  readonly mtimeUs: bigint | null
  /** Opaque version tag of an object store, without quotes; null elsewhere. */
  readonly etag: string | null
}

/** Work done so far: what a ranged reader promises to keep small. */
export interface SourceCounters {
  readonly requests: number
  readonly bytes: number
}

/**
 * Where bytes come from. One object is one version of one file: a source whose file is replaced while it is
 * read throws ERR_SOURCE_CHANGED and never mixes two versions.
 */
export interface ByteSource {
  /** Location as the caller gave it. */
  readonly path: string
  readonly counters: SourceCounters
  /** Size and version. File sources stat; object stores learn it from the first read. */
  identity(signal?: AbortSignal): Promise<SourceIdentity>
  /**
   * Bytes [start, endExclusive), shorter only where the file ends. The caller owns the memory.
   * Throws ERR_SOURCE_* with the path in `details`.
   */
  read(start: number, endExclusive: number, signal?: AbortSignal): Promise<Uint8Array>
  /**
   * Many small reads, each answered as `read` does, in order. Only sources where one costs little have it: of others, such
   * as object stores, neighbours are read together (`readScattered`).
   */
  scattered?(ranges: readonly ByteRange[], signal?: AbortSignal): Promise<Uint8Array[]>
  /**
   * Hands the descriptor of a local file to native code, which reads it by itself, and counts what that says it read. The file
   * stays open meanwhile. Only files have it. Throws ERR_SOURCE_* as `read` does.
   */
  natively?<Answer extends NativeReads>(
    work: (descriptor: number) => Promise<Answer>,
    signal?: AbortSignal,
  ): Promise<Answer>
  /** May be called twice. */
  close(): Promise<void>
}

/**
 * Length of the first read where nobody says, by kind of source. Both hold an ordinary header with its chunk table, so
 * that no second read is needed; of an object it is one request.
 */
export const FIRST_READ_BYTES = { file: 65_536, object: 65_536 } as const

/** What native code read of a file. */
export interface NativeReads {
  readonly reads: number
  readonly bytes: number
  /** What the system refused with, an `errno`, or 0. */
  readonly errorNumber: number
}

/** Half-open byte range. */
export interface ByteRange {
  readonly start: number
  readonly endExclusive: number
}
