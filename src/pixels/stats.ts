import type { HeaderPart } from '../header/index.ts'
import type { Sampling } from '../inspect/sampling.ts'
import type { NativeFrame } from '../oiio/pixel-pass.ts'
import type { Beauty } from './beauty.ts'
import { channelStats } from './channel-stats.ts'
import { channelsOf, colourLayers, type HeaderChannels, type LevelNumber, type PartLayout } from './layout.ts'
import { missingPixels } from './missing.ts'
import { nameOf } from './names.ts'
import type { PassOutcome } from './pass.ts'
import type { PartStats, WholeFrameFacts } from './types.ts'

type Decodable = Extract<PartLayout, { canDecode: true }>

/** Whole-frame checks are left out above so many cells of 16 x 16 pixels. */
const MAX_CELLS = 16 * 1024 * 1024

/** The roles that the checks of a whole frame need; null where they make no sense. Pure. */
export function frameRoles({ native }: Decodable, beauty: Beauty | null, sampling: Sampling): number[] | null {
  if (beauty === null || native.isDeep || sampling.method !== 'full') return null
  if (Math.ceil(native.levelWidth / 16) * Math.ceil(native.levelHeight / 16) > MAX_CELLS) return null
  const colours = new Set(beauty.isLuminanceChroma ? [beauty.red] : [beauty.red, beauty.green, beauty.blue])
  const roles = native.channels.map(({ name, xSampling, ySampling, isWanted }) => {
    if (!isWanted || xSampling !== 1 || ySampling !== 1) return 0
    if (colours.has(name)) return 1
    return name === beauty.alpha ? 2 : 0
  })
  return roles.filter((role) => role === 1).length === colours.size ? roles : null
}

/** A pass with `stats`, and maybe `frame`, in the published form. */
export function statsOf(
  part: HeaderPart,
  layout: Decodable,
  outcome: PassOutcome,
  sampling: Sampling,
  beauty: Beauty | null,
): PartStats {
  const { native, level } = layout
  const stats = outcome.result.stats!
  const missing = missingPixels(outcome, layout)
  const layers = colourLayers(channelsOf(part) as HeaderChannels)
  const { frame } = outcome.result
  return {
    part_index: part.index,
    part_name: nameOf(part),
    level: levelFacts({ x: level?.levelX ?? 0, y: level?.levelY ?? 0 }),
    partial: missing !== undefined,
    sampled: sampling.method !== 'full',
    sampling,
    chunks_seen: outcome.decoded,
    chunk_count: outcome.chunkCount,
    ...(missing !== undefined && { missing }),
    channels: native.channels.flatMap(({ name, type }, i) => {
      const channel = stats.channels[i]
      return channel ? [channelStats(name, type, channel)] : []
    }),
    monochrome_layers: outcome.decoded > 0 ? layers.filter((_, group) => stats.isGrey[group] === true) : [],
    frame: frame && beauty && frame.pixelCount > 0 && missing === undefined ? frameFacts(frame, beauty.layer) : null,
  }
}

function frameFacts(frame: NativeFrame, layer: string): WholeFrameFacts {
  const { bareColourWindow: bare } = frame
  return {
    layer,
    empty_share: frame.emptyCount / frame.pixelCount,
    is_black: !frame.hasColour,
    black_rectangle_count: frame.blackCount,
    black_rectangles: [...frame.blackRectangles],
    alpha_pinhole_count: frame.hasAlpha ? frame.pinholeCount : null,
    alpha_pinholes: [...frame.pinholes],
    colour_without_alpha_count: frame.hasAlpha ? frame.bareColourCount : null,
    colour_without_alpha_window:
      bare === undefined ? null : { min: { x: bare.minX, y: bare.minY }, max: { x: bare.maxX, y: bare.maxY } },
  }
}

/** Of a part of which nothing can be looked at. */
export function unknownStats(part: HeaderPart, reason: string, level: LevelNumber, sampling: Sampling): PartStats {
  return {
    part_index: part.index,
    part_name: nameOf(part),
    level: levelFacts(level),
    partial: true,
    sampled: sampling.method !== 'full',
    sampling,
    chunks_seen: 0,
    chunk_count: 0,
    cannot_check: reason,
    channels: [],
    monochrome_layers: [],
    frame: null,
  }
}

function levelFacts({ x, y }: LevelNumber): PartStats['level'] {
  return x === y ? x : { x, y }
}
