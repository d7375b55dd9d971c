import { ExrError, toPlainError } from '../errors.ts'
import { silentLogger } from '../log.ts'
import { takeTurn } from '../workers/index.ts'
import { type FunctionContext, measure, metricsOf, stateOf } from './context.ts'
import { doWork, failWork } from './do-work.ts'
import type { HandledWork, WorkResult } from './outcome.ts'
import { sendToSink } from './sink.ts'
import { noTracing } from './tracing.ts'
import type { VastEvent } from './vast-event.ts'
import { planWork, type Work } from './work.ts'

/**
 * Everything one event asks for; results are in the order of its work. A result is given only after its
 * transaction was committed. Never throws for a file or an event: read `outcome`. The output event, if a sink is
 * set, is sent when no work has to be done again; what the sink refuses for good is one more result, of a `bad_event`.
 */
export async function handler(ctx: FunctionContext, event: VastEvent, signal?: AbortSignal): Promise<HandledWork[]> {
  const abort = signal ?? new AbortController().signal
  const { tracing = noTracing, log = silentLogger } = ctx
  const { sink } = metricsOf(ctx)
  const attributes = { 'cloudevents.event_id': event.id, 'cloudevents.event_type': event.type }
  return tracing.span('event', attributes, event.getTraceparent() ?? undefined, async () => {
    const results = await Promise.all(planWork(event).map((work) => inTurn(ctx, event, work, abort)))
    if (results.some(({ outcome }) => outcome === 'retry')) return results
    try {
      await sendToSink(ctx.settings, event, results.map(summary), abort)
      if (ctx.settings.sinkUrl !== null) sink.inc({ outcome: 'sent' })
      return results
    } catch (error) {
      const { code, message } = toPlainError(error, 'ERR_SINK')
      log.error({ event_id: event.id, code }, message)
      const isRefused = code === 'ERR_SINK_REFUSED'
      sink.inc({ outcome: isRefused ? 'refused' : 'retry' })
      const outcome = isRefused ? 'bad_event' : 'retry'
      return [...results, { outcome, path: null, file_id: null, code, message, payload: null }]
    }
  })
}

function summary({ payload: _payload, ...result }: HandledWork): WorkResult {
  return result
}

/** Waits for a place: events with one object and events with a thousand share the same places. */
function inTurn(ctx: FunctionContext, event: VastEvent, work: Work, signal: AbortSignal): Promise<HandledWork> {
  const { queue } = stateOf(ctx)
  const metrics = metricsOf(ctx)
  const end = metrics.stages.startTimer({ stage: 'queue' })
  const turn = takeTurn(queue, () => {
    end()
    measure(ctx)
    return handleWork(ctx, event, work, signal)
  })
  metrics.queued.set(queue.size)
  return turn
}

async function handleWork(
  ctx: FunctionContext,
  event: VastEvent,
  work: Work,
  signal: AbortSignal,
): Promise<HandledWork> {
  const { log = silentLogger } = ctx
  const metrics = metricsOf(ctx)
  const end = metrics.stages.startTimer({ stage: 'total' })
  let result: HandledWork
  try {
    if (signal.aborted) throw new ExrError('ERR_DEADLINE', 'Not done within its deadline: it waited for a place.')
    result = await doWork(ctx, work, signal)
  } catch (error) {
    result = await failWork(ctx, work, error, signal)
  }
  const seconds = end()
  metrics.events.inc({ outcome: result.outcome })
  const fields = {
    event_id: event.id,
    trace_id: event.getTraceId(),
    path: result.path,
    outcome: result.outcome,
    file_id: result.file_id,
    code: result.code,
    duration_ms: Math.round(seconds * 1000),
  }
  if (result.outcome === 'retry') log.error(fields, result.message)
  else if (result.outcome === 'bad_file' || result.outcome === 'bad_event') log.warn(fields, result.message)
  else log.info(fields, result.message)
  return result
}
