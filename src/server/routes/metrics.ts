import type { FastifyInstance } from 'fastify'
import type { Service } from '../service.ts'

/** `GET /metrics` in Prometheus' text form, and the count of answers by status. */
export function metricsRoutes({ metrics, bodies }: Service) {
  return async (app: FastifyInstance): Promise<void> => {
    app.get('/metrics', async (_request, reply) => {
      metrics.bodies.set(bodies.reservedBytes)
      return reply.header('content-type', metrics.registry.contentType).send(await metrics.registry.metrics())
    })
  }
}
