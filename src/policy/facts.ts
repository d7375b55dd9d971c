import type { Payload } from '../inspect/payload.ts'
import type { FileDiff } from '../pixels/diff-types.ts'

/** What is known of a file when it is judged; plain data, whether it was just read or comes from a catalog. */
export interface PolicyFacts {
  readonly path: string
  /** Null where it is not known. */
  readonly sizeBytes: number | null
  /** Null when only the name was looked at, or the file could not be read. */
  readonly payload: Payload | null
  /** Why the file could not be read. */
  readonly error: { readonly code: string; readonly message: string } | null
  /**
   * Side-car manifests of Cryptomattes by their names in the header: what is wrong with each, null for nothing. Left out
   * where nobody looked for them; `readSidecars` does.
   */
  readonly sidecars?: ReadonlyMap<string, string | null>
  /**
   * How the file's pixels differ from those of plates (`a` is the plate), by the locations that `plateWish` names; a text
   * says why a plate could not be compared. Left out where nobody compared; `readPlates` does.
   */
  readonly plates?: ReadonlyMap<string, FileDiff | string>
  /** `catalog`: rows of a catalog, which keeps values but not every defect of the bytes. Default `file`. */
  readonly origin?: 'file' | 'catalog'
}

/** Facts of a file that was inspected. */
export function factsOf(payload: Payload): PolicyFacts {
  return { path: payload.file.path, sizeBytes: payload.file.size_bytes, payload, error: null }
}

/** Facts of a file that could not be read; its size where it is known. */
export function unreadableFacts(
  path: string,
  error: { readonly code: string; readonly message: string },
  sizeBytes: number | null = null,
): PolicyFacts {
  return { path, sizeBytes, payload: null, error: { code: error.code, message: error.message } }
}
