import {
  type AttributeValue,
  type Box2i,
  boxJson,
  type Channel,
  componentOf,
  type ExrHeader,
  float32,
  type HeaderPart,
  layerOf,
  type PartChunkPlan,
  type PartChunkReport,
  shortTimeCode,
  storageOf,
  timeCodeProblem,
  viewOfChannel,
} from '../header/index.ts'
import { statedColorSpace, textOf } from './color-space.ts'
import type { ChannelFacts, MissingFacts, PartFacts } from './payload.ts'
import { NO_WRITER, writerFacts } from './writer-facts.ts'

const INT32_MAX = 2 ** 31 - 1

/** What `make` gives for a part of the header at hand, made now or for an earlier part that says the same. */
export type Recall = <T>(part: HeaderPart, make: (part: HeaderPart, header: ExrHeader) => T) => T

/** The facts of one part, keys in the order of the catalog's columns. `views` is what `viewsOf` gives. */
export function partFacts(
  part: HeaderPart,
  plan: PartChunkPlan | undefined,
  report: PartChunkReport | undefined,
  views: ReadonlySet<string>,
  recall: Recall,
): PartFacts {
  const facts: PartFacts = { ...recall(part, statedFacts) }
  facts.multi_view = isMultiView(part, views)
  Object.assign(facts, recall(part, writerFacts))
  facts.time_code = timeCode(part)
  if (facts.is_tiled) facts.level_count = plan?.levels.length || null
  facts.chunk_count = int32OrNull(plan?.chunkCount)
  facts.missing_chunks = int32OrNull(report?.missingChunks)
  if (report?.order) facts.chunk_order = report.order
  if (report !== undefined && (report.missingChunks ?? 0) > 0) facts.missing = missingFacts(report)
  return facts
}

/** What attributes state that most frames share; the rest is left open. */
function statedFacts(part: HeaderPart, header: ExrHeader): PartFacts {
  const data = boxOf(part, 'dataWindow')
  const display = boxOf(part, 'displayWindow')
  const tiles = valueAs(part, 'tiles', 'tiledesc')?.value
  const type = textOf(part, 'type') ?? storageOf(header, part) ?? impliedType(header, tiles !== undefined)
  const isTiled = type === 'tiledimage' || type === 'deeptile'
  const aspect = valueAs(part, 'pixelAspectRatio', 'float')
  const stated = statedColorSpace(part)
  return {
    part_index: part.index,
    ...(isPartial(header, part) && { is_partial: true as const }),
    part_name: textOf(part, 'name'),
    part_type: type,
    view_name: viewName(part),
    multi_view: false,
    width: extent(data?.minX, data?.maxX),
    height: extent(data?.minY, data?.maxY),
    display_width: extent(display?.minX, display?.maxX),
    display_height: extent(display?.minY, display?.maxY),
    data_x_offset: data?.minX ?? null,
    data_y_offset: data?.minY ?? null,
    data_window: data === undefined ? null : boxJson(data),
    display_window: display === undefined ? null : boxJson(display),
    pixel_aspect_ratio: aspect === undefined ? null : float32(aspect.value),
    line_order: valueAs(part, 'lineOrder', 'enum')?.name ?? null,
    compression: valueAs(part, 'compression', 'enum')?.name ?? null,
    color_space: stated?.space ?? null,
    color_space_source: stated?.source ?? null,
    color_space_derived: null,
    color_space_deriver: null,
    ...NO_WRITER,
    frames_per_second: framesPerSecond(part),
    time_code: null,
    is_tiled: isTiled,
    tile_width: isTiled ? int32OrNull(tiles?.xSize) : null,
    tile_height: isTiled ? int32OrNull(tiles?.ySize) : null,
    tile_depth: isTiled && tiles !== undefined ? 1 : null,
    level_mode: isTiled ? (tiles?.levelMode ?? null) : null,
    level_count: isTiled ? null : 1,
    is_deep: type === 'deepscanline' || type === 'deeptile',
    chunk_count: null,
    missing_chunks: null,
  }
}

