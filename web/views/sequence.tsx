import { useEffect, useRef, useState } from 'preact/hooks'
import type { SequenceDetail } from '../../src/server/explorer/api.ts'
import { apiUrl, get } from '../api.ts'
import { go, revision } from '../app-state.ts'
import { bytes, count, fileName, folderName, number, plural, visible } from '../format.ts'
import { Busy, Link, Problem, useAsk } from '../ui.tsx'

type FrameOf = SequenceDetail['frames'][number]

/** A sequence: its strip with gaps and broken frames, what changes inside it, and a flipbook. */
export function Sequence({ name }: { readonly name: string }) {
  const { value, error } = useAsk(
    (signal) => get<SequenceDetail>('/sequence', { key: name }, signal),
    [name, revision.value],
  )
  if (error !== null) return <Problem error={error} />
  if (value === null) return <Busy when what="Reading the sequence" />
  const { frames, missing } = value
  const broken = frames.filter(({ is_complete: whole }) => whole === false)
  const gaps = missing.reduce((sum, [first, last]) => sum + last - first + 1, 0)
  const words = [
    gaps > 0
      ? `${plural(gaps, 'frame')} missing (${missing
          .map(([first, last]) => (first === last ? first : `${first}–${last}`))
          .slice(0, 12)
          .join(', ')}${missing.length > 12 ? ' and more' : ''})`
      : 'no frame is missing between the first and the last',
    broken.length > 0 ? `${plural(broken.length, 'frame')} incomplete` : 'none is known to be incomplete',
  ]
  return (
    <div class="sequence">
      <nav class="crumbs" aria-label="Place">
        <Link to="/">Files</Link>
        <Link to="/" query={{ facet: [`folder:${folderName(name)}`] }}>
          {visible(folderName(name))}
        </Link>
        <Link to="/" query={{ sequence: name, fold: false }}>
          all frames as files
        </Link>
      </nav>
      <h1>{visible(fileName(name))}</h1>
      <p class={`words ${gaps + broken.length > 0 ? 'bad' : 'good'}`} id="verdict">
        <span class={`dot ${broken.length > 0 ? 'bad' : gaps > 0 ? 'gap' : 'good'}`} aria-hidden="true" />{' '}
        {plural(frames.length, 'frame')}: {words.join('; ')}.
      </p>
      <Strip detail={value} />
      <div class="graphs">
        <Graph title="Size" frames={frames} valueIn={({ size_bytes: size }) => size} text={bytes} />
        <Graph
          title="Render time"
          frames={frames}
          valueIn={({ render_seconds: seconds }) => seconds}
          text={(seconds) => `${number(seconds)} s`}
        />
      </div>
      <Flipbook frames={frames} />
      <Drift drift={value.drift} />
    </div>
  )
}

/** One cell a frame, gaps included; what is too narrow to be seen is drawn by its worst. */
function Strip({ detail: { frames, missing } }: { readonly detail: SequenceDetail }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const [width, setWidth] = useState(1000)
  const [at, setAt] = useState<number | null>(null)
  const first = frames[0]!.frame
  const last = frames.at(-1)!.frame
  const length = last - first + 1
  const cell = Math.max(2, Math.min(28, width / length))
  const byFrame = new Map(frames.map((frame) => [frame.frame, frame]))
  useEffect(() => {
    const sizes = new ResizeObserver(([entry]) => setWidth(Math.floor(entry!.contentRect.width)))
    sizes.observe(canvas.current!.parentElement!)
    return () => sizes.disconnect()
  }, [])
  const perRow = Math.max(1, Math.floor(width / cell))
  const rows = Math.ceil(length / perRow)
  const height = rows * (cell + 6)
  useEffect(() => {
    const context = canvas.current!.getContext('2d')!
    const style = getComputedStyle(document.documentElement)
    const color = (name: string) => style.getPropertyValue(name)
    context.clearRect(0, 0, width, height)
    for (let i = 0; i < length; i++) {
      const frame = byFrame.get(first + i)
      context.fillStyle =
        frame === undefined
          ? color('--gap')
          : frame.is_complete === false
            ? color('--bad')
            : frame.is_complete === null
              ? color('--unknown')
              : color('--good')
      const [x, y] = [(i % perRow) * cell, Math.floor(i / perRow) * (cell + 6)]
      if (frame === undefined) context.strokeRect(x + 0.5, y + 0.5, Math.max(1, cell - 2), cell)
      context.globalAlpha = frame === undefined ? 0.35 : 1
      context.fillRect(x, y, Math.max(1, cell - 1), cell)
      context.globalAlpha = 1
    }
    if (at !== null) {
      context.strokeStyle = color('--text')
      context.lineWidth = 2
      context.strokeRect((at % perRow) * cell, Math.floor(at / perRow) * (cell + 6), cell, cell)
    }
  }, [frames, width, at, revision.value])
  const open = (index: number | null) => {
    const frame = index === null ? undefined : byFrame.get(first + index)
    if (frame !== undefined) go(`/file/${frame.file_id}`)
  }
  const placeAt = (event: MouseEvent) => {
    const box = canvas.current!.getBoundingClientRect()
    const index =
      Math.floor((event.clientY - box.top) / (cell + 6)) * perRow + Math.floor((event.clientX - box.left) / cell)
    return index >= 0 && index < length ? index : null
  }
  const said = at === null ? null : byFrame.get(first + at)
  return (
    <div class="strip">
      <canvas
        ref={canvas}
        width={width}
        height={height}
        tabIndex={0}
        role="img"
        aria-label={`Strip of frames ${first} to ${last}: ${count(frames.length)} there, ${missing.length === 0 ? 'no gap' : plural(missing.length, 'gap')}. Arrows choose a frame, Enter opens it.`}
        onPointerMove={(event) => setAt(placeAt(event))}
        onPointerLeave={() => setAt(null)}
        onClick={(event) => open(placeAt(event))}
        onKeyDown={(event) => {
          const steps: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -perRow, ArrowDown: perRow }
          const step = steps[event.key]
          if (step !== undefined) {
            event.preventDefault()
            setAt(Math.min(length - 1, Math.max(0, (at ?? -1) + step)))
          }
          if (event.key === 'Enter') open(at)
        }}
      />
      <p class="note" aria-live="polite">
        {at === null
          ? 'Whole, incomplete and missing frames. Point at one, or use the arrows.'
          : `Frame ${first + at}: ${said === undefined || said === null ? 'missing' : said.is_complete === false ? 'incomplete' : said.is_complete === null ? 'cannot tell whether it is whole' : 'whole'}${said === undefined || said === null ? '' : `, ${bytes(said.size_bytes)}`}`}
      </p>
    </div>
  )
}

