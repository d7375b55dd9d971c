import { render } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { explorer, go, isOffline, overview, place, setTheme, start, theme } from './app-state.ts'
import { bytes, count, plural, visible } from './format.ts'
import { Link } from './ui.tsx'
import { Find } from './views/find.tsx'
import { Frame } from './views/frame.tsx'
import { Questions } from './views/questions.tsx'
import { Sequence } from './views/sequence.tsx'
import { Compare, MapView, Similar } from './views/similar.tsx'

start()

function App() {
  const [open, setOpen] = useState<'help' | 'palette' | null>(null)
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isTyping = event.target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        setOpen('palette')
        return
      }
      if (event.key === 'Escape') setOpen(null)
      if (isTyping || event.metaKey || event.ctrlKey || event.altKey) return
      if (event.key === '?') setOpen('help')
      if (event.key === '/') {
        event.preventDefault()
        if (place.value.path !== '/') go('/')
        setTimeout(() => document.getElementById('search')?.focus())
      }
      if (event.key === 'ArrowDown' && event.target === document.body) document.getElementById('results')?.focus()
      if (event.key === '[' || event.key === ']') {
        const name = event.key === '[' ? 'Frame before' : 'Frame after'
        document.querySelector<HTMLElement>(`a[aria-label="${name}"]`)?.click()
      }
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <Bar onHelp={() => setOpen('help')} onPalette={() => setOpen('palette')} />
      <State />
      <main id="main" tabIndex={-1}>
        <View />
      </main>
      {open === 'help' && <Help onClose={() => setOpen(null)} />}
      {open === 'palette' && <Palette onClose={() => setOpen(null)} />}
    </>
  )
}

function View() {
  const { path, query } = place.value
  const state = explorer.value
  if (state?.state === 'waiting' || (state?.state === 'failed' && overview.value === null)) return null
  const [, first = '', second = ''] = path.split('/')
  if (first === 'file') return <Frame id={second} key={second} />
  if (first === 'sequence') return <Sequence name={query.get('key') ?? ''} />
  if (first === 'similar') return <Similar id={second} />
  if (first === 'compare') return <Compare a={query.get('a') ?? ''} b={query.get('b') ?? ''} />
  if (first === 'map') return <MapView />
  if (first === 'queries') return <Questions />
  return <Find />
}

function Bar({ onHelp, onPalette }: { readonly onHelp: () => void; readonly onPalette: () => void }) {
  const facts = overview.value
  const { path } = place.value
  return (
    <header class="bar">
      <Link to="/" class="brand">
        exr-inspector
      </Link>
      <nav aria-label="Views">
        <Link to="/" class={path === '/' ? 'current' : ''}>
          Find
        </Link>
        <Link to="/map" class={path === '/map' ? 'current' : ''}>
          Map
        </Link>
        <Link to="/queries" class={path === '/queries' ? 'current' : ''}>
          Questions
        </Link>
      </nav>
      <span class="subject" title={visible(explorer.value?.subject ?? '')}>
        {facts === null
          ? ''
          : `${plural(facts.file_count, 'file')} · ${plural(facts.sequence_count, 'sequence')} · ${bytes(facts.size_bytes)}${facts.incomplete_count > 0 ? ` · ${count(facts.incomplete_count)} incomplete` : ''}${facts.unreadable_count > 0 ? ` · ${count(facts.unreadable_count)} unreadable` : ''}`}
      </span>
      <button type="button" class="quiet" onClick={onPalette} title="Ctrl K">
        Commands
      </button>
      <button
        type="button"
        class="quiet"
        onClick={() => setTheme(theme.value === 'dark' ? 'light' : 'dark')}
        aria-label={`Switch to ${theme.value === 'dark' ? 'light' : 'dark'} colours`}
      >
        {theme.value === 'dark' ? 'Light' : 'Dark'}
      </button>
      <button type="button" class="quiet" onClick={onHelp} aria-label="Keys">
        ?
      </button>
    </header>
  )
}

