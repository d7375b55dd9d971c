import { useEffect, useMemo, useState } from 'preact/hooks'
import type { ChunkMap, FileDetail, Findings, Row, SampleStats } from '../../src/server/explorer/api.ts'
import { ApiError, get, getPixels } from '../api.ts'
import { go, overview, place, revision } from '../app-state.ts'
import { bytes, count, fileName, folderName, moment, number, plural, visible } from '../format.ts'
import { type Box, boxOf, type Mark, OVERVIEW_SIDE, Viewer } from '../image/viewer.tsx'
import { Busy, Copy, Link, Problem, Tabs, useAsk } from '../ui.tsx'

const TABS = {
  parts: 'Parts',
  attributes: 'Attributes',
  findings: 'Findings',
  chunks: 'Chunks',
  stats: 'Statistics',
} as const
type Tab = keyof typeof TABS

/** One file: what is to be said of it first, its image, and everything it says. */
export function Frame({ id }: { readonly id: string }) {
  const { query } = place.value
  const detail = useAsk((signal) => get<FileDetail>(`/files/${id}`, {}, signal), [id, revision.value])
  // Asked for before it is known what the file has: the first that can be shown of it.
  const isPicked = query.get('layer') !== null
  const first = useAsk(isPicked ? null : (signal) => getPixels(id, { size: OVERVIEW_SIDE }, signal), [id, isPicked])
  // The image comes first: leaders and policies are looked at when it is there, or cannot be.
  const [isShown, setShown] = useState(false)
  const mayLook = isShown || detail.value?.parts.length === 0
  const chunks = useAsk(mayLook ? (signal) => get<ChunkMap>(`/files/${id}/chunks`, {}, signal) : null, [id, mayLook])
  const asked = query.get('tab') ?? ''
  const tab = Object.hasOwn(TABS, asked) ? (asked as Tab) : 'parts'
  const policy = query.get('policy') ?? overview.value?.policies[0]?.name ?? 'core'
  const [chosen, choose] = useState<Box | null>(null)
  const pixels = query.get('pixels') === 'true'
  const findings = useAsk(
    mayLook ? (signal) => get<Findings>(`/files/${id}/findings`, { policy, pixels }, signal) : null,
    [id, policy, pixels, mayLook],
  )
  const set = (changes: Record<string, string | null>) =>
    go(`/file/${id}`, { ...Object.fromEntries(query), ...changes }, true)
  // A frame that is rendered anew while it is looked at has another id: the page follows.
  const newer = detail.error instanceof ApiError ? detail.error.replacedBy : null
  useEffect(() => {
    if (newer !== null) go(`/file/${newer}`, Object.fromEntries(query), true)
  }, [newer])
  if (detail.error !== null && newer === null) return <Problem error={detail.error} />
  if (detail.value === null) return <Busy when what="Reading the catalog" />
  const { file, parts } = detail.value
  const layers = layersOf(detail.value)
  const { part_index: firstPart, layer: firstLayer } = first.value?.facts ?? {}
  const isFirst = ({ part, layer, samples }: LayerChoice) => part === firstPart && layer === firstLayer && !samples
  const shown = layers.find(({ key }) => key === query.get('layer')) ?? layers.find(isFirst) ?? layers[0]
  const part = parts.find(({ part_index: index }) => index === shown?.part) ?? parts[0]
  const missing = marksOf(chunks.value, Number(part?.['part_index'] ?? 0))
  const found = findingBoxes(findings.value, Number(part?.['part_index'] ?? 0))
  const marks: Mark[] = [
    ...missing,
    ...found,
    ...(chosen === null ? [] : [{ box: chosen, kind: 'chosen' as const, title: '' }]),
  ]
  return (
    <div class="frame">
      <Verdict detail={detail.value} chunks={chunks.value} findings={findings.value} />
      <div class="frame-body">
        <div class="frame-image">
          {part === undefined ? (
            <p class="nothing">The header names no part.</p>
          ) : (
            <Viewer
              fileId={id}
              first={first}
              part={part}
              layer={shown?.layer ?? null}
              view={shown?.view ?? null}
              samples={shown?.samples ?? false}
              marks={marks}
              onShown={() => setShown(true)}
            />
          )}
        </div>
        <div class="frame-facts">
          <Tabs label="Facts" names={TABS} current={tab} onPick={(name) => set({ tab: name })} />
          <div id="tab-panel" role="tabpanel" aria-labelledby={`tab-${tab}`}>
            {tab === 'parts' && (
              <Parts
                detail={detail.value}
                layers={layers}
                shown={shown?.key ?? ''}
                onPick={(layer) => set({ layer })}
              />
            )}
            {tab === 'attributes' && <Attributes detail={detail.value} />}
            {tab === 'findings' && (
              <FindingList
                asked={findings}
                policy={policy}
                set={set}
                withPixels={pixels}
                onChoose={choose}
                path={String(file['file_path'])}
              />
            )}
            {tab === 'chunks' && <Chunks asked={chunks} />}
            {tab === 'stats' && <Stats id={id} detail={detail.value} />}
          </div>
        </div>
      </div>
    </div>
  )
}

