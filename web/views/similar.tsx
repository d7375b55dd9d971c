import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { FileDetail, MapOfFiles, SimilarRow } from '../../src/server/explorer/api.ts'
import { get, getPixels } from '../api.ts'
import { go, overview, place } from '../app-state.ts'
import { count, fileName, plural, visible } from '../format.ts'
import { Painter, type Texture } from '../image/shader.ts'
import { Thumbnail } from '../thumbnail.tsx'
import { Busy, Link, Problem, useAsk } from '../ui.tsx'

/** The nearest files, how near they are, and in what they differ. */
export function Similar({ id }: { readonly id: string }) {
  const self = useAsk((signal) => get<FileDetail>(`/files/${id}`, {}, signal), [id])
  const by = place.value.query.get('by')
  const { value, error, isBusy } = useAsk(
    (signal) => get<SimilarRow[]>(`/files/${id}/similar`, { by }, signal),
    [id, by],
  )
  const sets = overview.value?.embeddings ?? []
  const path = String(self.value?.file['file_path'] ?? '')
  return (
    <div class="similar">
      <nav class="crumbs" aria-label="Place">
        <Link to="/">Files</Link>
        <Link to={`/file/${id}`}>{visible(fileName(path)) || 'file'}</Link>
      </nav>
      <h1>Similar to {visible(fileName(path))}</h1>
      {sets.length > 1 && (
        <div class="row-of-controls">
          <label>
            Compared by{' '}
            <select
              id="by"
              value={by ?? sets[0]!}
              onChange={({ currentTarget: { value } }) =>
                go(`/similar/${id}`, { by: value === sets[0] ? null : value }, true)
              }
            >
              {sets.map((name) => (
                <option key={name} value={name}>
                  {visible(name, 80)}
                </option>
              ))}
            </select>
          </label>
        </div>
      )}
      <Busy when={isBusy} what="Comparing" />
      {error !== null && <Problem error={error} />}
      <ol class="cards">
        {value?.map((row) => (
          <li key={row.file_id}>
            <Link to={`/file/${row.file_id}`} title={visible(row.file_path)}>
              <Thumbnail id={row.file_id} />
              <span class="caption">{visible(fileName(row.file_path), 100)}</span>
            </Link>
            <span class="score">{row.similarity.toFixed(3)}</span>
            <ul class="differences">
              {row.differences.length === 0 && <li class="note">the same in all that is compared</li>}
              {row.differences.map(({ fact, there }) => (
                <li key={fact}>
                  {fact}: {visible(there, 80)}
                </li>
              ))}
            </ul>
            <Link to="/compare" query={{ a: id, b: row.file_id }} class="button">
              Compare
            </Link>
          </li>
        ))}
      </ol>
    </div>
  )
}

const MODES = { flip: 'A or B', wipe: 'Wipe', difference: 'Difference' } as const
const SIDE = 1024