interface GraphProps {
  readonly title: string
  readonly frames: readonly FrameOf[]
  readonly valueIn: (frame: FrameOf) => number | null
  readonly text: (value: number) => string
}

function Graph({ title, frames, valueIn, text }: GraphProps) {
  const points = frames.flatMap((frame) => {
    const value = valueIn(frame)
    return value === null ? [] : [{ frame: frame.frame, value }]
  })
  if (points.length < 2) return null
  const [first, last] = [points[0]!.frame, points.at(-1)!.frame]
  const values = points.map(({ value }) => value)
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const x = (frame: number) => (300 * (frame - first)) / Math.max(1, last - first)
  const y = (value: number) => 58 - (56 * (value - Math.min(0, low))) / Math.max(1e-9, high - Math.min(0, low))
  return (
    <figure class="graph">
      <figcaption>
        {title}{' '}
        <span class="note">
          {text(low)} to {text(high)}
        </span>
      </figcaption>
      <svg
        viewBox="0 0 300 60"
        preserveAspectRatio="none"
        role="img"
        aria-label={`${title} by frame, from ${text(low)} to ${text(high)}`}
      >
        <polyline
          points={points.map(({ frame, value }) => `${x(frame).toFixed(2)},${y(value).toFixed(2)}`).join(' ')}
        />
      </svg>
    </figure>
  )
}

const FLIP_SIZE = 384

/** Thumbnails one after the other; the next are fetched while one is shown. */
function Flipbook({ frames }: { readonly frames: readonly FrameOf[] }) {
  const [at, setAt] = useState(0)
  const [isPlaying, play] = useState(false)
  const frame = frames[at]!
  useEffect(() => {
    if (!isPlaying) return
    const timer = setTimeout(() => setAt((at + 1) % frames.length), 1000 / 12)
    return () => clearTimeout(timer)
  }, [isPlaying, at])
  useEffect(() => {
    const ahead = Array.from(
      { length: Math.min(4, frames.length - 1) },
      (_, i) => frames[(at + 1 + i) % frames.length]!,
    )
    for (const { file_id: id } of ahead) new Image().src = apiUrl(`/files/${id}/thumbnail`, { size: FLIP_SIZE })
  }, [at])
  return (
    <section class="flipbook" aria-label="Flipbook">
      <img src={apiUrl(`/files/${frame.file_id}/thumbnail`, { size: FLIP_SIZE })} alt={`Frame ${frame.frame}`} />
      <div class="row-of-controls">
        <button type="button" onClick={() => play(!isPlaying)}>
          {isPlaying ? 'Stop' : 'Play'}
        </button>
        <input
          type="range"
          min="0"
          max={frames.length - 1}
          value={at}
          aria-label="Frame"
          onInput={({ currentTarget }) => setAt(Number(currentTarget.value))}
        />
        <Link to={`/file/${frame.file_id}`}>frame {frame.frame}</Link>
      </div>
    </section>
  )
}

function Drift({ drift }: Pick<SequenceDetail, 'drift'>) {
  if (drift.length === 0) return <p class="nothing">Nothing that is compared changes inside the sequence.</p>
  return (
    <section>
      <h2>What changes</h2>
      <table id="drift">
        <thead>
          <tr>
            <th scope="col">Fact</th>
            <th scope="col">Frames</th>
            <th scope="col">Value</th>
          </tr>
        </thead>
        <tbody>
          {drift.map((row, i) => (
            <tr key={i}>
              <th scope="row">{String(row['fact']).replaceAll('_', ' ')}</th>
              <td>
                {row['first_frame'] === row['last_frame']
                  ? String(row['first_frame'])
                  : `${row['first_frame']}–${row['last_frame']}`}
              </td>
              <td class="value">{visible(String(row['value'] ?? 'not stated'), 300)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
