/** One channel as C++ takes it; types are the format's numbers. */
export interface NativeChannelLayout {
  readonly name: string
  /** 0 uint, 1 half, 2 float. */
  readonly type: number
  readonly xSampling: number
  readonly ySampling: number
  readonly pLinear: boolean
  /** Whether its samples are looked at. */
  readonly isWanted: boolean
  /** Channels that make grey when they are equal share a number; -1 for the others. */
  readonly colourGroup: number
}

/** What a header says of one part, as far as its chunks need it. Windows are inclusive. */
export interface NativePartLayout {
  readonly compression: number
  readonly isTiled: boolean
  readonly isDeep: boolean
  /** What each leader begins with; -1 in single-part files. */
  readonly partNumber: number
  readonly minX: number
  readonly minY: number
  readonly maxX: number
  readonly maxY: number
  readonly tileWidth: number
  readonly tileHeight: number
  readonly levelMode: number
  readonly roundingMode: number
  /** Of the level that is read. */
  readonly levelWidth: number
  readonly levelHeight: number
  /** A chunk that would decode to more is refused before anything is allocated. */
  readonly maxChunkBytes: number
  /** Only every so manieth row of the data window reaches the results. */
  readonly rowStep: number
  readonly channels: readonly NativeChannelLayout[]
}

/** What a pass works out; what is left out costs nothing. */
export interface NativePassRequest {
  readonly layout: NativePartLayout
  readonly stats?: boolean
  /** 0 XXH3-128, 1 SHA-256. */
  readonly hash?: 0 | 1
  /** Depths and sample counts of a deep part; nothing for other parts. */
  readonly deep?: boolean
  /** What each channel is to the frame, when it is to be looked at as a whole: 0 nothing, 1 colour, 2 alpha. */
  readonly frame?: readonly number[]
  /** Three numbers a channel: 0 nothing, 1 id, 2 its upper half, 3 its coverage; the layer; the pair, -1 for none. */
  readonly ids?: Int32Array
  /** A picture of some pixels of the level. */
  readonly reduce?: NativeReduce
  /** What every channel has at one pixel of the level, at most so many samples of each. */
  readonly samples?: { readonly x: number; readonly y: number; readonly most: number }
  /** Keeps the rows that `startBand` names, for another pass to compare with. */
  readonly band?: boolean
  readonly compare?: NativeCompare
  /** Keeps the samples of the area that `startArea` names, for `recode`. */
  readonly recode?: boolean
}

