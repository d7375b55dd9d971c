import { API_VERSION, CLIENT_NAME, type COMMAND, HEADER } from './constants.ts'
import { protocolError } from './errors.ts'
import type { Config } from './options.ts'
import type { Answer, AnswerHeaders, OpenAnswer, Transport, WireRequest } from './transport.ts'
import type { Version } from './version.ts'

/** What buckets, schemas and tables of one transaction share. */
export interface Scope {
  readonly transport: Transport
  readonly config: Config
  readonly version: Version
  /** The id to send. Throws ERR_VASTDB_TRANSACTION once the transaction is over. */
  activeId(): bigint
}

type Call = Omit<WireRequest, 'path'> & { readonly path: string }

/** Sends a request inside the scope's transaction. */
export function call(scope: Scope, request: Call): Promise<Answer> {
  return scope.transport.send(inTransaction(scope, request))
}

/** The same, with the answer's body left to the caller. */
export function openCall(scope: Scope, request: Call): Promise<OpenAnswer> {
  return scope.transport.open(inTransaction(scope, request))
}

function inTransaction(scope: Scope, request: Call): WireRequest {
  return { ...request, headers: { ...commonHeaders(scope.activeId()), ...request.headers } }
}

export function commonHeaders(txid: bigint): Record<string, string> {
  return {
    [HEADER.txid]: String(txid),
    [HEADER.apiVersion]: API_VERSION,
    [HEADER.clientName]: CLIENT_NAME,
  }
}

/** Booleans as the vendor's Python client spells them. */
export function flag(value: boolean): string {
  return value ? 'True' : 'False'
}

interface ListRequest {
  readonly path: string
  readonly command: (typeof COMMAND)[keyof typeof COMMAND]
  readonly params?: Readonly<Record<string, string>>
  /** Only the entry with exactly this name. */
  readonly exact?: string
  /** Only entries whose name starts with this. */
  readonly prefix?: string
  readonly pageSize: number
  readonly stats?: boolean
  readonly what: string
}

/** Every page of a list, in the server's order. */
async function* listPages<T>(
  scope: Scope,
  request: ListRequest,
  read: (body: Uint8Array, what: string) => readonly T[],
): AsyncGenerator<readonly T[]> {
  const { path, command, params, exact, prefix, pageSize, stats, what } = request
  for (let key = '0'; ; ) {
    const answer = await call(scope, {
      method: 'GET',
      path,
      command,
      ...(params ? { params } : {}),
      headers: {
        [HEADER.maxKeys]: String(pageSize),
        [HEADER.nextKey]: key,
        ...(exact === undefined ? { [HEADER.namePrefix]: prefix ?? '' } : { [HEADER.nameExactMatch]: exact }),
        [HEADER.listCountOnly]: flag(false),
        ...(stats === undefined ? {} : { [HEADER.includeListStats]: flag(stats) }),
      },
      what,
    })
    const page = read(answer.body, what)
    yield page
    const next = nextPage(answer.headers, what)
    // A server that says "truncated" and hands out nothing, or the same key again, would be asked forever.
    if (next === undefined || page.length === 0) return
    if (next === key) throw protocolError(what, `the list goes on at its own key ${key}`)
    key = next
  }
}

export async function listAll<T>(
  scope: Scope,
  request: ListRequest,
  read: (body: Uint8Array, what: string) => readonly T[],
): Promise<T[]> {
  const all: T[] = []
  for await (const page of listPages(scope, request, read)) all.push(...page)
  return all
}

function nextPage(headers: AnswerHeaders, what: string): string | undefined {
  const key = headers[HEADER.nextKey]
  const truncated = headers[HEADER.isTruncated]
  if (typeof key !== 'string' || !/^\d{1,20}$/.test(key) || typeof truncated !== 'string') {
    throw protocolError(what, 'the list has no tabular-next-key or tabular-is-truncated header')
  }
  return truncated.toLowerCase() === 'true' ? key : undefined
}
