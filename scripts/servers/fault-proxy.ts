import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RunningServer } from './process.ts'

/** What goes wrong with one request. */
export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly code: string }
  | { readonly kind: 'page'; readonly html: string }
  /** The connection is cut: before the request is passed on, or after `afterBytes` of the answer's body. */
  | { readonly kind: 'reset'; readonly afterBytes?: number }
  /** The body is cut without a sign, although Content-Length promised more. */
  | { readonly kind: 'short'; readonly bytes: number }
  /** One byte, then a pause, and so on. */
  | { readonly kind: 'drip'; readonly pauseMs: number }
  /** Change the answer's headers; null removes one. */
  | { readonly kind: 'headers'; readonly set: Readonly<Record<string, string | null>> }
  /** Drop headers of the request, as a server does that does not know them. */
  | { readonly kind: 'ignore'; readonly headers: readonly string[] }
  /** Replace text in the answer's body. */
  | { readonly kind: 'body'; readonly replace: (body: string) => string }
  /** Do something between two requests, such as replacing the object. */
  | { readonly kind: 'meanwhile'; readonly act: () => Promise<unknown> }

export interface FaultProxy extends RunningServer {
  /** Every request that arrived: method, URL and headers. */
  readonly seen: readonly { method: string; url: string; headers: IncomingMessage['headers'] }[]
  /** Bytes of answer bodies that were passed on. */
  readonly bytesPassed: number
  /** Faults for the next requests, in order; undefined lets one through. */
  plan(...faults: (Fault | undefined)[]): void
  /** One fault for all requests from now on; undefined for none. */
  always(fault: Fault | undefined): void
  reset(): void
}

/** A proxy in front of a real server that breaks what it is told to break. */
export async function startFaultProxy(upstream: string): Promise<FaultProxy> {
  const seen: { method: string; url: string; headers: IncomingMessage['headers'] }[] = []
  let planned: (Fault | undefined)[] = []
  let constant: Fault | undefined
  let bytesPassed = 0

  const server = createServer(async (incoming, outgoing) => {
    seen.push({ method: incoming.method ?? '', url: incoming.url ?? '', headers: { ...incoming.headers } })
    const fault = planned.length > 0 ? planned.shift() : constant
    if (fault?.kind === 'meanwhile') await fault.act()
    if (fault?.kind === 'reset' && fault.afterBytes === undefined) return void incoming.socket.destroy()
    if (fault?.kind === 'status') return void outgoing.writeHead(fault.status).end(errorBody(fault.code))
    if (fault?.kind === 'page') return void outgoing.writeHead(200, { 'content-type': 'text/html' }).end(fault.html)
    const { hostname, port } = new URL(upstream)
    const headers = { ...incoming.headers }
    if (fault?.kind === 'ignore') for (const name of fault.headers) delete headers[name]
    const onward = forward({ hostname, port, method: incoming.method, path: incoming.url, headers }, (answer) => {
      pass(answer, outgoing, fault, (bytes) => {
        bytesPassed += bytes
      }).catch(() => outgoing.destroy())
    })
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    endpoint: `http://127.0.0.1:${port}`,
    seen,
    get bytesPassed() {
      return bytesPassed
    },
    plan: (...faults) => {
      planned = faults
    },
    always: (fault) => {
      constant = fault
    },
    reset: () => {
      planned = []
      constant = undefined
      seen.length = 0
      bytesPassed = 0
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function pass(
  answer: IncomingMessage,
  outgoing: ServerResponse,
  fault: Fault | undefined,
  count: (bytes: number) => void,
) {
  const headers = { ...answer.headers }
  if (fault?.kind === 'headers') {
    for (const [name, value] of Object.entries(fault.set)) {
      if (value === null) delete headers[name]
      else headers[name] = value
    }
  }
  if (fault?.kind === 'body') {
    const chunks: Buffer[] = []
    for await (const chunk of answer) chunks.push(chunk)
    const body = fault.replace(Buffer.concat(chunks).toString())
    outgoing.writeHead(answer.statusCode ?? 500, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body)
    return
  }
  outgoing.writeHead(answer.statusCode ?? 500, headers)
  let passed = 0
  const limit = fault?.kind === 'reset' ? fault.afterBytes : fault?.kind === 'short' ? fault.bytes : undefined
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    if (outgoing.destroyed) break
    const piece = limit === undefined ? chunk : chunk.subarray(0, Math.max(0, limit - passed))
    if (fault?.kind === 'drip') {
      for (const byte of piece) {
        if (outgoing.destroyed) return
        outgoing.write(Buffer.of(byte))
        await sleep(fault.pauseMs)
      }
    } else if (!outgoing.write(piece)) {
      await Promise.race([once(outgoing, 'drain'), once(outgoing, 'close')])
    }
    passed += piece.length
    count(piece.length)
    if (limit !== undefined && passed >= limit) {
      // Let the bytes reach the client before the connection goes.
      await sleep(20)
      outgoing.socket?.destroy()
      return
    }
  }
  outgoing.end()
}

function once(emitter: ServerResponse, event: string): Promise<void> {
  return new Promise((resolve) => emitter.once(event, () => resolve()))
}

function errorBody(code: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code} on request</Message></Error>`
}
