import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Facet, Found, FoundRow } from '../../src/server/explorer/api.ts'
import { get, type Query } from '../api.ts'
import { explorer, go, overview, place, revision } from '../app-state.ts'
import { bytes, count, fileName, folderName, frameRange, moment, plural, shortFolder, visible } from '../format.ts'
import { Thumbnail } from '../thumbnail.tsx'
import { Busy, Link, Problem, useAsk, useWindow } from '../ui.tsx'

const PAGE = 200
const ROW_HEIGHT = 32
const CARD = { width: 212, height: 186 }

/** The state of a search as the address has it. */
function searchOf(query: URLSearchParams) {
  return {
    q: query.get('q') ?? '',
    where: query.get('where') ?? '',
    facet: query.getAll('facet'),
    sequence: query.get('sequence') ?? '',
    fold: query.get('fold') !== 'false',
    sort: query.get('sort') ?? 'name',
    descending: query.get('descending') === 'true',
    view: query.get('view') === 'grid' ? 'grid' : 'table',
  }
}
type Search = ReturnType<typeof searchOf>

/** What narrows; how it is shown is not part of it. */
export function wishOf({ q, where, facet, sequence }: Pick<Search, 'q' | 'where' | 'facet' | 'sequence'>): Query {
  return { q, where, facet, sequence }
}

export function Find() {
  const search = searchOf(place.value.query)
  const set = (changes: Partial<Search>, replace = false) => {
    const { view, fold, sort, descending, ...rest } = { ...search, ...changes }
    go(
      '/',
      {
        ...wishOf(rest),
        ...(view === 'grid' && { view }),
        ...(!fold && { fold: false }),
        ...(sort !== 'name' && { sort }),
        ...(descending && { descending }),
      },
      replace,
    )
  }
  const wish = wishOf(search)
  const key = JSON.stringify(wish)
  const facets = useAsk((signal) => get<Facet[]>('/facets', wish, signal), [key, revision.value])
  return (
    <div class="find">
      <aside class="facets" aria-label="Facets">
        {facets.error === null &&
          (facets.value ?? []).map((facet) => <FacetList key={facet.name} facet={facet} search={search} set={set} />)}
      </aside>
      <section class="results">
        <SearchBar search={search} set={set} />
        <Results
          key={key + search.fold + search.sort + search.descending}
          search={search}
          set={set}
          revision={revision.value}
        />
      </section>
    </div>
  )
}

interface Shown {
  readonly search: Search
  readonly set: (changes: Partial<Search>, replace?: boolean) => void
}

function SearchBar({ search, set }: Shown) {
  const [isSql, setSql] = useState(search.where !== '')
  const timer = useRef<number>(0)
  const later = (changes: Partial<Search>) => {
    clearTimeout(timer.current)
    timer.current = setTimeout(() => set(changes, true), 200) as unknown as number
  }
  return (
    <div class="search-bar">
      <input
        id="search"
        type="search"
        aria-label="Search"
        placeholder="Search paths and channels; attr:word for attributes  ( / )"
        defaultValue={search.q}
        onInput={({ currentTarget }) => later({ q: currentTarget.value })}
      />
      <button
        type="button"
        aria-pressed={isSql}
        onClick={() => {
          setSql(!isSql)
          if (isSql && search.where !== '') set({ where: '' })
        }}
      >
        where
      </button>
      <button
        type="button"
        aria-pressed={search.fold}
        title="One row a sequence"
        onClick={() => set({ fold: !search.fold })}
      >
        Sequences
      </button>
      <button
        type="button"
        aria-pressed={search.view === 'grid'}
        title="Pictures"
        onClick={() => set({ view: search.view === 'grid' ? 'table' : 'grid' })}
      >
        Pictures
      </button>
      <Link to="/map" query={wishOf(search)} class="button">
        Map
      </Link>
      {isSql && (
        <form
          class="where"
          onSubmit={(event) => {
            event.preventDefault()
            set({ where: new FormData(event.currentTarget).get('where') as string })
          }}
        >
          <label for="where">SQL condition</label>
          <input
            id="where"
            name="where"
            class="mono"
            defaultValue={search.where}
            placeholder="width >= 1920 AND compression = 'zip'"
          />
          <button type="submit">Apply</button>
        </form>
      )}
      {(search.facet.length > 0 || search.sequence !== '') && (
        <div class="chips">
          {search.facet.map((text) => (
            <button
              type="button"
              class="chip"
              key={text}
              aria-label={`Remove ${text}`}
              onClick={() => set({ facet: search.facet.filter((each) => each !== text) })}
            >
              {visible(text.replace(':', ': '), 80)} ×
            </button>
          ))}
          {search.sequence !== '' && (
            <button type="button" class="chip" aria-label="Remove the sequence" onClick={() => set({ sequence: '' })}>
              {visible(fileName(search.sequence), 80)} ×
            </button>
          )}
        </div>
      )}
    </div>
  )
}

