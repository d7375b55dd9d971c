import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { ExrError } from '../errors.ts'
import { HEADER, MAX_REQUEST_BYTES } from '../vastdb/constants.ts'
import { badRequest, RequestFailure, toErrorXml, toFailure } from './errors.ts'
import { FAULT_HEADER, type Fault, type FaultRule, FaultSource, readFaultHeader } from './faults.ts'
import { operationFor } from './operations/index.ts'
import type { Reply, Store } from './operations/operation.ts'
import { type EmulatorOptions, type RecordedRequest, type ResolvedOptions, resolveOptions } from './options.ts'
import { type EmulatorRequest, Headers, readTarget } from './request.ts'
import { sendReply } from './response.ts'
import { verifySignature } from './signature.ts'
import { QueryResults } from './sql/results.ts'
import { Database } from './store/database.ts'
import { RowIds } from './store/row-ids.ts'
import { Transactions } from './store/transactions.ts'

/** Schemas of tens of thousands of columns are the largest bodies; rows and queries have the protocol's limit. */
const MAX_BODY_BYTES = 64 * 1024 * 1024

/** A running emulator. */
export interface Emulator {
  /** Base URL, such as `http://127.0.0.1:9090`. */
  readonly endpoint: string
  /** Transactions that are open now. */
  readonly openTransactions: number
  /** Replace the fault rules. */
  setFaults(rules: readonly FaultRule[]): void
  /** Stop listening, roll back what is open and close the store. May be called twice. */
  close(): Promise<void>
}

/**
 * Start a local server of the VAST DataBase protocol on DuckDB.
 * Throws ERR_OPTION_INVALID, ERR_CATALOG_OPEN or ERR_CATALOG_LOCKED.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const resolved = resolveOptions(options)
  const database = await Database.open(resolved.dataDirectory)
  const transactions = new Transactions(database, { idleTimeoutMs: resolved.transactionTimeoutMs })
  const rowIds = new RowIds()
  const faults = new FaultSource(resolved.faults, resolved.faultSeed)
  let endpoint = ''
  const store: Store = {
    database,
    transactions,
    rowIds,
    queries: new QueryResults(),
    buckets: new Set(resolved.buckets),
    logger: resolved.logger,
    isNewer: isNewer(resolved),
    version: resolved.version,
    endpoint: () => endpoint,
  }
  const server = createServer((message, response) => void answer(store, resolved, faults, message, response))
  server.keepAliveTimeout = 60_000
  try {
    endpoint = await listen(server, resolved)
  } catch (error) {
    await transactions.close()
    database.close()
    throw error
  }
  let closing: Promise<void> | null = null
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    server.closeAllConnections()
    await closed
    await transactions.close()
    await database.keepRowIds(rowIds.entries())
    database.close()
  }
  return {
    endpoint,
    get openTransactions() {
      return transactions.openCount
    },
    setFaults: (rules) => {
      faults.rules = rules
    },
    close: () => {
      closing ??= close()
      return closing
    },
  }
}

function listen(server: Server, { host, port }: ResolvedOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'the port is in use; choose another' : error.message
      reject(new ExrError('ERR_OPTION_INVALID', `Cannot listen on ${host}:${port}: ${reason}`, { cause: error }))
    })
    server.listen(port, host, () => {
      const address = server.address()
      const bound = typeof address === 'object' && address ? address.port : port
      resolve(`http://${host.includes(':') ? `[${host}]` : host}:${bound}`)
    })
  })
}

/** One request from its first byte to its last; never throws. */
async function answer(
  store: Store,
  options: ResolvedOptions,
  source: FaultSource,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const id = randomBytes(8).toString('hex')
  response.setHeader('Server', `vast ${options.version}`)
  response.setHeader(HEADER.requestId, id)
  let body: Uint8Array<ArrayBufferLike> = new Uint8Array(0)
  let reply: Reply | null = null
  let status = 200
  try {
    body = await readBody(message)
    const request = toRequest(message, id, body)
    const faults = [...source.draw(request.command), ...readFaultHeader(request.headers.text(FAULT_HEADER))]
    if (await failEarly(faults, response)) return
    verify(message, body, options)
    reply = await operationFor(request)(store, request)
    if (faults.some((fault) => fault.kind === 'reset-after')) {
      response.destroy()
      return
    }
    await sendReply(response, reply, options.chunkBytes, cutOf(faults))
  } catch (error) {
    const failure = toFailure(error)
    status = failure.status
    if (status === 500)
      options.logger.warn({ requestId: id, method: message.method, url: message.url }, failure.message)
    sendFailure(message, response, failure, id)
  } finally {
    await reply?.done?.().catch((error: unknown) => options.logger.warn({ requestId: id }, String(error)))
    options.onRequest?.(toRecord(message, body, status))
  }
}