/** The band of another pass to compare with; `partners` names that pass's channel for each of this one, -1 for none. */
export interface NativeCompare {
  readonly with: NativePixelPass
  readonly partners: readonly number[]
  readonly warn: number
  readonly fail: number
  readonly isStrict: boolean
  /** Pixels that are not compared. */
  readonly except?: { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
  /** Cells of the map of largest differences, at most one a pixel. */
  readonly mapWidth: number
  readonly mapHeight: number
}

/** How two channels differ, over the pixels that both have. */
export interface NativeDifference {
  readonly compared: number
  readonly differing: number
  readonly overWarn: number
  readonly overFail: number
  readonly nonFinite: number
  readonly countMismatches: number
  readonly maxAbsolute: number
  readonly sumAbsolute: number
  readonly maxRelative: number
  readonly sumSquares: number
  readonly maxValue: number
  readonly hasWorst: boolean
  readonly worstX: number
  readonly worstY: number
  readonly worstA: number
  readonly worstB: number
}

/** Pixels [x, x + width) x [y, y + height), all inside the level, and the grid of means that is laid over them. */
export interface NativeReduce {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly gridWidth: number
  readonly gridHeight: number
  /** Rows of the grid that are kept: [firstRow, endRow). All of them where the grid has more rows than the pixels. */
  readonly firstRow: number
  readonly endRow: number
  /** For each channel of the layout whether it is wanted. */
  readonly channels: readonly boolean[]
  /** In the place of the first sample of a deep pixel: how many it has. Default false. */
  readonly countsSamples?: boolean
}

/** Counts and moments of one channel. Bins are triples from, to, count; pixels triples x, y, kind (0 NaN, 1 +inf, 2 -inf). */
export interface NativeChannelStats {
  readonly count: number
  readonly finiteCount: number
  readonly nanCount: number
  readonly posInfCount: number
  readonly negInfCount: number
  readonly zeroCount: number
  readonly negativeCount: number
  readonly subnormalCount: number
  readonly halfLimitCount: number
  readonly min: number
  readonly max: number
  readonly mean: number
  readonly stddev: number
  readonly isExact: boolean
  readonly bins: Float64Array
  readonly nonFinite: Float64Array
  readonly nonFiniteMinX: number
  readonly nonFiniteMinY: number
  readonly nonFiniteMaxX: number
  readonly nonFiniteMaxY: number
}

/** What native/pixels/deep_stats.h collects; bin 0 counts empty pixels, bin n those with 2^(n-1) to 2^n - 1 samples. */
export interface NativeDeep {
  readonly pixelCount: number
  readonly sampleCount: number
  readonly minSamples: number
  readonly maxSamples: number
  readonly maxX: number
  readonly maxY: number
  readonly pixelsBySamples: Float64Array
  readonly hasDepth: boolean
  readonly hasFiniteDepth: boolean
  readonly depthMin: number
  readonly depthMax: number
  readonly nonFiniteDepths: number
  readonly negativeDepths: number
  readonly reversedDepths: number
  readonly unsortedPixels: number
  readonly overlappingPixels: number
  readonly hasAlpha: boolean
  readonly alphaOutOfRange: number
  readonly hiddenSamples: number
}

/** The ids of a layer. */
export interface NativeIds {
  /** Samples looked at. */
  readonly samples: number
  /** Samples whose id was not counted, because a layer may not have more than 500,000. */
  readonly uncounted: number
  /** Four numbers an id: its lower and upper 32 bits, samples, and the sum of what they cover. */
  readonly counts: Float64Array
}

/** What the whole frame shows. */
export interface NativeFrame {
  readonly pixelCount: number
  readonly emptyCount: number
  readonly hasColour: boolean
  readonly hasAlpha: boolean
  readonly pinholeCount: number
  readonly pinholes: readonly { readonly x: number; readonly y: number }[]
  /** Pixels with an alpha of zero and a colour that is not; their window, inclusive, where there are any. */
  readonly bareColourCount: number
  readonly bareColourWindow?: {
    readonly minX: number
    readonly minY: number
    readonly maxX: number
    readonly maxY: number
  }
  readonly blackCount: number
  readonly blackRectangles: readonly {
    readonly x: number
    readonly y: number
    readonly width: number
    readonly height: number
    readonly bucket: number
  }[]
}

/** Lists have one entry a channel of the layout, null for those that are not wanted. */
export interface NativePassResult {
  readonly stats?: { readonly channels: readonly (NativeChannelStats | null)[]; readonly isGrey: readonly boolean[] }
  /** Hex; null too where a sample is missing. */
  readonly hashes?: readonly (string | null)[]
  readonly compare?: { readonly channels: readonly NativeDifference[]; readonly map: Float32Array }
  readonly deep?: NativeDeep
  readonly frame?: NativeFrame
  /** One a layer. */
  readonly ids?: readonly NativeIds[]
  /** Null for a channel whose sample was not seen. */
  readonly samples?: readonly ({ readonly count: number; readonly values: Float64Array } | null)[]
  /** Row by row; NaN where no sample was seen. */
  readonly pictures?: readonly (Float32Array | null)[]
}

/** Decodes the chunks of one part. Takes one batch at a time. */
/** What became of the chunks that were read from a file. */
export interface NativeFileBatch {
  /** For each chunk why it could not be decoded, or null. */
  readonly failures: readonly (string | null)[]
  readonly reads: number
  readonly bytes: number
  /** What the system refused to read with, an `errno`, or 0. */
  readonly errorNumber: number
}

export interface NativePixelPass {
  /**
   * @param chunks the bytes of each, from its leader on; unchanged until the promise settles
   * @param places eight numbers each: x, y, width, height, tile x, tile y, level x, level y
   * @param indexes of each in the part's chunk table
   * @returns for each chunk why it could not be decoded, or null
   */
  decode(chunks: readonly Uint8Array[], places: Int32Array, indexes: Float64Array): Promise<(string | null)[]>
  /**
   * The same for chunks that it reads itself, one after the other, with as little of each as is wanted.
   * @param descriptor of an open file, which stays open until the promise settles
   * @param spans two numbers each: first byte of its leader, and the byte behind its last
   */
  decodeFile(
    descriptor: number,
    spans: Float64Array,
    places: Int32Array,
    indexes: Float64Array,
  ): Promise<NativeFileBatch>
  /** Forgets the rows it keeps and keeps those from `y` on, `height` of them. */
  startBand(y: number, height: number): void
  /** Forgets the samples it keeps and keeps those of the pixels [x, x + width) x [y, y + height): whole rows, or one tile. */
  startArea(x: number, y: number, width: number, height: number): void
  /** Bytes of that area's chunks, leaders included, in a file of each compression (its number); -1 where it cannot be written so. */
  recode(compressions: readonly number[]): Promise<number[]>
  finish(): NativePassResult
}