/** Facts of every channel of a part, in file order. */
export function channelFacts(part: HeaderPart): ChannelFacts[] {
  const channels = valueAs(part, 'channels', 'chlist')?.value ?? []
  const view = textOf(part, 'view')
  const views = valueAs(part, 'multiView', 'stringvector')?.value ?? []
  return channels.map((channel) => channelFact(part.index, channel, view ?? viewOfChannel(channel.name, views)))
}

function channelFact(partIndex: number, channel: Channel, view: string | null): ChannelFacts {
  return {
    part_index: partIndex,
    channel_name: channel.name,
    layer_name: layerOf(channel.name),
    component_name: componentOf(channel.name),
    view_name: view,
    channel_type: channel.pixelType,
    x_sampling: channel.xSampling,
    y_sampling: channel.ySampling,
    p_linear: channel.pLinear,
  }
}

function isPartial({ defects }: ExrHeader, part: HeaderPart): boolean {
  return !part.isTerminated || defects.some(({ limit, partIndex }) => limit !== undefined && partIndex === part.index)
}

function framesPerSecond(part: HeaderPart): number | null {
  const value = part.get('framesPerSecond')?.value
  if (value?.kind === 'rational') {
    const { numerator, denominator } = value.value
    return numerator > 0 && denominator > 0 ? numerator / denominator : null
  }
  return value?.kind === 'float' && value.value > 0 && Number.isFinite(value.value) ? value.value : null
}

/** Null also for a time code that cannot be. */
function timeCode(part: HeaderPart): string | null {
  const value = part.get('timeCode')?.value
  return value?.kind === 'timecode' && timeCodeProblem(value.value) === null ? shortTimeCode(value.value) : null
}

function missingFacts({ missingRows, missingTiles, isTruncated }: PartChunkReport): MissingFacts {
  const missing: MissingFacts = { truncated: isTruncated }
  if (missingRows.length > 0) missing.rows = missingRows.map(([first, last]) => [first, last])
  if (missingTiles.length > 0) {
    missing.tiles = missingTiles.map(({ levelX, levelY, x, y }) => ({ level_x: levelX, level_y: levelY, x, y }))
  }
  return missing
}

/** A part of its own names one view; a part that holds several lists them, the default view first. */
function viewName(part: HeaderPart): string | null {
  const views = valueAs(part, 'multiView', 'stringvector')?.value
  return textOf(part, 'view') ?? (views !== undefined && views.length > 0 ? views.join(',') : null)
}

/** Views that parts of their own hold. */
export function viewsOf(header: ExrHeader): ReadonlySet<string> {
  return new Set(header.parts.map((part) => textOf(part, 'view')).filter((view) => view !== null))
}

function isMultiView(part: HeaderPart, views: ReadonlySet<string>): boolean {
  if ((valueAs(part, 'multiView', 'stringvector')?.value.length ?? 0) > 1) return true
  return views.size > 1 && textOf(part, 'view') !== null
}

/** A deep single part without a `type` breaks the format; whether it has tiles is all there is to go by. */
function impliedType(header: ExrHeader, hasTiles: boolean): string {
  if (header.flags.nonImage && !header.flags.multiPart) return hasTiles ? 'deeptile' : 'deepscanline'
  return hasTiles ? 'tiledimage' : 'scanlineimage'
}

function extent(min: number | undefined, max: number | undefined): number | null {
  if (min === undefined || max === undefined || max < min) return null
  return int32OrNull(max - min + 1)
}

function int32OrNull(value: number | null | undefined): number | null {
  return value === null || value === undefined || value > INT32_MAX ? null : value
}

function boxOf(part: HeaderPart, name: string): Box2i | undefined {
  return valueAs(part, name, 'box2i')?.value
}

function valueAs<Kind extends AttributeValue['kind']>(
  part: HeaderPart,
  name: string,
  kind: Kind,
): Extract<AttributeValue, { kind: Kind }> | undefined {
  const value = part.get(name)?.value
  return value?.kind === kind ? (value as Extract<AttributeValue, { kind: Kind }>) : undefined
}
