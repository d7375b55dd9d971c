import { setTimeout as sleep } from 'node:timers/promises'
import { type ErrorCode, ExrError } from '../../errors.ts'
import { abortError, throwIfAborted } from '../abort.ts'
import type { QueryColumn, QueryStream } from '../catalog.ts'
import { sharedNameHint } from '../shared-names.ts'
import type { TrinoConnection } from './connection.ts'
import { parseTrinoJson, trinoValues } from './trino-values.ts'

interface TrinoPage {
  readonly nextUri?: string
  readonly columns?: readonly QueryColumn[]
  readonly data?: readonly (readonly unknown[])[]
  readonly error?: { readonly message?: string; readonly errorName?: string }
}

const MOST_WAITS = 10

/** Runs statements on a Trino server, over its documented client protocol (POST /v1/statement, then every nextUri). */
export class TrinoClient {
  readonly #endpoint: URL
  readonly #headers: Readonly<Record<string, string>>

  /** Throws ERR_OPTION_INVALID for an address that is none, or a password that would travel unencrypted. */
  constructor({ url, user, password }: TrinoConnection) {
    const endpoint = URL.canParse(url) ? new URL(url) : null
    if (!endpoint || !/^https?:$/.test(endpoint.protocol) || endpoint.username !== '') {
      throw invalid('http://host:port or https://host:port without a user for VAST_TRINO_URL but received another text')
    }
    const isLocal = ['127.0.0.1', '[::1]', 'localhost'].includes(endpoint.hostname)
    if (password !== null && endpoint.protocol !== 'https:' && !isLocal) {
      throw invalid(`https for VAST_TRINO_URL, because there is a password, but received ${endpoint.origin}`)
    }
    const basic = password === null ? null : Buffer.from(`${user}:${password}`).toString('base64')
    this.#endpoint = endpoint
    this.#headers = {
      'x-trino-user': user,
      'x-trino-source': 'exr-inspector',
      'x-trino-time-zone': 'UTC',
      // Without it Trino rounds every timestamp to milliseconds, whatever the column's precision.
      'x-trino-client-capabilities': 'PARAMETRIC_DATETIME',
      ...(basic === null ? {} : { authorization: `Basic ${basic}` }),
    }
  }

  /**
   * Resolves once the columns are known. Throws ERR_CATALOG_QUERY with Trino's words when the statement fails, ERR_ABORTED
   * when the signal fires. A query that is left before its end (signal, error, loop) is ended on the server.
   */
  async query(sql: string, signal?: AbortSignal): Promise<QueryStream> {
    const pages = this.#pages(sql, signal)
    const first = await firstWithColumns(pages)
    const columns = (first.columns ?? []).map(({ name, type }) => ({ name, type }))
    return { columns, batches: rowsOf(first, pages, columns) }
  }

  /** Every page of a statement's answer, the one to its POST included. */
  async *#pages(sql: string, signal: AbortSignal | undefined): AsyncGenerator<TrinoPage, void, undefined> {
    let page = await this.#send('POST', new URL('/v1/statement', this.#endpoint), sql, signal)
    // What the server goes on with; kept until the next page is here, so that whoever leaves meanwhile can end it.
    let next = page.nextUri
    try {
      for (;;) {
        yield page
        if (next === undefined) return
        page = await this.#follow(next, signal)
        next = page.nextUri
      }
    } finally {
      if (next !== undefined) await this.#cancel(next)
    }
  }

  #follow(uri: string, signal: AbortSignal | undefined): Promise<TrinoPage> {
    return this.#send('GET', this.#ownUrl(uri), null, signal)
  }

  /** The user's name and password go to the configured server only. */
  #ownUrl(uri: string): URL {
    const url = new URL(uri, this.#endpoint)
    if (url.origin === this.#endpoint.origin) return url
    const found = `names ${url.origin} to go on with. Set VAST_TRINO_URL to that address, or have it name its public one`
    throw this.#failure('ERR_VASTDB_PROTOCOL', found)
  }

  async #cancel(uri: string): Promise<void> {
    await fetch(this.#ownUrl(uri), { method: 'DELETE', headers: this.#headers }).catch(() => undefined)
  }

  async #send(
    method: 'GET' | 'POST',
    url: URL,
    body: string | null,
    signal: AbortSignal | undefined,
  ): Promise<TrinoPage> {
    for (let waits = 0; ; waits++) {
      throwIfAborted(signal)
      const response = await this.#exchange(method, url, body, signal)
      if (response.status === 200) return this.#page(await response.text())
      const text = (await response.text()).replace(/\s+/g, ' ').slice(0, 200)
      // Trino's protocol: the same request again after a moment.
      const isBusy = [429, 502, 503, 504].includes(response.status)
      if (!isBusy || waits >= MOST_WAITS) throw this.#refusal(response.status, text)
      await sleep(50 * 2 ** Math.min(waits, 5), undefined, signal ? { signal } : {}).catch(() => undefined)
    }
  }

  async #exchange(method: string, url: URL, body: string | null, signal: AbortSignal | undefined): Promise<Response> {
    try {
      return await fetch(url, { method, body, headers: this.#headers, redirect: 'error', signal: signal ?? null })
    } catch (error) {
      if (signal?.aborted) throw abortError(error)
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
      throw this.#failure('ERR_VASTDB_CONNECT', `cannot be reached: ${cause}. Check VAST_TRINO_URL`, error)
    }
  }

  #page(text: string): TrinoPage {
    let page: TrinoPage
    try {
      page = parseTrinoJson(text) as TrinoPage
    } catch (error) {
      const found = 'answers something that is not JSON, so it is no Trino. Check VAST_TRINO_URL'
      throw this.#failure('ERR_VASTDB_PROTOCOL', found, error)
    }
    if (!page.error) return page
    const { errorName = 'error', message = 'no reason given' } = page.error
    const hint = sharedNameHint(message)
    const failed = `The query failed in Trino: ${message} (${errorName})`
    throw new ExrError('ERR_CATALOG_QUERY', hint === null ? failed : `${failed}. ${hint}`)
  }

  #refusal(status: number, text: string): ExrError {
    const denied = status === 401 || status === 403
    const advice = denied ? 'Check VAST_TRINO_USER and VAST_TRINO_PASSWORD' : 'Check VAST_TRINO_URL'
    return this.#failure(denied ? 'ERR_VASTDB_AUTH' : 'ERR_VASTDB_REQUEST', `answered ${status} (${text}). ${advice}`)
  }

  #failure(code: ErrorCode, found: string, cause?: unknown): ExrError {
    return new ExrError(code, `Trino at ${this.#endpoint.origin} ${found}.`, { cause })
  }
}

/** The first page that knows the columns, or the last one. */
async function firstWithColumns(pages: AsyncIterator<TrinoPage, void>): Promise<TrinoPage> {
  let page: TrinoPage = {}
  while (!page.columns) {
    const step = await pages.next()
    if (step.done) break
    page = step.value
  }
  return page
}

async function* rowsOf(
  first: TrinoPage,
  rest: AsyncGenerator<TrinoPage, void, undefined>,
  columns: readonly QueryColumn[],
): AsyncGenerator<readonly (readonly unknown[])[]> {
  const valuesOf = ({ data = [] }: TrinoPage) => data.map((row) => trinoValues(row, columns))
  try {
    if (first.data?.length) yield valuesOf(first)
    for await (const page of rest) if (page.data?.length) yield valuesOf(page)
  } finally {
    // A loop that was left before `rest` was begun has not ended it.
    await rest.return()
  }
}

function invalid(expected: string): ExrError {
  return new ExrError('ERR_OPTION_INVALID', `Expected ${expected}`)
}
