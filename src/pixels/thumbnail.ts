import { ExrError } from '../errors.ts'
import type { Box2i, HeaderPart, Preview } from '../header/index.ts'
import type { ByteSource } from '../source/source.ts'
import type { Region } from './chunk-list.ts'
import { colourStatement, decodeSrgb, srgbByte, tone } from './colour.ts'
import { falseColour } from './false-colour.ts'
import { type Picture, readPicture } from './picture.ts'
import { choosePicture, levelFor, type PictureChoice, type PictureWish } from './picture-choice.ts'
import { openPixelFile, type PixelFile } from './pixel-file.ts'
import type { Picture8 } from './png.ts'
import type { MissingPixels } from './types.ts'

export interface ThumbnailOptions extends PictureWish {
  /** The longer side of the display window in the picture; images are never enlarged. Default 512. */
  readonly size?: number
  /** Stops. Default 0. */
  readonly exposure?: number
  /** Values shown as black and white, or as the ends of the false colours. Default for data: the smallest and largest. */
  readonly range?: readonly [number, number]
  /** What lies behind transparent pixels: a checker, a colour as sRGB 0 to 255, or nothing. Default checker. */
  readonly background?: 'checker' | 'none' | readonly [number, number, number]
  /** Chunks decoded at a time. Default 1. */
  readonly threads?: number
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

/** A picture of a file, and what it shows. */
export interface Thumbnail extends Picture8 {
  readonly facts: {
    readonly part_index: number
    readonly layer: string
    /** `false_colour` of one channel or of three that are no colours; `preview` is the header's own small picture. */
    readonly kind: 'colour' | 'false_colour' | 'preview'
    readonly channels: readonly string[]
    readonly level: number
    /** What the colours were taken for. */
    readonly color_space: string
    /** Values at the ends of the false colours. */
    readonly range: readonly [number, number] | null
    /** Chunks that could not be decoded; their pixels are drawn as stripes. */
    readonly missing?: MissingPixels
  }
}

/** Rows of the file that are looked at for a row of the picture, at least. */
const ROWS_FOR_ONE = 4

/**
 * A picture of a file as it is meant to be seen: the data window in the display window, pixel aspect, colours in sRGB.
 * Decodes the smallest level, or the rows, that suffice; falls back to the header's preview when nothing can be decoded.
 * Throws ERR_PIXELS_UNSUPPORTED without either, ERR_OPTION_INVALID, ERR_SOURCE_*, ERR_EXR_*, ERR_ABORTED.
 */
export async function makeThumbnail(source: ByteSource, options: ThumbnailOptions = {}): Promise<Thumbnail> {
  const file = await openPixelFile(source, options.signal)
  try {
    return await fromPixels(file, options)
  } catch (error) {
    const isHopeless = error instanceof ExrError && error.code === 'ERR_PIXELS_UNSUPPORTED'
    const preview = isHopeless ? previewOf(file) : null
    if (preview === null) throw error
    return fromPreview(preview, options)
  }
}

async function fromPixels(file: PixelFile, options: ThumbnailOptions): Promise<Thumbnail> {
  const choice = choosePicture(file, options)
  const part = file.header.parts[choice.partIndex]!
  const data = windowOf(part, 'dataWindow')
  const display = windowOf(part, 'displayWindow') ?? data
  if (data === null || display === null) {
    const { path } = file.source
    throw new ExrError(
      'ERR_PIXELS_UNSUPPORTED',
      `Cannot show part ${choice.partIndex} of ${path}: it has no usable data window.`,
    )
  }
  const place = placeIn(data, display, pixelAspect(part), options.size ?? 512)
  const { frame, area, at } = place
  const { source, matrix, isEncoded } = colourStatement(part)
  let shown: Picture | null = null
  let level = 0
  let range: [number, number] | null = null
  let colourAt: ColourAt | null = null
  if (area !== null) {
    const best = levelFor(file, choice.partIndex, area, at)
    level = best.level.x
    const rowStep = level > 0 ? 1 : Math.max(1, Math.floor(best.area.height / at.height / ROWS_FOR_ONE))
    const { threads = 1, signal, onProgress } = options
    const request = { choice, ...best, width: at.width, height: at.height, rowStep, threads, signal, onProgress }
    shown = await readPicture(file, request)
    range = choice.kind === 'colour' ? null : rangeOf(choice, shown, options)
    colourAt = colourFunction(choice, shown, range, options, matrix, isEncoded)
  }
  const drawRow = (y: number, rgba: Float32Array) => {
    rgba.fill(0)
    const from = (y - at.y) * at.width
    if (colourAt === null || y < at.y || y >= at.y + at.height) return
    for (let x = 0; x < at.width; x++) colourAt(from + x, rgba, (at.x + x) * 4)
  }
  const { red, green, blue, layer } = choice.channels
  return {
    ...onBackground(drawRow, frame, options.background ?? 'checker'),
    facts: {
      part_index: choice.partIndex,
      layer,
      kind: choice.kind === 'colour' ? 'colour' : 'false_colour',
      channels: [...new Set([red, green, blue])],
      level,
      color_space: source,
      range,
      ...(shown?.missing !== undefined && { missing: shown.missing }),
    },
  }
}

interface Size {
  readonly width: number
  readonly height: number
}

/** Where the data window lies in a picture of the display window. `area` is null where it lies wholly outside. */
function placeIn(data: Box2i, display: Box2i, aspect: number, size: number) {
  const displayWidth = display.maxX - display.minX + 1
  const displayHeight = display.maxY - display.minY + 1
  const scale = Math.min(1, size / Math.max(displayWidth * aspect, displayHeight))
  const [scaleX, scaleY] = [scale * aspect, scale]
  const frame: Size = {
    width: Math.min(size, Math.max(1, Math.round(displayWidth * scaleX))),
    height: Math.min(size, Math.max(1, Math.round(displayHeight * scaleY))),
  }
  const x0 = Math.max(data.minX, display.minX)
  const y0 = Math.max(data.minY, display.minY)
  const x1 = Math.min(data.maxX, display.maxX) + 1
  const y1 = Math.min(data.maxY, display.maxY) + 1
  if (x1 <= x0 || y1 <= y0) return { frame, area: null, at: { x: 0, y: 0, width: 0, height: 0 } }
  const x = Math.min(frame.width - 1, Math.round((x0 - display.minX) * scaleX))
  const y = Math.min(frame.height - 1, Math.round((y0 - display.minY) * scaleY))
  const at: Region = {
    x,
    y,
    width: Math.max(1, Math.min(frame.width - x, Math.round((x1 - x0) * scaleX))),
    height: Math.max(1, Math.min(frame.height - y, Math.round((y1 - y0) * scaleY))),
  }
  return { frame, area: { x: x0, y: y0, width: x1 - x0, height: y1 - y0 } as Region, at }
}

/** Puts pixel `from` of the picture, as linear colours not multiplied by alpha or as sRGB, at `to`. */
type ColourAt = (from: number, out: Float32Array, to: number) => void

function colourFunction(
  { kind }: PictureChoice,
  { red, green, blue, alpha, width, missing }: Picture,
  range: [number, number] | null,
  { exposure = 0, range: asked }: ThumbnailOptions,
  matrix: readonly number[],
  isEncoded: boolean,
): ColourAt {
  // Without a sample that is a number: lost with its chunk, or nothing there to see.
  const stripes = (from: number, out: Float32Array, to: number) => {
    if (missing === undefined) return
    const isDark = (Math.floor(from / width) + (from % width)) % 8 < 4
    out.set(isDark ? [0.02, 0, 0, 1] : [0.25, 0.01, 0.01, 1], to)
  }
  if (kind !== 'colour' && range !== null) {
    const [low, high] = range
    const share = (value: number) => (high > low ? (value - low) / (high - low) : 0.5)
    return (from, out, to) => {
      const [r, g, b] = [share(red[from]!), share(green[from]!), share(blue[from]!)]
      if (Number.isNaN(r)) return stripes(from, out, to)
      const colour = kind === 'scalar' ? falseColour(r) : [r * 255, g * 255, b * 255]
      for (let c = 0; c < 3; c++) out[to + c] = decodeSrgb(Math.min(1, Math.max(0, colour[c]! / 255)))
      out[to + 3] = 1
    }
  }
  const gain = 2 ** exposure
  const [low, high] = asked ?? [0, 1]
  const scale = gain / (high - low)
  return (from, out, to) => {
    const a = alpha === null ? 1 : Math.min(1, Math.max(0, alpha[from]!))
    let [r, g, b] = [red[from]!, green[from]!, blue[from]!]
    if (Number.isNaN(r) || Number.isNaN(g) || Number.isNaN(b)) return stripes(from, out, to)
    if (isEncoded) [r, g, b] = [decodeSrgb(r), decodeSrgb(g), decodeSrgb(b)]
    // Colours are multiplied by alpha already; what lies behind is added to them.
    for (let c = 0; c < 3; c++) {
      const converted = matrix[c * 3]! * r + matrix[c * 3 + 1]! * g + matrix[c * 3 + 2]! * b
      out[to + c] = tone((converted - low) * scale)
    }
    out[to + 3] = Number.isNaN(a) ? 1 : a
  }
}

/** Smallest and largest value of the picture, a hundredth left out at each end for depths that reach to infinity. */
function rangeOf(
  { kind }: PictureChoice,
  { red, green, blue }: Picture,
  { range }: ThumbnailOptions,
): [number, number] {
  if (range !== undefined) return [range[0], range[1]]
  const planes = kind === 'scalar' ? [red] : [red, green, blue]
  const all = new Float32Array(planes.length * red.length)
  let count = 0
  for (const plane of planes) for (const value of plane) if (Math.abs(value) < 1e30) all[count++] = value
  const values = all.subarray(0, count).sort()
  if (values.length === 0) return [0, 1]
  const at = (share: number) => values[Math.round(share * (values.length - 1))]!
  return kind === 'scalar' ? [at(0.01), at(0.99)] : [at(0), at(1)]
}

const CHECKER = 8
const DARK = 0.06
const LIGHT = 0.13

/** `drawRow` draws a row of the picture over nothing: of a whole large picture, floats would take more than all else. */
function onBackground(
  drawRow: (y: number, rgba: Float32Array) => void,
  { width, height }: Size,
  background: NonNullable<ThumbnailOptions['background']>,
): Picture8 {
  const channels = background === 'none' ? 4 : 3
  const bytes = new Uint8Array(width * height * channels)
  const solid = typeof background === 'string' ? null : background.map((value) => decodeSrgb(value / 255))
  const rgba = new Float32Array(width * 4)
  for (let y = 0; y < height; y++) {
    drawRow(y, rgba)
    for (let x = 0; x < width; x++) {
      const alpha = rgba[x * 4 + 3]!
      const at = (y * width + x) * channels
      const isLight = (Math.floor(x / CHECKER) + Math.floor(y / CHECKER)) % 2 === 0
      for (let c = 0; c < 3; c++) {
        const behind = solid?.[c] ?? (isLight ? LIGHT : DARK)
        const value = rgba[x * 4 + c]!
        const over = channels === 4 ? (alpha > 0 ? value / alpha : 0) : value + behind * (1 - alpha)
        bytes[at + c] = srgbByte(over)
      }
      if (channels === 4) bytes[at + 3] = Math.round(255 * alpha)
    }
  }
  return { width, height, channels, bytes }
}

function windowOf(part: HeaderPart, name: 'dataWindow' | 'displayWindow'): Box2i | null {
  const value = part.get(name)?.value
  if (value?.kind !== 'box2i') return null
  const { minX, minY, maxX, maxY } = value.value
  return minX <= maxX && minY <= maxY ? value.value : null
}

/** 1 for values that no display has. */
function pixelAspect(part: HeaderPart): number {
  const value = part.get('pixelAspectRatio')?.value
  return value?.kind === 'float' && value.value >= 0.1 && value.value <= 10 ? value.value : 1
}

function previewOf({ header }: PixelFile): Preview | null {
  for (const part of header.parts) {
    const value = part.get('preview')?.value
    if (value?.kind === 'preview' && value.value.width > 0 && value.value.height > 0) return value.value
  }
  return null
}

/** Previews are sRGB already (OpenEXR, "Preview images" are 8 bits with a gamma of 2.2). */
function fromPreview({ width, height, pixels }: Preview, { size = 512 }: ThumbnailOptions): Thumbnail {
  const scale = Math.min(1, size / Math.max(width, height))
  const [outWidth, outHeight] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))]
  const bytes = new Uint8Array(outWidth * outHeight * 3)
  for (let y = 0; y < outHeight; y++) {
    for (let x = 0; x < outWidth; x++) {
      const from = (Math.floor(y / scale) * width + Math.floor(x / scale)) * 4
      bytes.set(pixels.subarray(from, from + 3), (y * outWidth + x) * 3)
    }
  }
  const facts = {
    part_index: 0,
    layer: '',
    kind: 'preview',
    channels: [],
    level: 0,
    color_space: 'preview',
    range: null,
  } as const
  return { width: outWidth, height: outHeight, channels: 3, bytes, facts }
}