/** Two files over each other. */
export function Compare({ a, b }: { readonly a: string; readonly b: string }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const painter = useRef<Painter | null>(null)
  const textures = useRef<{ a: Texture | null; b: Texture | null }>({ a: null, b: null })
  const [mode, setMode] = useState<keyof typeof MODES>('wipe')
  const [isB, showB] = useState(false)
  const [wipe, setWipe] = useState(0.5)
  const [scale, setScale] = useState(4)
  const [failure, setFailure] = useState<Error | null>(null)
  const names = useAsk((signal) => Promise.all([a, b].map((id) => get<FileDetail>(`/files/${id}`, {}, signal))), [a, b])
  const pixels = useAsk((signal) => Promise.all([a, b].map((id) => getPixels(id, { size: SIDE }, signal))), [a, b])
  useEffect(() => {
    try {
      painter.current = new Painter(canvas.current!)
    } catch (error) {
      setFailure(error as Error)
    }
    return () => painter.current?.end()
  }, [])
  useEffect(() => {
    const { current: paint } = painter
    if (paint === null || pixels.value === null) return
    const [left, right] = pixels.value
    textures.current = {
      a: paint.upload(left!.rgba, left!.facts.columns, left!.facts.rows),
      b: paint.upload(right!.rgba, right!.facts.columns, right!.facts.rows),
    }
  }, [pixels.value])
  const shape = pixels.value?.[0]?.facts
  const width = 960
  const height = shape === undefined ? 540 : Math.max(1, Math.round((width * shape.height) / shape.width))
  useEffect(() => {
    const { current: paint } = painter
    const { a: left, b: right } = textures.current
    if (paint === null || left === null || right === null || pixels.value === null) return
    const whole = { x: 0, y: 0, width, height }
    const look = (i: number) => {
      const { color, kind } = pixels.value![i]!.facts
      return {
        exposure: 0,
        gamma: 1,
        channels: 'rgb',
        output: 'srgb',
        marks: false,
        matrix: color.matrix,
        isEncoded: color.is_encoded,
        range: kind === 'scalar' ? ([0, 1] as const) : null,
      } as const
    }
    paint.clear(0, 0, 0)
    if (mode === 'difference') return paint.drawDifference(left, right, whole, scale)
    if (mode === 'flip') return isB ? paint.draw(right, whole, look(1)) : paint.draw(left, whole, look(0))
    const cut = Math.round(width * wipe)
    paint.draw(left, whole, look(0), { ...whole, width: cut })
    paint.draw(right, whole, look(1), { ...whole, x: cut, width: width - cut })
  }, [pixels.value, mode, isB, wipe, scale, height])
  const [first, second] = (names.value ?? []).map(({ file }) => fileName(String(file['file_path'])))
  const sizes = pixels.value?.map(({ facts }) => `${facts.width} × ${facts.height}`) ?? []
  return (
    <div class="compare">
      <nav class="crumbs" aria-label="Place">
        <Link to="/">Files</Link>
        <Link to={`/file/${a}`}>{visible(first ?? 'A')}</Link>
        <Link to={`/file/${b}`}>{visible(second ?? 'B')}</Link>
      </nav>
      <h1>
        {visible(first ?? 'A')} and {visible(second ?? 'B')}
      </h1>
      <fieldset class="row-of-controls" aria-label="How to compare">
        {(Object.keys(MODES) as (keyof typeof MODES)[]).map((name) => (
          <button type="button" key={name} aria-pressed={mode === name} onClick={() => setMode(name)}>
            {MODES[name]}
          </button>
        ))}
        {mode === 'flip' && (
          <button type="button" onClick={() => showB(!isB)}>
            Show {isB ? 'A' : 'B'}
          </button>
        )}
        {mode === 'wipe' && (
          <input
            type="range"
            min="0"
            max="1"
            step="0.005"
            value={wipe}
            aria-label="Place of the wipe"
            onInput={({ currentTarget }) => setWipe(Number(currentTarget.value))}
          />
        )}
        {mode === 'difference' && (
          <label>
            Times{' '}
            <input
              type="number"
              class="short"
              min="0.1"
              step="any"
              value={scale}
              onInput={({ currentTarget }) => setScale(Number(currentTarget.value) || 1)}
            />
          </label>
        )}
      </fieldset>
      <Busy when={pixels.isBusy} what="Decoding" />
      {(failure ?? pixels.error) !== null && <Problem error={(failure ?? pixels.error)!} />}
      {sizes[0] !== sizes[1] && (
        <p class="bad-text">
          A has {sizes[0]} pixels and B {sizes[1]}: B is stretched over A.
        </p>
      )}
      <canvas
        ref={canvas}
        width={width}
        height={height}
        role="img"
        aria-label={`${first ?? 'A'} and ${second ?? 'B'}, ${MODES[mode]}`}
        onKeyDown={({ key }) => key === ' ' && showB(!isB)}
      />
      <p class="note">
        Compared at {SIDE} pixels of the longer side at most; <code>exr-inspector diff</code> compares every sample.
      </p>
    </div>
  )
}

const COLORS = [
  '#6aa6ff',
  '#ff8d6a',
  '#5fd39a',
  '#e3b341',
  '#c792ea',
  '#4dd0e1',
  '#f48fb1',
  '#a5d65a',
  '#b0bec5',
  '#ff6f91',
  '#7986cb',
  '#d4a373',
]
const MAP_SIZE = { width: 960, height: 600 }

