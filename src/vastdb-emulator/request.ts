import type { IncomingHttpHeaders } from 'node:http'
import { HEADER } from '../vastdb/constants.ts'
import { badRequest } from './errors.ts'

/** Request headers, read with the spellings of both of the vendor's clients. */
export class Headers {
  readonly #headers: IncomingHttpHeaders

  constructor(headers: IncomingHttpHeaders) {
    this.#headers = headers
  }

  text(name: string): string | null {
    const value = this.#headers[name]
    return typeof value === 'string' ? value : (value?.join(',') ?? null)
  }

  /** `True` and `true` alike. */
  flag(name: string): boolean {
    return this.text(name)?.toLowerCase() === 'true'
  }

  /** A non-negative decimal, or null when the header is absent. Throws 400. */
  integer(name: string): number | null {
    const value = this.text(name)
    if (value === null) return null
    if (!/^\d{1,15}$/.test(value)) throw badRequest(`Header ${name} must be a non-negative number, found ${value}`)
    return Number(value)
  }

  /** The transaction a request belongs to; both `0` and an absent header mean none. Throws 400. */
  transactionId(): bigint | null {
    const value = this.text(HEADER.txid)
    if (value === null) return null
    if (!/^\d{1,20}$/.test(value)) throw badRequest(`Header ${HEADER.txid} must be an unsigned number, found ${value}`)
    return BigInt(value) || null
  }

  /** Values of `<prefix>0`, `<prefix>1`, ... up to the first gap. Throws 400. */
  integerList(prefix: string): number[] {
    const values: number[] = []
    for (let value = this.integer(`${prefix}0`); value !== null; value = this.integer(`${prefix}${values.length}`)) {
      values.push(value)
    }
    return values
  }
}

/** A request to the emulator, its body read whole. */
export interface EmulatorRequest {
  readonly id: string
  readonly method: string
  /** Path and query as they were sent. */
  readonly url: string
  /** First path component, decoded; empty for the root. */
  readonly bucket: string
  /** Further path components, decoded: schema path, or schema path and table, as the command says. */
  readonly path: readonly string[]
  /** First query item when it has no value, or an empty one; empty when there is none. */
  readonly command: string
  readonly params: URLSearchParams
  readonly headers: Headers
  readonly body: Uint8Array
}

/** Words of S3's own listing, which are no command although their value may be empty. */
const OF_LISTINGS = new Set(['prefix', 'delimiter', 'marker', 'continuation-token', 'start-after', 'encoding-type'])

/** Split a request target. A bucket may be `<bucket>/.snapshot/<name>`. Throws 400 for bad percent-encoding. */
export function readTarget(url: string): Pick<EmulatorRequest, 'bucket' | 'path' | 'command' | 'params'> {
  const mark = url.indexOf('?')
  const rawPath = mark === -1 ? url : url.slice(0, mark)
  const query = mark === -1 ? '' : url.slice(mark + 1)
  const [first = ''] = query.split('&')
  // The vendor's SQL driver writes `transaction=` where its other clients write `transaction`.
  const word = first.endsWith('=') ? first.slice(0, -1) : first
  const command = word.includes('=') || OF_LISTINGS.has(word) ? '' : word
  const [bucket = '', ...path] = rawPath.split('/').filter(Boolean).map(decode)
  return { bucket, path, command, params: new URLSearchParams(query) }
}

function decode(component: string): string {
  try {
    return decodeURIComponent(component)
  } catch {
    throw badRequest(`The path component ${component} is not valid percent-encoding`)
  }
}

/** Schema path and table name of a table request. Throws 400. */
export function tablePath(request: EmulatorRequest): { schemaPath: string; table: string } {
  const table = request.path.at(-1)
  if (table === undefined || request.path.length < 2)
    throw badRequest(`Expected /bucket/schema/table, found ${request.url}`)
  return { schemaPath: request.path.slice(0, -1).join('/'), table }
}

/** What a request asks of a listing. */
interface ListRequest {
  readonly maxKeys: number
  readonly nextKey: number
  readonly matches: (name: string) => boolean
  readonly countOnly: boolean
}

export function readListRequest(headers: Headers): ListRequest {
  const exact = headers.text(HEADER.nameExactMatch)
  const prefix = headers.text(HEADER.namePrefix) ?? ''
  const maxKeys = headers.integer(HEADER.maxKeys) ?? 1000
  if (maxKeys < 1) throw badRequest(`Header ${HEADER.maxKeys} must be at least 1`)
  return {
    maxKeys,
    nextKey: headers.integer(HEADER.nextKey) ?? 0,
    matches: (name) => (exact === null ? name.startsWith(prefix) : name === exact),
    countOnly: headers.flag(HEADER.listCountOnly),
  }
}

/** One page of a listing and the response headers that describe it. */
export function listPage<T>(
  request: ListRequest,
  entries: readonly T[],
  nameOf: (entry: T) => string,
): { page: readonly T[]; headers: Record<string, string> } {
  const matching = entries.filter((entry) => request.matches(nameOf(entry)))
  const end = request.nextKey + request.maxKeys
  const headers: Record<string, string> = {
    [HEADER.nextKey]: String(Math.min(end, matching.length)),
    [HEADER.isTruncated]: String(end < matching.length && !request.countOnly),
  }
  if (request.countOnly) headers[HEADER.listCount] = String(matching.length)
  return { page: request.countOnly ? [] : matching.slice(request.nextKey, end), headers }
}