const FACET_NAMES: Readonly<Record<string, string>> = {
  state: 'Whole or not',
  type: 'Part type',
  compression: 'Compression',
  resolution: 'Resolution',
  software: 'Software',
  color: 'Colour space',
  folder: 'Folder',
  finding: 'Findings',
}
const FEW = 6

function FacetList({ facet, search, set }: Shown & { readonly facet: Facet }) {
  const [isOpen, setOpen] = useState(false)
  const { name, values } = facet
  if (values.length === 0) return null
  const shown = isOpen ? values : values.slice(0, FEW)
  return (
    <fieldset>
      <legend>{FACET_NAMES[name] ?? name}</legend>
      {shown.map(({ value, count: files }) => {
        const text = `${name}:${value}`
        const isSet = search.facet.includes(text)
        return (
          <label key={value} title={visible(value)}>
            <input
              type="checkbox"
              checked={isSet}
              onChange={() =>
                set({ facet: isSet ? search.facet.filter((each) => each !== text) : [...search.facet, text] })
              }
            />
            <span class="value">{name === 'folder' ? tail(visible(shortFolder(value))) : visible(value, 60)}</span>
            <span class="number">{count(files)}</span>
          </label>
        )
      })}
      {values.length > FEW && (
        <button type="button" class="quiet" onClick={() => setOpen(!isOpen)}>
          {isOpen ? 'Fewer' : `${values.length - FEW} more${facet.cut ? ' and others' : ''}`}
        </button>
      )}
    </fieldset>
  )
}

function tail(path: string): string {
  return path.length <= 30 ? path : `…${path.slice(-29)}`
}

/** Rows by page, asked for when they come into sight; a page that scrolled away before its answer is asked no more. */
function usePages(search: Search, revision: number) {
  const pages = useMemo(() => new Map<number, readonly FoundRow[]>(), [revision])
  const [, redraw] = useState(0)
  const [total, setTotal] = useState<number | null>(null)
  const [error, setError] = useState<Error | null>(null)
  const asking = useRef(new Map<number, AbortController>())
  const want = (first: number, last: number) => {
    const wanted = new Set<number>()
    for (let page = Math.floor(first / PAGE); page <= Math.floor(Math.max(first, last - 1) / PAGE); page++)
      wanted.add(page)
    for (const [page, left] of asking.current) {
      if (wanted.has(page)) continue
      left.abort()
      asking.current.delete(page)
    }
    for (const page of wanted) {
      if (pages.has(page) || asking.current.has(page)) continue
      const left = new AbortController()
      asking.current.set(page, left)
      const { fold, sort, descending } = search
      get<Found>(
        '/files',
        { ...wishOf(search), fold, sort, descending, cursor: String(page * PAGE), limit: PAGE },
        left.signal,
      )
        .then((found) => {
          pages.set(page, found.rows)
          setTotal(found.total)
          setError(null)
        })
        .catch((reason: Error) => {
          if (!left.signal.aborted) setError(reason)
        })
        .finally(() => {
          if (asking.current.get(page) === left) asking.current.delete(page)
          redraw((n) => n + 1)
        })
    }
  }
  useEffect(() => {
    want(0, PAGE)
    return () => {
      for (const left of asking.current.values()) left.abort()
      asking.current.clear()
    }
  }, [revision])
  const rowAt = (index: number) => pages.get(Math.floor(index / PAGE))?.[index % PAGE] ?? null
  return { total, error, rowAt, want, isBusy: asking.current.size > 0 || (total === null && error === null) }
}

