import type { DefectCode } from './defect-codes.ts'

/** Inclusive on both ends, as OpenEXR stores it: a 1x1 window has min equal to max. */
export interface Box2i {
  readonly minX: number
  readonly minY: number
  readonly maxX: number
  readonly maxY: number
}

/** Type of a channel's samples, in the format's own words. */
export type PixelType = 'UINT' | 'HALF' | 'FLOAT'

/** One entry of a `chlist` attribute, in file order. */
export interface Channel {
  /** UTF-8 text; invalid bytes show as U+FFFD while the attribute's `bytes` keep them. */
  readonly name: string
  /** `unknown(<n>)` for a code the format does not define. */
  readonly pixelType: PixelType | `unknown(${number})`
  readonly pLinear: boolean
  readonly xSampling: number
  readonly ySampling: number
}

/** Upper bounds on what a file may claim. A caller may raise them. */
export interface HeaderLimits {
  /** Bytes of all headers together. Default 64 MiB. */
  readonly headerBytes: number
  /** Attributes of one part. Default 65,536. */
  readonly attributes: number
  /** Attributes of all parts together. Default 1,048,576: 65,536 parts of 16 each. */
  readonly totalAttributes: number
  /** Channels of one part. Default 65,536. */
  readonly channels: number
  /** Default 65,536. */
  readonly parts: number
  /** Bytes of all chunk offset tables together. Default 64 MiB: 8,388,608 chunks. */
  readonly tableBytes: number
}

/** A rule of the format that the bytes break. The codec never repairs; it reports and reads on where it can. */
export interface HeaderDefect {
  /** Stable kebab-case name, listed in docs/reference/header-defects.md, such as `missing-required-attribute`. */
  readonly code: DefectCode
  readonly message: string
  /** From the start of the file; where the offending bytes begin. */
  readonly byteOffset: number
  /** Zero-based; null for the file as a whole. */
  readonly partIndex: number | null
  readonly attribute?: string
  /** `error`: not a valid file or reading stopped here. `warning`: valid enough to read on, still wrong. */
  readonly severity: 'error' | 'warning'
  /** The limit that was reached, of a `limit-exceeded`. */
  readonly limit?: ReachedLimit
}

/** A limit that kept part of a file unread. */
export interface ReachedLimit {
  readonly name: keyof HeaderLimits
  readonly value: number
}

/**
 * One attribute as stored. `bytes` is the truth; `value` is decoded from it on first use and is
 * `{ kind: 'opaque' }` for types the format does not define or bytes that do not fit their type.
 */
export interface HeaderAttribute {
  readonly name: string
  readonly type: string
  /** Exact name and type bytes; differ from UTF-8 of `name` and `type` only when those are not valid UTF-8. */
  readonly nameBytes: Uint8Array
  readonly typeBytes: Uint8Array
  /** The value exactly as stored, `size` bytes; a view, not a copy. */
  readonly bytes: Uint8Array
  /** Offset of the attribute's name from the start of the file. */
  readonly byteOffset: number
  /** Offset of the value. */
  readonly valueOffset: number
  /** Bytes of the value. */
  readonly byteLength: number
  readonly value: AttributeValue
  /** The value as a memory holds it, the same object wherever it comes again; undefined without one. */
  readonly seen?: SeenValue | undefined
}

/** A value as headers store it, under its name and type: what it says is found out once. See `HeaderMemory`. */
export interface SeenValue {
  readonly name: string
  readonly type: string
  readonly bytes: Uint8Array
  readonly value: AttributeValue
  /** The context in which its own rules were last found kept; -1 for none. See `checkPart`. */
  soundIn: number
  /** What whoever lists attributes made of it, theirs alone. */
  listed: unknown
}