/** What is not as it should be, or is on its way. */
function State() {
  const told = explorer.value
  if (isOffline.value)
    return (
      <div class="banner bad" role="alert">
        The explorer does not answer: it was stopped, or is busy. The page comes back with it.
      </div>
    )
  if (told === null) return null
  if (told.state === 'waiting')
    return (
      <div class="banner" role="status" id="state">
        <span class="spinner" aria-hidden="true" /> {told.message} The page comes alive when it is free.
      </div>
    )
  if (told.state === 'failed')
    return (
      <div class="banner bad" role="alert" id="state">
        {told.message} <code>{told.code}</code>
      </div>
    )
  if (told.state === 'ready' && told.message !== null) {
    return (
      <div class="banner" role="status" id="state">
        {told.message}
      </div>
    )
  }
  if (told.state !== 'filling' || told.progress === null) return null
  const { found, done, failed, walkEnded } = told.progress
  return (
    <div class="banner" role="status" id="state">
      <progress value={done} max={Math.max(found, 1)} aria-label="Files read" /> {count(done)} of{' '}
      {walkEnded ? '' : 'at least '}
      {plural(found, 'file')} read{failed > 0 ? `, ${count(failed)} could not be` : ''}. What is there can be looked at.
    </div>
  )
}

const KEYS: readonly (readonly [string, string])[] = [
  ['/', 'search'],
  ['↓ ↑, Enter', 'choose a result and open it'],
  ['[ and ]', 'frame before and after'],
  ['Ctrl K', 'commands'],
  ['+ − f', 'image: zoom, fit'],
  ['arrows', 'image: move; strip: choose a frame'],
  ['e and E', 'image: half a stop up and down'],
  ['1 to 6', 'image: RGB, R, G, B, alpha, luminance'],
  ['m', 'image: mark bad values'],
  ['Esc', 'close'],
]

function Help({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog label="Keys" onClose={onClose}>
      <h2>Keys</h2>
      <dl class="keys">
        {KEYS.map(([key, does]) => (
          <div class="key" key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}

function Dialog({
  label,
  onClose,
  children,
}: {
  readonly label: string
  readonly onClose: () => void
  readonly children: preact.ComponentChildren
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog
    <dialog
      ref={dialog}
      aria-label={label}
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      {children}
      <button type="button" onClick={onClose}>
        Close
      </button>
    </dialog>
  )
}

/** What can be gone to, by its name. */
function Palette({ onClose }: { readonly onClose: () => void }) {
  const [text, setText] = useState('')
  const commands: readonly { readonly name: string; readonly run: () => void }[] = [
    { name: 'Find files', run: () => go('/') },
    { name: 'Find incomplete files', run: () => go('/', { facet: ['state:incomplete'], fold: false }) },
    { name: 'Find sequences with missing frames', run: () => go('/', { sort: 'missing', descending: true }) },
    { name: 'Largest first', run: () => go('/', { sort: 'size', descending: true }) },
    { name: 'Pictures', run: () => go('/', { view: 'grid' }) },
    { name: 'Map', run: () => go('/map') },
    { name: 'SQL', run: () => go('/queries') },
    { name: 'Switch light and dark', run: () => setTheme(theme.value === 'dark' ? 'light' : 'dark') },
    ...(overview.value?.queries.map(({ name, title }) => ({ name: title, run: () => go('/queries', { name }) })) ?? []),
  ]
  const shown = commands.filter(({ name }) => name.toLowerCase().includes(text.toLowerCase()))
  const run = (command: (typeof commands)[number] | undefined) => {
    if (command === undefined) return
    onClose()
    command.run()
  }
  return (
    <Dialog label="Commands" onClose={onClose}>
      <input
        type="search"
        aria-label="Command"
        placeholder="What to do"
        ref={(element) => element?.focus()}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
        onKeyDown={({ key }) => key === 'Enter' && run(shown[0])}
      />
      <ul class="commands">
        {shown.map((command) => (
          <li key={command.name}>
            <button type="button" class="quiet command" onClick={() => run(command)}>
              {command.name}
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  )
}

render(<App />, document.getElementById('app')!)