/** A plane in which files that are alike lie together. */
export function MapView() {
  const { query } = place.value
  const wish = {
    q: query.get('q'),
    where: query.get('where'),
    facet: query.getAll('facet'),
    sequence: query.get('sequence'),
  }
  const by = query.get('by') ?? 'software'
  const { value, error, isBusy } = useAsk(
    (signal) => get<MapOfFiles>('/map', { ...wish, by }, signal),
    [JSON.stringify(wish), by],
  )
  const canvas = useRef<HTMLCanvasElement>(null)
  const [lasso, setLasso] = useState<readonly (readonly [number, number])[]>([])
  const [isDrawing, draw] = useState(false)
  const [hovered, hover] = useState<string | null>(null)
  const places = useMemo(() => placesOf(value), [value])
  const groups = useMemo(() => groupsOf(value), [value])
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (context === null || context === undefined) return
    context.clearRect(0, 0, MAP_SIZE.width, MAP_SIZE.height)
    for (const { x, y, facet } of places) {
      context.fillStyle = groups.get(facet) ?? '#888'
      context.beginPath()
      context.arc(x, y, 4, 0, 7)
      context.fill()
    }
    if (lasso.length > 1) {
      context.strokeStyle = '#fff'
      context.beginPath()
      for (const [i, [x, y]] of lasso.entries()) i === 0 ? context.moveTo(x, y) : context.lineTo(x, y)
      context.closePath()
      context.stroke()
    }
  }, [places, lasso, groups])
  const at = (event: MouseEvent): [number, number] => {
    const box = canvas.current!.getBoundingClientRect()
    return [
      ((event.clientX - box.left) * MAP_SIZE.width) / box.width,
      ((event.clientY - box.top) * MAP_SIZE.height) / box.height,
    ]
  }
  const nearest = (event: MouseEvent) => {
    const [x, y] = at(event)
    const [best] = places
      .map((point) => ({ point, distance: Math.hypot(point.x - x, point.y - y) }))
      .sort((p, q) => p.distance - q.distance)
    return best !== undefined && best.distance < 12 ? best.point : null
  }
  const chosen = lasso.length > 2 && !isDrawing ? places.filter(({ x, y }) => isInside(x, y, lasso)) : []
  return (
    <div class="map">
      <nav class="crumbs" aria-label="Place">
        <Link to="/" query={wish}>
          Files
        </Link>
      </nav>
      <h1>Map</h1>
      <div class="row-of-controls">
        <label>
          Colour by{' '}
          <select value={by} onChange={({ currentTarget }) => go('/map', { ...wish, by: currentTarget.value }, true)}>
            {(overview.value?.facets ?? [by])
              .filter((name) => name !== 'finding')
              .map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
          </select>
        </label>
        {chosen.length > 0 && (
          <Link
            class="button"
            to="/"
            query={{
              where: `file_id IN (${chosen
                .slice(0, 200)
                .map(({ id }) => `'${id}'`)
                .join(', ')})`,
              fold: false,
            }}
          >
            Show {plural(Math.min(200, chosen.length), 'chosen file')}
            {chosen.length > 200 ? ` of ${chosen.length}` : ''}
          </Link>
        )}
        {lasso.length > 0 && (
          <button type="button" onClick={() => setLasso([])}>
            Clear
          </button>
        )}
      </div>
      <Busy when={isBusy} what="Placing files" />
      {error !== null && <Problem error={error} />}
      {value !== null && (
        <p class="note">
          {plural(value.points.length, 'file')} of {count(value.total)}; the two axes show{' '}
          {Math.round(100 * (value.explained[0] + value.explained[1]))} % of what differs. Draw around files to choose
          them; a click opens one.
        </p>
      )}
      <canvas
        ref={canvas}
        width={MAP_SIZE.width}
        height={MAP_SIZE.height}
        role="img"
        aria-label="Map of files by likeness; the list of files has the same facts"
        onPointerDown={(event) => {
          draw(true)
          setLasso([at(event)])
        }}
        onPointerMove={(event) => (isDrawing ? setLasso([...lasso, at(event)]) : hover(nearest(event)?.path ?? null))}
        onPointerUp={(event) => {
          draw(false)
          if (lasso.length > 3) return
          setLasso([])
          const point = nearest(event)
          if (point !== null) go(`/file/${point.id}`)
        }}
      />
      <p class="note mono">{hovered === null ? ' ' : visible(hovered)}</p>
      <ul class="legend">
        {[...groups].map(([name, color]) => (
          <li key={name}>
            <span class="swatch" style={{ background: color }} /> {visible(name, 60)}
          </li>
        ))}
      </ul>
    </div>
  )
}

interface Place {
  readonly id: string
  readonly path: string
  readonly facet: string
  readonly x: number
  readonly y: number
}

function placesOf(map: MapOfFiles | null): Place[] {
  if (map === null || map.points.length === 0) return []
  const range = (values: readonly number[]) => [Math.min(...values), Math.max(...values)] as const
  const [left, right] = range(map.points.map(({ x }) => x))
  const [low, high] = range(map.points.map(({ y }) => y))
  return map.points.map(({ file_id: id, file_path: path, facet, x, y }) => ({
    id,
    path,
    facet,
    x: 20 + ((MAP_SIZE.width - 40) * (x - left)) / Math.max(1e-9, right - left),
    y: 20 + ((MAP_SIZE.height - 40) * (high - y)) / Math.max(1e-9, high - low),
  }))
}

function groupsOf(map: MapOfFiles | null): Map<string, string> {
  const counts = new Map<string, number>()
  for (const { facet } of map?.points ?? []) counts.set(facet, (counts.get(facet) ?? 0) + 1)
  const names = [...counts].sort((a, b) => b[1] - a[1]).map(([name]) => name)
  return new Map(names.slice(0, COLORS.length).map((name, i) => [name, COLORS[i]!]))
}

/** Whether a point lies in a closed line: a ray from it crosses the line an odd number of times. */
function isInside(x: number, y: number, line: readonly (readonly [number, number])[]): boolean {
  let inside = false
  for (const [i, [x1, y1]] of line.entries()) {
    const [x2, y2] = line[(i + 1) % line.length]!
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside
  }
  return inside
}
