import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { ApiError, type Query, queryText } from './api.ts'
import { go } from './app-state.ts'

/** What became of a question. */
export interface Asked<T> {
  readonly value: T | null
  readonly error: Error | null
  readonly isBusy: boolean
}

/**
 * Asks when anything of `inputs` changes, and ends the question before. The last answer stays until the next is there.
 * Null asks nothing.
 */
export function useAsk<T>(ask: ((signal: AbortSignal) => Promise<T>) | null, inputs: readonly unknown[]): Asked<T> {
  const [asked, setAsked] = useState<Asked<T>>({ value: null, error: null, isBusy: ask !== null })
  // Not after the next frame: the answer may be on its way by then.
  useLayoutEffect(() => {
    if (ask === null) {
      setAsked({ value: null, error: null, isBusy: false })
      return
    }
    const left = new AbortController()
    setAsked(({ value }) => ({ value, error: null, isBusy: true }))
    ask(left.signal).then(
      (value) => !left.signal.aborted && setAsked({ value, error: null, isBusy: false }),
      (error: Error) => !left.signal.aborted && setAsked({ value: null, error, isBusy: false }),
    )
    return () => left.abort()
  }, inputs)
  return asked
}

/** True once something has lasted for a third of a second: what is faster needs no sign. */
export function useSlow(isBusy: boolean): boolean {
  const [isSlow, setSlow] = useState(false)
  useEffect(() => {
    setSlow(false)
    if (!isBusy) return
    const timer = setTimeout(() => setSlow(true), 300)
    return () => clearTimeout(timer)
  }, [isBusy])
  return isSlow
}

export function Busy({ when, what = 'Loading' }: { readonly when: boolean; readonly what?: string }) {
  return useSlow(when) && when ? (
    <div class="busy" role="status">
      <span class="spinner" aria-hidden="true" />
      {what}…
    </div>
  ) : null
}

export function Problem({ error }: { readonly error: Error }) {
  return (
    <div class="problem" role="alert">
      <p>{error.message}</p>
      {error instanceof ApiError && <code>{error.code}</code>}
    </div>
  )
}

interface LinkProps {
  readonly to: string
  readonly query?: Query
  readonly class?: string
  readonly title?: string
  readonly label?: string
  readonly children: ComponentChildren
}

/** A link inside of the page: it opens in a new tab like any other. */
export function Link({ to, query = {}, class: name, title, label, children }: LinkProps) {
  const text = queryText(query)
  return (
    <a
      class={name}
      title={title}
      aria-label={label}
      href={`${to}${text === '' ? '' : `?${text}`}`}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return
        event.preventDefault()
        go(to, query)
      }}
    >
      {children}
    </a>
  )
}

interface TabsProps<T extends string> {
  readonly names: Readonly<Record<T, string>>
  readonly current: T
  readonly onPick: (name: T) => void
  readonly label: string
}

export function Tabs<T extends string>({ names, current, onPick, label }: TabsProps<T>) {
  const keys = Object.keys(names) as T[]
  const list = useRef<HTMLDivElement>(null)
  const move = (by: number) => {
    const next = keys[(keys.indexOf(current) + by + keys.length) % keys.length]!
    onPick(next)
    list.current?.querySelectorAll<HTMLButtonElement>('button')[keys.indexOf(next)]?.focus()
  }
  return (
    <div class="tabs" role="tablist" aria-label={label} ref={list}>
      {keys.map((key) => (
        <button
          type="button"
          role="tab"
          id={`tab-${key}`}
          aria-selected={key === current}
          aria-controls="tab-panel"
          tabIndex={key === current ? 0 : -1}
          key={key}
          onClick={() => onPick(key)}
          onKeyDown={({ key: pressed }) => {
            if (pressed === 'ArrowRight') move(1)
            if (pressed === 'ArrowLeft') move(-1)
          }}
        >
          {names[key]}
        </button>
      ))}
    </div>
  )
}

/** Copies, and says so for a moment. */
export function Copy({ text, what = 'Copy' }: { readonly text: () => string; readonly what?: string }) {
  const [isDone, setDone] = useState(false)
  return (
    <button
      type="button"
      class="quiet"
      onClick={() => {
        void navigator.clipboard.writeText(text()).then(() => {
          setDone(true)
          setTimeout(() => setDone(false), 1500)
        })
      }}
    >
      {isDone ? 'Copied' : what}
    </button>
  )
}

/** The part of a long list that is in sight: rows of one height. */
export function useWindow(total: number, rowHeight: number, perRow = 1) {
  const [view, setView] = useState({ top: 0, height: 800 })
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = box.current
    if (element === null) return
    const look = () => setView({ top: element.scrollTop, height: element.clientHeight })
    look()
    element.addEventListener('scroll', look, { passive: true })
    const sizes = new ResizeObserver(look)
    sizes.observe(element)
    return () => {
      element.removeEventListener('scroll', look)
      sizes.disconnect()
    }
  }, [])
  const rows = Math.ceil(total / perRow)
  // Browsers draw nothing beyond some ten million pixels: very long lists scroll faster than their rows are high.
  const height = Math.min(rows * rowHeight, MOST_HEIGHT)
  const reach = Math.max(1, height - view.height)
  const share = Math.min(1, view.top / reach)
  const top = rows * rowHeight <= MOST_HEIGHT ? view.top : share * (rows * rowHeight - view.height)
  const first = Math.max(0, Math.floor(top / rowHeight) - EXTRA)
  const last = Math.min(rows, Math.ceil((top + view.height) / rowHeight) + EXTRA)
  /** Where a row is drawn, from the top of the whole. */
  const placeOf = (row: number) => row * rowHeight - top + view.top
  const show = (row: number) => {
    const element = box.current
    if (element === null) return
    if (row * rowHeight < top)
      element.scrollTop = (row * rowHeight * reach) / Math.max(1, rows * rowHeight - view.height)
    if ((row + 1) * rowHeight > top + view.height) {
      element.scrollTop = (((row + 1) * rowHeight - view.height) * reach) / Math.max(1, rows * rowHeight - view.height)
    }
  }
  return { box, height, first: first * perRow, last: Math.min(total, last * perRow), placeOf, show }
}

const MOST_HEIGHT = 8_000_000
const EXTRA = 4
