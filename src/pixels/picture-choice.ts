import { ExrError } from '../errors.ts'
import { type Channel, componentOf, type HeaderPart, isDeep, isTiled, layerOf, levelSize } from '../header/index.ts'
import { type Beauty, beautyOf } from './beauty.ts'
import type { Region } from './chunk-list.ts'
import { channelsOf, type LevelNumber } from './layout.ts'
import { nameOf } from './names.ts'
import type { PixelFile } from './pixel-file.ts'

/** What is shown of a file: colours, three numbers, or one number in false colour. */
export interface PictureChoice {
  readonly partIndex: number
  readonly kind: 'colour' | 'vector' | 'scalar'
  /** Of colours and vectors the three channels, of a scalar the same three times. */
  readonly channels: Beauty
}

export interface PictureWish {
  /** Only this part. Default: the first that has what is wished for. */
  readonly part?: number
  readonly layer?: string
  readonly view?: string
}

/**
 * The part and channels that show what is wished for: the beauty, or a layer by its name, by its part's name, or by one
 * channel's name, in a view. Throws ERR_OPTION_INVALID naming what there is, and ERR_PIXELS_UNSUPPORTED for files with
 * nothing to show.
 */
export function choosePicture(file: PixelFile, { part: wanted, layer, view }: PictureWish): PictureChoice {
  const { parts } = file.header
  if (wanted !== undefined && parts[wanted] === undefined) {
    const message = `${file.source.path} has no part ${wanted}; its parts are 0 to ${parts.length - 1}`
    throw new ExrError('ERR_OPTION_INVALID', message, { details: { path: file.source.path } })
  }
  const offers: string[] = []
  for (const part of parts) {
    if (wanted !== undefined && part.index !== wanted) continue
    const channels = channelsOf(part)
    if (typeof channels === 'string') continue
    const stated = part.get('view')?.value
    const partView = stated?.kind === 'string' ? stated.value : null
    if (view !== undefined && partView !== null && partView !== view) continue
    for (const prefix of view === undefined || partView !== null ? [''] : prefixesOf(part, channels, view)) {
      const inView = channels.filter(({ name }) => name.startsWith(prefix))
      offers.push(...inView.map(({ name }) => layerOf(name)).filter((name) => name !== ''))
      const choice = choiceIn(inView, prefix, layer, nameOf(part))
      if (choice !== null) return { partIndex: part.index, ...choice }
    }
  }
  const { path } = file.source
  if (layer === undefined && view === undefined) {
    const what = wanted === undefined ? path : `Part ${wanted} of ${path}`
    throw new ExrError('ERR_PIXELS_UNSUPPORTED', `${what} has no channels that can be shown.`, { details: { path } })
  }
  const wish = [
    layer === undefined ? '' : `layer ${layer}`,
    view === undefined ? '' : `view ${view}`,
    wanted === undefined ? '' : `part ${wanted}`,
  ]
  const listed = [...new Set(offers)].slice(0, 20).join(', ')
  throw new ExrError(
    'ERR_OPTION_INVALID',
    `${path} has no ${wish.filter((each) => each !== '').join(' in ')}. Its layers are: ${listed || 'the unnamed one'}`,
    { details: { path } },
  )
}

/**
 * The deep part whose samples are counted: the first unless one is named. Every channel has as many; one is read. Throws
 * ERR_OPTION_INVALID where the part is not deep, or none is.
 */
export function chooseSamples(file: PixelFile, wanted: number | undefined): PictureChoice {
  const deep = file.header.parts.filter(({ index }) => isDeep(file.plan.parts[index]!.storage))
  const part = wanted === undefined ? deep[0] : deep.find(({ index }) => index === wanted)
  const channels = part === undefined ? [] : channelsOf(part)
  if (part === undefined || typeof channels === 'string' || channels.length === 0) {
    const { path } = file.source
    const what = wanted === undefined ? path : `Part ${wanted} of ${path}`
    throw new ExrError('ERR_OPTION_INVALID', `${what} is not deep: its pixels have no samples to count.`, {
      details: { path },
    })
  }
  const { name } = channels[0]!
  return {
    partIndex: part.index,
    kind: 'scalar',
    channels: { layer: '', red: name, green: name, blue: name, alpha: null, isLuminanceChroma: false },
  }
}