interface VerdictProps {
  readonly detail: FileDetail
  readonly chunks: ChunkMap | null
  readonly findings: Findings | null
}

/** What matters first, in words; what was looked at to say so beside it. */
function Verdict({ detail, chunks, findings }: VerdictProps) {
  const { file, on_disk: state, previous_id: previous, next_id: next } = detail
  const path = String(file['file_path'])
  const complete = chunks === null ? (file['is_complete'] as boolean | null) : chunks.is_complete
  const depth = chunks === null ? String(file['check_depth'] ?? 'table') : chunks.check_depth
  const missing = chunks?.parts.reduce((sum, { missing_chunks: lost }) => sum + (lost ?? 0), 0) ?? 0
  const failed = new Set(findings?.findings.flatMap(({ state: told, rule }) => (told === 'fail' ? [rule] : []))).size
  const [kind, text] =
    complete === null
      ? ['unknown', 'It cannot be told whether this file is whole.']
      : complete
        ? ['good', 'This file is whole.']
        : [
            'bad',
            missing > 0 ? `This file is incomplete: ${plural(missing, 'chunk')} missing.` : 'This file is incomplete.',
          ]
  const looked =
    {
      table: 'its offset tables were looked at',
      leaders: 'tables and some leaders were looked at',
      all: 'every leader was looked at',
      pixels: 'every chunk was decoded',
    }[depth] ?? depth
  return (
    <header class="verdict">
      <nav class="crumbs" aria-label="Place">
        <Link to="/">Files</Link>
        <Link to="/" query={{ facet: [`folder:${folderName(path)}`] }}>
          {visible(folderName(path))}
        </Link>
        {file['sequence_key'] !== null && (
          <Link to="/sequence" query={{ key: String(file['sequence_key']) }}>
            sequence
          </Link>
        )}
      </nav>
      <h1>{visible(fileName(path))}</h1>
      <p class={`words ${kind}`} id="verdict">
        <span class={`dot ${kind}`} aria-hidden="true" /> {text} <span class="note">({looked})</span>
        {state === 'changed' && (
          <strong class="bad-text">
            {' '}
            It has changed since it was ingested: what follows is the catalog’s, the image is of now.
          </strong>
        )}
        {state === 'gone' && (
          <strong class="bad-text"> It is not there any more: what follows is what the catalog kept.</strong>
        )}
        {failed > 0 && (
          <span class="bad-text">
            {' '}
            {plural(failed, 'rule')} of the policy “{findings!.policy}” failed.
          </span>
        )}
      </p>
      <p class="facts">{headline(detail)}</p>
      <div class="actions">
        {previous !== null && (
          <Link to={`/file/${previous}`} class="button" label="Frame before">
            ‹ before
          </Link>
        )}
        {next !== null && (
          <Link to={`/file/${next}`} class="button" label="Frame after">
            after ›
          </Link>
        )}
        <Link to={`/similar/${file['file_id']}`} class="button">
          Similar
        </Link>
        <Copy what="Copy path" text={() => path} />
        <Copy what="Copy command" text={() => detail.command} />
      </div>
    </header>
  )
}

