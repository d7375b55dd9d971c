import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance, FastifyRequest } from 'fastify'

/** Requests whose body is here and whose answer is not yet sent. */
export class InHand {
  readonly #requests = new Set<FastifyRequest>()
  #onEmpty: (() => void)[] = []

  constructor(app: FastifyInstance) {
    app.addHook('preHandler', async (request) => void this.#requests.add(request))
    app.addHook('onResponse', async (request) => {
      this.#requests.delete(request)
      if (this.#requests.size > 0) return
      for (const wake of this.#onEmpty.splice(0)) wake()
    })
  }

  /** Resolves when no request is in hand. */
  empty(): Promise<void> {
    return this.#requests.size === 0 ? Promise.resolve() : new Promise((resolve) => this.#onEmpty.push(resolve))
  }
}

/** How long bodies that are on their way may take once a shutdown has begun. */
const BODIES_MS = 1_000

/**
 * Closes the listener, finishes what is in hand within `patienceMs`, then cuts every connection that is left, whatever
 * its other end is doing. Calls `giveUp` when patience ends before the work does.
 */
export async function drain(
  app: FastifyInstance,
  inHand: InHand,
  patienceMs: number,
  giveUp: () => void,
): Promise<void> {
  const ended = new AbortController()
  const closed = app.close()
  const finished = sleep(Math.min(BODIES_MS, patienceMs / 2), undefined, { signal: ended.signal })
    .then(() => inHand.empty())
    .catch(() => {})
  const tooLate = sleep(patienceMs, undefined, { signal: ended.signal }).then(giveUp, () => {})
  await Promise.race([closed, finished, tooLate])
  ended.abort()
  app.server.closeAllConnections()
  await closed
}
