import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { PixelValues, Row } from '../../src/server/explorer/api.ts'
import { ApiError, get, getPixels, type Region } from '../api.ts'
import { overview } from '../app-state.ts'
import { number, plural, visible } from '../format.ts'
import { type Asked, Busy, Problem, useAsk } from '../ui.tsx'
import { type Look, Painter, type Rectangle, rangeOf, type Texture } from './shader.ts'

/** A rectangle of pixels that something is about, inclusive. */
export interface Box {
  readonly min: { readonly x: number; readonly y: number }
  readonly max: { readonly x: number; readonly y: number }
}

/** What is drawn over the image. */
export interface Mark {
  readonly box: Box
  readonly kind: 'missing' | 'finding' | 'chosen'
  readonly title: string
}

interface ViewerProps {
  readonly fileId: string
  /** What the server shows of the file when it is not told what; its own answer where something was picked. */
  readonly first: Asked<Region>
  readonly part: Row
  readonly layer: string | null
  readonly view: string | null
  /** How many samples the pixels of a deep part have is shown, in the place of a layer. */
  readonly samples: boolean
  readonly marks: readonly Mark[]
  /** The first pixels are drawn, or cannot be. */
  readonly onShown: () => void
}

/** Longest side of the whole image as it is first drawn. */
export const OVERVIEW_SIDE = 1024
const DETAIL_SIDE = 2048
const ZOOMS = [0.05, 64] as const

