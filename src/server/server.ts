import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { ERROR_STATUS, ExrError, toPlainError } from '../errors.ts'
import { type FunctionContext, init, shutdown } from '../function/context.ts'
import { createMetrics } from '../function/metrics.ts'
import { startTracing } from '../function/start-tracing.ts'
import type { Logger } from '../log.ts'
import { loadPart } from '../parts.ts'
import type { FunctionSettings } from '../settings/function.ts'
import { oneLine } from './answers.ts'
import { Bodies, divided } from './bodies.ts'
import { drain, InHand } from './drain.ts'
import { pinoLogger } from './logger.ts'
import { eventRoutes } from './routes/events.ts'
import { healthRoutes } from './routes/health.ts'
import { metricsRoutes } from './routes/metrics.ts'
import { statusRoutes } from './routes/status.ts'
import { Service } from './service.ts'

/** A function behind HTTP: `app` answers without a port too (`app.inject`). */
export interface FunctionServer {
  readonly app: FastifyInstance
  /** Binds host and port of the settings; resolves with the address. Port 0 takes a free one. */
  listen(): Promise<string>
  /**
   * Fails readiness, takes no more events, finishes those that are here, and ends within the settings' `shutdownMs`
   * whatever is connected. May be called twice.
   */
  close(): Promise<void>
}

/** Proxies keep connections open for a minute; one closed under a request looks like a lost event. */
const KEEP_ALIVE_MS = 75_000
/** Headers are one packet: a sender that takes longer is not one of the platform's. */
const HEADERS_MS = 10_000
/** An answer that nobody takes off the connection is given up this long after the last deadline. */
const STUCK_MS = 15_000

/**
 * Events, health, metrics and a status page, each a plugin of its own. Nothing else is served. Throws
 * ERR_FEATURE_UNAVAILABLE where fastify is not installed.
 */
export async function createServer(
  settings: FunctionSettings,
  log: Logger = pinoLogger(settings),
): Promise<FunctionServer> {
  const metrics = createMetrics()
  const tracing = await startTracing(settings.otlpEndpoint, settings.functionName)
  const shares = divided(settings.memoryBudgetBytes)
  const ctx: FunctionContext = {
    settings: { ...settings, memoryBudgetBytes: shares.work },
    log,
    metrics,
    tracing,
    eventEndpoints: settings.allowedEndpoints,
    keepPayloads: settings.debugRoute,
  }
  const service = new Service(settings, ctx, metrics, new Bodies(shares.bodies, settings))
  const app = await newApp(settings)
  const inHand = new InHand(app)
  // A connection that stays open after its last answer would hold the shutdown up until the proxy lets go of it.
  app.addHook('onSend', async (_request, reply) => {
    if (service.state === 'closing') reply.header('connection', 'close')
  })
  app.addHook('onResponse', async (_request, reply) => {
    metrics.requests.inc({ status: String(reply.statusCode) })
  })
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const isRequest = error.statusCode !== undefined && error.statusCode < 500
    const { code, message } = toPlainError(error, isRequest ? 'ERR_EVENT_INVALID' : 'ERR_INTERNAL')
    const status = error instanceof ExrError ? ERROR_STATUS[code] : (error.statusCode ?? 500)
    if (status >= 500) log.error({ code }, message)
    else log.warn({ code }, message)
    return oneLine(reply, status, code, message)
  })
  for (const routes of [eventRoutes, healthRoutes, metricsRoutes, statusRoutes]) await app.register(routes(service))

  let closing: Promise<void> | null = null
  const close = async () => {
    service.state = 'closing'
    // The last fifth of the patience is for the catalog's own end.
    await drain(app, inHand, settings.shutdownMs * 0.8, () =>
      service.stopping.abort(new ExrError('ERR_ABORTED', 'The server is stopping.')),
    )
    const unhurried = new AbortController()
    const limit = sleep(settings.shutdownMs * 0.2, undefined, { signal: unhurried.signal, ref: false }).catch(() => {})
    await Promise.race([shutdown(ctx).then(() => tracing.close()), limit])
    unhurried.abort()
  }
  return {
    app,
    listen: async () => {
      await init(ctx)
      const address = await app.listen({ host: settings.host, port: settings.port })
      service.state = 'ready'
      return address
    },
    close: () => {
      closing ??= close()
      return closing
    },
  }
}

async function newApp({ maxBodyBytes, requestTimeoutMs, deadlineMs }: FunctionSettings): Promise<FastifyInstance> {
  const { fastify } = await loadPart(() => import('fastify'))
  const app = fastify({
    logger: false,
    bodyLimit: maxBodyBytes,
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: requestTimeoutMs,
    connectionTimeout: deadlineMs + STUCK_MS,
    forceCloseConnections: 'idle',
    exposeHeadRoutes: false,
    http: {
      headersTimeout: Math.min(HEADERS_MS, requestTimeoutMs),
      connectionsCheckingInterval: Math.min(1_000, requestTimeoutMs / 4),
      maxHeaderSize: 32 * 1024,
    },
  })
  // Bodies are JSON whatever the content type says, and are parsed with limits of our own.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  return app
}
