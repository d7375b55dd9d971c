import { createRequire } from 'node:module'

/** What is in a file of vectors: the rows of a table by groups, and what each group was made from. */
export interface VectorFileContent {
  /** Distinct vectors, numbered from 0. */
  readonly vectorCount: number
  /** Rows of all that was ever added, whatever took its place since. */
  readonly rowCount: number
  readonly groups: Uint32Array
  /** One a group. */
  readonly fingerprints: BigUint64Array
}

/** Vectors that a search found, the most alike first. */
export interface FoundVectors {
  readonly vectors: Uint32Array
  /** Cosines; infinite for a vector that has none, being zero or not finite. */
  readonly similarities: Float64Array
  /** No vector that was left out is more alike than this; below -1 when none was left out. */
  readonly bound: number
}

/**
 * Vectors of the rows of a table, each distinct one once, in a file that is only added to; native/vectors/vector_file.h.
 * Calls may not overlap. Every promise rejects when the file cannot be read or written.
 */
export interface VectorFile {
  /** Takes in what was added since, by whomever. A file that is not there has no groups. */
  load(): Promise<VectorFileContent>
  /** Writes the number of each row's vector to its place; rows without one and of other groups stay. */
  rows(vectors: Uint32Array, groupRows: number): Promise<void>
  /** Whether nobody else is adding. Makes the file where it is missing; `anew` leaves the old one to whoever has it open. */
  beginAdding(mode: number, anew: boolean): Promise<boolean>
  /** The rows at some places of a group, with their vectors one after the other; the group's other rows have none. */
  add(group: number, fingerprint: bigint, rowCount: number, places: Uint32Array, vectors: Float32Array): Promise<void>
  /** May be called twice. */
  endAdding(): void
  /**
   * Of the vectors whose byte in `wanted` is 1 those most like `query`: computes the cosines of `most` at most, and ends when
   * `enough` are more alike than all others can be. `portable` takes the path that every processor has.
   */
  find(query: Float32Array, wanted: Uint8Array, most: number, enough: number, portable: boolean): Promise<FoundVectors>
  /** May be called twice. */
  close(): void
}

/** Rows that are added together, at most. */
export const VECTOR_GROUP_ROWS = 8192

/** The number of a row's vector that has none. */
export const NO_VECTOR = 0xffff_ffff

interface VectorsAddon {
  readonly VectorFile: new (path: string) => VectorFile
}

let loaded: VectorsAddon | null | undefined

/** A file of vectors that is not loaded yet; null where the addon is not built. It is not the one that reads images, which takes long to load. */
export function vectorFileAt(path: string): VectorFile | null {
  if (loaded === undefined) {
    try {
      loaded = createRequire(import.meta.url)('#vectors') as VectorsAddon
    } catch {
      loaded = null
    }
  }
  return loaded === null ? null : new loaded.VectorFile(path)
}