/** Half floats of one part and layer: exposure, channels, gamut, zoom down to single pixels, and their raw values. */
export function Viewer({ fileId, first, part, layer, view, samples, marks, onShown }: ViewerProps) {
  const data = part['data_window'] as unknown as string | Box | null
  const dataWindow = boxOf(data)
  const displayWindow = boxOf(part['display_window'] as unknown as string | Box | null) ?? dataWindow
  const aspect = Number(part['pixel_aspect_ratio'] ?? 1) || 1
  const partIndex = Number(part['part_index'])
  const canvas = useRef<HTMLCanvasElement>(null)
  const over = useRef<HTMLCanvasElement>(null)
  const painter = useRef<Painter | null>(null)
  const [failure, setFailure] = useState<Error | null>(null)
  const [chosen, choose] = useState<Level & { readonly part: number }>({ x: 0, y: 0, part: partIndex })
  // Another part has levels of its own.
  const level = useMemo(
    () => (chosen.part === partIndex ? { x: chosen.x, y: chosen.y } : { x: 0, y: 0 }),
    [chosen, partIndex],
  )
  const wish = {
    level: level.x,
    level_y: level.y,
    part: partIndex,
    ...(samples && { samples }),
    ...(layer !== null && layer !== '' && { layer }),
    ...(view !== null && { view }),
  }
  const facts = first.value?.facts
  const isImage = view === null && !samples && level.x === 0 && level.y === 0
  const isFirst =
    isImage && ((facts?.part_index === partIndex && facts.layer === (layer ?? '')) || first.error !== null)
  const other = useAsk(
    first.isBusy || isFirst ? null : (signal) => getPixels(fileId, { ...wish, size: OVERVIEW_SIDE }, signal),
    [fileId, partIndex, layer, view, samples, level, first.isBusy, isFirst],
  )
  const region = isFirst || first.isBusy ? first : other
  const [look, setLook] = useState<LookState>(FIRST_LOOK)
  const [camera, setCamera] = useState<Camera | null>(null)
  const [size, setSize] = useState({ width: 800, height: 500 })
  const textures = useRef<{ overview: Texture | null; detail: { texture: Texture; region: Region } | null }>({
    overview: null,
    detail: null,
  })
  /** Rises when there is something else to draw. */
  const [drawn, setDrawn] = useState(0)
  /** How often the image was drawn. */
  const [painted, setPainted] = useState(0)

  // Layout effects: others wait for a frame each, which without a graphics card is a tenth of a second.
  useLayoutEffect(() => {
    try {
      painter.current = new Painter(canvas.current!)
    } catch (error) {
      setFailure(error as Error)
    }
    const sizes = new ResizeObserver(([entry]) => {
      const { width, height } = entry!.contentRect
      if (width > 0 && height > 0) setSize({ width: Math.floor(width), height: Math.floor(height) })
    })
    sizes.observe(canvas.current!.parentElement!)
    return () => {
      sizes.disconnect()
      painter.current?.end()
    }
  }, [])

  useLayoutEffect(() => {
    if (region.value === null || painter.current === null) return
    const { facts, rgba } = region.value
    painter.current.free(textures.current.overview)
    textures.current.overview = painter.current.upload(rgba, facts.columns, facts.rows)
    const { low, high } = rangeOf(rgba)
    setLook((before) => ({ ...before, range: [low, high > low ? high : low + 1] }))
    setDrawn((n) => n + 1)
  }, [region.value])

  const isOver = painted > 0 || failure !== null || region.error !== null
  useEffect(() => {
    if (isOver) onShown()
  }, [isOver])

  const fit = useMemo(
    () => fitted(displayWindow, aspect, size),
    [displayWindow?.max.x, displayWindow?.max.y, aspect, size.width, size.height],
  )
  const current = camera ?? fit
  useEffect(() => setCamera(null), [fileId, partIndex])

  // Pixels as they are, once one of them is larger than one of the screen.
  const wanted = useMemo(
    () => detailOf(region.value, current, aspect, size, level),
    [region.value, current, size, level],
  )
  const subject = JSON.stringify({ fileId, ...wish })
  const detail = useAsk(
    wanted === null
      ? null
      : async (signal) => ({
          subject,
          region: await getPixels(fileId, { ...wish, size: DETAIL_SIDE, ...wanted }, signal),
        }),
    [subject, wanted?.x, wanted?.y, wanted?.width, wanted?.height],
  )
  useLayoutEffect(() => {
    if (painter.current === null) return
    // It may come before the whole image of a layer or after it; that of the layer before is not drawn over either.
    const found = detail.value?.subject === subject ? detail.value.region : null
    if (found === null && textures.current.detail === null) return
    if (textures.current.detail !== null) painter.current.free(textures.current.detail.texture)
    textures.current.detail =
      found === null || wanted === null
        ? null
        : { texture: painter.current.upload(found.rgba, found.facts.columns, found.facts.rows), region: found }
    setDrawn((n) => n + 1)
  }, [detail.value, subject])

  const gamut = useMemo(() => {
    const facts = region.value?.facts
    const stated = { matrix: facts?.color.matrix ?? IDENTITY, isEncoded: facts?.color.is_encoded ?? false }
    return look.gamut === 'file' ? stated : { matrix: overview.value?.gamuts[look.gamut] ?? IDENTITY, isEncoded: false }
  }, [region.value, look.gamut])
  const isData = region.value !== null && region.value.facts.kind !== 'colour'
  // Drawn again when it is another one.
  const shown: Look = useMemo(
    () => ({ ...look, ...gamut, range: isData && look.isFalse ? look.range : null }),
    [look, gamut, isData],
  )

  useLayoutEffect(() => {
    // Once for all that changes before the next frame: without a graphics card a picture takes a tenth of a second.
    const frame = requestAnimationFrame(() => {
      const { current: paint } = painter
      if (paint === null || over.current === null) return
      paint.clear(0.11, 0.11, 0.12)
      const { overview: whole, detail: close } = textures.current
      if (whole !== null && region.value !== null)
        paint.draw(whole, placeOf(region.value, current, aspect, level), shown)
      if (close !== null) paint.draw(close.texture, placeOf(close.region, current, aspect, level), shown)
      drawOver(over.current, current, aspect, size, dataWindow, displayWindow, marks)
      if (whole !== null) setPainted((n) => n + 1)
    })
    return () => cancelAnimationFrame(frame)
  }, [drawn, current, shown, size, marks])

  const [hovered, setHovered] = useState<{ readonly x: number; readonly y: number } | null>(null)
  const drag = useRef<{ x: number; y: number; camera: Camera } | null>(null)
  const pixelAt = (event: MouseEvent) => {
    const box = canvas.current!.getBoundingClientRect()
    return {
      x: Math.floor((event.clientX - box.left - current.x) / (current.zoom * aspect)),
      y: Math.floor((event.clientY - box.top - current.y) / current.zoom),
    }
  }
  const zoomBy = (factor: number, x: number, y: number) => {
    const zoom = Math.min(ZOOMS[1], Math.max(ZOOMS[0], current.zoom * factor))
    const share = zoom / current.zoom
    setCamera({ zoom, x: x - (x - current.x) * share, y: y - (y - current.y) * share })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const [x, y] = [size.width / 2, size.height / 2]
    const keys: Record<string, () => void> = {
      '+': () => zoomBy(1.5, x, y),
      '=': () => zoomBy(1.5, x, y),
      '-': () => zoomBy(1 / 1.5, x, y),
      f: () => setCamera(null),
      e: () => setLook({ ...look, exposure: look.exposure + 0.5 }),
      E: () => setLook({ ...look, exposure: look.exposure - 0.5 }),
      m: () => setLook({ ...look, marks: !look.marks }),
      ArrowLeft: () => setCamera({ ...current, x: current.x + 40 }),
      ArrowRight: () => setCamera({ ...current, x: current.x - 40 }),
      ArrowUp: () => setCamera({ ...current, y: current.y + 40 }),
      ArrowDown: () => setCamera({ ...current, y: current.y - 40 }),
    }
    for (const [i, name] of CHANNEL_NAMES.entries()) keys[String(i + 1)] = () => setLook({ ...look, channels: name })
    const act = event.metaKey || event.ctrlKey || event.altKey ? undefined : keys[event.key]
    if (act === undefined) return
    event.preventDefault()
    event.stopPropagation()
    act()
  }
  return (
    <div class="viewer">
      <Controls
        look={look}
        setLook={setLook}
        isData={isData}
        stated={region.value?.facts.color.color_space ?? ''}
        auto={() => region.value && autoExposure(region.value)}
        level={level}
        levels={levelsOf(part)}
        setLevel={({ x, y }) => choose({ x, y, part: partIndex })}
      />
      <div class="stage" data-drawn={painted}>
        <canvas
          ref={canvas}
          width={size.width}
          height={size.height}
          tabIndex={0}
          role="img"
          aria-label={`Pixels of part ${partIndex}${layer ? `, layer ${layer}` : ''}. Plus and minus zoom, arrows move, f fits, e and E change the exposure.`}
          onKeyDown={onKeyDown}
          onWheel={(event) => {
            event.preventDefault()
            const box = canvas.current!.getBoundingClientRect()
            zoomBy(2 ** (-event.deltaY / 300), event.clientX - box.left, event.clientY - box.top)
          }}
          onPointerDown={(event) => {
            drag.current = { x: event.clientX, y: event.clientY, camera: current }
            event.currentTarget.setPointerCapture(event.pointerId)
          }}
          onPointerMove={(event) => {
            const { current: from } = drag
            if (from !== null)
              setCamera({
                ...from.camera,
                x: from.camera.x + event.clientX - from.x,
                y: from.camera.y + event.clientY - from.y,
              })
            else setHovered(pixelAt(event))
          }}
          onPointerUp={() => {
            drag.current = null
          }}
          onPointerLeave={() => setHovered(null)}
          onDblClick={() => setCamera(null)}
        />
        <canvas ref={over} class="over" width={size.width} height={size.height} />
        {(failure ?? region.error) !== null && (
          <div class="stage-problem">
            <Problem error={(failure ?? region.error)!} />
          </div>
        )}
        <div class="stage-busy">
          <Busy when={region.isBusy || detail.isBusy} what="Decoding" />
        </div>
      </div>
      <Inspector fileId={fileId} partIndex={partIndex} at={hovered} window={dataWindow} zoom={current.zoom} />
    </div>
  )
}

