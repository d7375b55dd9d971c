import type { NativeDifference } from '../oiio/pixel-types.ts'
import type { ByteSource } from '../source/source.ts'
import type { Region } from './chunk-list.ts'
import { diffAttributes, pairParts, VOLATILE_ATTRIBUTES } from './diff-header.ts'
import type { ChannelDiff, FileDiff, PartDiff } from './diff-types.ts'
import { channelsOf, layoutOf, type PartLayout } from './layout.ts'
import { missingPixels } from './missing.ts'
import { nameOf } from './names.ts'
import { PartPass } from './pass.ts'
import { openPixelFile, type PixelFile } from './pixel-file.ts'

/** What of two files is compared, and how closely. */
export interface DiffOptions {
  /** Absolute differences above these are counted; above `fail` files differ. Default 0. */
  readonly warn?: number
  readonly fail?: number
  /** NaN against NaN differs. Default false. */
  readonly strict?: boolean
  /** Pixels that are neither compared nor counted. Default: none. */
  readonly except?: Region | undefined
  /** Patterns over names of attributes that are not compared. Default: `VOLATILE_ATTRIBUTES`. */
  readonly ignoreAttributes?: readonly string[]
  /** Whether to make a map of the differences. */
  readonly map?: boolean
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

/** Largest absolute difference over all channels of the first part with one, row by row; infinity for a NaN against a number. */
export interface DiffMap {
  readonly width: number
  readonly height: number
  readonly sizes: Float32Array
}

interface Diffed {
  readonly diff: FileDiff
  /** Null when it was not asked for or nothing could be compared. */
  readonly map: DiffMap | null
}

/** Longer side of the map. */
const MAP_SIZE = 1024
/** Rows are compared in bands of at least so many. */
const BAND_ROWS = 16

type Decodable = Extract<PartLayout, { canDecode: true }>

/**
 * What two files do not have in common: parts (paired by name, then by place), attributes, and the pixels of the channels
 * that both have, where both data windows are, whatever the compression, tiles or data windows. Decodes band by band.
 * Throws ERR_SOURCE_*, ERR_EXR_* for what is not an OpenEXR file, ERR_ABORTED.
 */
export async function diffFiles(sourceA: ByteSource, sourceB: ByteSource, options: DiffOptions = {}): Promise<Diffed> {
  const [a, b] = [await openPixelFile(sourceA, options.signal), await openPixelFile(sourceB, options.signal)]
  const { pairs, onlyA, onlyB } = pairParts(a.header, b.header)
  const parts: PartDiff[] = []
  let map: DiffMap | null = null
  for (const [partA, partB] of pairs) {
    const compared = await diffPart(a, b, partA.index, partB.index, options)
    parts.push(compared.diff)
    if (map === null || (compared.map?.sizes.some((size) => size > 0) && !map.sizes.some((size) => size > 0))) {
      map = compared.map
    }
  }
  const title = (part: { index: number } & Parameters<typeof nameOf>[0]) => nameOf(part) ?? `part ${part.index}`
  const diff: FileDiff = {
    a: sourceA.path,
    b: sourceB.path,
    result: 'same',
    parts_only_in_a: onlyA.map(title),
    parts_only_in_b: onlyB.map(title),
    parts,
  }
  diff.result = resultOf(diff)
  return { diff, map }
}

/** A difference that was found counts more than one that cannot be told. */
function resultOf({ parts, parts_only_in_a, parts_only_in_b }: FileDiff): FileDiff['result'] {
  const differs = (part: PartDiff) =>
    part.pixels === 'differ' ||
    part.attributes.length > 0 ||
    part.channels_only_in_a.length + part.channels_only_in_b.length > 0
  if (parts_only_in_a.length + parts_only_in_b.length > 0 || parts.some(differs)) return 'differs'
  return parts.some(({ pixels }) => pixels === 'cannot_tell') ? 'cannot_tell' : 'same'
}

async function diffPart(a: PixelFile, b: PixelFile, indexA: number, indexB: number, options: DiffOptions) {
  const [partA, partB] = [a.header.parts[indexA]!, b.header.parts[indexB]!]
  const [namesA, namesB] = [channelNames(partA), channelNames(partB)]
  const diff: PartDiff = {
    part_index_a: indexA,
    part_index_b: indexB,
    part_name: nameOf(partA),
    channels_only_in_a: namesA.filter((name) => !namesB.includes(name)),
    channels_only_in_b: namesB.filter((name) => !namesA.includes(name)),
    ...diffAttributes(partA, partB, options.ignoreAttributes ?? VOLATILE_ATTRIBUTES),
    pixels_only_in_a: 0,
    pixels_only_in_b: 0,
    pixels: 'same',
    channels: [],
  }
  const shared = new Set(namesA.filter((name) => namesB.includes(name)))
  const wants = (name: string) => shared.has(name)
  const [layoutA, layoutB] = [layoutOf(a, indexA, { wants }), layoutOf(b, indexB, { wants })]
  const reason = shared.size === 0 ? 'they have no channel in common' : reasonNotToCompare(layoutA, layoutB)
  if (reason !== null || !layoutA.canDecode || !layoutB.canDecode) {
    return { diff: { ...diff, pixels: 'cannot_tell' as const, ...(reason !== null && { reason }) }, map: null }
  }
  return comparePixels([a, indexA, layoutA], [b, indexB, layoutB], diff, options)
}

function reasonNotToCompare(a: PartLayout, b: PartLayout): string | null {
  if (!a.canDecode) return `a: ${a.reason}`
  if (!b.canDecode) return `b: ${b.reason}`
  return a.native.isDeep === b.native.isDeep ? null : 'deep samples cannot be compared with flat ones'
}

type Side = readonly [PixelFile, number, Decodable]

async function comparePixels(
  [a, indexA, layoutA]: Side,
  [b, indexB, layoutB]: Side,
  diff: PartDiff,
  options: DiffOptions,
) {
  const { warn = 0, fail = 0, strict = false, except, signal, onProgress } = options
  const [nativeA, nativeB] = [layoutA.native, layoutB.native]
  const partners = nativeB.channels.map(({ name, isWanted }) =>
    isWanted ? nativeA.channels.findIndex((each) => each.name === name) : -1,
  )
  const scale = Math.min(1, MAP_SIZE / Math.max(nativeB.levelWidth, nativeB.levelHeight))
  const mapWidth = options.map ? Math.max(1, Math.round(nativeB.levelWidth * scale)) : 1
  const mapHeight = options.map ? Math.max(1, Math.round(nativeB.levelHeight * scale)) : 1
  const passA = new PartPass(a, indexA, layoutA, { band: true })
  const limits = { warn, fail, isStrict: strict, ...(except && { except }) }
  const compare = { with: passA.native, partners, ...limits, mapWidth, mapHeight }
  const passB = new PartPass(b, indexB, layoutB, { compare })
  const overlap = {
    top: Math.max(nativeA.minY, nativeB.minY),
    bottom: Math.min(nativeA.minY + nativeA.levelHeight, nativeB.minY + nativeB.levelHeight),
    left: Math.max(nativeA.minX, nativeB.minX),
    right: Math.min(nativeA.minX + nativeA.levelWidth, nativeB.minX + nativeB.levelWidth),
  }
  const chunkRows = (side: Side[2], file: PixelFile, index: number) =>
    side.level === null ? (file.plan.parts[index]!.linesPerChunk ?? 1) : side.native.tileHeight
  const rowsB = chunkRows(layoutB, b, indexB)
  const most = Math.max(BAND_ROWS, chunkRows(layoutA, a, indexA))
  // Bands end where chunks of b do, so that each of them is decoded once.
  const bandRows = Math.min(nativeB.levelHeight, Math.ceil(most / rowsB) * rowsB)
  const first = nativeB.minY + Math.floor((overlap.top - nativeB.minY) / bandRows) * bandRows
  for (let y = first; y < overlap.bottom && overlap.right > overlap.left; y += bandRows) {
    const end = Math.min(y + bandRows, nativeB.minY + nativeB.levelHeight)
    passA.native.startBand(y, end - y)
    const rows = { x: overlap.left, width: overlap.right - overlap.left }
    const [topA, endA] = [Math.max(y, nativeA.minY), Math.min(end, nativeA.minY + nativeA.levelHeight)]
    await passA.decode({ region: { ...rows, y: topA, height: endA - topA }, signal })
    await passB.decode({ region: { ...rows, y, height: end - y }, signal })
    onProgress?.(y - first, overlap.bottom - first)
  }
  const [outcomeA, outcomeB] = [passA.outcome(), passB.outcome()]
  const { channels, map } = outcomeB.result.compare!
  const common = pixelsOf(overlap, except)
  const [missingA, missingB] = [missingPixels(outcomeA, layoutA), missingPixels(outcomeB, layoutB)]
  const list = nativeB.channels.flatMap(({ name, isWanted }, i) => (isWanted ? [channelDiff(name, channels[i]!)] : []))
  const differ = list.some(({ over_fail, count_mismatches }) => over_fail + count_mismatches > 0)
  const result: PartDiff = {
    ...diff,
    pixels_only_in_a: pixelsOf(edgesOf(nativeA), except) - common,
    pixels_only_in_b: pixelsOf(edgesOf(nativeB), except) - common,
    pixels: differ ? 'differ' : missingA || missingB ? 'cannot_tell' : 'same',
    ...(missingA && { missing_a: missingA }),
    ...(missingB && { missing_b: missingB }),
    channels: list,
  }
  return { diff: result, map: options.map ? { width: mapWidth, height: mapHeight, sizes: map } : null }
}

/** Edges of a rectangle of pixels, those on the right and at the bottom exclusive. */
interface Edges {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

function edgesOf({ minX, minY, levelWidth, levelHeight }: Decodable['native']): Edges {
  return { left: minX, top: minY, right: minX + levelWidth, bottom: minY + levelHeight }
}

/** Pixels of a rectangle that are not among those left out. */
function pixelsOf({ left, top, right, bottom }: Edges, except: Region | undefined): number {
  const all = Math.max(0, right - left) * Math.max(0, bottom - top)
  if (except === undefined) return all
  const { x, y, width, height } = except
  const inside = { left: Math.max(left, x), top: Math.max(top, y) }
  const end = { right: Math.min(right, x + width), bottom: Math.min(bottom, y + height) }
  return all - pixelsOf({ ...inside, ...end }, undefined)
}

function channelDiff(name: string, native: NativeDifference): ChannelDiff {
  const { compared, sumAbsolute, sumSquares } = native
  const rms = compared === 0 ? 0 : Math.sqrt(sumSquares / compared)
  return {
    channel_name: name,
    compared,
    differing: native.differing,
    over_warn: native.overWarn,
    over_fail: native.overFail,
    non_finite: native.nonFinite,
    count_mismatches: native.countMismatches,
    max_absolute: native.maxAbsolute,
    mean_absolute: compared === 0 ? 0 : sumAbsolute / compared,
    max_relative: native.maxRelative,
    rms,
    psnr: rms === 0 ? null : 20 * Math.log10(Math.max(1, native.maxValue) / rms),
    worst: native.hasWorst ? { x: native.worstX, y: native.worstY, a: native.worstA, b: native.worstB } : null,
  }
}

function channelNames(part: Parameters<typeof channelsOf>[0]): string[] {
  const channels = channelsOf(part)
  return typeof channels === 'string' ? [] : channels.map(({ name }) => name)
}