function Results({ search, set, revision }: Shown & { readonly revision: number }) {
  const { total, error, rowAt, want, isBusy } = usePages(search, revision)
  const [chosen, choose] = useState(-1)
  const [width, setWidth] = useState(1000)
  const isGrid = search.view === 'grid'
  const perRow = isGrid ? Math.max(1, Math.floor(width / CARD.width)) : 1
  const list = useWindow(total ?? 0, isGrid ? CARD.height : ROW_HEIGHT, perRow)
  useEffect(() => want(list.first, list.last), [list.first, list.last, total])
  useEffect(() => {
    const element = list.box.current
    if (element === null) return
    const sizes = new ResizeObserver(() => setWidth(element.clientWidth))
    sizes.observe(element)
    return () => sizes.disconnect()
  }, [])
  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Record<string, number> = {
      ArrowDown: perRow,
      ArrowUp: -perRow,
      ...(isGrid && { ArrowRight: 1, ArrowLeft: -1 }),
      PageDown: 20 * perRow,
      PageUp: -20 * perRow,
    }
    const step = steps[event.key]
    if (step !== undefined && total !== null && total > 0) {
      event.preventDefault()
      const next = Math.min(total - 1, Math.max(0, chosen + step))
      choose(next)
      list.show(Math.floor(next / perRow))
    }
    const row = event.key === 'Enter' ? rowAt(chosen) : null
    if (row !== null) openRow(row)
  }
  if (error !== null) return <Problem error={error} />
  const shown = Array.from({ length: Math.max(0, list.last - list.first) }, (_, i) => list.first + i)
  return (
    <>
      <div class="summary" aria-live="polite">
        {total !== null && (
          <span>
            {plural(total, search.fold ? 'row' : 'file')}
            {overview.value !== null && ` of ${plural(overview.value.file_count, 'file')}`}
          </span>
        )}
        <Busy when={isBusy} what="Searching" />
      </div>
      {!isGrid && <Heading search={search} set={set} />}
      <section
        class={`list ${isGrid ? 'grid' : 'table'}`}
        ref={list.box}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the list scrolls and takes arrow keys
        tabIndex={0}
        aria-label="Results: arrows choose, Enter opens"
        onKeyDown={onKeyDown}
        id="results"
      >
        <div class="whole" style={{ height: `${list.height}px` }}>
          {shown.map((index) => {
            const row = rowAt(index)
            const at = {
              top: `${list.placeOf(Math.floor(index / perRow))}px`,
              ...(isGrid && { left: `${(index % perRow) * CARD.width}px` }),
            }
            const name = `${isGrid ? 'card' : 'row'}${index === chosen ? ' chosen' : ''}`
            return (
              <div class={name} style={at} key={index}>
                {row === null ? <span class="ghost" /> : isGrid ? <Card row={row} /> : <TableRow row={row} />}
              </div>
            )
          })}
        </div>
        {total === 0 && <Nothing search={search} />}
      </section>
    </>
  )
}

function Nothing({ search }: { readonly search: Search }) {
  const isAll = search.q === '' && search.where === '' && search.facet.length === 0
  if (isAll && explorer.value?.state === 'filling') return <p class="nothing">The first files are being read.</p>
  return <p class="nothing">{isAll ? 'The catalog has no files.' : 'No file matches. Take a facet or a word away.'}</p>
}

function openRow(row: FoundRow): void {
  if (row.frame_count > 1 && row.sequence_key !== null) go('/sequence', { key: row.sequence_key })
  else go(`/file/${row.file_id}`)
}