interface LookState extends Omit<Look, 'matrix' | 'isEncoded'> {
  /** `file` is what the file states. */
  readonly gamut: string
  readonly isFalse: boolean
}
const FIRST_LOOK: LookState = {
  exposure: 0,
  gamma: 1,
  channels: 'rgb',
  output: 'srgb',
  range: null,
  marks: false,
  gamut: 'file',
  isFalse: true,
}
const IDENTITY = [1, 0, 0, 0, 1, 0, 0, 0, 1]
const CHANNEL_NAMES = ['rgb', 'r', 'g', 'b', 'a', 'luminance'] as const

/** Stops that bring the 99th hundredth to a little below white. */
function autoExposure({ rgba }: Region): number {
  const { bright } = rangeOf(rgba)
  return bright > 0 ? Math.round(2 * Math.log2(0.9 / bright)) / 2 : 0
}

interface ControlsProps {
  readonly look: LookState
  readonly setLook: (look: LookState) => void
  readonly isData: boolean
  readonly stated: string
  readonly auto: () => number | null
  readonly level: Level
  readonly levels: Levels
  readonly setLevel: (level: Level) => void
}

function Controls({ look, setLook, isData, stated, auto, level, levels, setLevel }: ControlsProps) {
  const set = (changes: Partial<LookState>) => setLook({ ...look, ...changes })
  return (
    <div class="controls">
      <label>
        Exposure
        <input
          id="exposure"
          type="range"
          min="-10"
          max="10"
          step="0.1"
          value={look.exposure}
          onInput={({ currentTarget }) => set({ exposure: Number(currentTarget.value) })}
        />
        <span class="setting" aria-hidden="true">
          {look.exposure > 0 ? '+' : ''}
          {look.exposure.toFixed(1)}
        </span>
      </label>
      <button type="button" onClick={() => set({ exposure: auto() ?? 0 })}>
        Auto
      </button>
      <label>
        Gamma
        <input
          id="gamma"
          type="range"
          min="0.2"
          max="4"
          step="0.05"
          value={look.gamma}
          onInput={({ currentTarget }) => set({ gamma: Number(currentTarget.value) })}
        />
        <span class="setting" aria-hidden="true">
          {look.gamma.toFixed(2)}
        </span>
      </label>
      <label>
        Channels
        <select
          id="channels"
          value={look.channels}
          onChange={({ currentTarget }) => set({ channels: currentTarget.value as Look['channels'] })}
        >
          {CHANNEL_NAMES.map((name) => (
            <option key={name} value={name}>
              {name.length < 4 ? name.toUpperCase() : 'Luminance'}
            </option>
          ))}
        </select>
      </label>
      <label>
        Colours
        <select value={look.gamut} onChange={({ currentTarget }) => set({ gamut: currentTarget.value })}>
          <option value="file">{visible(stated, 40) || 'as the file states'}</option>
          {Object.keys(overview.value?.gamuts ?? {}).map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        Shown as
        <select
          value={look.output}
          onChange={({ currentTarget }) => set({ output: currentTarget.value as Look['output'] })}
        >
          <option value="srgb">sRGB</option>
          <option value="linear">linear</option>
        </select>
      </label>
      {levels.x > 1 && (
        <LevelPick
          name={levels.isRip ? 'Level across' : 'Level'}
          count={levels.x}
          value={level.x}
          onPick={(x) => setLevel({ x, y: levels.isRip ? level.y : x })}
        />
      )}
      {levels.isRip && levels.y > 1 && (
        <LevelPick name="down" count={levels.y} value={level.y} onPick={(y) => setLevel({ x: level.x, y })} />
      )}
      {isData && (
        <>
          <label>
            <input type="checkbox" checked={look.isFalse} onChange={() => set({ isFalse: !look.isFalse })} /> False
            colour
          </label>
          <RangeEnds range={look.range ?? [0, 1]} onChange={(range) => set({ range })} />
        </>
      )}
      <label title="Not a number: magenta, infinite: cyan, negative: blue, above white: orange">
        <input id="marks" type="checkbox" checked={look.marks} onChange={() => set({ marks: !look.marks })} /> Mark bad
        values
      </label>
    </div>
  )
}

/** How often each side is halved: the same in both directions but in rip maps. */
interface Level {
  readonly x: number
  readonly y: number
}

/** How many levels there are in each direction. */
interface Levels extends Level {
  readonly isRip: boolean
}

function levelsOf(part: Row): Levels {
  const count = Number(part['level_count'] ?? 1)
  if (part['level_mode'] !== 'ripmap_levels') return { x: count, y: count, isRip: false }
  // Sides that are no powers of two have one more where sizes are rounded up: the count of all says which.
  const [width, height] = [Number(part['width']), Number(part['height'])]
  const [x, y] = [1 + Math.floor(Math.log2(width)), 1 + Math.floor(Math.log2(height))]
  const up = { x: 1 + Math.ceil(Math.log2(width)), y: 1 + Math.ceil(Math.log2(height)) }
  return { ...(x * y === count ? { x, y } : up), isRip: true }
}

interface LevelPickProps {
  readonly name: string
  readonly count: number
  readonly value: number
  readonly onPick: (level: number) => void
}

function LevelPick({ name, count, value, onPick }: LevelPickProps) {
  return (
    <label>
      {name}
      <select value={value} onChange={({ currentTarget }) => onPick(Number(currentTarget.value))}>
        {Array.from({ length: count }, (_, i) => (
          <option key={i} value={i}>
            {i}
          </option>
        ))}
      </select>
    </label>
  )
}

function RangeEnds({
  range,
  onChange,
}: {
  readonly range: readonly [number, number]
  readonly onChange: (range: [number, number]) => void
}) {
  return (
    <span class="range-ends">
      <input
        aria-label="Lowest value"
        class="short"
        value={number(range[0])}
        onChange={({ currentTarget }) => onChange([Number(currentTarget.value), range[1]])}
      />
      <span class="ramp" aria-hidden="true" />
      <input
        aria-label="Highest value"
        class="short"
        value={number(range[1])}
        onChange={({ currentTarget }) => onChange([range[0], Number(currentTarget.value)])}
      />
    </span>
  )
}

interface Camera {
  readonly zoom: number
  /** Where pixel 0, 0 of level 0 is drawn. */
  readonly x: number
  readonly y: number
}

function fitted(window: Box | null, aspect: number, size: { width: number; height: number }): Camera {
  if (window === null) return { zoom: 1, x: 0, y: 0 }
  const [width, height] = [(window.max.x - window.min.x + 1) * aspect, window.max.y - window.min.y + 1]
  const zoom = Math.min(ZOOMS[1], 0.96 * Math.min(size.width / width, size.height / height))
  return {
    zoom,
    x: (size.width - width * zoom) / 2 - window.min.x * aspect * zoom,
    y: (size.height - height * zoom) / 2 - window.min.y * zoom,
  }
}

/** Levels halve: their pixels are drawn where those of the image are that they stand for. */
function placeOf({ facts }: Region, { zoom, x, y }: Camera, aspect: number, level: Level): Rectangle {
  const origin = { x: facts.x, y: facts.y }
  return {
    x: x + origin.x * zoom * aspect,
    y: y + origin.y * zoom,
    width: facts.width * 2 ** level.x * zoom * aspect,
    height: facts.height * 2 ** level.y * zoom,
  }
}

/** The pixels in sight, where the overview has fewer than the screen shows. */
function detailOf(
  region: Region | null,
  { zoom, x, y }: Camera,
  aspect: number,
  size: { width: number; height: number },
  level: Level,
) {
  if (region === null || level.x !== 0 || level.y !== 0) return null
  const { facts } = region
  if (facts.columns >= facts.width && facts.rows >= facts.height) return null
  if (zoom * facts.width <= facts.columns * 1.05) return null
  const left = Math.max(facts.x, Math.floor(-x / (zoom * aspect)))
  const top = Math.max(facts.y, Math.floor(-y / zoom))
  const right = Math.min(facts.x + facts.width, Math.ceil((size.width - x) / (zoom * aspect)))
  const bottom = Math.min(facts.y + facts.height, Math.ceil((size.height - y) / zoom))
  return right > left && bottom > top ? { x: left, y: top, width: right - left, height: bottom - top } : null
}

function drawOver(
  canvas: HTMLCanvasElement,
  { zoom, x, y }: Camera,
  aspect: number,
  size: { width: number; height: number },
  data: Box | null,
  display: Box | null,
  marks: readonly Mark[],
): void {
  const context = canvas.getContext('2d')
  if (context === null) return
  context.clearRect(0, 0, size.width, size.height)
  const rectangle = ({ min, max }: Box): [number, number, number, number] => [
    x + min.x * zoom * aspect,
    y + min.y * zoom,
    (max.x - min.x + 1) * zoom * aspect,
    (max.y - min.y + 1) * zoom,
  ]
  context.lineWidth = 1
  for (const { box, kind } of marks) {
    const [left, top, width, height] = rectangle(box)
    const [w, h] = [Math.max(3, width), Math.max(3, height)]
    context.fillStyle = kind === 'missing' ? 'rgb(220 40 40 / 0.35)' : 'rgb(255 190 60 / 0.18)'
    context.strokeStyle = kind === 'missing' ? '#ff5a5a' : kind === 'chosen' ? '#ffffff' : '#ffbe3c'
    context.setLineDash([])
    context.lineWidth = kind === 'chosen' ? 2 : 1
    context.fillRect(left, top, w, h)
    context.strokeRect(left, top, w, h)
  }
  context.lineWidth = 1
  if (display !== null) {
    context.strokeStyle = 'rgb(255 255 255 / 0.6)'
    context.setLineDash([])
    context.strokeRect(...rectangle(display))
  }
  if (data !== null) {
    context.strokeStyle = 'rgb(255 210 80 / 0.9)'
    context.setLineDash([5, 4])
    context.strokeRect(...rectangle(data))
  }
}

interface InspectorProps {
  readonly fileId: string
  readonly partIndex: number
  readonly at: { readonly x: number; readonly y: number } | null
  readonly window: Box | null
  readonly zoom: number
}

/** Raw values under the pointer, asked of the file and never read from what is drawn. */
function Inspector({ fileId, partIndex, at, window: data, zoom }: InspectorProps) {
  const isInside =
    at !== null && data !== null && at.x >= data.min.x && at.x <= data.max.x && at.y >= data.min.y && at.y <= data.max.y
  const [settled, settle] = useState<{ x: number; y: number } | null>(null)
  useEffect(() => {
    if (!isInside) return
    const timer = setTimeout(() => settle(at), 60)
    return () => clearTimeout(timer)
  }, [at?.x, at?.y, isInside])
  const values = useAsk(
    settled === null
      ? null
      : (signal) =>
          get<PixelValues>(`/files/${fileId}/values`, { part: partIndex, x: settled.x, y: settled.y }, signal),
    [fileId, partIndex, settled?.x, settled?.y],
  )
  return (
    <div class="inspector mono" aria-live="off">
      <span class="place">
        {at === null ? '' : `${at.x}, ${at.y} · `}
        {Math.round(zoom * 100)} %
      </span>
      {values.error instanceof ApiError && <span class="bad-text">{values.error.message}</span>}
      {values.value !== null && (
        <dl id="values" data-at={`${values.value.x},${values.value.y}`}>
          {values.value.channels.map(({ name, type, value }) => (
            <div key={name}>
              <dt title={type}>{visible(name, 60)}</dt>
              <dd data-channel={name} class={typeof value === 'string' ? 'bad-text' : ''}>
                {value === null ? 'none' : typeof value === 'number' ? String(value) : value}
              </dd>
            </div>
          ))}
        </dl>
      )}
      {(values.value?.objects ?? []).map(({ layer, id, name, coverage }) => (
        <span class="object" key={layer + id}>
          {visible(layer, 40)}: {name === null ? `${id}, which has no name` : visible(name, 100)}
          {coverage === null ? '' : ` ${number(coverage)}`}
        </span>
      ))}
      {values.value !== null && values.value.sample_count !== null && <DeepSamples values={values.value} />}
    </div>
  )
}

/** Every sample of a deep pixel, one a row. */
function DeepSamples({ values: { sample_count: samples, channels } }: { readonly values: PixelValues }) {
  const shown = channels[0]?.samples?.length ?? 0
  return (
    <>
      <span class="note">
        {plural(samples ?? 0, 'sample')}
        {shown < (samples ?? 0) ? `, of which ${shown} are shown` : ''}
      </span>
      {shown > 1 && (
        <table id="samples" class="stats">
          <thead>
            <tr>
              <th>#</th>
              {channels.map(({ name }) => (
                <th key={name}>{visible(name, 24)}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {Array.from({ length: shown }, (_, i) => (
              <tr key={i}>
                <th>{i}</th>
                {channels.map(({ name, samples: each }) => (
                  <td key={name}>{String(each?.[i] ?? '')}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  )
}

/** Windows are JSON text in the catalog's rows. */
export function boxOf(value: string | Box | null | undefined): Box | null {
  if (value === null || value === undefined) return null
  return typeof value === 'string' ? (JSON.parse(value) as Box) : value
}
