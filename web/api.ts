import type { Problem, RegionFacts } from '../src/server/explorer/api.ts'

/** What a request may be asked with; lists become repeated parameters, undefined is left out. */
export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | null | undefined>>

/** An answer that was none. */
export class ApiError extends Error {
  readonly code: string
  /** The file that is there now, where another one was asked for. */
  readonly replacedBy: string | null

  constructor({ code, message, replaced_by: replacedBy }: Problem) {
    super(message)
    this.code = code
    this.replacedBy = replacedBy ?? null
  }
}

/** Address below `/api/v1`. */
export function apiUrl(path: string, query: Query = {}): string {
  const text = queryText(query)
  return `/api/v1${path}${text === '' ? '' : `?${text}`}`
}

export function queryText(query: Query): string {
  const pairs = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null || value === '') continue
    if (Array.isArray(value)) for (const each of value) pairs.append(name, String(each))
    else pairs.set(name, String(value))
  }
  return pairs.toString()
}

/** Throws ApiError, or the abort of the signal. */
export async function get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  return (await asked(apiUrl(path, query), signal === undefined ? {} : { signal })).json() as Promise<T>
}

export async function post<T>(path: string, body: object, signal?: AbortSignal): Promise<T> {
  const request = { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  return (await asked(apiUrl(path), signal === undefined ? request : { ...request, signal })).json() as Promise<T>
}

/** Half floats, four a pixel, and what they are. */
export interface Region {
  readonly facts: RegionFacts
  readonly rgba: Uint16Array<ArrayBuffer>
}

export async function getPixels(fileId: string, query: Query, signal: AbortSignal): Promise<Region> {
  const answer = await asked(apiUrl(`/files/${fileId}/pixels`, query), { signal })
  const facts = JSON.parse(answer.headers.get('x-exr-region') ?? '{}') as RegionFacts
  return { facts, rgba: new Uint16Array(await answer.arrayBuffer()) }
}

async function asked(url: string, request: RequestInit): Promise<Response> {
  const answer = await fetch(url, request)
  if (answer.ok) return answer
  const problem = (await answer.json().catch(() => null)) as Problem | null
  throw new ApiError(problem ?? { code: 'ERR_INTERNAL', message: `The explorer answered ${answer.status}.` })
}
