import { createServer, type Server } from 'node:http'
import { ExrError } from '../../errors.ts'
import type { ConsumeMetrics } from '../../farm/index.ts'
import { parseWhole } from '../../settings/parse.ts'

/** Answers `GET /metrics` and `GET /liveness` until it is closed. Throws ERR_OPTION_INVALID for an address it cannot have. */
export async function serveMetrics(address: string, { registry }: ConsumeMetrics): Promise<Server> {
  const colon = address.lastIndexOf(':')
  const host = colon === -1 ? '0.0.0.0' : address.slice(0, colon).replace(/^\[|\]$/g, '')
  const port = parseWhole(address.slice(colon + 1), '--metrics', 0, 65_535)
  const server = createServer(async ({ url }, response) => {
    const isMetrics = url === '/metrics'
    if (!isMetrics && url !== '/liveness') return response.writeHead(404).end()
    response.setHeader('content-type', isMetrics ? registry.contentType : 'text/plain; charset=utf-8')
    return response.end(isMetrics ? await registry.metrics() : 'alive\n')
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const message = `Expected a port that is free for --metrics but received ${address}: ${cause.message}`
      reject(new ExrError('ERR_OPTION_INVALID', message, { cause }))
    })
    server.listen(port, host, resolve)
  })
  return server
}
