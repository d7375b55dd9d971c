import type { MissingPixels } from './types.ts'

/** How the samples of one channel differ, over the pixels that both files have. */
export interface ChannelDiff {
  channel_name: string
  /** Samples compared; in deep parts those of pixels with as many samples in both. */
  compared: number
  differing: number
  over_warn: number
  over_fail: number
  /** A number against none, or infinities that are not the same; always over both limits. */
  non_finite: number
  /** Deep pixels with different numbers of samples; always over both limits. */
  count_mismatches: number
  max_absolute: number
  mean_absolute: number
  max_relative: number
  rms: number
  /** Decibels; the peak is the largest absolute value, at least 1. Null when nothing differs. */
  psnr: number | null
  worst: { x: number; y: number; a: number; b: number } | null
}

/** An attribute that two parts do not share, its values as text. */
export interface AttributeDiff {
  name: string
  change: 'added' | 'removed' | 'changed'
  a?: string
  b?: string
}

/** What two parts do not have in common. */
export interface PartDiff {
  part_index_a: number
  part_index_b: number
  part_name: string | null
  channels_only_in_a: string[]
  channels_only_in_b: string[]
  attributes: AttributeDiff[]
  /** Attributes that say how the samples are stored, not what they are: never a reason to differ. */
  storage: AttributeDiff[]
  /** Pixels of each data window that the other lacks: they are not compared. */
  pixels_only_in_a: number
  pixels_only_in_b: number
  /** `cannot_tell` when a part cannot be decoded, or deep data stand against flat. */
  pixels: 'same' | 'differ' | 'cannot_tell'
  reason?: string
  missing_a?: MissingPixels
  missing_b?: MissingPixels
  channels: ChannelDiff[]
}

/** What two files do not have in common. */
export interface FileDiff {
  a: string
  b: string
  result: 'same' | 'differs' | 'cannot_tell'
  parts_only_in_a: string[]
  parts_only_in_b: string[]
  parts: PartDiff[]
}
