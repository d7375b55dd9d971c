import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type ConnectOptions, connect, type Session } from '../../../src/vastdb/index.ts'

export interface SeenRequest {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

/** Return true when the request was dealt with; otherwise the default answer is sent. */
export type Handler = (request: SeenRequest, response: ServerResponse, index: number) => boolean | Promise<boolean>

export interface ScriptedServer {
  readonly endpoint: string
  /** Every request but the version probe, in order of arrival. */
  readonly seen: SeenRequest[]
  /** `PUT /?transaction` and the like. */
  readonly log: string[]
  close(): Promise<void>
}

/** A bare HTTP server that answers transactions and version probes, and leaves the rest to the test. */
export async function scriptedServer(handle: Handler = () => false): Promise<ScriptedServer> {
  const seen: SeenRequest[] = []
  const server = createServer(async (message, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of message) chunks.push(chunk)
    const request = {
      method: message.method!,
      url: message.url!,
      headers: message.headers,
      body: Buffer.concat(chunks),
    }
    response.setHeader('Server', 'vast 5.5.0.1')
    if (request.method === 'GET' && request.url === '/?transaction' && request.headers['tabular-txid'] === undefined) {
      response.end()
      return
    }
    seen.push(request)
    if (await handle(request, response, seen.length - 1)) return
    if (request.method === 'POST' && request.url === '/?transaction') response.setHeader('tabular-txid', '7')
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    get log() {
      return seen.map(({ method, url }) => `${method} ${url}`)
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export const FAST_RETRY = { baseMs: 1 } as const

export function open(endpoint: string, options: Partial<ConnectOptions> = {}): Promise<Session> {
  return connect({ endpoint, accessKey: 'AKIDEXAMPLE', secretKey: 'wJalrXUtnFEMI', retry: FAST_RETRY, ...options })
}

export function errorXml(code: string, message: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message><RequestId>req-1</RequestId></Error>`
}

export function fail(response: ServerResponse, status: number, code: string, message = 'said the server'): true {
  response.statusCode = status
  response.end(errorXml(code, message))
  return true
}

/** The answer to a list request with one page. */
export function list(response: ServerResponse, body: Uint8Array): true {
  response.setHeader('tabular-next-key', '0')
  response.setHeader('tabular-is-truncated', 'false')
  response.end(body)
  return true
}
