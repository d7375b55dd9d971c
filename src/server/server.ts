import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import PQueue from 'p-queue'
import { pino } from 'pino'
import { ERROR_STATUS, ExrError, toPlainError } from '../errors.ts'
import { readCloudEvents } from '../function/cloud-event.ts'
import { type FunctionContext, type HandledWork, handler, init, shutdown } from '../function/handler.ts'
import { createMetrics } from '../function/metrics.ts'
import type { FunctionSettings } from '../function/settings.ts'
import { startTracing } from '../function/tracing.ts'
import { VastEvent } from '../function/vast-event.ts'
import type { Logger } from '../log.ts'

/** A function behind HTTP: `app` answers without a port too (`app.inject`). */
export interface FunctionServer {
  readonly app: FastifyInstance
  /** Binds host and port of the settings; resolves with the address. Port 0 takes a free one. */
  listen(): Promise<string>
  /** Fails readiness, takes no more events, finishes those that are here. May be called twice. */
  close(): Promise<void>
}

/** Proxies keep connections open for a minute; one closed under a request looks like a lost event. */
const KEEP_ALIVE_MS = 75_000

/**
 * `POST` on any path takes events: 204 without a body when done, skipped or recorded as a bad file; 400 for what is
 * no event; 503 with one line when another delivery may cure it. `GET /readiness`, `/liveness`, `/healthz`,
 * `/metrics`; `OPTIONS` answers probes. Nothing else is served, and `POST /debug/inspect` only when switched on.
 */
export async function createServer(
  settings: FunctionSettings,
  log: Logger = pinoLogger(settings),
): Promise<FunctionServer> {
  const metrics = createMetrics()
  const tracing = await startTracing(settings.otlpEndpoint, settings.functionName)
  const ctx: FunctionContext = { settings, log, metrics, tracing, eventEndpoints: settings.allowedEndpoints }
  const queue = new PQueue({ concurrency: settings.concurrency })
  let isReady = false
  let closing: Promise<void> | null = null

  const app = Fastify({
    logger: false,
    bodyLimit: settings.maxBodyBytes,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: 'idle',
    exposeHeadRoutes: false,
    http: { headersTimeout: KEEP_ALIVE_MS + 5_000, maxHeaderSize: 32 * 1024 },
  })
  // Bodies are JSON whatever the content type says, and are parsed with limits of our own.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

  const work = (request: FastifyRequest): Promise<HandledWork[]> => {
    const arrived = process.hrtime.bigint()
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
    const events = readCloudEvents(request.headers, body).map((event) => new VastEvent(event))
    const signal = AbortSignal.timeout(settings.deadlineMs)
    metrics.queued.set(queue.size + 1)
    return queue.add(async () => {
      metrics.stages.observe({ stage: 'queue' }, Number(process.hrtime.bigint() - arrived) / 1e9)
      metrics.queued.set(queue.size)
      metrics.active.set(queue.pending)
      if (signal.aborted) throw new ExrError('ERR_DEADLINE', `Waited ${settings.deadlineMs} ms for a place.`)
      const results = await Promise.all(events.map((event) => handler(ctx, event, signal)))
      return results.flat()
    })
  }

  app.post('*', async (request, reply) => {
    const results = await work(request)
    const again = results.find(({ outcome }) => outcome === 'retry')
    if (again !== undefined) return oneLine(reply, 503, again.code ?? 'ERR_SOURCE_READ', again.message)
    const bad = results.find(({ outcome }) => outcome === 'bad_event')
    if (bad !== undefined) return oneLine(reply, 400, bad.code ?? 'ERR_EVENT_INVALID', bad.message)
    return reply.code(204).send()
  })
  if (settings.debugRoute) {
    app.post('/debug/inspect', async (request) => {
      const results = await work(request)
      return { results: results.map(({ payload, ...result }) => ({ ...result, payload })) }
    })
  }
  const ready = async (_request: FastifyRequest, reply: FastifyReply) =>
    isReady && closing === null ? reply.send('Ready\n') : reply.code(503).send('Not ready\n')
  app.get('/readiness', ready)
  app.get('/healthz', ready)
  app.get('/liveness', async () => 'Alive\n')
  app.get('/metrics', async (_request, reply) =>
    reply.header('content-type', metrics.registry.contentType).send(await metrics.registry.metrics()),
  )
  app.options('*', async (_request, reply) => reply.header('allow', 'POST').send())
  // A connection that stays open after its last answer would hold the shutdown up until the proxy lets go of it.
  app.addHook('onSend', async (_request, reply) => {
    if (closing !== null) reply.header('connection', 'close')
  })
  app.addHook('onResponse', async (_request, reply) => {
    metrics.requests.inc({ status: String(reply.statusCode) })
  })
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const { code, message } = toPlainError(error, error.statusCode === 413 ? 'ERR_EVENT_INVALID' : 'ERR_SOURCE_READ')
    const status = error instanceof ExrError ? ERROR_STATUS[code] : (error.statusCode ?? 500)
    if (status >= 500) log.error({ code }, message)
    else log.warn({ code }, message)
    return oneLine(reply, status, code, message)
  })

  const close = () => {
    closing ??= (async () => {
      await app.close()
      await queue.onIdle()
      await shutdown(ctx)
      await tracing.close()
    })()
    return closing
  }
  return {
    app,
    listen: async () => {
      await init(ctx)
      const address = await app.listen({ host: settings.host, port: settings.port })
      isReady = true
      return address
    },
    close,
  }
}

/** JSON lines on stdout, with the platform's level. */
export function pinoLogger(settings: Pick<FunctionSettings, 'logLevel' | 'functionName'>): Logger {
  return pino({
    level: settings.logLevel,
    base: { function: settings.functionName },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  })
}

/** The dispatcher keeps the first kilobyte of an error body with a dead letter: one useful line. */
function oneLine(reply: FastifyReply, status: number, code: string, message: string): FastifyReply {
  const line = message.replaceAll(/\s+/g, ' ').slice(0, 900)
  return reply.code(status).header('content-type', 'text/plain; charset=utf-8').send(`${line} [${code}]\n`)
}