function headline({ file, parts }: FileDetail): string {
  const first = parts[0] ?? {}
  const facts = [
    first['display_width'] === null || first['display_width'] === undefined
      ? null
      : `${first['display_width']} × ${first['display_height']}`,
    plural(parts.length, 'part'),
    first['compression'],
    first['frames_per_second'] === null || first['frames_per_second'] === undefined
      ? null
      : `${number(first['frames_per_second'])} fps`,
    first['time_code'],
    first['color_space'] ?? 'colour space not stated',
    first['render_software'] === null
      ? null
      : `${first['render_software']} ${first['render_software_version'] ?? ''}`.trim(),
    first['camera_name'],
    bytes(file['size_bytes'] as number | null),
    moment(file['mtime'] as string | null),
  ]
  return facts
    .filter((fact) => fact !== null && fact !== undefined && fact !== '')
    .map((fact) => visible(String(fact), 80))
    .join(' · ')
}

/** Something that can be shown: a layer of a part, in a view. */
interface LayerChoice {
  readonly key: string
  readonly part: number
  readonly layer: string
  readonly view: string | null
  readonly channels: readonly Row[]
  /** How many samples the pixels of a deep part have. */
  readonly samples: boolean
}

function layersOf({ parts, channels }: FileDetail): LayerChoice[] {
  const layers = new Map<string, { part: number; layer: string; view: string | null; channels: Row[] }>()
  for (const channel of channels) {
    const part = Number(channel['part_index'])
    const layer = String(channel['layer_name'] ?? '')
    const key = `${part}:${layer}`
    const known = layers.get(key)
    if (known === undefined) layers.set(key, { part, layer, view: null, channels: [channel] })
    else known.channels.push(channel)
  }
  const order = new Map(parts.map(({ part_index: index }, i) => [Number(index), i]))
  const counted = parts
    .filter(({ is_deep: isDeep }) => isDeep === true)
    .map(({ part_index: index }) => ({
      key: `${index}#samples`,
      part: Number(index),
      layer: '',
      view: null,
      channels: [],
      samples: true,
    }))
  return [...[...layers].map(([key, value]) => ({ key, ...value, samples: false })), ...counted].sort(
    (a, b) =>
      (order.get(a.part) ?? 0) - (order.get(b.part) ?? 0) ||
      Number(a.samples) - Number(b.samples) ||
      (a.layer < b.layer ? -1 : 1),
  )
}

interface PartsProps {
  readonly detail: FileDetail
  readonly layers: readonly LayerChoice[]
  readonly shown: string
  readonly onPick: (layer: string) => void
}

function Parts({ detail, layers, shown, onPick }: PartsProps) {
  return (
    <ul class="tree">
      {detail.parts.map((part) => {
        const index = Number(part['part_index'])
        const window = boxOf(part['data_window'] as string | null)
        return (
          <li key={index}>
            <div class="part">
              <strong>{visible(String(part['part_name'] ?? `part ${index}`))}</strong>
              <span class="note">
                {[
                  part['part_type'],
                  `${part['width']} × ${part['height']}`,
                  window === null ? null : `from ${window.min.x}, ${window.min.y}`,
                  part['compression'],
                  part['view_name'] === null ? null : `view ${part['view_name']}`,
                  part['is_tiled'] ? `tiles of ${part['tile_width']} × ${part['tile_height']}` : null,
                  Number(part['level_count'] ?? 1) > 1 ? plural(Number(part['level_count']), 'level') : null,
                ]
                  .filter((fact) => fact !== null && fact !== undefined)
                  .map((fact) => visible(String(fact), 60))
                  .join(' · ')}
              </span>
            </div>
            <ul>
              {layers
                .filter(({ part: of }) => of === index)
                .map(({ key, layer, channels, samples }) => (
                  <li key={key}>
                    <button type="button" class="layer" aria-pressed={key === shown} onClick={() => onPick(key)}>
                      <span>
                        {samples ? 'samples per pixel' : layer === '' ? 'unnamed layer' : visible(layer, 100)}
                      </span>
                      <span class="note">
                        {channels
                          .map(
                            ({ component_name: name, channel_type: type }) =>
                              `${visible(String(name), 24)} ${String(type).toLowerCase()}`,
                          )
                          .slice(0, 12)
                          .join(', ')}
                        {channels.length > 12 ? ` and ${channels.length - 12} more` : ''}
                      </span>
                    </button>
                  </li>
                ))}
            </ul>
          </li>
        )
      })}
    </ul>
  )
}

