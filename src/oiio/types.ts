import type { PlainError } from '../errors.ts'

/** Bytes of a file that lie in memory: those from `start` on. */
export interface SuppliedBytes {
  readonly start: number
  readonly bytes: Uint8Array
}

/**
 * What OpenImageIO is to read: a path of the local file system (its exact bytes where it is not UTF-8), or a file of
 * which some ranges are in memory. `sizeBytes` is the size of the whole file; `name` appears in messages only.
 */
export type NativeSource =
  | { readonly path: string | Uint8Array }
  | { readonly name: string; readonly sizeBytes: number; readonly ranges: readonly SuppliedBytes[] }

/** Ranges of a file whose header the caller has read: of its attributes only those it does not know come back. */
export interface DerivedSource {
  readonly name: string
  readonly sizeBytes: number
  readonly ranges: readonly SuppliedBytes[]
  /**
   * One text per part: the names of its attributes, joined by NUL; after an empty one those that OpenImageIO gives some of
   * them, which come back without a value.
   */
  readonly knownNames: readonly string[]
  /** Offsets in the file, rising, of types' first bytes: OpenImageIO is to take these types for others. Default none. */
  readonly hidden?: Float64Array
}

/** What OpenImageIO adds to one part: attributes it derives, and those it gives another name. Files share it: nobody may change it. */
export type DerivedPart = Pick<NativePart, 'attributes'>

/** OpenImageIO's two OpenEXR readers: on OpenEXRCore, and on the OpenEXR C++ library. */
export type NativeReader = 'core' | 'classic'

/** What OpenImageIO makes of one file. `refusals` are the readers that refused, in the order they were asked. */
export type NativeSpec<Part = NativePart> =
  | {
      readonly status: 'ok'
      readonly reader: NativeReader
      readonly refusals: readonly NativeRefusal[]
      readonly parts: readonly Part[]
      /** What the reader complained of although it opened the file; mostly empty. */
      readonly message: string
    }
  /** Both readers refused; `message` says why in one text. */
  | { readonly status: 'refused'; readonly refusals: readonly NativeRefusal[]; readonly message: string }
  /**
   * The reader touched bytes that are not among the ranges: supply `range` (half-open) and ask again, or be content
   * with the refusals. The classic reader wants chunk tables too, and of an unfinished file every chunk's first bytes.
   */
  | {
      readonly status: 'needs-bytes'
      readonly reader: NativeReader
      readonly refusals: readonly NativeRefusal[]
      readonly range: { readonly start: number; readonly endExclusive: number }
    }
  /** The operating system did not let the file be read, or the source is not one (`ERR_OPTION_INVALID`). */
  | { readonly status: 'unreadable'; readonly error: PlainError }

/** A reader that refused a file, and its words. */
export interface NativeRefusal {
  readonly reader: NativeReader
  readonly message: string
}

/** Pixels; the origin may be negative. `display...` is the display window. Tile size 0x0 means scan lines. */
export interface NativeDimensions {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly displayX: number
  readonly displayY: number
  readonly displayWidth: number
  readonly displayHeight: number
  readonly tileWidth: number
  readonly tileHeight: number
}

/** OpenImageIO's ImageSpec of one part, at full resolution. */
export interface NativePart extends NativeDimensions {
  readonly deep: boolean
  /** In OpenImageIO's order, which puts RGBA first: not the file's. */
  readonly channels: readonly NativeChannel[]
  /** With OpenImageIO's names, which differ from the file's for some, and those it derives. */
  readonly attributes: readonly NativeAttribute[]
  /** The mip levels after the first, in order. Of a rip-map, those on the diagonal. */
  readonly smallerLevels: readonly NativeDimensions[]
}

/** One channel as OpenImageIO has it. */
export interface NativeChannel {
  readonly name: string
  /** OpenImageIO's word: half, float, uint. */
  readonly format: string
}

/** One attribute as OpenImageIO has it. */
export interface NativeAttribute {
  readonly name: string
  /** OpenImageIO's TypeDesc as text: `float`, `string[3]`, `matrix`, `timecode`, `float2i[2]`. */
  readonly type: string
  readonly value: NativeValue
}

/**
 * A number (float32 widened exactly; 64-bit integers past 2^53 as decimal text), text, bytes for arrays of `uint8`, a
 * flat list for every other array and aggregate, null for what has no plain form.
 */
export type NativeValue = number | string | Uint8Array | readonly (number | string)[] | null

/** Whether the native addon is there, and with what it was loaded. */
export type NativeStatus =
  | { readonly ok: true; readonly oiioVersion: string; readonly openexrVersion: string | null }
  | { readonly ok: false; readonly error: string }
