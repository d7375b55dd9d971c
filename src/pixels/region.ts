import { ExrError } from '../errors.ts'
import type { ByteSource } from '../source/source.ts'
import type { Region } from './chunk-list.ts'
import { colourStatement } from './colour.ts'
import { type LevelNumber, layoutOf } from './layout.ts'
import { readPicture } from './picture.ts'
import { choosePicture, chooseSamples, type PictureChoice, type PictureWish } from './picture-choice.ts'
import { openPixelFile } from './pixel-file.ts'
import type { MissingPixels } from './types.ts'

/** Which pixels to read. Coordinates are those of the level, whose upper left corner is that of the data window. */
export interface RegionWish extends PictureWish {
  /** Default 0, the image itself. */
  readonly level?: LevelNumber
  /** Default: the whole level. What lies outside of it is left out. */
  readonly region?: Region
  /** Longest side of the answer: pixels of a larger region are means of those they cover. Default: every pixel. */
  readonly size?: number
  /** In the place of values: how many samples each pixel of a deep part has, as one number. Default false. */
  readonly samples?: boolean
  /** Chunks decoded at a time. Default 1. */
  readonly threads?: number
  readonly signal?: AbortSignal | undefined
}

/** Linear half floats, red, green, blue and alpha, row by row from the upper left corner; alpha is 1 without a channel. */
export interface RegionPixels extends Region {
  /** Pixels of a row of the answer and rows of it: those of the region, unless a smaller size was asked for. */
  readonly columns: number
  readonly rows: number
  readonly part_index: number
  readonly layer: string
  /** Colours, three numbers that are none, or one number, three times. */
  readonly kind: PictureChoice['kind']
  /** What the part's colours are, as it states them. */
  readonly color: {
    readonly color_space: string
    /** To linear Rec. 709, row by row. */
    readonly matrix: readonly number[]
    /** Encoded by the curve of sRGB, which comes off first. */
    readonly is_encoded: boolean
  }
  readonly rgba: Uint16Array
  /** Chunks that could not be decoded: their pixels are NaN. */
  readonly missing?: MissingPixels
}

/** More pixels than these are asked for in pieces. */
const MAX_REGION_PIXELS = 16 * 1024 * 1024
/** Rows of the file that are looked at for a row of a smaller answer, at least. */
const ROWS_FOR_ONE = 4

/**
 * Pixels of a region and level, decoding only the chunks that hold them.
 * Throws ERR_OPTION_INVALID for a region outside of the level, a level or layer that is not there, or too many pixels;
 * ERR_PIXELS_UNSUPPORTED, ERR_SOURCE_*, ERR_EXR_*, ERR_ABORTED.
 */
export async function readRegion(source: ByteSource, wish: RegionWish = {}): Promise<RegionPixels> {
  const { level = { x: 0, y: 0 }, signal } = wish
  const file = await openPixelFile(source, signal)
  const choice = wish.samples ? chooseSamples(file, wish.part) : choosePicture(file, wish)
  const layout = layoutOf(file, choice.partIndex, { level })
  const { path } = source
  if (!layout.canDecode) {
    throw new ExrError(
      'ERR_PIXELS_UNSUPPORTED',
      `Cannot read pixels of part ${choice.partIndex} of ${path}: ${layout.reason}.`,
    )
  }
  const { minX, minY, levelWidth, levelHeight } = layout.native
  const area = clipped(wish.region, { x: minX, y: minY, width: levelWidth, height: levelHeight })
  const grid = area === null ? null : gridOf(area, wish.size ?? Number.POSITIVE_INFINITY)
  if (area === null || grid === null || grid.columns * grid.rows > MAX_REGION_PIXELS) {
    const level0 = `the level has ${levelWidth} x ${levelHeight} pixels from ${minX}, ${minY} on`
    const message = `Expected a region of 1 to ${MAX_REGION_PIXELS} pixels inside of ${path}: ${level0}`
    throw new ExrError('ERR_OPTION_INVALID', message)
  }
  const [width, height] = [grid.columns, grid.rows]
  const rowStep = Math.max(1, Math.floor(area.height / height / ROWS_FOR_ONE))
  const picture = await readPicture(file, {
    choice,
    level,
    area,
    width,
    height,
    rowStep,
    signal,
    countsSamples: wish.samples === true,
    threads: wish.threads ?? 1,
  })
  const rgba = new Uint16Array(width * height * 4)
  const planes = [picture.red, picture.green, picture.blue, picture.alpha]
  for (const [c, plane] of planes.entries()) {
    for (let i = 0; i < width * height; i++) rgba[i * 4 + c] = plane === null ? ONE : toHalf(plane[i]!)
  }
  const { layer } = choice.channels
  const { source: color_space, matrix, isEncoded: is_encoded } = colourStatement(file.header.parts[choice.partIndex]!)
  const shown = { kind: choice.kind, color: { color_space, matrix, is_encoded } }
  const missing = picture.missing === undefined ? {} : { missing: picture.missing }
  return { part_index: choice.partIndex, layer, ...shown, ...area, ...grid, rgba, ...missing }
}

function gridOf({ width, height }: Region, size: number): { readonly columns: number; readonly rows: number } {
  const scale = Math.min(1, size / Math.max(width, height))
  return { columns: Math.max(1, Math.round(width * scale)), rows: Math.max(1, Math.round(height * scale)) }
}

function clipped(region: Region | undefined, level: Region): Region | null {
  if (region === undefined) return level
  const x = Math.max(region.x, level.x)
  const y = Math.max(region.y, level.y)
  const width = Math.min(region.x + region.width, level.x + level.width) - x
  const height = Math.min(region.y + region.height, level.y + level.height) - y
  return width > 0 && height > 0 ? { x, y, width, height } : null
}

const ONE = 0x3c00
const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)

/** The nearest half, ties to even; values beyond its range become infinities. */
export function toHalf(value: number): number {
  float[0] = value
  const sign = (bits[0]! >>> 16) & 0x8000
  const magnitude = bits[0]! & 0x7fffffff
  if (magnitude > 0x7f800000) return sign | 0x7e00
  if (magnitude >= 0x477ff000) return sign | 0x7c00
  if (magnitude < 0x38800000) {
    // Below 2^-14 the steps are 2^-24 wide.
    const steps = Math.abs(float[0]!) * 2 ** 24
    const low = Math.floor(steps)
    const rest = steps - low
    return sign | (rest > 0.5 || (rest === 0.5 && low % 2 === 1) ? low + 1 : low)
  }
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1)
  return sign | ((rounded - 0x38000000) >>> 13)
}
