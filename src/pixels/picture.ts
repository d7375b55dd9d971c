import { ExrError } from '../errors.ts'
import { type Band, bandsOf } from './bands.ts'
import type { Region } from './chunk-list.ts'
import { luminanceWeights } from './colour.ts'
import { type LevelNumber, layoutOf } from './layout.ts'
import { missingPixels } from './missing.ts'
import { PartPass, type PassOutcome } from './pass.ts'
import type { PictureChoice } from './picture-choice.ts'
import type { PixelFile } from './pixel-file.ts'
import type { MissingPixels } from './types.ts'

/** Linear values as the file has them, one number a pixel in each list, from the upper left corner. */
export interface Picture {
  readonly width: number
  readonly height: number
  readonly red: Float32Array
  readonly green: Float32Array
  readonly blue: Float32Array
  /** Null when there is no alpha channel. */
  readonly alpha: Float32Array | null
  /** Chunks that could not be decoded: their pixels are NaN. */
  readonly missing: MissingPixels | undefined
}

interface PictureRequest {
  readonly choice: PictureChoice
  readonly level: LevelNumber
  /** Pixels of the level, all inside it. */
  readonly area: Region
  /** Size of the picture: each pixel is the mean of those of the area it covers. */
  readonly width: number
  readonly height: number
  /** Only every so manieth row is looked at. Default 1. */
  readonly rowStep?: number
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
  /** In the place of values: how many samples the pixels of a deep part have. Default false. */
  readonly countsSamples?: boolean
  /** Chunks decoded at a time. Default 1. */
  readonly threads?: number
}

/** Decodes what a picture needs and no more. Throws ERR_PIXELS_UNSUPPORTED, ERR_SOURCE_*, ERR_ABORTED. */
export async function readPicture(file: PixelFile, request: PictureRequest): Promise<Picture> {
  const { choice, area, width, height, rowStep = 1 } = request
  const { red, green, blue, alpha } = choice.channels
  const names = [red, green, blue, ...(alpha === null ? [] : [alpha])]
  const wants = (name: string) => names.includes(name)
  const layout = layoutOf(file, choice.partIndex, { level: request.level, wants, rowStep })
  const { path } = file.source
  if (!layout.canDecode) {
    throw new ExrError('ERR_PIXELS_UNSUPPORTED', `Cannot show part ${choice.partIndex} of ${path}: ${layout.reason}.`, {
      details: { path, partIndex: choice.partIndex },
    })
  }
  const channels = layout.native.channels.map(({ isWanted }) => isWanted)
  const { countsSamples = false, threads = 1 } = request
  const reduce = { ...area, gridWidth: width, gridHeight: height, channels, countsSamples }
  const sampling = rowStep === 1 ? ({ method: 'full' } as const) : ({ method: 'every', n: rowStep } as const)
  const { signal, onProgress } = request
  const { native, level } = layout
  const chunkRows = level === null ? (file.plan.parts[choice.partIndex]!.linesPerChunk ?? 1) : native.tileHeight
  const bands = bandsOf(area, height, chunkRows, native.minY, threads)
  const passes = bands.map(({ region, firstRow, endRow }) => {
    const pass = new PartPass(file, choice.partIndex, layout, { reduce: { ...reduce, firstRow, endRow } })
    return { pass, decoding: pass.decode({ region, sampling, signal, onProgress }) }
  })
  // All have ended before one's failure is told: nobody closes a file that another still reads.
  const ended = await Promise.allSettled(passes.map(({ decoding }) => decoding))
  for (const end of ended) if (end.status === 'rejected') throw end.reason
  const outcomes = passes.map(({ pass }) => pass.outcome())
  const planeOf = (name: string) => {
    const c = layout.native.channels.findIndex((channel) => channel.name === name)
    const plane = joined(
      outcomes.map(({ result }) => result.pictures![c]!),
      bands,
      width,
      height,
    )
    const { xSampling, ySampling } = layout.native.channels[c]!
    return xSampling === 1 && ySampling === 1 ? plane : filled(plane, width, height)
  }
  const picture = {
    width,
    height,
    red: planeOf(red),
    green: planeOf(green),
    blue: planeOf(blue),
    alpha: alpha === null ? null : planeOf(alpha),
    missing: missingPixels(allLost(outcomes), layout),
  }
  return choice.channels.isLuminanceChroma ? { ...picture, ...fromLuminanceChroma(file, choice, picture) } : picture
}

/** The bands of a plane, one below the other. */
function joined(planes: readonly Float32Array[], bands: readonly Band[], width: number, height: number): Float32Array {
  if (planes.length === 1) return planes[0]!
  const whole = new Float32Array(width * height)
  for (const [i, plane] of planes.entries()) whole.set(plane, bands[i]!.firstRow * width)
  return whole
}

function allLost(outcomes: readonly PassOutcome[]): Pick<PassOutcome, 'lost' | 'lostCount'> {
  return {
    lost: outcomes.flatMap(({ lost }) => lost),
    lostCount: outcomes.reduce((sum, { lostCount }) => sum + lostCount, 0),
  }
}

/** Cells between the samples of a subsampled channel get the value to their left, or else above. */
function filled(plane: Float32Array, width: number, height: number): Float32Array {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x
      if (!Number.isNaN(plane[i]!)) continue
      if (x > 0 && !Number.isNaN(plane[i - 1]!)) plane[i] = plane[i - 1]!
      else if (y > 0) plane[i] = plane[i - width]!
    }
  }
  return plane
}

/** RY and BY are the differences to luminance, as shares of it (OpenEXR, "Luminance/chroma images"). */
function fromLuminanceChroma(
  file: PixelFile,
  { partIndex }: PictureChoice,
  { red: luminance, green: chromaRed, blue: chromaBlue }: Pick<Picture, 'red' | 'green' | 'blue'>,
): Pick<Picture, 'red' | 'green' | 'blue'> {
  const [weightRed, weightGreen, weightBlue] = luminanceWeights(file.header.parts[partIndex]!)
  const red = luminance.map((y, i) => (1 + chromaRed[i]!) * y)
  const blue = luminance.map((y, i) => (1 + chromaBlue[i]!) * y)
  const green = luminance.map((y, i) => (y - red[i]! * weightRed - blue[i]! * weightBlue) / weightGreen)
  return { red, green, blue }
}