const COLUMNS = [
  ['', 'state', null],
  ['Name', 'name', 'name'],
  ['Frames', 'frames', 'frames'],
  ['Resolution', 'resolution', 'resolution'],
  ['Compression', 'compression', null],
  ['Software', 'software', null],
  ['Size', 'size', 'size'],
  ['Modified', 'time', 'time'],
] as const

function Heading({ search, set }: Shown) {
  return (
    <div class="row heading">
      {COLUMNS.map(([title, name, sort]) => (
        <span class={`cell ${name}`} key={name}>
          {sort === null ? (
            title
          ) : (
            <button
              type="button"
              class="quiet"
              aria-label={`Sort by ${title}${search.sort === sort ? (search.descending ? ', now largest first' : ', now smallest first') : ''}`}
              onClick={() => set({ sort, descending: search.sort === sort ? !search.descending : sort !== 'name' })}
            >
              {title}
              {search.sort === sort && (search.descending ? ' ↓' : ' ↑')}
            </button>
          )}
        </span>
      ))}
    </div>
  )
}

/** In words what a dot means: what is known of whether the files are whole. */
export function verdictOf(row: Pick<FoundRow, 'incomplete_count' | 'unknown_count' | 'missing_count'>): {
  readonly kind: string
  readonly text: string
} {
  if (row.incomplete_count > 0) return { kind: 'bad', text: `${plural(row.incomplete_count, 'file')} incomplete` }
  if (row.missing_count > 0) return { kind: 'gap', text: `${plural(row.missing_count, 'frame')} missing` }
  if (row.unknown_count > 0) return { kind: 'unknown', text: 'cannot tell whether it is whole' }
  return { kind: 'good', text: 'whole' }
}

function TableRow({ row }: { readonly row: FoundRow }) {
  const { kind, text } = verdictOf(row)
  const folder = folderName(row.name)
  const isSequence = row.frame_count > 1 && row.sequence_key !== null
  return (
    <>
      <span class="cell state">
        <span class={`dot ${kind}`} role="img" aria-label={text} title={text} />
      </span>
      <span class="cell name" title={visible(row.name)}>
        <Link
          to={isSequence ? '/sequence' : `/file/${row.file_id}`}
          query={isSequence ? { key: row.sequence_key } : {}}
        >
          {visible(fileName(row.name))}
        </Link>
        <span class="folder">{visible(shortFolder(folder))}</span>
      </span>
      <span class="cell frames">
        {isSequence
          ? `${frameRange(row.first_frame, row.last_frame)}${row.missing_count > 0 ? ` (−${count(row.missing_count)})` : ''}`
          : ''}
      </span>
      <span class="cell resolution">
        {row.display_width === null ? '–' : `${row.display_width} × ${row.display_height}`}
        {row.is_deep ? ' deep' : ''}
      </span>
      <span class="cell compression">{visible(row.compression ?? '–')}</span>
      <span class="cell software">{visible(row.render_software ?? '–', 60)}</span>
      <span class="cell size">{bytes(row.size_bytes)}</span>
      <span class="cell time">{moment(row.mtime).slice(0, 16)}</span>
    </>
  )
}

function Card({ row }: { readonly row: FoundRow }) {
  const { kind, text } = verdictOf(row)
  const isSequence = row.frame_count > 1 && row.sequence_key !== null
  return (
    <Link
      to={isSequence ? '/sequence' : `/file/${row.file_id}`}
      query={isSequence ? { key: row.sequence_key } : {}}
      title={visible(row.name)}
    >
      <Thumbnail id={row.file_id} />
      <span class="caption">
        <span class={`dot ${kind}`} role="img" aria-label={text} title={text} />
        {visible(fileName(row.name), 200)}
      </span>
      <span class="detail">
        {isSequence ? `${frameRange(row.first_frame, row.last_frame)} · ` : ''}
        {row.display_width === null ? '' : `${row.display_width} × ${row.display_height}`}
      </span>
    </Link>
  )
}
