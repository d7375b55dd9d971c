import { spaceOfPrimaries } from '../inspect/color-space.ts'
import type { AttributeFacts, PartFacts } from '../inspect/payload.ts'
import { type FeatureHasher, hashInt, hashText } from './feature-hash.ts'
import { softLog2, softLogRatio } from './scale.ts'

const TYPE = hashText(0, 'part-type')
const PART_NAME = hashText(0, 'part-name')
const PART_COUNT = hashText(0, 'part-count')
const VIEW = hashText(0, 'view')
const DEEP = hashText(0, 'deep')
const WIDTH = hashText(0, 'width')
const HEIGHT = hashText(0, 'height')
const ASPECT = hashText(0, 'aspect')
const PIXEL_ASPECT = hashText(0, 'pixel-aspect')
const FORMAT = hashText(0, 'format')
const CROP = hashText(0, 'crop')
const COMPRESSION = hashText(0, 'compression')
const COMPRESSION_KIND = hashText(0, 'compression-kind')
const LINE_ORDER = hashText(0, 'line-order')
const TILING = hashText(0, 'tiling')
const LEVELS = hashText(0, 'levels')
const COLOR = hashText(0, 'color')
const SOFTWARE = hashText(0, 'software')
const SOFTWARE_RELEASE = hashText(0, 'software-release')

/** Methods that lose alike and are chosen for alike reasons. */
const COMPRESSION_KINDS: Readonly<Record<string, string>> = {
  none: 'none',
  rle: 'zip',
  zips: 'zip',
  zip: 'zip',
  piz: 'wavelet',
  pxr24: 'rounded',
  b44: 'block',
  b44a: 'block',
  dwaa: 'dct',
  dwab: 'dct',
  htj2k32: 'wavelet',
  htj2k256: 'wavelet',
}

/** Kinds, names and views of the parts. */
export function addStructure(hasher: FeatureHasher, parts: readonly PartFacts[]): void {
  for (const part of parts) {
    hasher.add(hashText(TYPE, part.part_type))
    if (part.part_name !== null) hasher.add(hashText(PART_NAME, part.part_name), 0.7)
    if (part.view_name !== null) hasher.add(hashText(VIEW, part.view_name), 0.7)
  }
  hasher.addSoft(PART_COUNT, softLog2(parts.length + 1) * 2, 0.7)
}

/**
 * Deep samples are another kind of image: what merges, holds out and defocuses them takes no flat one. Flat parts add
 * nothing, so that being flat makes no two files alike.
 */
export function addDepth(hasher: FeatureHasher, part: PartFacts): void {
  if (!part.is_deep) return
  hasher.add(DEEP)
  hasher.add(hashText(DEEP, part.part_type), 0.3)
}

/** The frame the artist sees: its size, shape and pixel aspect. */
export function addFrame(
  hasher: FeatureHasher,
  { display_width, display_height, pixel_aspect_ratio }: PartFacts,
): void {
  if (display_width === null || display_height === null) return
  hasher.addSoft(WIDTH, softLog2(display_width) * 2)
  hasher.addSoft(HEIGHT, softLog2(display_height) * 2)
  hasher.addSoft(ASPECT, softLogRatio(display_width / display_height) * 4)
  hasher.add(hashInt(hashInt(FORMAT, display_width), display_height))
  if (typeof pixel_aspect_ratio === 'number') hasher.addSoft(PIXEL_ASPECT, softLogRatio(pixel_aspect_ratio) * 4, 0.5)
  else hasher.add(hashText(PIXEL_ASPECT, String(pixel_aspect_ratio)), 0.5)
}

/** How the stored pixels lie in the frame, in words: a crop that moves from frame to frame stays a crop. */
export function addCrop(hasher: FeatureHasher, { data_window: data, display_window: display }: PartFacts): void {
  if (data === null || display === null) return
  const exceeds =
    data.min.x < display.min.x || data.min.y < display.min.y || data.max.x > display.max.x || data.max.y > display.max.y
  const isSmaller =
    data.min.x > display.min.x || data.min.y > display.min.y || data.max.x < display.max.x || data.max.y < display.max.y
  hasher.add(hashText(CROP, exceeds ? 'beyond' : 'within'))
  hasher.add(hashText(CROP, isSmaller ? 'partial' : 'whole'))
}

export function addCompression(hasher: FeatureHasher, { compression, line_order }: PartFacts): void {
  const word = compression ?? 'none stated'
  hasher.add(hashText(COMPRESSION, word))
  hasher.add(hashText(COMPRESSION_KIND, COMPRESSION_KINDS[word] ?? word), 0.7)
  if (line_order !== null) hasher.add(hashText(LINE_ORDER, line_order), 0.5)
}

export function addTiling(hasher: FeatureHasher, part: PartFacts): void {
  hasher.add(hashInt(TILING, part.is_tiled ? 1 : 0))
  if (!part.is_tiled) return
  hasher.add(hashText(LEVELS, part.level_mode ?? ''))
  hasher.add(hashInt(hashInt(TILING, part.tile_width ?? 0), part.tile_height ?? 0), 0.5)
  hasher.addSoft(LEVELS, softLog2(part.level_count ?? 1), 0.5)
}

/** Attributes whose values `addColor` reads. */
export const COLOR_ATTRIBUTES: ReadonlySet<string> = new Set([
  'colorInteropID',
  'oiio:ColorSpace',
  'acesImageContainerFlag',
  'chromaticities',
])

/** What the file itself says of its colours: what OpenImageIO guesses differs between its versions. */
export function addColor(hasher: FeatureHasher, attributes: readonly AttributeFacts[]): void {
  const texts = new Map(attributes.filter(({ source }) => source === 'exr').map(({ name, value }) => [name, value]))
  const named = texts.get('colorInteropID') ?? texts.get('oiio:ColorSpace')
  if (typeof named === 'string') hasher.add(hashText(COLOR, named))
  else if (texts.get('acesImageContainerFlag') === 1) hasher.add(hashText(COLOR, 'lin_ap0_scene'))
  const chromaticities = texts.get('chromaticities')
  if (isChromaticities(chromaticities)) {
    hasher.add(hashText(COLOR, spaceOfPrimaries(chromaticities) ?? JSON.stringify(chromaticities)))
  } else if (named === undefined) {
    hasher.add(hashText(COLOR, 'not stated'))
  }
}

/** The program, and with less weight the first two numbers of its release. */
export function addSoftware(hasher: FeatureHasher, part: PartFacts): void {
  hasher.add(hashText(SOFTWARE, (part.render_software ?? 'not stated').toLowerCase()))
  const release = /\d+(?:\.\d+)?/.exec(part.render_software_version ?? '')?.[0]
  if (release !== undefined) hasher.add(hashText(SOFTWARE_RELEASE, release), 0.3)
}

type Xy = [number, number]

function isChromaticities(value: unknown): value is { red: Xy; green: Xy; blue: Xy; white: Xy } {
  return typeof value === 'object' && value !== null && 'red' in value && 'white' in value
}
