import type { FastifyInstance } from 'fastify'
import { measure } from '../../function/context.ts'
import type { Service } from '../service.ts'

/** `GET /metrics` in Prometheus' text form, and the count of answers by status. */
export function metricsRoutes({ ctx, metrics, bodies }: Service) {
  return async (app: FastifyInstance): Promise<void> => {
    app.get('/metrics', async (_request, reply) => {
      // Gauges are read now: an idle server would show what its last event found.
      measure(ctx)
      metrics.bodies.set(bodies.reservedBytes)
      return reply.header('content-type', metrics.registry.contentType).send(await metrics.registry.metrics())
    })
  }
}