function Attributes({ detail }: { readonly detail: FileDetail }) {
  const [text, setText] = useState('')
  const [isJson, setJson] = useState(false)
  const own = useMemo(() => detail.attributes.filter(({ source }) => source !== 'oiio'), [detail])
  const wanted = text.toLowerCase()
  const shown = own.filter(
    ({ attr_name: name, value_json: value }) => wanted === '' || `${name} ${value}`.toLowerCase().includes(wanted),
  )
  const asJson = () =>
    JSON.stringify(
      own.map(({ part_index, attr_name, attr_type, value_json }) => ({
        part_index,
        name: attr_name,
        type: attr_type,
        value: parsed(value_json),
      })),
      null,
      2,
    )
  return (
    <div class="attributes">
      <div class="row-of-controls">
        <input
          type="search"
          aria-label="Search attributes"
          placeholder="Search attributes"
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
        <button type="button" aria-pressed={isJson} onClick={() => setJson(!isJson)}>
          JSON
        </button>
        <Copy what="Copy JSON" text={asJson} />
      </div>
      {isJson ? (
        <pre class="json">{visible(asJson(), 200_000)}</pre>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Type</th>
              <th scope="col">Value</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((row, i) => (
              <tr key={i}>
                <th scope="row">
                  {detail.parts.length > 1 && <span class="note">{String(row['part_index'])} </span>}
                  {visible(String(row['attr_name']), 200)}
                </th>
                <td class="note">{visible(String(row['attr_type'] ?? ''), 60)}</td>
                <td class="value">{visible(String(row['display'] ?? row['value_text'] ?? row['value_json']), 2000)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p class="note">
        {plural(shown.length, 'attribute')} of {count(own.length)}
      </p>
    </div>
  )
}

function parsed(json: unknown): unknown {
  try {
    return JSON.parse(String(json))
  } catch {
    return json
  }
}

interface FindingListProps {
  readonly asked: ReturnType<typeof useAsk<Findings>>
  readonly policy: string
  readonly withPixels: boolean
  readonly set: (changes: Record<string, string | null>) => void
  readonly onChoose: (box: Box | null) => void
  readonly path: string
}

function FindingList({ asked, policy, withPixels, set, onChoose, path }: FindingListProps) {
  const { value, error, isBusy } = asked
  const failed = value?.findings.filter(({ state }) => state === 'fail') ?? []
  const open = value?.findings.filter(({ state }) => state !== 'fail') ?? []
  const markdown = () =>
    [
      `# ${path}`,
      '',
      `Policy ${policy}`,
      '',
      ...failed.map(({ rule, severity, message }) => `- **${rule}** (${severity}): ${message}`),
    ].join('\n')
  return (
    <div class="findings">
      <div class="row-of-controls">
        <label>
          Policy
          <select id="policy" value={policy} onChange={({ currentTarget }) => set({ policy: currentTarget.value })}>
            {(overview.value?.policies ?? [{ name: policy, about: '' }]).map(({ name, about }) => (
              <option key={name} value={name} title={about}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          <input
            id="judge-pixels"
            type="checkbox"
            checked={withPixels}
            onChange={() => set({ pixels: withPixels ? null : 'true' })}
          />{' '}
          decode pixels
        </label>
        <Copy what="Copy as Markdown" text={markdown} />
      </div>
      <Busy when={isBusy} what="Judging" />
      {error !== null && <Problem error={error} />}
      {value !== null && failed.length === 0 && <p class="nothing">Nothing failed.</p>}
      <ul class="finding-list">
        {failed.map((finding, i) => {
          const box = boxOfFinding(finding)
          return (
            <li key={i} class={String(finding['severity'])}>
              <button
                type="button"
                onClick={() => onChoose(box)}
                onFocus={() => onChoose(box)}
                onMouseEnter={() => onChoose(box)}
              >
                <strong>{visible(String(finding['rule']))}</strong>{' '}
                <span class="severity">{String(finding['severity'])}</span>
                <span class="message">{visible(String(finding['message'] ?? ''), 1000)}</span>
              </button>
            </li>
          )
        })}
      </ul>
      {open.length > 0 && (
        <details>
          <summary>{plural(open.length, 'rule')} not or not yet checked</summary>
          <ul>
            {open.map((finding, i) => (
              <li key={i}>
                {visible(String(finding['rule']))}: {visible(String(finding['message'] ?? finding['state']), 400)}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  )
}

function boxOfFinding(finding: Row): Box | null {
  const box = finding['box'] as { min?: Box['min']; max?: Box['max'] } | undefined
  return box?.min === undefined || box.max === undefined ? null : { min: box.min, max: box.max }
}

function findingBoxes(findings: Findings | null, part: number): Mark[] {
  return (findings?.findings ?? []).flatMap((finding) => {
    const box = boxOfFinding(finding)
    if (box === null || finding['state'] !== 'fail' || Number(finding['part_index'] ?? 0) !== part) return []
    return [{ box, kind: 'finding' as const, title: String(finding['rule']) }]
  })
}

/** Missing chunks as rectangles of the data window. */
function marksOf(chunks: ChunkMap | null, partIndex: number): Mark[] {
  const part = chunks?.parts.find(({ part_index: index }) => index === partIndex)
  const window = boxOf(part?.data_window as unknown as Box | null)
  if (part === undefined || part.missing === null || window === null) return []
  const { rows = [], tiles = [] } = part.missing as {
    rows?: [number, number][]
    tiles?: { level_x: number; level_y: number; x: number; y: number }[]
  }
  const byRows = rows.map(([from, to]) => ({ min: { x: window.min.x, y: from }, max: { x: window.max.x, y: to } }))
  const [width, height] = [part.tile_width ?? 0, part.tile_height ?? 0]
  const byTiles = tiles
    .filter(({ level_x: x, level_y: y }) => x === 0 && y === 0)
    .map(({ x, y }) => {
      const min = { x: window.min.x + x * width, y: window.min.y + y * height }
      return {
        min,
        max: { x: Math.min(window.max.x, min.x + width - 1), y: Math.min(window.max.y, min.y + height - 1) },
      }
    })
  return [...byRows, ...byTiles].map((box) => ({ box, kind: 'missing' as const, title: 'missing' }))
}

function Chunks({ asked }: { readonly asked: ReturnType<typeof useAsk<ChunkMap>> }) {
  const { value, error, isBusy } = asked
  if (error !== null) return <Problem error={error} />
  return (
    <div>
      <Busy when={isBusy} what="Looking at every leader" />
      {value !== null && (
        <>
          <p>{count(value.checked_chunks)} leaders were looked at. What is missing is red on the image.</p>
          {value.parts.map(({ part_index: index, chunk_count: all, missing_chunks: lost, missing }) => (
            <section key={index}>
              <h3>Part {index}</h3>
              <p>
                {lost === null
                  ? 'It cannot be told how many chunks are missing'
                  : lost === 0
                    ? `All ${count(all)} chunks are there`
                    : `${count(lost)} of ${count(all)} chunks are missing`}
                .
              </p>
              {missing !== null && <MissingList missing={missing} />}
            </section>
          ))}
          {value.errors.map((problem, i) => (
            <p class="bad-text" key={i}>
              {visible(String(problem['message']), 1000)} <code>{String(problem['code'])}</code>
            </p>
          ))}
        </>
      )}
    </div>
  )
}

function MissingList({ missing }: { readonly missing: Row }) {
  const {
    rows = [],
    tiles = [],
    truncated,
  } = missing as {
    rows?: [number, number][]
    tiles?: { level_x: number; level_y: number; x: number; y: number }[]
    truncated?: boolean
  }
  const texts = [
    ...rows.map(([from, to]) => (from === to ? `row ${from}` : `rows ${from} to ${to}`)),
    ...tiles.map(({ level_x: level, x, y }) => `tile ${x}, ${y}${level > 0 ? ` of level ${level}` : ''}`),
  ]
  return (
    <p class="mono">
      {texts.slice(0, 200).join('; ')}
      {texts.length > 200 || truncated ? ' and more' : ''}
    </p>
  )
}

type ChannelStats = NonNullable<SampleStats['stats']>['parts'][number]['channels'][number]

function Stats({ id, detail }: { readonly id: string; readonly detail: FileDetail }) {
  const [isAsked, ask] = useState(false)
  const stats = useAsk(isAsked ? (signal) => get<SampleStats>(`/files/${id}/stats`, {}, signal) : null, [id, isAsked])
  if (!isAsked) {
    return (
      <div>
        <p>Statistics need every sample decoded{detail.channel_stats.length > 0 ? '; these were ingested' : ''}.</p>
        <button type="button" onClick={() => ask(true)}>
          Decode {bytes(detail.file['size_bytes'] as number | null)} now
        </button>
        {detail.channel_stats.length > 0 && <StatsTable rows={detail.channel_stats as unknown as ChannelStats[]} />}
      </div>
    )
  }
  return (
    <div>
      <Busy when={stats.isBusy} what="Decoding" />
      {stats.error !== null && <Problem error={stats.error} />}
      {stats.value?.stats?.parts.map(({ part_index: index, channels }) => (
        <section key={index}>
          <h3>Part {index}</h3>
          <StatsTable rows={channels} />
        </section>
      ))}
    </div>
  )
}

function StatsTable({ rows }: { readonly rows: readonly ChannelStats[] }) {
  return (
    <table class="stats">
      <thead>
        <tr>
          {['Channel', 'Min', 'Max', 'Mean', 'Deviation', 'Bad', 'Histogram'].map((name) => (
            <th scope="col" key={name}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => {
          const bad = row.nan_count + (row.pos_inf_count ?? 0) + (row.neg_inf_count ?? 0)
          return (
            <tr key={row.channel_name}>
              <th scope="row">{visible(row.channel_name, 60)}</th>
              <td>{number(row.min)}</td>
              <td>{number(row.max)}</td>
              <td>{number(row.mean)}</td>
              <td>{number(row.stddev)}</td>
              <td class={bad > 0 ? 'bad-text' : ''}>{count(bad)}</td>
              <td>
                <Histogram row={row} />
              </td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

function Histogram({ row }: { readonly row: ChannelStats }) {
  const counts = histogramOf(row.histogram)
  if (counts.length === 0) return null
  const most = Math.max(...counts, 1)
  const width = 100 / counts.length
  return (
    <svg
      class="histogram"
      viewBox="0 0 100 24"
      role="img"
      aria-label={`Histogram of ${row.channel_name}`}
      preserveAspectRatio="none"
    >
      {counts.map((value, i) => {
        // Logarithmic heights: the few bad pixels are what is looked for.
        const height = value === 0 ? 0 : 2 + (22 * Math.log1p(value)) / Math.log1p(most)
        return <rect key={i} x={i * width} y={24 - height} width={width} height={height} />
      })}
    </svg>
  )
}

function histogramOf(histogram: unknown): number[] {
  const value = typeof histogram === 'string' ? parsed(histogram) : histogram
  const counts = (value as { counts?: number[]; bins?: { count: number }[] } | null) ?? {}
  return counts.counts ?? counts.bins?.map((bin) => (typeof bin === 'number' ? bin : bin.count)) ?? []
}
