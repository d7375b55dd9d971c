import { useState } from 'preact/hooks'
import type { Answer, QuerySummary } from '../../src/server/explorer/api.ts'
import { post } from '../api.ts'
import { go, overview, place } from '../app-state.ts'
import { number, plural, visible } from '../format.ts'
import { Busy, Problem, useAsk } from '../ui.tsx'

/** Named queries with their parameters, and SQL. */
export function Questions() {
  const { query } = place.value
  const name = query.get('name') ?? ''
  const chosen = overview.value?.queries.find((each) => each.name === name) ?? null
  return (
    <div class="questions">
      <nav class="query-list" aria-label="Queries">
        <button type="button" aria-pressed={name === ''} onClick={() => go('/queries', {})}>
          SQL
        </button>
        {overview.value?.queries.map((each) => (
          <button
            type="button"
            key={each.name}
            aria-pressed={each.name === name}
            title={each.doc}
            onClick={() => go('/queries', { name: each.name })}
          >
            {each.title}
          </button>
        ))}
      </nav>
      <section>{chosen === null ? <Sql /> : <Named key={chosen.name} query={chosen} />}</section>
    </div>
  )
}

function Sql() {
  const [text, setText] = useState('SELECT compression, count(*) AS files\nFROM parts GROUP BY 1 ORDER BY 2 DESC')
  const [asked, ask] = useState<string | null>(null)
  const answer = useAsk(asked === null ? null : (signal) => post<Answer>('/sql', { query: asked }, signal), [asked])
  return (
    <>
      <h1>SQL</h1>
      <p class="note">
        One statement that reads. Tables: files, parts, channels, attributes, frames, sequences and more;{' '}
        <code>exr-inspector catalog ddl</code> prints them.
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          ask(text)
        }}
      >
        <textarea
          aria-label="SQL"
          class="mono"
          rows={6}
          spellcheck={false}
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) ask(text)
          }}
        />
        <button type="submit">Ask</button>
      </form>
      <Result asked={answer} />
    </>
  )
}

function Named({ query }: { readonly query: QuerySummary }) {
  const [asked, ask] = useState<string | null>(needed(query).length === 0 ? '{}' : null)
  const answer = useAsk(
    asked === null ? null : (signal) => post<Answer>('/queries', { name: query.name, parameters: asked }, signal),
    [query.name, asked],
  )
  return (
    <>
      <h1>{query.title}</h1>
      <p class="note">{query.doc}</p>
      <form
        class="parameters"
        onSubmit={(event) => {
          event.preventDefault()
          const given = [...new FormData(event.currentTarget)].filter(([, value]) => value !== '')
          ask(JSON.stringify(Object.fromEntries(given)))
        }}
      >
        {Object.entries(query.parameters).map(([name, { doc, default: fallback }]) => (
          <label key={name} title={doc}>
            {name}
            <input name={name} placeholder={fallback === undefined ? doc : String(fallback)} />
          </label>
        ))}
        <button type="submit">Ask</button>
      </form>
      <Result asked={answer} />
    </>
  )
}

function needed({ parameters }: QuerySummary): string[] {
  return Object.entries(parameters).flatMap(([name, { default: fallback, optional }]) =>
    fallback === undefined && optional === undefined ? [name] : [],
  )
}

const SHOWN = 500

function Result({ asked: { value, error, isBusy } }: { readonly asked: ReturnType<typeof useAsk<Answer>> }) {
  if (error !== null) return <Problem error={error} />
  return (
    <div class="answer">
      <Busy when={isBusy} what="Asking" />
      {value !== null && (
        <>
          <p class="note">
            {plural(value.rows.length, 'row')}
            {value.cut ? ' and more' : ''}
            {value.rows.length > SHOWN ? `, the first ${SHOWN} shown` : ''}
          </p>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
          <section class="scroll" tabIndex={0} aria-label="Answer">
            <table>
              <thead>
                <tr>
                  {value.columns.map(({ name, type }) => (
                    <th scope="col" key={name} title={type}>
                      {visible(name, 60)}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {value.rows.slice(0, SHOWN).map((row, i) => (
                  <tr key={i}>
                    {row.map((cell, c) => (
                      <td key={c} class={typeof cell === 'number' ? 'number' : ''}>
                        {cell === null
                          ? ''
                          : typeof cell === 'number'
                            ? number(cell)
                            : visible(typeof cell === 'string' ? cell : JSON.stringify(cell), 300)}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        </>
      )}
    </div>
  )
}
