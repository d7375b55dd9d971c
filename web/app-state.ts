import { signal } from '@preact/signals'
import type { ExplorerState, Overview } from '../src/server/explorer/api.ts'
import { get, type Query, queryText } from './api.ts'

/** Where the page is: a path and what follows it. */
export interface Place {
  readonly path: string
  readonly query: URLSearchParams
}

export const place = signal<Place>(here())
export const explorer = signal<ExplorerState | null>(null)
/** Rises with each change of the catalog since the page was opened: what was asked before it is asked again. */
export const revision = signal(0)
export const overview = signal<Overview | null>(null)
/** The server cannot be reached. */
export const isOffline = signal(false)
export const theme = signal<'light' | 'dark'>(initialTheme())

function here(): Place {
  return { path: location.pathname, query: new URLSearchParams(location.search) }
}

/** Goes to another view. `replace` keeps what typing changes out of the history. */
export function go(path: string, query: Query = {}, replace = false): void {
  const text = queryText(query)
  const url = `${path}${text === '' ? '' : `?${text}`}`
  if (replace) history.replaceState(null, '', url)
  else history.pushState(null, '', url)
  place.value = here()
  if (!replace) window.scrollTo(0, 0)
}

export function setTheme(next: 'light' | 'dark'): void {
  theme.value = next
  document.documentElement.dataset['theme'] = next
  localStorage.setItem('theme', next)
}

function initialTheme(): 'light' | 'dark' {
  const stored = localStorage.getItem('theme')
  if (stored === 'light' || stored === 'dark') return stored
  return matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark'
}

/** Starts listening to the server and to the address. */
export function start(): void {
  setTheme(theme.value)
  // The token is in the cookie by now, and has no place in the address.
  const address = new URL(location.href)
  if (address.searchParams.has('token')) {
    address.searchParams.delete('token')
    history.replaceState(null, '', address)
    place.value = here()
  }
  addEventListener('popstate', () => {
    place.value = here()
  })
  const events = new EventSource('/api/v1/events')
  events.onmessage = ({ data }) => {
    isOffline.value = false
    const told = JSON.parse(data as string) as ExplorerState
    const before = explorer.value
    const hasChanged = before !== null && told.revision !== before.revision
    const isNews = before === null || hasChanged || told.state !== before.state
    explorer.value = told
    if (hasChanged) revision.value += 1
    if (isNews && (told.state === 'ready' || told.state === 'filling')) void readOverview()
  }
  events.onerror = () => {
    isOffline.value = true
  }
}

/** A run tells of itself several times a second: questions wait for the answer before. */
let reading: Promise<void> | null = null
async function readOverview(): Promise<void> {
  if (reading !== null) return
  reading = get<Overview>('/overview').then((read) => {
    overview.value = read
  }, ignore)
  await reading
  reading = null
}

function ignore(): void {}