/** The body of a request. One that is too large is read to its end, so that the client can read the refusal. */
async function readBody(message: IncomingMessage): Promise<Uint8Array> {
  const limit = /\?(?:rows|data)\b/.test(message.url ?? '') ? MAX_REQUEST_BYTES : MAX_BODY_BYTES
  const parts: Buffer[] = []
  let length = 0
  for await (const part of message as AsyncIterable<Buffer>) {
    length += part.byteLength
    if (length <= limit) parts.push(part)
    else parts.length = 0
  }
  if (length > limit) throw badRequest(`The body has ${length} bytes, more than ${limit}`, 'EntityTooLarge')
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts, length)
}

function toRequest(message: IncomingMessage, id: string, body: Uint8Array): EmulatorRequest {
  const url = message.url ?? '/'
  return { id, method: message.method ?? 'GET', url, ...readTarget(url), headers: new Headers(message.headers), body }
}

/** Servers of 5.5 and later, whose columns tell of the sorting key. */
function isNewer({ version }: ResolvedOptions): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > 5 || (major === 5 && minor >= 5)
}

function verify(message: IncomingMessage, body: Uint8Array, options: ResolvedOptions): void {
  const { method = 'GET', url = '/', headers } = message
  const credentials = new Map([[options.accessKey, options.secretKey]])
  verifySignature({ method, url, headers, body }, credentials, new Date(), options.maxClockSkewMs)
}

/** Faults that strike before any work. Returns whether the request is over. */
async function failEarly(faults: readonly Fault[], response: ServerResponse): Promise<boolean> {
  for (const fault of faults) {
    if (fault.kind === 'latency') await sleep(fault.ms)
    if (fault.kind === 'slow-down') throw new RequestFailure(503, 'SlowDown', 'Please reduce your request rate.')
    if (fault.kind === 'reset-before') {
      response.destroy()
      return true
    }
  }
  return false
}

function cutOf(faults: readonly Fault[]): number | null {
  const cuts = faults.flatMap((fault) => (fault.kind === 'cut' ? [fault.bytes] : []))
  return cuts.length > 0 ? Math.min(...cuts) : null
}

function sendFailure(message: IncomingMessage, response: ServerResponse, failure: RequestFailure, id: string): void {
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  const xml = Buffer.from(toErrorXml(failure, (message.url ?? '/').split('?')[0]!, id))
  response.writeHead(failure.status, { 'content-type': 'application/xml', 'content-length': xml.byteLength })
  response.end(message.method === 'HEAD' ? undefined : xml)
}

function toRecord(message: IncomingMessage, body: Uint8Array, status: number): RecordedRequest {
  const headers = Object.entries(message.headers).map(([name, value]) => {
    const text = Array.isArray(value) ? value.join(',') : (value ?? '')
    return [name, name === 'authorization' ? text.replace(/Signature=.*/, 'Signature=***') : text]
  })
  return {
    method: message.method ?? 'GET',
    url: message.url ?? '/',
    headers: Object.fromEntries(headers),
    body,
    status,
  }
}