/** Decoded forms. Numbers are what the file holds: NaN and infinities included; matrices row by row in file order. */
export type AttributeValue =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'double'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string; readonly validUtf8: boolean }
  | { readonly kind: 'stringvector'; readonly value: readonly string[]; readonly validUtf8: boolean }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'doubles'; readonly value: readonly number[] }
  | { readonly kind: 'box2i'; readonly value: Box2i }
  | { readonly kind: 'box2f'; readonly value: readonly [number, number, number, number] }
  | { readonly kind: 'chlist'; readonly value: readonly Channel[] }
  | { readonly kind: 'chromaticities'; readonly value: Chromaticities }
  /** compression, lineOrder, envmap, deepImageState: `name` is the format's own lower-case word or `unknown(<n>)`. */
  | { readonly kind: 'enum'; readonly value: number; readonly name: string }
  | { readonly kind: 'keycode'; readonly value: KeyCode }
  | { readonly kind: 'timecode'; readonly value: TimeCode }
  | { readonly kind: 'rational'; readonly value: Rational }
  | { readonly kind: 'tiledesc'; readonly value: TileDescription }
  | { readonly kind: 'preview'; readonly value: Preview }
  | { readonly kind: 'bytes'; readonly typeHint: string; readonly value: Uint8Array }
  | { readonly kind: 'idmanifest'; readonly value: Uint8Array }
  | { readonly kind: 'opaque'; readonly value: Uint8Array }

/** CIE 1931 xy pairs. */
export interface Chromaticities {
  readonly red: readonly [number, number]
  readonly green: readonly [number, number]
  readonly blue: readonly [number, number]
  readonly white: readonly [number, number]
}

/** Film edge code: the value of a `keycode` attribute, as stored. */
export interface KeyCode {
  readonly filmMfcCode: number
  readonly filmType: number
  readonly prefix: number
  readonly count: number
  readonly perfOffset: number
  readonly perfsPerFrame: number
  readonly perfsPerCount: number
}

/** SMPTE 12M words as stored (TV60 packing). */
export interface TimeCode {
  readonly timeAndFlags: number
  readonly userData: number
}

/** Numerator is signed, denominator unsigned, as stored; not reduced. */
export interface Rational {
  readonly numerator: number
  readonly denominator: number
}

/** The value of a `tiledesc` attribute. Sizes are pixels. */
export interface TileDescription {
  readonly xSize: number
  readonly ySize: number
  readonly levelMode: 'one_level' | 'mipmap_levels' | 'ripmap_levels' | `unknown(${number})`
  readonly roundingMode: 'round_down' | 'round_up' | `unknown(${number})`
}

/** A small picture in the header: `width` times `height` pixels of four bytes, RGBA. */
export interface Preview {
  readonly width: number
  readonly height: number
  /** RGBA, 8 bits each, width * height * 4 bytes; a view. */
  readonly pixels: Uint8Array
}

/** One header. */
export interface HeaderPart {
  readonly index: number
  /** File order, duplicates included. */
  readonly attributes: readonly HeaderAttribute[]
  /** Offset of the first attribute from the start of the file. */
  readonly byteOffset: number
  /** False when the bytes end, or reading stopped, before the part's closing zero byte. */
  readonly isTerminated: boolean
  /** The first attribute of that name. */
  get(name: string): HeaderAttribute | undefined
}

/** Flags of the version word (bits 9 to 12). */
export interface VersionFlags {
  readonly tiled: boolean
  readonly longNames: boolean
  readonly nonImage: boolean
  readonly multiPart: boolean
}

/** All headers of one file. */
export interface ExrHeader {
  /** Low byte of the version word: 2 for every file of today. */
  readonly version: number
  /** The whole 32-bit word, flags and unknown bits included. */
  readonly versionWord: number
  readonly flags: VersionFlags
  readonly parts: readonly HeaderPart[]
  /**
   * From the magic number up to the first chunk offset table; `header_hash` covers exactly these bytes.
   * When the header is not terminated: up to the end of the last attribute that could be read whole.
   */
  readonly byteLength: number
  /** True when every part, and the list of parts of a multi-part file, is closed by its zero byte. */
  readonly isTerminated: boolean
  readonly defects: readonly HeaderDefect[]
}

/**
 * What a prefix of a file tells. `need` says how long a prefix must be for the next step; `exact` when the
 * bytes themselves say so, else a guess that doubles. `header` of an unfinished result holds what was read.
 */
export type HeaderProgress =
  | { readonly done: true; readonly header: ExrHeader }
  | { readonly done: false; readonly header: ExrHeader; readonly needBytes: number; readonly exact: boolean }