/** Views in one part: the default view has bare names, others a prefix (OpenEXR, "Multi-view images"). */
function prefixesOf(part: HeaderPart, channels: readonly Channel[], view: string): string[] {
  const views = part.get('multiView')?.value
  if (views?.kind === 'stringvector' && views.value[0] === view) return ['']
  const prefix = `${view}.`
  return channels.some(({ name }) => name.startsWith(prefix)) ? [prefix] : []
}

function choiceIn(
  channels: readonly Channel[],
  prefix: string,
  layer: string | undefined,
  partName: string | null,
): Omit<PictureChoice, 'partIndex'> | null {
  const bare = prefix.slice(0, -1)
  const named = layer === undefined ? (prefix === '' ? undefined : bare) : `${prefix}${layer}`
  const beauty = beautyOf(channels, named)
  if (beauty !== null) {
    const isGrey = beauty.red === beauty.green && beauty.green === beauty.blue
    return { kind: isGrey && layer !== undefined ? 'scalar' : 'colour', channels: beauty }
  }
  // A layer may be a part of its own whose channels are bare.
  if (layer !== undefined && partName !== null && sameName(partName, layer)) {
    return choiceIn(channels, prefix, undefined, null)
  }
  const members = channels.filter(({ name }) =>
    named === undefined ? true : layerOf(name) === named || name === named,
  )
  const vector = ['xyz', 'XYZ'].map((axes) =>
    [...axes].map((axis) => members.find(({ name }) => componentOf(name) === axis)?.name),
  )
  for (const [red, green, blue] of vector) {
    if (!red || !green || !blue) continue
    return { kind: 'vector', channels: { layer: layer ?? '', red, green, blue, alpha: null, isLuminanceChroma: false } }
  }
  const first = members.find(({ name }) => componentOf(name) === 'Z') ?? members[0]
  if (first === undefined) return null
  const { name } = first
  return {
    kind: 'scalar',
    channels: { layer: layer ?? '', red: name, green: name, blue: name, alpha: null, isLuminanceChroma: false },
  }
}

/** Renderers write `diffuse` or `diffuse.left` for a part of that layer. */
function sameName(partName: string, layer: string): boolean {
  return partName === layer || partName.startsWith(`${layer}.`)
}

/**
 * The smallest level of a part that still has `width` x `height` pixels for the area of level 0, and the area there.
 * Level 0 for parts without levels. Pure.
 */
export function levelFor(
  file: PixelFile,
  partIndex: number,
  area: Region,
  wanted: { readonly width: number; readonly height: number },
): { readonly level: LevelNumber; readonly area: Region } {
  const plan = file.plan.parts[partIndex]!
  const tiles = file.header.parts[partIndex]!.get('tiles')?.value
  const window = plan.dataWindow!
  let best = { level: { x: 0, y: 0 }, area }
  if (!isTiled(plan.storage) || tiles?.kind !== 'tiledesc') return best
  for (const { levelX, levelY } of plan.levels) {
    if (levelX !== levelY || levelX === 0) continue
    const width = levelSize(window.maxX - window.minX + 1, levelX, tiles.value.roundingMode)
    const height = levelSize(window.maxY - window.minY + 1, levelY, tiles.value.roundingMode)
    const scaleX = width / (window.maxX - window.minX + 1)
    const scaleY = height / (window.maxY - window.minY + 1)
    if (area.width * scaleX < wanted.width || area.height * scaleY < wanted.height) break
    const x = Math.min(width - 1, Math.floor((area.x - window.minX) * scaleX))
    const y = Math.min(height - 1, Math.floor((area.y - window.minY) * scaleY))
    const scaled = {
      x: window.minX + x,
      y: window.minY + y,
      width: Math.max(1, Math.min(width - x, Math.round(area.width * scaleX))),
      height: Math.max(1, Math.min(height - y, Math.round(area.height * scaleY))),
    }
    best = { level: { x: levelX, y: levelY }, area: scaled }
  }
  return best
}
