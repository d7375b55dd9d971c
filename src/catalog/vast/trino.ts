import { setTimeout as sleep } from 'node:timers/promises'
import { type ErrorCode, ExrError } from '../../errors.ts'
import { abortError, throwIfAborted } from '../abort.ts'
import type { QueryColumn, QueryStream } from '../catalog.ts'
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
      ...(basic === null ? {} : { authorization: `Basic ${basic}` }),
    }
  }

  /** Resolves once the columns are known. Throws ERR_CATALOG_QUERY with Trino's words when the statement fails. */
  async query(sql: string, signal?: AbortSignal): Promise<QueryStream> {
    let page = await this.#send('POST', new URL('/v1/statement', this.#endpoint), sql, signal)
    while (!page.columns && page.nextUri !== undefined) page = await this.#follow(page.nextUri, signal)
    const columns = (page.columns ?? []).map(({ name, type }) => ({ name, type }))
    return { columns, batches: this.#batches(page, columns, signal) }
  }

  async *#batches(
    first: TrinoPage,
    columns: readonly QueryColumn[],
    signal: AbortSignal | undefined,
  ): AsyncGenerator<readonly (readonly unknown[])[]> {
    let page = first
    try {
      for (;;) {
        if (page.data && page.data.length > 0) yield page.data.map((row) => trinoValues(row, columns))
        const next = page.nextUri
        if (next === undefined) return
        page = {}
        page = await this.#follow(next, signal)
      }
    } finally {
      // Left early: the query need not go on.
      if (page.nextUri !== undefined) await this.#cancel(page.nextUri)
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
    throw new ExrError('ERR_CATALOG_QUERY', `The query failed in Trino: ${message} (${errorName})`)
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

function invalid(expected: string): ExrError {
  return new ExrError('ERR_OPTION_INVALID', `Expected ${expected}`)
}
