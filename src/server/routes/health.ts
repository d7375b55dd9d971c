import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Service } from '../service.ts'

/** `GET /readiness` and `/healthz`: 200 while events are taken, else 503; `GET /liveness`: 200; `OPTIONS` for probes. */
export function healthRoutes(service: Service) {
  return async (app: FastifyInstance): Promise<void> => {
    const ready = async (_request: FastifyRequest, reply: FastifyReply) =>
      service.state === 'ready' ? reply.send('Ready\n') : reply.code(503).send('Not ready\n')
    app.get('/readiness', ready)
    app.get('/healthz', ready)
    app.get('/liveness', async () => 'Alive\n')
    app.options('*', async (_request, reply) => reply.header('allow', 'POST').send())
  }
}
