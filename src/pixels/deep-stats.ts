import type { HeaderPart } from '../header/index.ts'
import type { NativeDeep } from '../oiio/pixel-types.ts'
import { type PartLayout, sampleBytes } from './layout.ts'
import { missingPixels } from './missing.ts'
import { nameOf } from './names.ts'
import type { PassOutcome } from './pass.ts'
import type { PartDeepStats } from './types.ts'

const POINTER_BYTES = 8
const COUNT_BYTES = 4

/** A pass with `deep` in the published form. Pure. */
export function deepStatsOf(
  part: HeaderPart,
  layout: Extract<PartLayout, { canDecode: true }>,
  outcome: PassOutcome,
): PartDeepStats {
  const deep = outcome.result.deep!
  const missing = missingPixels(outcome, layout)
  const { channels } = layout.native
  const bytesPerSample = sampleBytes(channels)
  const hasPixels = deep.pixelCount > 0
  const depth = <T>(value: T) => (deep.hasDepth && hasPixels ? value : null)
  const declared = declaredState(part)
  return {
    part_index: part.index,
    part_name: nameOf(part),
    partial: missing !== undefined,
    ...(missing !== undefined && { missing }),
    pixel_count: deep.pixelCount,
    sample_count: deep.sampleCount,
    empty_pixels: deep.pixelsBySamples[0]!,
    min_samples: hasPixels ? deep.minSamples : null,
    max_samples: hasPixels ? deep.maxSamples : null,
    max_samples_at: deep.maxSamples > 0 ? { x: deep.maxX, y: deep.maxY } : null,
    mean_samples: hasPixels ? deep.sampleCount / deep.pixelCount : null,
    histogram: histogramOf(deep.pixelsBySamples),
    depth_min: deep.hasFiniteDepth ? deep.depthMin : null,
    depth_max: deep.hasFiniteDepth ? deep.depthMax : null,
    non_finite_depths: depth(deep.nonFiniteDepths),
    negative_depths: depth(deep.negativeDepths),
    reversed_depths: depth(deep.reversedDepths),
    is_sorted: depth(deep.unsortedPixels === 0),
    is_tidy: depth(isTidy(deep)),
    unsorted_pixels: depth(deep.unsortedPixels),
    overlapping_pixels: depth(deep.overlappingPixels),
    declared_state: declared,
    keeps_declared_state: depth(keepsState(deep, declared)),
    alpha_out_of_range: deep.hasAlpha ? deep.alphaOutOfRange : null,
    hidden_samples: deep.hasAlpha ? depth(deep.hiddenSamples) : null,
    bytes_per_sample: bytesPerSample,
    mean_bytes_per_pixel: hasPixels ? (deep.sampleCount * bytesPerSample) / deep.pixelCount : null,
    load_bytes: deep.sampleCount * bytesPerSample + deep.pixelCount * (COUNT_BYTES + POINTER_BYTES * channels.length),
  }
}

/** Of a deep part of which nothing can be looked at. */
export function unknownDeepStats(part: HeaderPart, reason: string): PartDeepStats {
  return {
    part_index: part.index,
    part_name: nameOf(part),
    partial: true,
    cannot_check: reason,
    pixel_count: 0,
    sample_count: 0,
    empty_pixels: 0,
    min_samples: null,
    max_samples: null,
    max_samples_at: null,
    mean_samples: null,
    histogram: [],
    depth_min: null,
    depth_max: null,
    non_finite_depths: null,
    negative_depths: null,
    reversed_depths: null,
    is_sorted: null,
    is_tidy: null,
    unsorted_pixels: null,
    overlapping_pixels: null,
    declared_state: declaredState(part),
    keeps_declared_state: null,
    alpha_out_of_range: null,
    hidden_samples: null,
    bytes_per_sample: 0,
    mean_bytes_per_pixel: null,
    load_bytes: 0,
  }
}

function histogramOf(bins: Float64Array): PartDeepStats['histogram'] {
  return [...bins].flatMap((pixels, bin) => {
    if (pixels === 0) return []
    return [{ from: bin === 0 ? 0 : 2 ** (bin - 1), to: bin === 0 ? 0 : 2 ** bin - 1, pixels }]
  })
}

function declaredState(part: HeaderPart): string | null {
  const state = part.get('deepImageState')?.value
  return state?.kind === 'enum' ? state.name : null
}

function isTidy({ unsortedPixels, overlappingPixels, reversedDepths }: NativeDeep): boolean {
  return unsortedPixels === 0 && overlappingPixels === 0 && reversedDepths === 0
}

/** Null for states that are not known. */
function keepsState(deep: NativeDeep, state: string | null): boolean | null {
  if (state === 'messy') return true
  if (state === 'sorted') return deep.unsortedPixels === 0
  if (state === 'non_overlapping') return deep.overlappingPixels === 0
  return state === 'tidy' ? isTidy(deep) : null
}
