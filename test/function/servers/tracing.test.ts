import { createServer as createHttpServer } from 'node:http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { silentLogger } from '../../../src/log.ts'
import { createServer, functionSettings } from '../../../src/server/index.ts'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const received: { url: string; body: string }[] = []
const collector = createHttpServer((request, answer) => {
  let body = ''
  request.on('data', (chunk: Buffer) => {
    body += chunk.toString('latin1')
  })
  request.on('end', () => {
    received.push({ url: request.url ?? '', body })
    answer.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
})
let endpoint = ''

beforeAll(async () => {
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve))
  const address = collector.address()
  endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
})
afterAll(() => void collector.close())

it('sends the span of an event to the collector, in the trace that the event belongs to', async () => {
  const env = { HOST: '127.0.0.1', PORT: '0', OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, K_NAME: 'exr-meta' }
  const server = await createServer(functionSettings(env, { get: () => undefined, bySecret: {} }), silentLogger)
  const url = await server.listen()
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'ce-specversion': '1.0',
      'ce-source': 'vastdata.com:trigger1.1',
      'ce-type': 'vastdata.com:Element.ObjectCreated',
      'ce-id': '42',
      traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
    },
    body: '{"msg":"hello"}',
  })
  expect(answer.status).toBe(204)
  await server.close()
  expect(received.map(({ url: path }) => path)).toEqual(['/v1/traces'])
  const spans = received[0]?.body ?? ''
  expect(spans).toContain(traceId)
  expect(spans).toContain('exr-meta')
  expect(spans).toContain('cloudevents.event_id')
})
