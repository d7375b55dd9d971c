import type { NativeChannelStats } from '../oiio/pixel-types.ts'

/** Counts, moments and percentiles of one channel; every null is a value that does not exist, such as the mean of nothing. */
export interface ChannelStats {
  channel_name: string
  /** HALF, FLOAT or UINT. */
  channel_type: string
  /** Samples looked at: those of the data window, at the channel's own resolution; in deep parts all samples. */
  count: number
  finite_count: number
  nan_count: number
  pos_inf_count: number
  neg_inf_count: number
  zero_count: number
  negative_count: number
  subnormal_count: number
  /** Samples of exactly 65504 or -65504, the largest a half can hold. */
  half_limit_count: number
  /** Of the finite samples, like all that follows. */
  min: number | null
  max: number | null
  mean: number | null
  /** Of the population. */
  stddev: number | null
  percentiles: Record<string, number> | null
  /** `nearest_rank`: the smallest value that so many percent of the samples do not exceed. */
  percentile_method: 'nearest_rank'
  /** How far a percentile may be off, as a share of its value; 0 where it is exact. */
  percentile_error: number
  histogram: Histogram | null
  /** Every sample has one and the same finite value. */
  is_constant: boolean
  /** Where samples are that are no number, row by row; the first 16. */
  first_non_finite: { x: number; y: number; value: 'NaN' | 'Infinity' | '-Infinity' }[]
  /** The smallest window that holds all of them; inclusive. */
  non_finite_window: { min: { x: number; y: number }; max: { x: number; y: number } } | null
}

/** Bins between powers of two. `from` is inclusive, `to` is not (for negative values the other way round). */
export interface Histogram {
  scale: 'log2'
  /** Rising; empty ones are left out. Zero has a bin of its own, from 0 to 0. */
  bins: { from: number; to: number; count: number }[]
}

const PERCENTILES = [1, 5, 25, 50, 75, 95, 99]
const TYPE_NAMES = ['UINT', 'HALF', 'FLOAT']
const KINDS = ['NaN', 'Infinity', '-Infinity'] as const
/** Bins are 2^-7 of a float wide and 2^-11 of an integer: their middle is at most half of that off. */
const BIN_ERROR: Readonly<Record<string, number>> = { FLOAT: 2 ** -8, UINT: 2 ** -12, HALF: 0 }

/** One channel in its published form. Pure. */
export function channelStats(name: string, type: number, native: NativeChannelStats): ChannelStats {
  const typeName = TYPE_NAMES[type]!
  const hasValues = native.finiteCount > 0
  const number = (value: number) => (hasValues ? value : null)
  return {
    channel_name: name,
    channel_type: typeName,
    count: native.count,
    finite_count: native.finiteCount,
    nan_count: native.nanCount,
    pos_inf_count: native.posInfCount,
    neg_inf_count: native.negInfCount,
    zero_count: native.zeroCount,
    negative_count: native.negativeCount,
    subnormal_count: native.subnormalCount,
    half_limit_count: native.halfLimitCount,
    min: number(native.min),
    max: number(native.max),
    mean: number(native.mean),
    stddev: number(native.stddev),
    percentiles: hasValues ? percentiles(native) : null,
    percentile_method: 'nearest_rank',
    percentile_error: native.isExact ? 0 : BIN_ERROR[typeName]!,
    histogram: hasValues ? histogram(native.bins) : null,
    is_constant: hasValues && native.finiteCount === native.count && native.min === native.max,
    first_non_finite: positions(native.nonFinite),
    non_finite_window:
      native.nonFinite.length === 0
        ? null
        : {
            min: { x: native.nonFiniteMinX, y: native.nonFiniteMinY },
            max: { x: native.nonFiniteMaxX, y: native.nonFiniteMaxY },
          },
  }
}

/** The value at each rank; of a bin that holds several values its middle, within the smallest and the largest sample. */
function percentiles({ bins, finiteCount, min, max }: NativeChannelStats): Record<string, number> {
  const values: Record<string, number> = {}
  let at = 0
  let seen = bins[2]!
  for (const percent of PERCENTILES) {
    const rank = Math.max(1, Math.ceil((percent * finiteCount) / 100))
    while (seen < rank) seen += bins[++at * 3 + 2]!
    const middle = (bins[at * 3]! + bins[at * 3 + 1]!) / 2
    values[percent] = Math.min(max, Math.max(min, middle))
  }
  return values
}

/** Bins are narrower than powers of two and never cross one. */
function histogram(bins: Float64Array): Histogram {
  const result: Histogram['bins'] = []
  for (let i = 0; i < bins.length; i += 3) {
    const inner = Math.abs(bins[i]!) < Math.abs(bins[i + 1]!) ? bins[i]! : bins[i + 1]!
    const last = result.at(-1)
    if (last !== undefined && isWithin(inner, last)) {
      last.count += bins[i + 2]!
    } else {
      const [from, to] = octaveOf(inner)
      result.push({ from, to, count: bins[i + 2]! })
    }
  }
  return { scale: 'log2', bins: result }
}

/** Asked for each of thousands of bins, where the logarithm would take longer than the counting did. */
function isWithin(value: number, { from, to }: { from: number; to: number }): boolean {
  return from < 0 ? value > from && value <= to : value === from || (value > from && value < to)
}

/** The powers of two around a value; [0, 0] for zero. */
function octaveOf(value: number): [number, number] {
  if (value === 0) return [0, 0]
  const size = Math.abs(value)
  let exponent = Math.floor(Math.log2(size))
  // The logarithm may round up to a whole number just below one.
  if (2 ** exponent > size) exponent--
  const [low, high] = [2 ** exponent, 2 ** (exponent + 1)]
  return value > 0 ? [low, high] : [-high, -low]
}

function positions(pixels: Float64Array): ChannelStats['first_non_finite'] {
  const list: ChannelStats['first_non_finite'] = []
  for (let i = 0; i < pixels.length; i += 3) {
    list.push({ x: pixels[i]!, y: pixels[i + 1]!, value: KINDS[pixels[i + 2]!]! })
  }
  return list
}
