import type { Channel, HeaderPart, LevelPlan } from '../header/index.ts'
import { componentOf, isDeep, isTiled, layerOf, levelSize } from '../header/index.ts'
import type { NativePartLayout } from '../oiio/pixel-pass.ts'
import type { PixelFile } from './pixel-file.ts'

/** Level 0 is the image itself; x and y differ for rip maps only. */
export interface LevelNumber {
  readonly x: number
  readonly y: number
}

/** One part whose samples can be decoded, or why they cannot. */
export type PartLayout =
  | { readonly canDecode: true; readonly native: NativePartLayout; readonly level: LevelPlan | null }
  | { readonly canDecode: false; readonly reason: string }

/** Compressions from here on came after the decoders at hand. */
const FIRST_UNKNOWN_COMPRESSION = 10
/** None, RLE, ZIPS and ZIP: all that deep parts may use. */
const LAST_DEEP_COMPRESSION = 3
const PIXEL_TYPES = ['UINT', 'HALF', 'FLOAT']
const LEVEL_MODES = ['one_level', 'mipmap_levels', 'ripmap_levels']
const ROUNDING_MODES = ['round_down', 'round_up']
const MAX_SIDE = 2 ** 31 - 1
/** Beyond it a chunk is refused: no writer makes such chunks, and two of them have to fit into memory. */
const MAX_CHUNK_BYTES = 512 * 1024 * 1024

interface LayoutOptions {
  readonly level?: LevelNumber
  /** Channels to look at. Default: all. */
  readonly wants?: (channel: string) => boolean
  readonly rowStep?: number
  readonly maxChunkBytes?: number
}

/** What the decoder needs to know of a part. Pure; says why when the header does not tell or the codec is not known. */
export function layoutOf(file: PixelFile, partIndex: number, options: LayoutOptions = {}): PartLayout {
  const part = file.header.parts[partIndex]!
  const plan = file.plan.parts[partIndex]!
  const { storage, dataWindow } = plan
  if (storage === null) return no('its type is not known')
  if (dataWindow === null) return no('it has no usable data window')
  const compression = part.get('compression')?.value
  if (compression?.kind !== 'enum') return no('it does not say its compression')
  if (compression.value >= FIRST_UNKNOWN_COMPRESSION || compression.value < 0) {
    return no(`no decoder for compression ${compressionText(compression)}`)
  }
  if (isDeep(storage) && compression.value > LAST_DEEP_COMPRESSION) {
    return no(`compression ${compression.name} is not defined for deep data`)
  }
  const channels = channelsOf(part)
  if (typeof channels === 'string') return no(channels)
  if (plan.chunkCount === null || plan.tableOffset === null || file.plan.readRange === null)
    return no('its chunk table cannot be found')
  const wanted = options.level ?? { x: 0, y: 0 }
  const level = isTiled(storage)
    ? plan.levels.find(({ levelX, levelY }) => levelX === wanted.x && levelY === wanted.y)
    : null
  if (level === undefined || (level === null && (wanted.x !== 0 || wanted.y !== 0))) {
    return no(`it has no level ${wanted.x === wanted.y ? wanted.x : `${wanted.x}, ${wanted.y}`}`)
  }
  const tiles = part.get('tiles')?.value
  const tile = tiles?.kind === 'tiledesc' && isTiled(storage) ? tiles.value : null
  const size = (low: number, high: number, number: number) =>
    tile === null ? high - low + 1 : levelSize(high - low + 1, number, tile.roundingMode)
  if (dataWindow.maxX - dataWindow.minX >= MAX_SIDE || dataWindow.maxY - dataWindow.minY >= MAX_SIDE) {
    return no(`its data window is more than ${MAX_SIDE} pixels wide or high`)
  }
  const groups = colourGroups(channels)
  const native: NativePartLayout = {
    compression: compression.value,
    isTiled: isTiled(storage),
    isDeep: isDeep(storage),
    partNumber: file.plan.isMultiPart ? partIndex : -1,
    ...dataWindow,
    tileWidth: tile?.xSize ?? 0,
    tileHeight: tile?.ySize ?? 0,
    levelMode: tile === null ? 0 : LEVEL_MODES.indexOf(tile.levelMode),
    roundingMode: tile === null ? 0 : ROUNDING_MODES.indexOf(tile.roundingMode),
    levelWidth: size(dataWindow.minX, dataWindow.maxX, wanted.x),
    levelHeight: size(dataWindow.minY, dataWindow.maxY, wanted.y),
    maxChunkBytes: options.maxChunkBytes ?? MAX_CHUNK_BYTES,
    rowStep: options.rowStep ?? 1,
    channels: channels.map((channel) => ({
      name: channel.name,
      type: PIXEL_TYPES.indexOf(channel.pixelType),
      xSampling: channel.xSampling,
      ySampling: channel.ySampling,
      pLinear: channel.pLinear,
      isWanted: options.wants?.(channel.name) ?? true,
      colourGroup: groups.get(channel.name) ?? -1,
    })),
  }
  return { canDecode: true, native, level }
}

/** Numbers that the format does not define have no other name. */
function compressionText({ name, value }: { readonly name: string; readonly value: number }): string {
  return name.includes(String(value)) ? name : `${name} (${value})`
}

/** Layers whose R, G and B have one type and size, in the order of their numbers. */
export function colourLayers(channels: readonly Channel[]): string[] {
  const layers = new Map<string, Channel[]>()
  for (const channel of channels) {
    if (!/^[RGB]$/.test(componentOf(channel.name))) continue
    const layer = layerOf(channel.name)
    layers.set(layer, [...(layers.get(layer) ?? []), channel])
  }
  const key = ({ pixelType, xSampling, ySampling }: Channel) => `${pixelType} ${xSampling} ${ySampling}`
  return [...layers].filter(([, rgb]) => rgb.length === 3 && new Set(rgb.map(key)).size === 1).map(([layer]) => layer)
}

function colourGroups(channels: readonly Channel[]): Map<string, number> {
  const groups = new Map<string, number>()
  for (const [number, layer] of colourLayers(channels).entries()) {
    for (const { name } of channels) {
      if (layerOf(name) === layer && /^[RGB]$/.test(componentOf(name))) groups.set(name, number)
    }
  }
  return groups
}

/** The format's number of the type. */
const HALF = 1

export type HeaderChannels = readonly Channel[]

/** The channels of a part in file order, or what is wrong with them. */
export function channelsOf(part: HeaderPart): readonly Channel[] | string {
  const channels = part.get('channels')?.value
  if (channels?.kind !== 'chlist') return 'it has no channel list'
  if (channels.value.length === 0) return 'it has no channels'
  for (const { name, pixelType, xSampling, ySampling } of channels.value) {
    if (!PIXEL_TYPES.includes(pixelType)) return `channel ${name} has pixel type ${pixelType}`
    if (xSampling < 1 || ySampling < 1) return `channel ${name} has sampling ${xSampling}, ${ySampling}`
  }
  return channels.value
}

/** Bytes that one sample of each channel takes. */
export function sampleBytes(channels: readonly { readonly type: number }[]): number {
  return channels.reduce((sum, { type }) => sum + (type === HALF ? 2 : 4), 0)
}

function no(reason: string): PartLayout {
  return { canDecode: false, reason }
}
