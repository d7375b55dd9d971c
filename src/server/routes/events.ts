import { setMaxListeners } from 'node:events'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ExrError } from '../../errors.ts'
import { badEntries, type EventBatch, readEventBatch } from '../../function/cloud-event.ts'
import { handler } from '../../function/handler.ts'
import type { HandledWork } from '../../function/outcome.ts'
import { VastEvent } from '../../function/vast-event.ts'
import { planWork } from '../../function/work.ts'
import { linkSignals } from '../../workers/index.ts'
import { oneLine } from '../answers.ts'
import type { Service } from '../service.ts'

/**
 * `POST` on any path: the platform's dispatcher posts to the path that a subscription adds to the function's address,
 * which is `/` unless someone writes another one. 204 without a body when done, skipped or recorded as a bad file; 400
 * for what is no event (entries of a batch that are events are handled all the same); 503 with one line when another
 * delivery may cure it.
 */
export function eventRoutes(service: Service) {
  return async (app: FastifyInstance): Promise<void> => {
    app.addHook('preParsing', async ({ headers }, reply) => {
      await service.bodies.admit(headers['content-length'], reply.raw)
    })
    app.post('*', async (request, reply) => {
      const batch = await readBatch(service, request, reply)
      const results = await handle(service, batch)
      const again = results.find(({ outcome }) => outcome === 'retry')
      if (again !== undefined) return oneLine(reply, 503, again.code ?? 'ERR_SOURCE_READ', again.message)
      if (batch.bad.length > 0) throw badEntries(batch.bad, batch.events.length)
      const bad = results.find(({ outcome }) => outcome === 'bad_event')
      if (bad !== undefined) return oneLine(reply, 400, bad.code ?? 'ERR_EVENT_INVALID', bad.message)
      return reply.code(204).send()
    })
    if (!service.settings.debugRoute) return
    app.post('/debug/inspect', async (request, reply) => ({
      results: await handle(service, await readBatch(service, request, reply)),
    }))
  }
}

/** Throws ERR_EVENT_INVALID for what is no event, and for a request that names more objects than one may. */
async function readBatch(
  { settings, bodies }: Service,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<EventBatch> {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  await bodies.admitValues(body, reply.raw)
  return readEventBatch(request.headers, body, { depth: 64, events: settings.maxRecords })
}

async function handle(service: Service, { events }: EventBatch): Promise<HandledWork[]> {
  const { settings, stopping, ctx } = service
  const vastEvents = events.map((event) => new VastEvent(event))
  const objects = vastEvents.reduce((count, event) => count + planWork(event).length, 0)
  if (objects > settings.maxRecords) {
    throw new ExrError(
      'ERR_EVENT_INVALID',
      `The request names ${objects} objects, more than the ${settings.maxRecords} of EXR_MAX_RECORDS. Send fewer in one request.`,
    )
  }
  const { signal, unlink } = linkSignals(AbortSignal.timeout(settings.deadlineMs), stopping.signal)
  // Each object of a request listens to its deadline.
  setMaxListeners(0, signal)
  try {
    const results = (await Promise.all(vastEvents.map((event) => handler(ctx, event, signal)))).flat()
    service.remember(results)
    return results
  } finally {
    unlink()
  }
}
